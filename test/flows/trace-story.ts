import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import { customerText } from '../../flows/customer-texts.js';
import type { Effect } from '../../flows/effect.js';
import type { Event, TimerName } from '../../flows/input.js';
import type { Policy } from '../../flows/policy.js';
import { readiness } from '../../flows/readiness.js';
import type { Step } from '../../flows/step.js';
import { view } from '../../flows/view.js';
import { CODE, cny, createPolicy, failure, found, paid, refundFound, SILENCE, success, unclear } from './builders.js';
import { createReadyDrive, type Drive } from './drive.js';
import { createTraceWords } from './trace-words.js';

/**
 * Plays the script of a story, and returns it with what the terminal did under each line
 * (`test/traces/README.md` has the language). Throws an Error that names the line it cannot play.
 */
export function traceStory(story: string): string {
  let player = createPlayer({});
  return story
    .split('\n')
    .filter((line) => !line.startsWith(' '))
    .flatMap((line) => {
      if (!/^[>-] /.test(line)) return [line];
      const [verb = '', ...args] = line.slice(2).split(' ');
      try {
        if (verb === 'box') player = createPlayer(policyOf(args));
        const told = verb === 'box' ? [] : player.play(verb, args);
        return line.startsWith('>') ? [line, ...told] : [line];
      } catch (cause) {
        throw new Error(`cannot play "${line}"`, { cause });
      }
    })
    .join('\n');
}

/** `vend=host hostConfirmMs=30000`: differences from the usual box of these specs. */
function policyOf(args: readonly string[]): Partial<Policy> {
  const usual: Readonly<Record<string, unknown>> = { ...createPolicy() };
  return Object.fromEntries(
    args.map((arg) => {
      const [name = '', value = ''] = arg.split('=');
      if (!Object.hasOwn(usual, name)) throw new Error(`no policy is called ${name}`);
      return [name, typeof usual[name] === 'number' ? Number(value) : value];
    }),
  );
}

type Answered = Extract<Event, { readonly answer: AcquirerAnswer }>;

/** The default answer to a request: silence, after its timeout. */
interface Awaited {
  readonly dueMs: number;
  readonly silence: Answered;
}

/** One input, and what it led to. */
interface Turned {
  readonly atMs: number;
  readonly input: string;
  readonly lines: readonly string[];
}

function createPlayer(policy: Partial<Policy>) {
  const drive = createReadyDrive(policy);
  const words = createTraceWords();
  let bootedAtMs = 0;
  let awaited: Awaited[] = [];
  let timers: Readonly<Partial<Record<string, number>>> = drive.state.live.timers;
  let standing = standingOf(drive);

  function turned(input: string, { records, effects, ignored }: Step): Turned {
    awaited.push(...effects.flatMap((effect) => awaitedOf(drive, effect)));
    const recordLines = records.map((record) => `record  ${words.of(record)}`);
    const effectLines = effects
      .filter(({ type }) => !HOUSEKEEPING.has(type))
      .map((effect) => `effect  ${words.of(effect)}`);
    const before = standing;
    standing = standingOf(drive);
    const changed = Object.keys(standing).filter((name) => standing[name] !== before[name]);
    const { timers: wereSet } = { timers };
    timers = drive.state.live.timers;
    const set = Object.entries(timers).filter(([name, at]) => !HOUSEKEEPING.has(name) && at !== wereSet[name]);
    return {
      atMs: drive.nowMs,
      input: words.short(input.replace(REVERSAL_TIMER, '')),
      lines: [
        ...recordLines,
        ...effectLines,
        ...changed.map((name) => words.short(standing[name] ?? '')),
        ...set.map(
          ([name, at = 0]) =>
            `timer   ${words.short(name.replace(REVERSAL_TIMER, ''))} in ${span(at + bootedAtMs - drive.nowMs)}`,
        ),
        ...(ignored === undefined || effectLines.length > 0 ? [] : [`ignored ${ignored}`]),
      ],
    };
  }

  function answer(silence: Answered): Turned {
    awaited = awaited.filter((one) => one.silence !== silence);
    /* A probe gets the acquirer's last condition as its answer, so that no story has to mention probes. */
    const isWell = silence.type === 'probeAnswered' && drive.state.live.acquirer === 'reachable';
    const event = isWell ? { ...silence, answer: failure('ORDER_NOT_EXIST') } : silence;
    return turned(`${event.type} ${event.answer.kind}`, drive.feed(event));
  }

  function nextTimer(): [TimerName, number] | undefined {
    const all = Object.entries(drive.state.live.timers) as [TimerName, number][];
    const [name, at] = all.sort(([, a], [, b]) => a - b)[0] ?? [];
    return name === undefined || at === undefined ? undefined : [name, at + bootedAtMs];
  }

  /** Lets time pass, in which timers fire and requests stay unanswered. */
  function wait(ms: number): Turned[] {
    const untilMs = drive.nowMs + ms;
    const all: Turned[] = [];
    for (;;) {
      const [timer, timerMs] = nextTimer() ?? [undefined, Number.POSITIVE_INFINITY];
      const next = awaited.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (Math.min(timerMs, next?.dueMs ?? timerMs) > untilMs) break;
      if (next !== undefined && next.dueMs < timerMs) {
        drive.wait(next.dueMs - drive.nowMs);
        all.push(answer(next.silence));
      } else if (timer !== undefined) all.push(turned(`timerFired ${timer}`, drive.fire(timer)));
    }
    drive.wait(untilMs - drive.nowMs);
    return all.filter(({ lines }) => lines.some((line) => !line.startsWith('ignored')));
  }

  return {
    play(verb: string, args: readonly string[]): string[] {
      if (verb === 'wait') return folded(wait(spanMs(args[0] ?? ''))).map((line) => `  ${line}`);
      if (verb === 'powerCut') {
        const decision = drive.reboot({ torn: true });
        [awaited, bootedAtMs, timers] = [[], drive.nowMs, {}];
        return turned('booted', decision).lines.map((line) => `  ${line}`);
      }
      const event = eventOf(drive, verb, args);
      awaited = awaited.filter(({ silence }) => silence.type !== event.type);
      const { lines } = turned('', drive.feed(event));
      return (lines.length === 0 ? ['nothing'] : lines).map((line) => `  ${line}`);
    },
  };
}

/** Timers of the acquirer's link and of the screen: not part of any story. */
const HOUSEKEEPING: ReadonlySet<string> = new Set(['sendProbe', 'tryConnection', 'probe', 'reach', 'notice', 'entry']);

/** The timer of a reversal, with its id. */
const REVERSAL_TIMER = 'reversal:';

/** What is the case, by what it is about: a line each. */
function standingOf({ state }: Drive): Readonly<Record<string, string>> {
  const { text, values } = view(state);
  const { reasons } = readiness(state);
  const entries = [...Object.values(state.book.sales), ...Object.values(state.book.reversals)];
  return {
    ...Object.fromEntries(
      entries.map((entry) => {
        const id = 'reversalId' in entry ? entry.reversalId : entry.saleId;
        return [id, `state   ${id} ${entry.state}`];
      }),
    ),
    readiness: reasons.length === 0 ? 'state   ready' : `state   not ready: ${reasons.join(' ')}`,
    customer: `reads   "${customerText(text, 'en', values)}"`,
  };
}

function awaitedOf(drive: Drive, effect: Effect): Awaited[] {
  const answer = SILENCE;
  switch (effect.type) {
    case 'sendPay': {
      const { paymentRequestId } = effect.payment;
      const silence: Answered = { type: 'payAnswered', paymentRequestId, answer };
      return [{ dueMs: drive.nowMs + effect.timeoutMs, silence }];
    }
    case 'sendInquiry': {
      const { paymentRequestId, timeoutMs } = effect;
      return [{ dueMs: drive.nowMs + timeoutMs, silence: { type: 'inquiryAnswered', paymentRequestId, answer } }];
    }
    case 'sendReversal': {
      const { exchange, reversalId, timeoutMs } = effect;
      return [{ dueMs: drive.nowMs + timeoutMs, silence: { type: 'reversalAnswered', exchange, reversalId, answer } }];
    }
    case 'sendProbe':
      return [{ dueMs: drive.nowMs + effect.timeoutMs, silence: { type: 'probeAnswered', answer } }];
    default:
      return [];
  }
}

/** The input of a line, about the last sale, payment or reversal. */
function eventOf(drive: Drive, verb: string, args: readonly string[]): Event {
  const [first = '', second = ''] = args;
  const callId = 'call';
  switch (verb) {
    case 'saleRequested':
      return { type: verb, callId, orderId: second === '' ? 'order-1' : second, amount: money(first) };
    case 'codeScanned':
      return { type: verb, code: first === '' ? CODE : first };
    case 'keyPressed':
      return { type: verb, key: first };
    case 'cancelRequested':
      return { type: verb, callId, saleId: drive.sale().saleId };
    case 'deliveryReported':
      return { type: verb, callId, saleId: drive.sale().saleId, ok: first === 'ok' };
    case 'refundRequested':
      return { type: verb, callId, saleId: drive.sale().saleId, refundId: 'refund-a', amount: money(first) };
    case 'reversalSettled': {
      const outcome = first === 'paid' ? 'paid' : 'reversed';
      const { reversalId } = drive.reversal();
      return { type: verb, callId, reversalId, by: 'Wang', note: args.slice(1).join(' '), outcome };
    }
    case 'reversalRetryRequested':
      return { type: verb, callId, reversalId: drive.reversal().reversalId };
    case 'payAnswered': {
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      return { type: verb, paymentRequestId, answer: answerOf(drive, args, (amount) => paid(amount)) };
    }
    case 'inquiryAnswered': {
      const { paymentRequestId } = drive.lastSent('sendInquiry');
      return { type: verb, paymentRequestId, answer: answerOf(drive, args, (amount) => found(second, { amount })) };
    }
    case 'reversalAnswered': {
      const { exchange, reversalId, request } = drive.lastSent('sendReversal');
      const inquired = (amount: ReturnType<typeof cny>) =>
        request.type === 'refundInquiry' ? refundFound(second) : found(second, { amount });
      return {
        type: verb,
        exchange,
        reversalId,
        answer: answerOf(drive, args, second === '' ? () => success() : inquired),
      };
    }
    case 'probeAnswered':
      return { type: verb, answer: answerOf(drive, args, () => success()) };
    case 'paymentNotified': {
      const { paymentRequestId, amount } = drive.lastSent('sendPay').payment;
      return { type: verb, paymentRequestId, paymentId: 'P1', amount };
    }
    case 'machineAsked':
      return { type: verb, selection: 1, amount: money(first), item: '3' };
    case 'machineGaveUp':
      return { type: verb };
    case 'vendFinished':
      return { type: verb, saleId: drive.sale().saleId, outcome: oneOf(first, ['yes', 'no', 'unknown']) };
    case 'printFinished':
      return { type: verb, saleId: drive.sale().saleId, outcome: oneOf(first, ['printed', 'failed', 'unknown']) };
    default:
      throw new Error(`no input is called ${verb}`);
  }
}

/** `S`, `S STATUS`, `F CODE`, `U CODE`, `silence`, or `refused`: no connection was made. */
function answerOf(
  drive: Drive,
  [status, code]: readonly string[],
  onSuccess: (amount: ReturnType<typeof cny>) => AcquirerAnswer,
): AcquirerAnswer {
  switch (oneOf(status ?? '', ['S', 'F', 'U', 'silence', 'refused'])) {
    case 'S':
      return onSuccess(drive.lastSent('sendPay').payment.amount);
    case 'F':
      return failure(code ?? '');
    case 'U':
      return unclear(code);
    case 'silence':
      return SILENCE;
    case 'refused':
      return { kind: 'silence', reason: 'refused' };
  }
}

function oneOf<T extends string>(word: string, words: readonly T[]): T {
  const found = words.find((one) => one === word);
  if (found === undefined) throw new Error(`"${word}" is none of ${words.join(', ')}`);
  return found;
}

/** `12.50`. */
function money(text: string): ReturnType<typeof cny> {
  if (!/^\d+\.\d\d$/.test(text)) throw new Error(`"${text}" is no amount such as 12.50`);
  return cny(`${Number(text.replace('.', ''))}`);
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000 };

/** `20s`, `3min`, `2h`. */
function spanMs(text: string): number {
  const [, count, unit] = /^(\d+)(s|min|h)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit ?? ''];
  if (unitMs === undefined) throw new Error(`"${text}" is no time such as 20s`);
  return Number(count) * unitMs;
}

/** Minutes are rounded down: a spread of up to a tenth is added to some waits at random. */
function span(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.floor(ms / 60_000)} min`;
}

/** Since the story began. */
function clock(ms: number): string {
  const [hours, minutes, seconds] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
  ];
  const two = (part: number) => `${part}`.padStart(2, '0');
  return hours === 0 ? `${minutes}:${two(seconds)}` : `${hours}:${two(minutes)}:${two(seconds)}`;
}

/** The lines of what happened while time passed. One or two inputs that repeat are shown once. */
function folded(all: readonly Turned[]): string[] {
  const sameAs = (a: Turned | undefined, b: Turned | undefined): boolean =>
    a !== undefined && b !== undefined && a.input === b.input && a.lines.join() === b.lines.join();
  const lines: string[] = [];
  for (let index = 0; index < all.length; ) {
    const [period, times] = [1, 2]
      .map((length): [number, number] => {
        let end = index + length;
        while (sameAs(all[end], all[end - length])) end += 1;
        return [length, Math.floor((end - index) / length)];
      })
      .find(([, count]) => count > 2) ?? [1, 1];
    for (const { atMs, input, lines: body } of all.slice(index, index + period)) {
      lines.push(`at ${clock(atMs)} ${input}`, ...body.map((line) => `  ${line}`));
    }
    index += period * times;
    if (times > 1) lines.push(`… the same ${times - 1} times more, until ${clock(all[index - 1]?.atMs ?? 0)}`);
  }
  return lines;
}
