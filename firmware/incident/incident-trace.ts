import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Book } from '../../flows/book.js';
import type { Input } from '../../flows/input.js';
import { maskPaymentCode } from '../../flows/payment-code.js';
import { present } from '../../flows/present.js';
import type { Reversal } from '../../flows/reversal.js';
import type { Sale } from '../../flows/sale.js';
import type { TerminalState } from '../../flows/terminal-state.js';

/**
 * The latest inputs of the flow and the state before them, so that a failure in the field can be replayed elsewhere. Held in
 * memory; written only when the process is about to end.
 *
 * Invariants
 * - The latest `SPAN_INPUTS` inputs are held, and at most twice as many.
 * - Noting an input costs one push of a reference. States share most of their objects, so holding one costs next to nothing.
 * - A payment code is masked when it comes. What is written holds no payment code and no token. Masks preserve what decisions
 *   depend on: length and kind of a code, and which tokens are the same.
 */
export interface IncidentTrace {
  /** To be called before each decision with its input and the state before it. */
  note(input: Input, before: TerminalState): void;
  /**
   * An `Incident` as JSON; undefined where there was no input yet, or it would be too large. `redact` is applied to texts of
   * people and of other programs, which may contain anything.
   */
  write(cause: IncidentCause, redact: (text: string) => string): string | undefined;
}

export interface IncidentCause {
  /** `assertion`: the process has a bug. `flash`: the journal failed. */
  readonly kind: 'assertion' | 'flash';
  readonly message: string;
  readonly version: string;
  readonly wallMs: number;
}

/** What an incident file holds. */
export interface Incident {
  readonly format: 1;
  readonly cause: IncidentCause;
  readonly state: TerminalState;
  readonly inputs: readonly Input[];
}

const SPAN_INPUTS = 256;
const LIMIT_CHARS = 1_000_000;

interface Span {
  readonly from: TerminalState;
  readonly inputs: Input[];
}

export function createIncidentTrace(spanInputs = SPAN_INPUTS, limitChars = LIMIT_CHARS): IncidentTrace {
  let older: Span | undefined;
  let newer: Span | undefined;

  function textOf(spans: readonly Span[], cause: IncidentCause, redact: (text: string) => string): string | undefined {
    const [first] = spans;
    if (first === undefined) return undefined;
    const mask = createMask(spans, redact);
    const incident: Incident = {
      format: 1,
      cause: { ...cause, message: mask.text(cause.message) },
      state: { ...first.from, book: mask.book(first.from.book) },
      inputs: spans.flatMap(({ inputs }) => inputs.map(mask.input)),
    };
    const text = JSON.stringify(incident);
    return text.length <= limitChars ? text : undefined;
  }

  return {
    note(input, before) {
      if (newer === undefined || newer.inputs.length >= spanInputs) {
        older = newer;
        newer = { from: before, inputs: [] };
      }
      newer.inputs.push(withoutCode(input));
    },
    write(cause, redact) {
      const spans = [older, newer].filter((span) => span !== undefined);
      return textOf(spans, cause, redact) ?? textOf(spans.slice(1), cause, redact);
    },
  };
}

function withoutCode(input: Input): Input {
  if (input.type !== 'codeScanned' && input.type !== 'codeGiven') return input;
  return { ...input, code: maskPaymentCode(input.code) };
}

/** Each agent token in the spans, with the name that is written in its place. */
function tokenNames(spans: readonly Span[]): ReadonlyMap<string, string> {
  const tokens = spans.flatMap(({ from, inputs }) => [
    ...(from.book.agentToken === undefined ? [] : [from.book.agentToken.accessToken]),
    ...inputs.flatMap((input) => (input.type === 'agentTokenNotified' ? [input.accessToken] : [])),
  ]);
  return new Map([...new Set(tokens)].map((token, index) => [token, `[agent token ${index + 1}]`]));
}

/** Replacing a shorter token would damage texts that contain it by chance. */
const SHORTEST_TOKEN_IN_TEXT = 6;

function createMask(spans: readonly Span[], redact: (text: string) => string) {
  const names = tokenNames(spans);

  const token = (secret: string): string => names.get(secret) ?? '[agent token]';

  /** For texts of people and other programs, which may contain a token. */
  function text(written: string): string;
  function text(written: string | undefined): string | undefined;
  function text(written: string | undefined): string | undefined {
    if (written === undefined) return undefined;
    let masked = written;
    for (const [secret, name] of names) {
      if (secret.length >= SHORTEST_TOKEN_IN_TEXT) masked = masked.replaceAll(secret, name);
    }
    return redact(masked);
  }

  function book(whole: Book): Book {
    const { agentToken } = whole;
    return {
      ...whole,
      sales: mapValues(whole.sales, sale),
      reversals: mapValues(whole.reversals, reversal),
      ...present({ agentToken: agentToken && { ...agentToken, accessToken: token(agentToken.accessToken) } }),
    };
  }

  const sale = (one: Sale): Sale => ({
    ...one,
    orderId: text(one.orderId),
    ...present({ description: text(one.description) }),
  });

  const reversal = (one: Reversal): Reversal => ({
    ...one,
    ...present({
      refundId: text(one.refundId),
      reason: text(one.reason),
      end: one.end && { ...one.end, ...present({ by: text(one.end.by), note: text(one.end.note) }) },
    }),
  });

  function input(one: Input): Input {
    switch (one.type) {
      case 'agentTokenNotified':
        return { ...one, accessToken: token(one.accessToken) };
      case 'saleRequested':
        return { ...one, orderId: text(one.orderId), ...present({ description: text(one.description) }) };
      case 'refundRequested':
        return { ...one, refundId: text(one.refundId), ...present({ reason: text(one.reason) }) };
      case 'receiptRequested':
      case 'printFinished':
        return { ...one, ...present({ refundId: text(one.refundId) }) };
      case 'reversalSettled':
        return { ...one, by: text(one.by), note: text(one.note) };
      case 'payAnswered':
      case 'inquiryAnswered':
      case 'reversalAnswered':
      case 'probeAnswered':
        return { ...one, answer: answer(one.answer) };
      case 'booted':
      case 'connectionTried':
      case 'timerFired':
      case 'codeScanned':
      case 'codeUnclear':
      case 'codeGiven':
      case 'keyPressed':
      case 'keysUnclear':
      case 'cancelRequested':
      case 'deliveryReported':
      case 'reversalRetryRequested':
      case 'paymentNotified':
      case 'deviceChanged':
      case 'doorChanged':
      case 'machineAsked':
      case 'machineGaveUp':
      case 'droppedLate':
      case 'failedLate':
      case 'vendFinished':
        return one;
      case 'inputRefused':
        return { ...one, refusal: { ...one.refusal, ...present({ detail: text(one.refusal.detail) }) } };
    }
  }

  function answer(one: AcquirerAnswer): AcquirerAnswer {
    return one.kind === 'silence' ? { ...one, ...present({ detail: text(one.detail) }) } : one;
  }

  return { book, input, text };
}

function mapValues<T>(map: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
