import type { Sale } from '../../../firmware/for-simulator.js';
import type { Violate } from './violate.js';

/** Rules 1 and 8, for the operator: an alarm reports money that does not come back, and goods of which nobody knows. */
export interface AlarmRules {
  /** A process started: it starts again whatever the last one tried. */
  processStarted(): void;
  /** The operator was alarmed. */
  alarmRaised(alarm: string, detail: string): void;
  /** A person wants the reversal of this payment sent: it starts again too. */
  retryAsked(paymentRequestId: string): void;
  /** The terminal sent a request. */
  requestSent(url: string, body: string): void;
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
}

/** For this long the acquirer is asked at short intervals, without an alarm. */
const BURST_MS = 70_000;
/** Cancels after that. Two of them may have succeeded without ending the reversal, as the payment could still arrive. */
const UNTOLD_LIMIT = 4;
const UNATTENDED_LIMIT = 9;

interface Undoing {
  readonly sinceMs: number;
  tries: number;
}

export function createAlarmRules(nowMs: () => number, violate: Violate): AlarmRules {
  /** By payment. */
  const undoings = new Map<string, Undoing>();
  const doubted = new Set<string>();
  /** Since the process started: a restart repeats the alarms for what waits for a person. */
  let heard: string[] = [];

  function isHeard(alarm: string, id: string): boolean {
    return heard.some((one) => one.startsWith(alarm) && one.includes(id));
  }

  function cancelLeft(id: string): void {
    const undoing = undoings.get(id) ?? { sinceMs: nowMs(), tries: 0 };
    undoings.set(id, undoing);
    if (nowMs() - undoing.sinceMs < BURST_MS) return;
    undoing.tries += 1;
    if (undoing.tries === UNTOLD_LIMIT && !isHeard('reversalDelayed', id)) {
      violate('rule 8, a reversal is late and no alarm was raised', id);
    }
    if (undoing.tries === UNATTENDED_LIMIT && !isHeard('reversalNeedsPerson', id)) {
      violate('rule 8, a reversal keeps failing and no person is called', id);
    }
  }

  return {
    processStarted() {
      undoings.clear();
      heard = [];
    },
    alarmRaised(alarm, detail) {
      if (alarm === 'vendUnknown') doubted.add(detail);
      /* Another reversal of the same payment may start. */
      if (alarm === 'resultContradicts') undoings.delete(detail);
      heard.push(`${alarm} ${detail}`);
    },
    retryAsked: (paymentRequestId) => void undoings.delete(paymentRequestId),
    requestSent(url, body) {
      if (url.endsWith('/cancel')) cancelLeft(JSON.parse(body).paymentRequestId);
    },
    saleChanged({ saleId, state, endCode }) {
      if (state === 'reversing' && endCode === 'vendUnknown' && !doubted.has(saleId)) {
        violate('rule 1, goods are unknown and no alarm was raised', saleId);
      }
    },
  };
}
