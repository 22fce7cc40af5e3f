/**
 * What can go wrong between the terminal and a correct acquirer, and replies of a faulty acquirer. Faults change requests and
 * replies outside the acquirer, so its ledger is always right, whatever a reply claims.
 */
import type { Acquirer, AcquirerReply, AcquirerRequest } from './acquirer.js';
import { type AcquirerSigner, signatureHeader, signedContent } from './acquirer-signer.js';

export type AcquirerFault =
  /** Never arrives. */
  | { readonly kind: 'requestLost' }
  /** Arrives late; the answer too. */
  | { readonly kind: 'requestDelayed'; readonly delayMs: number }
  /** Arrives a second time; the second answer is lost. */
  | { readonly kind: 'requestDuplicated'; readonly delayMs: number }
  | { readonly kind: 'replyLost' }
  | { readonly kind: 'replyDelayed'; readonly delayMs: number }
  /** The reply comes in pieces, each after `delayMs`. */
  | { readonly kind: 'replyTrickled'; readonly delayMs: number }
  /** The connection breaks in the middle of the reply. */
  | { readonly kind: 'reset' }
  /** A gateway's error page, whether or not the request went through. */
  | { readonly kind: 'badGateway'; readonly arrives: boolean }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'huge'; readonly sizeBytes: number }
  /** The true reply with a wrong signature. */
  | { readonly kind: 'wrongSignature' }
  /** The true reply without its signature headers. */
  | { readonly kind: 'unsigned' }
  /** An unsigned, invented reply instead of the true one; the request arrives or not. */
  | { readonly kind: 'forged'; readonly status: 'S' | 'F'; readonly arrives: boolean }
  /** Signed replies that are not about this payment. */
  | { readonly kind: 'wrongAmount' }
  | { readonly kind: 'wrongCurrency' }
  | { readonly kind: 'wrongRequestId' }
  /** A signed refusal instead of the true reply; the request is carried out all the same. */
  | { readonly kind: 'wrongFailure'; readonly code: string }
  /** A signed success that names no request, instead of the true reply; the request never arrives. */
  | { readonly kind: 'unnamed' }
  /** A refusal that was signed two days ago; the request is carried out all the same. */
  | { readonly kind: 'old' }
  /** The true reply, signed, with a second result in it: a refusal. */
  | { readonly kind: 'twoFaced' };

const kinds: Readonly<Record<AcquirerFault['kind'], true>> = {
  requestLost: true,
  requestDelayed: true,
  requestDuplicated: true,
  replyLost: true,
  replyDelayed: true,
  replyTrickled: true,
  reset: true,
  badGateway: true,
  garbage: true,
  huge: true,
  wrongSignature: true,
  unsigned: true,
  forged: true,
  wrongAmount: true,
  wrongCurrency: true,
  wrongRequestId: true,
  wrongFailure: true,
  unnamed: true,
  old: true,
  twoFaced: true,
};

/** Every kind of fault. */
export const acquirerFaultKinds: readonly string[] = Object.keys(kinds);

/** What reaches the terminal: a reply, perhaps in pieces; nothing; or part of a reply before the connection breaks. */
export type FaultyReply =
  | AcquirerReply
  | 'reset'
  | { readonly trickled: Exclude<AcquirerReply, 'silence'>; readonly pieceDelayMs: number };

export interface AcquirerFaults {
  /** Like the acquirer's `receive`, with faults; `reply` may come later. */
  receive(request: AcquirerRequest, reply: (reply: FaultyReply) => void): void;
  /** Plans a fault for the next `times` requests whose path ends with `pathEnd`. Earlier plans come first. */
  plan(fault: AcquirerFault, times: number, pathEnd?: string): void;
  /** Called for every request without a planned fault. Seeded randomness is up to the caller. */
  chooseFaults(chooser: ((request: AcquirerRequest) => AcquirerFault | undefined) | undefined): void;
  /** Removes plans and chooser: no more faults. */
  clear(): void;
}

export function createAcquirerFaults(options: {
  readonly acquirer: Pick<Acquirer, 'receive'>;
  /** Signs the replies of a faulty acquirer. */
  readonly signer: AcquirerSigner;
  readonly after: (delayMs: number, callback: () => void) => unknown;
  /** The acquirer's wall clock. */
  readonly nowMs: () => number;
}): AcquirerFaults {
  const { acquirer, signer, after } = options;
  let planned: { readonly fault: AcquirerFault; readonly pathEnd: string; left: number }[] = [];
  let choose: Parameters<AcquirerFaults['chooseFaults']>[0];

  function next(request: AcquirerRequest): AcquirerFault | undefined {
    const meeting = planned.find(({ pathEnd }) => request.path.endsWith(pathEnd));
    if (meeting === undefined) return choose?.(request);
    meeting.left -= 1;
    if (meeting.left <= 0) planned = planned.filter((one) => one !== meeting);
    return meeting.fault;
  }

  function apply(fault: AcquirerFault, request: AcquirerRequest, reply: (reply: FaultyReply) => void): void {
    const deliver = (change: (reply: WholeReply) => FaultyReply) =>
      acquirer.receive(request, (answer) => reply(answer === 'silence' ? answer : change(answer)));
    switch (fault.kind) {
      case 'requestLost':
        reply('silence');
        break;
      case 'requestDelayed':
        after(fault.delayMs, () => acquirer.receive(request, reply));
        break;
      case 'requestDuplicated':
        after(fault.delayMs, () => acquirer.receive(request, () => undefined));
        acquirer.receive(request, reply);
        break;
      case 'replyDelayed':
        acquirer.receive(request, (answer) => after(fault.delayMs, () => reply(answer)));
        break;
      case 'badGateway':
        if (fault.arrives) deliver(() => errorPage);
        else reply(errorPage);
        break;
      case 'forged': {
        const forged = { status: 200, headers: plainHeaders, body: forgedBody(request.body, fault.status) };
        if (fault.arrives) deliver(() => forged);
        else reply(forged);
        break;
      }
      case 'unnamed':
        reply(signed(request, unnamedBody(request.body), options.nowMs()));
        break;
      default:
        deliver((answer) => changed(fault, request, answer));
    }
  }

  /** Applies a fault to the true reply. */
  function changed(fault: ReplyFault, request: AcquirerRequest, answer: WholeReply): FaultyReply {
    switch (fault.kind) {
      case 'replyLost':
        return 'silence';
      case 'replyTrickled':
        return { trickled: answer, pieceDelayMs: fault.delayMs };
      case 'reset':
        return 'reset';
      case 'garbage':
        return { ...answer, body: `${answer.body.slice(0, answer.body.length / 2)}\u0000}]` };
      case 'huge':
        return { ...answer, body: `{"filler":"${'x'.repeat(fault.sizeBytes)}"}` };
      case 'wrongSignature': {
        const signature = signatureHeader(signer.sign(`not ${answer.body}`));
        return { ...answer, headers: { ...answer.headers, signature } };
      }
      case 'unsigned':
        return { ...answer, headers: plainHeaders };
      case 'wrongAmount':
        return resign(request, answer, alterAmount);
      case 'wrongCurrency':
        return resign(request, answer, alterCurrency);
      case 'wrongRequestId':
        return resign(request, answer, alterRequestId);
      case 'wrongFailure':
        return resign(request, answer, () => failureBody(request.body, fault.code));
      case 'old':
        return signed(request, refusal, options.nowMs() - twoDaysMs);
      case 'twoFaced':
        return resign(request, answer, (body) => body.replace(/\}$/, `,${refusal.slice(1)}`));
    }
  }

  /** An unsigned reply stays unsigned. */
  function resign(request: AcquirerRequest, answer: WholeReply, alter: (body: string) => string): WholeReply {
    const body = alter(answer.body);
    return answer.headers.signature === undefined ? { ...answer, body } : signed(request, body, options.nowMs());
  }

  function signed(request: AcquirerRequest, body: string, atMs: number): WholeReply {
    const client = request.headers['client-id'] ?? '';
    const time = String(atMs);
    const signature = signatureHeader(signer.sign(signedContent(request.path, client, time, body)));
    return { status: 200, headers: { ...plainHeaders, 'client-id': client, 'response-time': time, signature }, body };
  }

  return {
    receive(request, reply) {
      const fault = next(request);
      if (fault === undefined) acquirer.receive(request, reply);
      else apply(fault, request, reply);
    },
    plan(fault, times, pathEnd = '') {
      planned.push({ fault, pathEnd, left: times });
    },
    chooseFaults(chooser) {
      choose = chooser;
    },
    clear() {
      planned = [];
      choose = undefined;
    },
  };
}

type WholeReply = Exclude<AcquirerReply, 'silence'>;
type ReplyFault = Exclude<
  AcquirerFault,
  {
    kind: 'requestLost' | 'requestDelayed' | 'requestDuplicated' | 'replyDelayed' | 'badGateway' | 'forged' | 'unnamed';
  }
>;

const plainHeaders = { 'content-type': 'application/json; charset=UTF-8' };
const errorPage: WholeReply = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
};

/** Changes the first digit of the amount fields of a reply, so that each stays a valid amount. */
function alterAmount(body: string): string {
  return body.replaceAll(/"value":"(\d)/g, (_all, digit: string) => `"value":"${(Number(digit) % 9) + 1}`);
}

function alterCurrency(body: string): string {
  return body.replaceAll(/"currency":"([A-Z]{3})"/g, (_all, currency: string) =>
    currency === 'VND' ? '"currency":"KRW"' : '"currency":"VND"',
  );
}

function alterRequestId(body: string): string {
  return body.replaceAll(/"(paymentRequestId|refundRequestId)":"[^"]*"/g, '"$1":"20200101000000999999990000000000"');
}

/** These fields of a request. */
function askedFor(request: string, names: readonly string[]): Record<string, unknown> {
  let asked: unknown;
  try {
    asked = JSON.parse(request);
  } catch {
    asked = undefined;
  }
  const known: Record<string, unknown> = {};
  for (const name of names) if (typeof asked === 'object' && asked !== null) known[name] = Reflect.get(asked, name);
  return known;
}

function failureBody(request: string, resultCode: string): string {
  const result = { resultCode, resultStatus: 'F', resultMessage: resultCode.toLowerCase() };
  return JSON.stringify({ ...askedFor(request, ['paymentRequestId', 'refundRequestId']), result });
}

const twoDaysMs = 172_800_000;
const refusal = '{"result":{"resultCode":"USER_BALANCE_NOT_ENOUGH","resultStatus":"F","resultMessage":"no"}}';

/** A success of the right amount that does not name its payment. */
function unnamedBody(request: string): string {
  return JSON.stringify({
    ...askedFor(request, ['paymentAmount', 'refundAmount']),
    result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
    paymentId: '20200101UNNAMED',
    paymentStatus: 'SUCCESS',
    refundStatus: 'SUCCESS',
  });
}

/** As a man in the middle would answer: the fields of the request, and the status that he wants. */
function forgedBody(request: string, status: 'S' | 'F'): string {
  const known = askedFor(request, ['paymentRequestId', 'paymentAmount', 'refundRequestId', 'refundAmount']);
  const result =
    status === 'S'
      ? { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' }
      : { resultCode: 'USER_BALANCE_NOT_ENOUGH', resultStatus: 'F', resultMessage: 'balance not enough' };
  return JSON.stringify({
    ...known,
    result,
    paymentId: '20200101FORGED',
    paymentStatus: status === 'S' ? 'SUCCESS' : 'FAIL',
  });
}
