import type { HttpRequest } from '../../drivers/host.js';
import type { Book, Sale } from '../../firmware/for-simulator.js';
import type { AcquirerSigner } from '../acquirer/acquirer-signer.js';
import type { Ledger } from '../acquirer/ledger.js';
import type { AcquirerMessage } from '../kiosk.js';
import { createAlarmRules } from './oracle/alarm-rules.js';
import { type CardRules, createCardRules } from './oracle/card-rules.js';
import { createDecisionRules, type DecisionRules } from './oracle/decision-rules.js';
import { createGoodsRules, type Goods } from './oracle/goods-rules.js';
import { createHandRules, type HandRules } from './oracle/hand-rules.js';
import { createHostRules, type HostTerms } from './oracle/host-rules.js';
import { createLateChargeRules } from './oracle/late-charge-rules.js';
import { createPaceRules } from './oracle/pace-rules.js';
import { createPaymentRules, type PaymentRules } from './oracle/payment-rules.js';
import {
  createReadinessRules,
  type ReadinessRules,
  type ReadinessTerms,
  type Surroundings,
} from './oracle/readiness-rules.js';
import { createReceiptRules, type Papers } from './oracle/receipt-rules.js';
import { createRequestRules, type RequestTerms } from './oracle/request-rules.js';
import { createSecretRules, type SecretRules } from './oracle/secret-rules.js';
import { createStopRules, type StopRules } from './oracle/stop-rules.js';
import { createTextRules, type TextRules } from './oracle/text-rules.js';
import { createTokenRules, type TokenRules } from './oracle/token-rules.js';
import type { Violate } from './oracle/violate.js';

/**
 * Judges a terminal from outside: by the acquirer's ledger, the goods, what people and the host app were told, and what is
 * on flash. It does not know how the terminal decides. Rule numbers are those of the money rules in docs/architecture.md;
 * `oracle/` has a file for each group of them.
 */
export interface Oracle
  extends Omit<
      PaymentRules,
      | 'checkEnd'
      | 'codeShown'
      | 'isDenied'
      | 'mayBeBelieved'
      | 'messageSent'
      | 'notificationAcknowledged'
      | 'settlingAgreed'
    >,
    Omit<HandRules, 'checkEnd' | 'isByHand' | 'wasKept'>,
    Pick<CardRules, 'cardRead'>,
    Pick<DecisionRules, 'retryAsked'>,
    Pick<ReadinessRules, 'answered' | 'decided' | 'paymentsAllowed'>,
    Pick<SecretRules, 'stored'>,
    Pick<TextRules, 'screenShown'>,
    Omit<StopRules, 'salesFound'>,
    Omit<TokenRules, 'requestSent'> {
  readonly violations: readonly string[];
  /** The acquirer's side sent a reply or notification: true, forged or altered. */
  messageSent(message: AcquirerMessage): void;
  /** The terminal acknowledged a notification. */
  notificationAcknowledged(message: AcquirerMessage): void;
  /** A customer shows a code. */
  codeShown(code: string): void;
  /** The operator was alarmed. */
  alarmRaised(alarm: string, detail: string): void;
  /** People may read this: a line of the log, an answer of the local API, a crash report. */
  shown(text: string): void;
  /** The terminal sent a request. */
  requestSent(request: Pick<HttpRequest, 'url' | 'headers' | 'body'>): void;
  /** A new process found this book on flash. */
  bookFound(book: Book): void;
  /** Nothing is open, and the power has been on for long. `book` is the state in memory. */
  atRest(book: Book): void;
  /** The end: nothing is open, and terminal and acquirer have to agree. `book` is what flash holds. */
  checkEnd(book: Book, ready: boolean, reasons: readonly string[]): void;
  readonly violate: Violate;
}

export interface OracleParts {
  /** Of the world. */
  readonly nowMs: () => number;
  readonly ledger: Ledger;
  /** Limits from the terminal's configuration. */
  readonly terms: RequestTerms & ReadinessTerms & HostTerms;
  readonly around: Surroundings;
  /** The acquirer's own signer, to recognise forged signatures. */
  readonly signer: AcquirerSigner;
  readonly clientId: string;
  /** Missing where the host app delivers. */
  readonly goods?: Goods;
  /** Missing without a printer. */
  readonly papers?: Papers;
  /** Whether a sale with unknown goods waits for a person. */
  readonly unknownWaits: boolean;
  /** Secrets of the configuration, which must not be shown. */
  readonly secrets: readonly string[];
  /** ISV mode: the configured token. */
  readonly agentToken?: string;
}

const ENDED: readonly Sale['state'][] = ['settled', 'declined', 'cancelled', 'reversed'];

export function createOracle(parts: OracleParts): Oracle {
  const violations: string[] = [];
  const violate: Violate = (rule, detail) => void violations.push(`${rule}: ${detail}`);
  const hand = createHandRules(violate);
  const payments = createPaymentRules({ ...parts, hand, violate });
  const secrets = createSecretRules(parts.secrets, violate);
  const card = createCardRules({ ledger: parts.ledger, isDenied: payments.isDenied, violate });
  const tokens = createTokenRules(parts.agentToken, violate);
  const decisions = createDecisionRules({ ...parts, violate });
  const alarms = createAlarmRules(parts.nowMs, violate);
  const host = createHostRules(parts.terms, parts.nowMs, violate);
  const lateCharges = createLateChargeRules(parts.nowMs, violate);
  const pace = createPaceRules(parts.nowMs, violate);
  const { isDenied, mayBeBelieved } = payments;
  const texts = createTextRules({ ...parts, isDenied, mayBeBelieved, wasKept: hand.wasKept, violate });
  const stops = createStopRules(violate);
  const requests = createRequestRules(parts.terms, violate);
  const readiness = createReadinessRules(parts.terms, parts.around, violate);
  const receipts = parts.papers && createReceiptRules(parts.papers, violate);
  const goods = parts.goods && createGoodsRules(parts.goods, violate);

  return {
    violations,
    violate,
    messageSent(message) {
      const proven = payments.messageSent(message);
      if (proven !== undefined) lateCharges.proven(proven);
      texts.messageSent(message);
    },
    notificationAcknowledged(message) {
      const proven = payments.notificationAcknowledged(message);
      if (proven !== undefined) lateCharges.acknowledged(proven);
    },
    saleChanged(sale, before) {
      payments.saleChanged(sale, before);
      card.saleChanged(sale);
      host.saleChanged(sale, before);
      decisions.saleChanged(sale);
      lateCharges.saleChanged(sale);
      requests.saleChanged(sale);
      alarms.saleChanged(sale);
      receipts?.saleChanged(sale);
      texts.saleChanged(sale);
    },
    screenShown: texts.screenShown,
    paySent: payments.paySent,
    processStarted(onGlass) {
      payments.processStarted(onGlass);
      pace.processStarted();
      host.processStarted();
      lateCharges.processStarted();
      alarms.processStarted();
      readiness.processStarted();
    },
    answered: readiness.answered,
    decided: readiness.decided,
    paymentsAllowed: readiness.paymentsAllowed,
    returnAsked(saleId, value) {
      payments.returnAsked(saleId, value);
      decisions.returnAsked(saleId);
    },
    deliveryAgreed: payments.deliveryAgreed,
    retryAsked(paymentRequestId) {
      decisions.retryAsked(paymentRequestId);
      alarms.retryAsked(paymentRequestId);
    },
    returnAgreed(saleId, value) {
      payments.returnAgreed(saleId, value);
      card.returnAgreed(saleId, value);
    },
    cardRead: card.cardRead,
    settlingAsked: hand.settlingAsked,
    settlingAgreed(settling) {
      hand.settlingAgreed(settling);
      decisions.settlingAgreed(settling);
      texts.settlingAgreed(settling);
      payments.settlingAgreed(settling);
      lateCharges.settlingAgreed(settling.paymentRequestId);
    },
    requestSent({ url, headers, body }) {
      tokens.requestSent(headers);
      decisions.requestSent(url, body);
      requests.requestSent(url, body);
      pace.requestSent(url, body);
      lateCharges.requestSent(url, body);
      alarms.requestSent(url, body);
    },
    tokenAcknowledged: tokens.tokenAcknowledged,
    strangersTokenIssued(token) {
      secrets.add(token);
      tokens.strangersTokenIssued(token);
    },
    tokenIssued(token) {
      secrets.add(token);
      tokens.tokenIssued(token);
    },
    codeShown(code) {
      secrets.addCode(code);
      payments.codeShown(code);
    },
    alarmRaised(alarm, detail) {
      goods?.alarmRaised(alarm, detail);
      decisions.alarmRaised(alarm, detail);
      alarms.alarmRaised(alarm, detail);
    },
    shown(text) {
      secrets.shown(text);
      texts.shown(text);
    },
    stored: secrets.stored,
    stoppedInOrder: stops.stoppedInOrder,
    bookFound(book) {
      stops.salesFound(book.sales);
      decisions.reversalsFound(book.reversals);
    },
    atRest: (book) => receipts?.atRest(book),
    checkEnd(book, ready, reasons) {
      for (const sale of Object.values(book.sales)) {
        if (!ENDED.includes(sale.state)) violate('rule 8, a sale did not end', `${sale.saleId} ${sale.state}`);
      }
      for (const reversal of Object.values(book.reversals)) {
        if (reversal.state !== 'finished') violate('rule 8, the queue does not drain', reversal.reversalId);
      }
      if (!ready) violate('rule 8, the terminal does not become ready', reasons.join(' '));
      hand.checkEnd(book);
      payments.checkEnd(book);
      lateCharges.checkEnd();
      goods?.checkEnd(book);
      receipts?.checkEnd(book);
    },
  };
}
