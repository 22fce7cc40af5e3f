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
  /** Whether times carry their zone: where nobody chose one, readers cannot know it. */
  readonly zoneShown: boolean;
}

const WORDS = {
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

/** What was undone may never have been paid. */
const PAYMENT_WORD = {
  sale: 'paidWith',
  copy: 'paidWith',
  test: 'paidWith',
  reversed: 'undoneWith',
  refund: 'refundedWith',
} as const satisfies Record<Receipt['kind'], keyof typeof WORDS>;

/**
 * Lays a receipt out. It says that Alipay was used, when to the second, how much, and shows the payment's request id as a
 * code that a technician or the acquirer's support can scan (Alipay's best-practice page).
 */
export function receiptLayout(receipt: Receipt, head: ReceiptHead): ReceiptDocument {
  const word = (key: keyof typeof WORDS): string => WORDS[key][head.locale];
  const lines: ReceiptLine[] = [
    { kind: 'text', text: head.merchantName, align: 'centre', bold: true },
    { kind: 'text', text: head.storeName, align: 'centre' },
  ];
  if (receipt.kind !== 'sale') {
    lines.push({ kind: 'text', text: `*** ${word(receipt.kind)} ***`, align: 'centre', size: 'tall', bold: true });
  }
  lines.push({ kind: 'rule' });
  if (receipt.description !== undefined) lines.push({ kind: 'text', text: receipt.description });
  const refund = receipt.kind === 'refund';
  const at = head.zoneShown ? `${receipt.at} ${zoneText(receipt.utcOffsetMinutes)}` : receipt.at;
  lines.push({ kind: 'pair', left: word('order'), right: receipt.orderId });
  if (refund) lines.push({ kind: 'pair', left: word('refundId'), right: receipt.refundId });
  lines.push(
    { kind: 'pair', left: word('terminal'), right: head.terminalNumber },
    { kind: 'pair', left: word(refund ? 'refundTime' : 'time'), right: at },
    {
      kind: 'pair',
      left: word(refund ? 'refundAmount' : 'amount'),
      right: `${receipt.amount.currency} ${formatMoney(receipt.amount)}`,
      bold: true,
    },
    { kind: 'rule' },
    { kind: 'text', text: word(PAYMENT_WORD[receipt.kind]), align: 'centre', bold: true },
  );
  if (receipt.paymentId !== undefined) lines.push({ kind: 'pair', left: word('payment'), right: receipt.paymentId });
  lines.push(
    { kind: 'text', text: word('request'), align: 'centre' },
    { kind: 'code', payload: receipt.paymentRequestId, symbology: 'auto' },
    { kind: 'feed', lines: 1 },
  );
  return { lines };
}

/** The part of the configuration that stands on every receipt. */
export function receiptHeadOf({ devices, merchant, terminal }: Config): ReceiptHead {
  const { printer } = devices;
  /* Words in the wrong language read better than a row of question marks. */
  const chinese = printer.kind === 'none' || printer.charset === 'gbk';
  return {
    merchantName: merchant.name,
    storeName: merchant.store.name,
    terminalNumber: terminal.number,
    locale: chinese ? terminal.locale : 'en',
    zoneShown: !terminal.timeZoneSet,
  };
}
