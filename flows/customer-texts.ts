/** The languages of customer texts. */
export type Locale = 'en' | 'zh-CN';

/** What customers read: one row for each text. `{amount}` and `{name}` are filled in. */
export const CUSTOMER_TEXTS = {
  outOfService: { en: 'Out of service', 'zh-CN': '暂停服务' },
  startingUp: { en: 'Starting. One moment please', 'zh-CN': '正在启动，请稍候' },
  updating: { en: 'Being updated. Please try again in a few minutes', 'zh-CN': '系统更新中，请几分钟后再试' },
  noConnection: { en: 'No connection. Please try again later', 'zh-CN': '网络异常，请稍后再试' },
  serviceUnavailable: { en: 'Payment is not available right now', 'zh-CN': '暂时无法支付' },
  ready: { en: 'Ready', 'zh-CN': '准备就绪' },
  enterAmount: { en: 'Enter the amount, then #', 'zh-CN': '请输入金额，按 # 确认' },
  enterSelection: { en: 'Enter the item number, then #', 'zh-CN': '请输入商品编号，按 # 确认' },
  itemChosen: { en: '{name}, {amount}. Press # to pay', 'zh-CN': '{name}，{amount}，按 # 付款' },
  chooseAtMachine: { en: 'Choose your item at the machine', 'zh-CN': '请在机器上选择商品' },
  noSuchItem: { en: 'There is no such item', 'zh-CN': '没有该商品' },
  typeAgain: {
    en: 'Please start again, one key after the other',
    'zh-CN': '请重新输入，逐个按键',
  },
  showCode: { en: 'Pay {amount}: show your payment code', 'zh-CN': '请出示付款码支付 {amount}' },
  notAPaymentCode: {
    en: "Not a payment code. Show your wallet's payment code",
    'zh-CN': '这不是付款码，请打开钱包出示付款码',
  },
  oneCodeOnly: { en: 'Show one code only, please', 'zh-CN': '请只出示一个付款码' },
  paying: { en: 'One moment please', 'zh-CN': '正在支付，请稍候' },
  confirmOnPhone: { en: 'Please confirm on your phone', 'zh-CN': '请在手机上确认支付' },
  checkingPayment: {
    en: 'Checking the payment. Do not pay again',
    'zh-CN': '正在查询支付结果，请勿重复付款',
  },

  /* An attempt failed, and the sale waits for another code: each text asks for one. */
  codeExpired: { en: 'The code has expired. Refresh it and show it again', 'zh-CN': '付款码已过期，请刷新后重试' },
  codeInvalid: { en: 'The code was not accepted. Show another one', 'zh-CN': '付款码无效，请更换付款码' },
  balanceTooLow: {
    en: 'Not enough balance. Choose another card and show a new code',
    'zh-CN': '余额不足，请更换支付方式后重新出示付款码',
  },
  limitReached: {
    en: "Your limit is exceeded. Show another wallet's code",
    'zh-CN': '超出您的支付限额，请换钱包出示付款码',
  },
  noWayToPay: {
    en: "This wallet cannot pay. Show another wallet's code",
    'zh-CN': '该钱包无法支付，请换钱包出示付款码',
  },
  showNewCode: { en: 'The payment failed. Show a new code', 'zh-CN': '支付未成功，请出示新的付款码' },

  /* The sale has ended: none of these texts asks for another code. */
  balanceNotEnough: { en: 'Not enough balance', 'zh-CN': '余额不足，支付未成功' },
  limitExceeded: { en: 'Your payment limit is exceeded', 'zh-CN': '超出您的支付限额' },
  amountTooHigh: { en: 'The amount is too high to be paid here', 'zh-CN': '金额过高，无法在此支付' },
  tooManyPayments: { en: 'Too many payments with this wallet', 'zh-CN': '该钱包支付次数过多' },
  walletNotAccepted: { en: 'This wallet cannot be used here', 'zh-CN': '此处无法使用该钱包' },
  notVerified: { en: 'The password check of your wallet failed', 'zh-CN': '支付密码验证未通过' },
  contactWallet: { en: "Please contact your wallet's support", 'zh-CN': '请联系钱包客服' },
  declined: { en: 'The payment was declined', 'zh-CN': '支付未成功' },
  cancelled: { en: 'Cancelled. Nothing was charged', 'zh-CN': '已取消，未扣款' },
  notSent: { en: 'No connection. Nothing was charged', 'zh-CN': '网络不通，未扣款' },

  /* A payment is undone, and the customer never read that it is paid. */
  reversing: {
    en: 'Payment not completed. Any charge goes back to your wallet',
    'zh-CN': '支付未完成，如已扣款将自动退回',
  },
  notCharged: { en: 'Payment not completed. Nothing was charged', 'zh-CN': '支付未完成，未扣款' },

  vending: { en: 'Paid. Your goods are coming', 'zh-CN': '支付成功，正在出货' },
  paid: { en: 'Paid. Thank you', 'zh-CN': '支付成功，谢谢惠顾' },

  /* A payment is undone after the customer read that it is paid. */
  moneyGoesBack: { en: 'Sorry. Your money goes back to your wallet', 'zh-CN': '抱歉，款项将退回您的钱包' },
  chargeGoesBack: { en: 'Sorry. Any charge goes back to your wallet', 'zh-CN': '抱歉，如已扣款将自动退回' },
  moneyReturned: { en: 'Sorry. Your money was returned', 'zh-CN': '抱歉，款项已退还' },
  vendFailed: {
    en: 'Sorry, we could not deliver. Your money will be returned',
    'zh-CN': '抱歉，出货失败，款项将原路退回',
  },
  vendFailedReturned: {
    en: 'Sorry, we could not deliver. Your money is returned',
    'zh-CN': '抱歉，出货失败，款项已退回',
  },
  askOperator: { en: 'Please contact the operator', 'zh-CN': '请联系本机客服' },
} as const satisfies Record<string, Readonly<Record<Locale, string>>>;

export type TextKey = keyof typeof CUSTOMER_TEXTS;

/** The text of a key in a language, with the values filled in. */
export function customerText(key: TextKey, locale: Locale, values: Readonly<Record<string, string>> = {}): string {
  return CUSTOMER_TEXTS[key][locale].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}
