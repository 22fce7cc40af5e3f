import type { ReceiptDocument, ReceiptLine } from '../../drivers/printer/receipt-document.js';
import { zoneText } from '../../flows/civil-time.js';
import type { Locale } from '../../flows/customer-texts.js';
import { formatMoney } from '../../flows/money.js';
import type { Receipt } from '../../flows/receipt.js';
import type { Config } from '../config/config.js';

/** What every receipt of this terminal has in common. */
export interface ReceiptHead {
  readonly merchantName: string;
  readonly storeName: string;
  readonly terminalNumber: string;
  readonly locale: Locale;
  /** Whether times are printed with their zone: where none is configured, readers cannot know it. */
  readonly zoneShown: boolean;
}

const LABELS = {
  copy: { en: 'COPY', 'zh-CN': '补打' },
  reversed: { en: 'REVERSED', 'zh-CN': '已撤销' },
  refund: { en: 'REFUND', 'zh-CN': '退款' },
  test: { en: 'TEST - NOT A RECEIPT', 'zh-CN': '测试 - 非收据' },
  paidWith: { en: 'Paid with Alipay', 'zh-CN': '支付宝付款' },
  undoneWith: { en: 'Payment with Alipay', 'zh-CN': '支付宝付款' },
  refundedWith: { en: 'Refunded with Alipay', 'zh-CN': '支付宝退款' },
  order: { en: 'Order', 'zh-CN': '订单号' },
  terminal: { en: 'Terminal', 'zh-CN': '终端号' },
  time: { en: 'Time', 'zh-CN': '时间' },
  amount: { en: 'Amount', 'zh-CN': '金额' },
  refundId: { en: 'Refund', 'zh-CN': '退款号' },
  refundTime: { en: 'Refund time', 'zh-CN': '退款时间' },
  refundAmount: { en: 'Refund amount', 'zh-CN': '退款金额' },
  payment: { en: 'Payment', 'zh-CN': '交易号' },
  request: { en: 'Payment request', 'zh-CN': '支付请求号' },
} as const satisfies Record<string, Readonly<Record<Locale, string>>>;

/** A reversed payment may never have been charged. */
const PAYMENT_LABEL = {
  sale: 'paidWith',
  copy: 'paidWith',
  test: 'paidWith',
  reversed: 'undoneWith',
  refund: 'refundedWith',
} as const satisfies Record<Receipt['kind'], keyof typeof LABELS>;

/**
 * Lays a receipt out. It says that Alipay was used, when to the second, how much, and shows the payment's request id as a
 * code that a technician or the acquirer's support can scan (Alipay's best-practice page).
 */
export function receiptLayout(receipt: Receipt, head: ReceiptHead): ReceiptDocument {
  const label = (key: keyof typeof LABELS): string => LABELS[key][head.locale];
  const lines: ReceiptLine[] = [
    { kind: 'text', text: head.merchantName, align: 'centre', bold: true },
    { kind: 'text', text: head.storeName, align: 'centre' },
  ];
  if (receipt.kind !== 'sale') {
    lines.push({ kind: 'text', text: `*** ${label(receipt.kind)} ***`, align: 'centre', size: 'tall', bold: true });
  }
  lines.push({ kind: 'rule' });
  if (receipt.description !== undefined) lines.push({ kind: 'text', text: receipt.description });
  const refund = receipt.kind === 'refund';
  const at = head.zoneShown ? `${receipt.at} ${zoneText(receipt.utcOffsetMinutes)}` : receipt.at;
  lines.push({ kind: 'pair', left: label('order'), right: receipt.orderId });
  if (refund) lines.push({ kind: 'pair', left: label('refundId'), right: receipt.refundId });
  lines.push(
    { kind: 'pair', left: label('terminal'), right: head.terminalNumber },
    { kind: 'pair', left: label(refund ? 'refundTime' : 'time'), right: at },
    {
      kind: 'pair',
      left: label(refund ? 'refundAmount' : 'amount'),
      right: `${receipt.amount.currency} ${formatMoney(receipt.amount)}`,
      bold: true,
    },
    { kind: 'rule' },
    { kind: 'text', text: label(PAYMENT_LABEL[receipt.kind]), align: 'centre', bold: true },
  );
  if (receipt.paymentId !== undefined) lines.push({ kind: 'pair', left: label('payment'), right: receipt.paymentId });
  lines.push(
    { kind: 'text', text: label('request'), align: 'centre' },
    { kind: 'code', payload: receipt.paymentRequestId, symbology: 'auto' },
    { kind: 'feed', lines: 1 },
  );
  return { lines };
}

/** What every receipt has in common, by the configuration. */
export function receiptHeadOf({ devices, merchant, terminal }: Config): ReceiptHead {
  const { printer } = devices;
  /* The wrong language is more readable than a row of question marks. */
  const chinese = printer.kind === 'none' || printer.charset === 'gbk';
  return {
    merchantName: merchant.name,
    storeName: merchant.store.name,
    terminalNumber: terminal.number,
    locale: chinese ? terminal.locale : 'en',
    zoneShown: !terminal.timeZoneSet,
  };
}
