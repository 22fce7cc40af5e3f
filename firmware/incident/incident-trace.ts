import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Book } from '../../flows/book.js';
import type { Input } from '../../flows/input.js';
import { maskPaymentCode } from '../../flows/payment-code.js';
import type { Reversal } from '../../flows/reversal.js';
import type { Sale } from '../../flows/sale.js';
import type { TerminalState } from '../../flows/terminal-state.js';

/**
 * What happened to the flow lately, so that a failure in the field can be played again at a desk: a state, and every input
 * since. Kept in memory at all times; written down only when the process is about to end.
 *
 * Invariants
 * - Between `SPAN_INPUTS` and twice as many inputs are kept, once so many have come; with the state before the first.
 * - Noting costs one push of a reference. States share their parts, so that remembering one costs next to nothing.
 * - A payment code is masked as it comes. What is written holds no payment code and no token; masks keep what decisions
 *   depend on: length and kind of a code, and which tokens are the same.
 */
export interface IncidentTrace {
  /** Before each decision: its input, and the state that it is made from. */
  note(input: Input, before: TerminalState): void;
  /**
   * Everything as JSON text; undefined where nothing happened yet, or it would be too large. `redact` is for the texts of
   * people and of other programs, in which anything may stand.
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
/** What `tillbox replay` reads. */
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

/** Every token that stands in the spans, and the name that is written for it. */
function tokenNames(spans: readonly Span[]): ReadonlyMap<string, string> {
  const tokens = spans.flatMap(({ from, inputs }) => [
    ...(from.book.agentToken === undefined ? [] : [from.book.agentToken.accessToken]),
    ...inputs.flatMap((input) => (input.type === 'agentTokenNotified' ? [input.accessToken] : [])),
  ]);
  return new Map([...new Set(tokens)].map((token, index) => [token, `[agent token ${index + 1}]`]));
}

/** A shorter token would wreck every text that happens to hold it. */
const SHORTEST_TOKEN_IN_TEXT = 6;

function createMask(spans: readonly Span[], redact: (text: string) => string) {
  const names = tokenNames(spans);

  const token = (secret: string): string => names.get(secret) ?? '[agent token]';

  /** For what people and other programs wrote: a token may have got into it. */
  function text(written: string): string {
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
      ...(agentToken === undefined
        ? {}
        : { agentToken: { ...agentToken, accessToken: token(agentToken.accessToken) } }),
    };
  }

  const sale = (one: Sale): Sale => ({
    ...one,
    orderId: text(one.orderId),
    ...optional('description', one.description),
  });

  const reversal = (one: Reversal): Reversal => ({
    ...one,
    ...optional('refundId', one.refundId),
    ...optional('reason', one.reason),
    ...(one.end === undefined
      ? {}
      : { end: { ...one.end, ...optional('by', one.end.by), ...optional('note', one.end.note) } }),
  });

  function input(one: Input): Input {
    switch (one.type) {
      case 'agentTokenNotified':
        return { ...one, accessToken: token(one.accessToken) };
      case 'saleRequested':
        return { ...one, orderId: text(one.orderId), ...optional('description', one.description) };
      case 'refundRequested':
        return { ...one, refundId: text(one.refundId), ...optional('reason', one.reason) };
      case 'receiptRequested':
      case 'printFinished':
        return { ...one, ...optional('refundId', one.refundId) };
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
        return { ...one, refusal: { ...one.refusal, ...optional('detail', one.refusal.detail) } };
    }
  }

  function answer(one: AcquirerAnswer): AcquirerAnswer {
    return one.kind === 'silence' ? { ...one, ...optional('detail', one.detail) } : one;
  }

  function optional<Name extends string>(name: Name, written: string | undefined): { readonly [N in Name]?: string } {
    const found: { [N in string]?: string } = written === undefined ? {} : { [name]: text(written) };
    return found as { readonly [N in Name]?: string };
  }

  return { book, input, text };
}

function mapValues<T>(map: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
