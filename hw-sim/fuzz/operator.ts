import type { Kiosk } from '../kiosk.js';
import { type ApiCall, callApi } from './call-api.js';
import type { Chance } from './chance.js';
import { chooseSettling } from './choose-settling.js';
import { type Coverage, count } from './coverage.js';
import type { QueueEntry } from './oracle/hand-rules.js';
import type { Oracle } from './oracle.js';

/**
 * The person who looks after the kiosk, over the local API as `tillbox queue` does: retries reversals, settles some by
 * hand, reads all that can be read.
 */
export interface Operator {
  /** The terminal sent a request. A person may act while a cancel or refund is under way. */
  requestSent(url: string): void;
  /** From now on settles only what waits for a person, so that the rest has to finish by itself. */
  windDown(): void;
  /** Does nothing any more. */
  leave(): void;
}

export interface OperatorParts {
  readonly kiosk: Kiosk;
  readonly apiPort: number;
  readonly oracle: Oracle;
  readonly chance: Chance;
  readonly coverage: Coverage;
  /** Only retries: the box keeps too few sales to check later what was declared. */
  readonly neverSettles: boolean;
}

interface Entry extends QueueEntry {
  readonly manual: boolean;
  readonly lastCode?: string;
}

const LAST_VISITS_MS = 60_000;
/** Entries handled in one visit. */
const ENTRIES = 4;
/** By then most requests are answered. */
const UNDER_WAY_MS = 80;
/** Between two actions: nobody is faster for long. */
const HASTE_MS = 3_000;

export function createOperator(parts: OperatorParts): Operator {
  const { kiosk, apiPort, oracle, chance, coverage, neverSettles } = parts;
  const { world } = kiosk;
  /* Nobody looks after most kiosks while faults last. */
  const diligent = chance.likely(0.3);
  const hasty = chance.likely(0.3);
  let over = false;
  let gone = false;
  let pressedAtMs = Number.NEGATIVE_INFINITY;

  function call(call: ApiCall, told: (status: number, text: string) => void = () => undefined): void {
    callApi({ kiosk, port: apiPort, oracle }, call, told);
  }

  function visit(): void {
    if (chance.likely(0.2)) call({ method: 'GET', target: '/v1/status' });
    if (chance.likely(0.1)) call({ method: 'GET', target: '/metrics' });
    if (chance.likely(0.2)) call({ method: 'GET', target: '/v1/reversals?state=all' });
    if (chance.likely(0.05)) send('c20200101000000');
    call({ method: 'GET', target: '/v1/reversals' }, (status, text) => {
      if (status !== 200) return;
      const { reversals } = JSON.parse(text) as { readonly reversals: readonly Entry[] };
      for (const entry of reversals.slice(0, ENTRIES)) look(entry);
    });
  }

  function look(entry: Entry): void {
    if (over) {
      /* Only a person can end a reversal at another acquirer. */
      const waits = entry.manual || entry.lastCode === 'OTHER_ACCOUNT';
      if (waits) world.after(chance.between(0, 5_000), () => decide(entry));
      return;
    }
    if (chance.likely(0.2)) call({ method: 'GET', target: `/v1/sales/${entry.saleId}` });
    if (chance.likely(0.3)) retry(entry);
    else if (chance.likely(0.2)) world.after(chance.between(0, 10_000), () => decide(entry));
  }

  function decide(entry: Entry): void {
    if (neverSettles) return retry(entry);
    if (chance.likely(0.5)) retry(entry);
    else settle(entry);
    /* Two people, or one who acts twice. */
    if (chance.likely(0.1)) settle(entry);
  }

  function retry({ reversalId, paymentRequestId }: Entry): void {
    oracle.retryAsked(paymentRequestId);
    send(reversalId);
  }

  function send(reversalId: string): void {
    call({ method: 'POST', target: `/v1/reversals/${reversalId}/retry`, body: {} }, (status) =>
      count(coverage, `operator retry ${status}`),
    );
  }

  function settle(entry: Entry): void {
    const settling = chooseSettling(entry, chance);
    const { reversalId, by, note, outcome } = settling;
    oracle.settlingAsked(settling);
    const body = outcome === 'reversed' && chance.likely(0.5) ? { by, note } : { by, note, outcome };
    call({ method: 'POST', target: `/v1/reversals/${reversalId}/settle`, body }, (status) => {
      count(coverage, `operator settle ${outcome} ${status}`);
      if (status === 200) oracle.settlingAgreed(settling);
    });
  }

  function comeAgain(): void {
    world.after(over ? LAST_VISITS_MS : chance.between(5_000, 300_000), () => {
      if (gone) return;
      if (over || diligent) visit();
      comeAgain();
    });
  }

  /** Acts while a request is under way, so that its answer arrives after another decision. */
  function interfere(): void {
    call({ method: 'GET', target: '/v1/reversals' }, (status, text) => {
      if (status !== 200) return;
      const { reversals } = JSON.parse(text) as { readonly reversals: readonly Entry[] };
      for (const entry of reversals.slice(0, ENTRIES)) {
        pressedAtMs = world.nowMs();
        count(coverage, 'operator while a request is under way');
        if (chance.likely(0.7)) retry(entry);
        else decide(entry);
      }
    });
  }

  comeAgain();
  return {
    requestSent(url) {
      if (over || !hasty || url.endsWith('/pay') || world.nowMs() < pressedAtMs + HASTE_MS) return;
      /* An inquiry for a reversal is rarer than a cancel, and its answer means something else. */
      if (url.endsWith('/cancel') && !chance.likely(0.1)) return;
      world.after(chance.between(0, UNDER_WAY_MS), interfere);
    },
    windDown() {
      over = true;
    },
    leave() {
      gone = true;
    },
  };
}
