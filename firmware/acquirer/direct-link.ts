import type { Clock, HostError, HttpHost, HttpReply } from '../../drivers/host.js';
import type { AcquirerReply, AcquirerSilence, SilenceReason } from '../../flows/acquirer-answer.js';
import { present } from '../../flows/present.js';
import type { Config } from '../config/config.js';
import type { Log } from '../log/log.js';
import type { AcquirerLink, AnswerCallback, PaymentReference, PayRequest, RefundRequest } from './acquirer-link.js';
import { type AcquirerTime, whyReplyNotCurrent } from './acquirer-time.js';
import { checkSignature, type SignatureCheck } from './check-signature.js';
import type { AcquirerExchange } from './diagnosis.js';
import { type ReplyBody, readReply } from './read-reply.js';
import { signature } from './signature.js';
import type { Signer } from './signer.js';

/** Alipay's gateway, and our identity there. */
export interface DirectLinkConfig {
  /** Scheme, host and port, e.g. `https://open-sea-global.alipay.com`. */
  readonly origin: string;
  /** The path before `/v1/…`, already rewritten for the sandbox; it is part of what is signed. */
  readonly pathPrefix: string;
  readonly clientId: string;
  readonly notifyUrl?: string;
  readonly settlementCurrency?: string;
  readonly merchant: {
    readonly id: string;
    readonly name: string;
    readonly mcc: string;
    readonly region?: string;
    readonly store: { readonly id: string; readonly name: string; readonly mcc: string };
  };
  /** `env.storeTerminalId`. */
  readonly terminalId: string;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

export interface DirectLinkParts {
  readonly http: HttpHost;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly log: Log;
  readonly config: DirectLinkConfig;
  /** Answers have to be signed near it; without it any time is accepted. */
  readonly acquirerTime?: AcquirerTime;
  /** Called with each exchange, before its answer is given. */
  readonly exchanged?: (exchange: AcquirerExchange) => void;
  /** ISV mode: the token to act for a merchant, which may change while the terminal runs. */
  readonly agentToken?: () => string | undefined;
}

/**
 * Calls Alipay's merchant service directly: HTTPS POST, JSON, signed both ways (source: "API fundamentals" and "Digital
 * signature" pages).
 *
 * Invariants
 * - The body is serialised once: what is signed is what is sent.
 * - A reply counts as `valid` only if its signature fits our path and client id, its body names no other request and is
 *   unambiguous, and it was signed about now. A success has to name its request; refusals often name nothing.
 * - Codes, tokens and bodies never go to the log.
 */
export function createDirectLink(parts: DirectLinkParts): AcquirerLink {
  const { http, clock, signer, log, config } = parts;

  function send(call: Call, timeoutMs: number, done: AnswerCallback): void {
    const path = `${config.pathPrefix}${call.path}`;
    const body = JSON.stringify(call.body);
    const time = String(Math.trunc(clock.wallMs()));
    const token = parts.agentToken?.();
    const startedMs = clock.monotonicMs();
    http.request(
      {
        method: 'POST',
        url: `${config.origin}${path}`,
        headers: {
          'content-type': 'application/json; charset=UTF-8',
          'client-id': config.clientId,
          'request-time': time,
          signature: signature.header(signer.sign(signature.content(path, config.clientId, time, body))),
          ...present({ 'agent-token': token }),
        },
        body,
        timeoutMs,
        replyLimitBytes,
        ...present({ tls: config.tls }),
      },
      (error, reply) => {
        const tookMs = clock.monotonicMs() - startedMs;
        const answer = reply ? answerOf(call, path, reply, tookMs) : silenceOf(error);
        report(call, answer, reply, tookMs);
        parts.exchanged?.({ answer, reply, error, path });
        done(answer);
      },
    );
  }

  function answerOf(call: Call, path: string, reply: HttpReply, tookMs: number): AcquirerReply | AcquirerSilence {
    if (reply.status !== 200) return silence('httpStatus', String(reply.status));
    const { headers } = reply;
    const body = reply.bytes ?? reply.body;
    const check = checkSignature({ headers, body, path, timeHeader: 'response-time' }, config.clientId, signer);
    if (check.kind === 'wrong') log.warn('acquirer reply not believed', { call: call.name, why: check.why });
    const read = readReply(body);
    if ('problem' in read) return silence('garbled', read.problem);
    const { echoed, ...fields } = read;
    if (isAboutAnother(call.reference, { ...echoed, paymentId: fields.paymentId })) {
      return silence('mismatch', 'the reply names another request');
    }
    if (check.kind === 'valid') {
      const why = whyProvesNothing(call, fields.status, echoed, check.atAcquirerMs, tookMs);
      if (why !== undefined) return silence('mismatch', why);
    }
    return { kind: 'answered', signature: check.kind, ...fields, ...timeOf(check) };
  }

  /** Why a reply with a valid signature proves nothing. */
  function whyProvesNothing(
    call: Call,
    status: AcquirerReply['status'],
    echoed: ReplyBody['echoed'],
    atAcquirerMs: number | undefined,
    tookMs: number,
  ): string | undefined {
    if (status === 'S' && echoed[call.namedBy] === undefined) return 'the reply names no request';
    if (call.name === 'probe' || parts.acquirerTime === undefined) return undefined;
    return whyReplyNotCurrent(parts.acquirerTime, atAcquirerMs, tookMs);
  }

  function report(
    call: Call,
    answer: AcquirerReply | AcquirerSilence,
    reply: HttpReply | undefined,
    tookMs: number,
  ): void {
    const about = { call: call.name, ...call.reference, tookMs, tracerId: reply?.headers.tracerid };
    if (answer.kind === 'silence')
      log.warn('acquirer silent', { ...about, reason: answer.reason, detail: answer.detail });
    else
      log.info('acquirer answered', {
        ...about,
        status: answer.status,
        code: answer.code,
        signature: answer.signature,
      });
  }

  return {
    pay: (request, timeoutMs, done) => send(payCall(request, config), timeoutMs, done),
    inquirePayment: (request, timeoutMs, done) => send(inquiryCall('inquiryPayment', request), timeoutMs, done),
    probe: (request, timeoutMs, done) => send(inquiryCall('probe', request), timeoutMs, done),
    cancel({ paymentRequestId }, timeoutMs, done) {
      const body = { paymentRequestId };
      const path = '/v1/payments/cancel';
      send({ name: 'cancel', path, body, reference: body, namedBy: 'paymentRequestId' }, timeoutMs, done);
    },
    refund: (request, timeoutMs, done) => send(refundCall(request), timeoutMs, done),
    inquireRefund({ refundRequestId }, timeoutMs, done) {
      const body = { refundRequestId };
      const path = '/v1/payments/inquiryRefund';
      send({ name: 'inquiryRefund', path, body, reference: body, namedBy: 'refundRequestId' }, timeoutMs, done);
    },
    reach(timeoutMs, done) {
      http.reach(config.origin, timeoutMs, (error) => {
        if (error !== undefined) log.warn('acquirer cannot be reached', { why: error.message });
        done(error === undefined);
      });
    },
  };
}

/** The largest real reply is about 2 KiB. */
const replyLimitBytes = 65_536;

interface Call {
  readonly name: string;
  readonly path: string;
  readonly body: object;
  /** The ids that a reply, where it names them, must repeat. */
  readonly reference: Readonly<Record<string, string>>;
  /** The one among them that a success always repeats (source: the interface pages' examples). */
  readonly namedBy: keyof ReplyBody['echoed'];
}

function inquiryCall(name: 'inquiryPayment' | 'probe', { paymentRequestId }: PaymentReference): Call {
  const body = { paymentRequestId };
  return { name, path: '/v1/payments/inquiryPayment', body, reference: body, namedBy: 'paymentRequestId' };
}

/** In-store payment with the code the customer shows (source: "User-presented mode: pay"). */
function payCall(request: PayRequest, config: DirectLinkConfig): Call {
  const { merchant } = config;
  const { paymentRequestId, amount } = request;
  const body = {
    productCode: 'IN_STORE_PAYMENT',
    paymentRequestId,
    paymentAmount: amount,
    paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: request.code },
    paymentFactor: { inStorePaymentScenario: 'PaymentCode' },
    paymentExpiryTime: request.expiresAt,
    paymentNotifyUrl: config.notifyUrl,
    settlementStrategy: config.settlementCurrency && { settlementCurrency: config.settlementCurrency },
    merchantRegion: merchant.region,
    order: {
      referenceOrderId: request.orderId,
      orderDescription: request.description,
      orderAmount: amount,
      merchant: {
        referenceMerchantId: merchant.id,
        merchantName: merchant.name,
        merchantMCC: merchant.mcc,
        store: {
          referenceStoreId: merchant.store.id,
          storeName: merchant.store.name,
          storeMCC: merchant.store.mcc,
        },
      },
      env: { storeTerminalId: config.terminalId, storeTerminalRequestTime: request.requestedAt },
    },
  };
  return { name: 'pay', path: '/v1/payments/pay', body, reference: { paymentRequestId }, namedBy: 'paymentRequestId' };
}

function refundCall(request: RefundRequest): Call {
  const { refundRequestId, paymentId, amount, reason } = request;
  const body = { refundRequestId, paymentId, refundAmount: amount, refundReason: reason };
  const reference = { refundRequestId, paymentId };
  return { name: 'refund', path: '/v1/payments/refund', body, reference, namedBy: 'refundRequestId' };
}

function isAboutAnother(
  sent: Readonly<Record<string, string>>,
  echoed: Readonly<Record<string, string | undefined>>,
): boolean {
  return Object.entries(sent).some(([name, value]) => echoed[name] !== undefined && echoed[name] !== value);
}

function timeOf(check: SignatureCheck): { readonly atAcquirerMs?: number } {
  return check.kind === 'valid' && check.atAcquirerMs !== undefined ? { atAcquirerMs: check.atAcquirerMs } : {};
}

function silenceOf(error: HostError | undefined): AcquirerSilence {
  const detail = error?.message ?? 'no reply';
  switch (error?.code) {
    case 'timeout':
    case 'refused':
    case 'tooLarge':
      return silence(error.code, detail);
    /* A certificate file that cannot be read, a request that cannot be made: nothing was tried. */
    case 'absent':
    case 'unsupported':
      return silence('refused', detail);
    default:
      return silence('disconnected', detail);
  }
}

function silence(reason: SilenceReason, detail: string): AcquirerSilence {
  return { kind: 'silence', reason, detail: detail.replace(/[^\x20-\x7e]/g, '?').slice(0, 300) };
}

/** What the link needs of the configuration. */
export function linkConfigOf(config: Config): DirectLinkConfig {
  const { acquirer, merchant, notify, terminal } = config;
  return {
    origin: acquirer.origin,
    pathPrefix: acquirer.pathPrefix,
    clientId: acquirer.clientId,
    merchant,
    terminalId: terminal.id,
    ...present({ notifyUrl: notify.url, settlementCurrency: acquirer.settlementCurrency, tls: acquirer.tls }),
  };
}
