import * as v from 'valibot';
import { FAULTS, type FaultCode } from '../../flows/faults.js';

/*
 * What callers get. The types of the views and the OpenAPI document come from here, so that they cannot differ.
 */

const money = v.object({ currency: v.string(), value: v.string() });
/** ISO 8601 in UTC, to the second. */
const time = v.string();
const fault = v.picklist(Object.keys(FAULTS) as FaultCode[]);

export const saleSchema = v.object({
  saleId: v.string(),
  orderId: v.string(),
  description: v.exactOptional(v.string()),
  channel: v.exactOptional(v.string()),
  state: v.picklist([
    'awaitingCode',
    'paying',
    'inquiring',
    'approved',
    'vending',
    'settled',
    'declined',
    'cancelled',
    'reversing',
    'reversed',
  ]),
  amount: money,
  attempts: v.array(
    v.object({
      paymentRequestId: v.string(),
      paymentId: v.exactOptional(v.string()),
      result: v.exactOptional(v.picklist(['S', 'F'])),
      /** With `F`: the acquirer's result code and the text for the customer. */
      code: v.exactOptional(v.string()),
      customerText: v.exactOptional(v.string()),
      /** With `F`: what it means, for the operator. */
      operatorText: v.exactOptional(v.string()),
      at: time,
    }),
  ),
  outcome: v.exactOptional(v.picklist(['paid', 'declined', 'cancelled', 'reversed'])),
  /** Why it did not end as paid: a result code of the acquirer or a cause of the terminal. */
  code: v.exactOptional(v.string()),
  customerText: v.exactOptional(v.string()),
  receipt: v.object({ state: v.picklist(['none', 'due', 'printed', 'failed', 'unknown']) }),
  /** Kept as paid though it is unknown whether the goods came out (`VEND_UNKNOWN=keep`). */
  goodsUnknown: v.exactOptional(v.boolean()),
  startedAt: time,
  updatedAt: time,
});

export const reversalSchema = v.object({
  reversalId: v.string(),
  saleId: v.string(),
  cause: v.picklist([
    'budgetSpent',
    'inquiryRefused',
    'customerCancelled',
    'hostCancelled',
    'hostSilent',
    'notDelivered',
    'vendFailed',
    'vendUnknown',
    'powerLost',
    'paidAfterFailure',
    'unknownPayment',
    'refundRequested',
  ]),
  kind: v.picklist(['cancel', 'refund']),
  state: v.picklist(['open', 'needsPerson', 'finished']),
  /** Held back until a person retries or settles it. */
  manual: v.boolean(),
  amount: money,
  paymentRequestId: v.string(),
  paymentId: v.exactOptional(v.string()),
  /** Where the payment was made: origin and path of the acquirer. */
  acquirer: v.exactOptional(v.string()),
  refundRequestId: v.exactOptional(v.string()),
  refundId: v.exactOptional(v.string()),
  reason: v.exactOptional(v.string()),
  lastCode: v.exactOptional(v.string()),
  /** What `lastCode` means, for the operator. */
  operatorText: v.exactOptional(v.string()),
  startedAt: time,
  end: v.exactOptional(
    v.object({
      how: v.picklist(['cancelled', 'refunded', 'nothingCharged', 'settledByHand']),
      at: time,
      by: v.exactOptional(v.string()),
      note: v.exactOptional(v.string()),
      outcome: v.exactOptional(v.picklist(['reversed', 'paid'])),
    }),
  ),
  /** Settled as reversed before the payment's expiry: until then it may still be charged. */
  mayArriveUntil: v.exactOptional(time),
  /** What that means, for people. */
  warning: v.exactOptional(v.string()),
});

export const reversalsSchema = v.object({ reversals: v.array(reversalSchema) });

export const statusSchema = v.object({
  ready: v.boolean(),
  reasons: v.array(fault),
  warnings: v.array(fault),
  /** One row for each reason and warning, for people. */
  faults: v.array(
    v.object({
      code: fault,
      blocksSale: v.boolean(),
      meaning: v.string(),
      /** What was found in this case, where that is more precise than `meaning`; `operatorAction` is then about it. */
      detail: v.exactOptional(v.string()),
      operatorAction: v.string(),
    }),
  ),
  terminalNumber: v.string(),
  version: v.string(),
  currency: v.string(),
  /** Missing, like the queue's numbers, while the terminal is without its journal: they are unknown then, not 0. */
  bootCount: v.exactOptional(v.number()),
  openSaleId: v.exactOptional(v.string()),
  acquirer: v.object({
    condition: v.picklist(['unknown', 'reachable', 'unreachable', 'misconfigured', 'unverified']),
    lastContactAt: v.exactOptional(time),
    /** Why the terminal cannot use the acquirer. */
    detail: v.exactOptional(v.string()),
  }),
  clock: v.object({ trusted: v.boolean(), at: time }),
  queue: v.object({
    depth: v.exactOptional(v.number()),
    needsPerson: v.exactOptional(v.number()),
    limit: v.number(),
  }),
  devices: v.record(
    v.string(),
    v.object({
      state: v.picklist(['starting', 'ok', 'fault', 'absent']),
      kind: v.exactOptional(v.string()),
      detail: v.exactOptional(v.string()),
      faults: v.array(fault),
      /** What needs a visit soon although the device works; missing where the driver cannot say. */
      warnings: v.exactOptional(v.array(fault)),
      /** How often an input was refused since the start, by reason; missing where nothing was. */
      refused: v.exactOptional(v.record(v.string(), v.number())),
      lastRefused: v.exactOptional(v.string()),
    }),
  ),
  gpio: v.string(),
  store: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
  /** `lostLines`: could not be written since the start. */
  log: v.object({ lostLines: v.number() }),
  /**
   * Missing where nothing updates this software. `held`: a new version is downloaded, and no sale starts for some minutes.
   * `installing`: somebody else holds the update lock. `locked`: this terminal holds it, because a customer is served.
   */
  update: v.exactOptional(
    v.object({
      state: v.picklist(['none', 'downloaded', 'held', 'installing']),
      locked: v.boolean(),
      /** Why the lock cannot be taken. */
      trouble: v.exactOptional(v.string()),
      lockFailures: v.number(),
      supervisorFailures: v.number(),
    }),
  ),
});

export const errorSchema = v.object({
  error: v.object({ code: v.string(), message: v.string(), field: v.exactOptional(v.string()) }),
  /** With `notReady`. */
  reasons: v.exactOptional(v.array(fault)),
});

export type SaleView = v.InferOutput<typeof saleSchema>;
export type ReversalView = v.InferOutput<typeof reversalSchema>;
export type StatusView = v.InferOutput<typeof statusSchema>;
