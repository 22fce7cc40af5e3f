import type { Conflict, Invalid } from '../../flows/call-answer.js';
import { formatMoney, type Money } from '../../flows/money.js';
import type { PaidOrder } from '../../flows/paid-orders.js';
import { channelHint } from '../../flows/vend-channel.js';

/** The texts of refusals for callers, made from the codes and facts that the flow answers. */
export const answerMessages = { conflict, invalid, notFound };

function conflict(refusal: Conflict): string {
  switch (refusal.code) {
    case 'machineSells':
      return 'the vending machine starts the sales of this terminal (SALE_MODE=mdb)';
    case 'goodsMoving':
      return 'the goods are already moving';
    case 'alreadyDelivered':
      return 'the sale is paid and over; to give the money back ask for a refund with POST /v1/refunds';
    case 'notYourDelivery':
      return 'this terminal hands out the goods itself; set VEND=none to do it from the host';
    case 'reversalFinished':
      return 'the reversal is finished';
    case 'saleOpen':
      return refusal.because === 'busy'
        ? `sale ${refusal.saleId} is still ${refusal.state}`
        : `${paidTwice(refusal)} is still ${refusal.state}; see first how that ends`;
    case 'orderPaid':
      return orderPaid(refusal);
    case 'orderHeld':
      return `order ${refusal.orderId} has a payment that a person has to decide about first: reversal ${refusal.reversalId}`;
    case 'notAwaitingCode':
      return `the sale is ${refusal.state}; a code is taken only while it is awaitingCode`;
    case 'alreadyReversed':
      return `the sale is ${refusal.state}: the goods are not paid for`;
    case 'notPaid':
      return notPaid(refusal);
    case 'refundDiffers':
      return `refund ${refusal.refundId} was asked for differently`;
    case 'underWay':
      return refusal.because === 'sent'
        ? 'a request to give the money back has just been sent: see in a few seconds what was answered'
        : 'somebody is settling it as paid at this moment: see in a few seconds what the acquirer says to that';
    case 'unconfirmed':
      return `the money may have gone back already, and the acquirer does not confirm that the payment stands (${refusal.said ?? 'nothing that can be believed'}): try again later`;
    case 'otherAccount':
      return otherAccount(refusal);
    case 'nothingToPrint':
      return nothingToPrint(refusal);
  }
}

type Of<C extends Conflict['code']> = Extract<Conflict, { readonly code: C }>;

function orderPaid(refusal: Of<'orderPaid'>): string {
  switch (refusal.because) {
    case 'otherAmount':
      return `order ${refusal.orderId} was paid with another amount`;
    case 'notKept': {
      const { orderId, saleId, amount } = refusal.paid;
      return `order ${orderId} was paid with ${amountText(amount)} by sale ${saleId}, which is no longer kept`;
    }
    case 'paidTwice':
      return refusal.kept
        ? `${paidTwice(refusal)} is paid; give this payment back`
        : `${paidTwice(refusal)}, which is no longer kept, was paid; give this payment back`;
  }
}

function notPaid(refusal: Of<'notPaid'>): string {
  switch (refusal.because) {
    case 'notDeliverable':
      return `the sale is ${refusal.state}; only a paid sale can be delivered`;
    case 'notRefundable':
      return `the sale is ${refusal.state}; only a settled sale is refunded`;
    case 'endedWithout':
      return 'the sale ended without this payment, so it cannot end as paid';
    case 'neverProven':
      return 'the acquirer never confirmed this payment to the terminal, so it cannot end as paid';
    case 'otherAmount':
      return 'the acquirer says that another amount was paid';
    case 'cancelled':
      return 'the acquirer says that the payment is cancelled: it does not stand, and the reversal is finished';
    case 'nothingCharged':
      return 'the acquirer says that the payment failed: it does not stand, and the reversal is finished';
    case 'refunded':
      return 'the acquirer says that the money was refunded: it does not stay, and the reversal is finished';
  }
}

function otherAccount(refusal: Of<'otherAccount'>): string {
  switch (refusal.differs) {
    case 'account':
      return 'the payment was made with another ALIPAY_CLIENT_ID or MERCHANT_ID than the terminal has now';
    case 'acquirer':
      return `the payment was made at ${refusal.madeAt}; the terminal asks ${refusal.asked} now, and ACQUIRER_MOVED_FROM does not say that it moved`;
    case 'merchant':
      return `the payment was made for the merchant ${refusal.madeFor}, and the terminal acts for ${refusal.actsFor} now`;
  }
}

function nothingToPrint(refusal: Of<'nothingToPrint'>): string {
  switch (refusal.because) {
    case 'noPrinter':
      return 'this terminal has no printer';
    case 'refundUnconfirmed':
      return 'the acquirer has not confirmed the refund';
    case 'notPaid':
      return `the sale is ${refusal.state}`;
  }
}

function paidTwice({ orderId, saleId }: { readonly orderId: string; readonly saleId: string }): string {
  return `order ${orderId} would be paid twice: its sale ${saleId}`;
}

/** Follows the name of the field. */
function invalid(refusal: Invalid): string {
  switch (refusal.problem) {
    case 'hundredths':
      return `an amount in ${refusal.currency} has to end in 00`;
    case 'notPayable':
      return `a whole number of the smallest unit, 1 to 16 digits, in ${refusal.currency} is needed`;
    case 'aboveRest': {
      const { value, currency } = refusal.rest;
      return `a whole number of the smallest unit, at most what is left of the payment: ${value} ${currency}`;
    }
    case 'noSuchChannel':
      return channelHint(refusal.channelCount);
    case 'notAPaymentCode':
      return `not a payment code: ${refusal.least} to ${refusal.most} digits that start with 25 to 30 are needed`;
    case 'tooManyRefunds':
      return `the sale has ${refusal.limit} refunds, which is the limit`;
  }
}

function notFound(what: 'sale' | 'reversal' | 'refund', paid?: PaidOrder): string {
  if (paid === undefined) return `there is no such ${what}, or it is no longer kept`;
  const { saleId, orderId, amount } = paid;
  return `sale ${saleId} of order ${orderId} was paid with ${amountText(amount)} and is no longer kept: its money can go back over Alipay's merchant portal only`;
}

function amountText(amount: Money): string {
  return `${amount.currency} ${formatMoney(amount)}`;
}
