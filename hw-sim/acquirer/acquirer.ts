/**
 * The acquirer as the terminal sees it: Alipay's User-presented Mode Payment over signed HTTP messages, with a ledger behind
 * it. It is written from the protocol alone and shares no code with the terminal's client, so that a misunderstanding on one
 * side shows up.
 *
 * - Everything happens in `receive` and in the timers that it sets. Clock and random source are passed in.
 * - A request that is not understood, not signed or not allowed never reaches the ledger.
 */
import { type AcquirerSettings, defaultSettings } from './acquirer-settings.js';
import { type AcquirerSigner, signatureHeader, signatureOf, signedContent } from './acquirer-signer.js';
import { createCancelInterface } from './cancel-interface.js';
import { inquirePayment, inquireRefund } from './inquiry-interface.js';
import type { Answer, InterfaceParts } from './interface-parts.js';
import { formatHttpDate, parseIsoTime } from './iso-time.js';
import { createLedger, type Ledger, type Payment } from './ledger.js';
import { createNotifier, type Notifier, type SendNotification } from './notifier.js';
import { parseBody } from './parse-body.js';
import { createPayInterface, type PayInterface } from './pay-interface.js';
import { paymentFields } from './payment-fields.js';
import { silence, statusOf } from './payment-plan.js';
import { createPlanner, type Planner } from './planner.js';
import { createRefundInterface } from './refund-interface.js';
import {
  type PaymentReference,
  type RefundReference,
  type Shaped,
  shapePay,
  shapePaymentReference,
  shapeRefund,
  shapeRefundReference,
} from './request-shape.js';
import { type InterfaceName, interfaceNames, unsignedCodes } from './result-codes.js';

export interface AcquirerRequest {
  /** Path without query. */
  readonly path: string;
  /** Names in upper or lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `silence`: the request is never answered. */
export type AcquirerReply =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | 'silence';

export interface AcquirerOptions {
  /** The client id of the only terminal that is served. A `SANDBOX_` id is served on the sandbox paths only. */
  readonly clientId: string;
  readonly signer: AcquirerSigner;
  /** The acquirer's wall clock. */
  readonly nowMs: () => number;
  readonly after: (delayMs: number, callback: () => void) => { cancel(): void };
  /** In [0, 1). */
  readonly random: () => number;
  readonly send: SendNotification;
  readonly settings?: Partial<AcquirerSettings>;
  /** Before `/v1/payments/…`; default `/ams/api`. */
  readonly pathPrefix?: string;
}

export interface Acquirer {
  /** Serves one request; `reply` is called once, before `receive` returns. */
  receive(request: AcquirerRequest, reply: (reply: AcquirerReply) => void): void;
  readonly ledger: Ledger;
  readonly plans: Pick<Planner, 'planFor' | 'planNext' | 'choosePlans'>;
  readonly notifications: Notifier;
  /** Issues a code that the wallet shows. After that time it is refused as expired. */
  issueCode: PayInterface['issueCode'];
  configure(settings: Partial<AcquirerSettings>): void;
  readonly settings: () => AcquirerSettings;
  /** Sends the agent token of ISV mode to a URL, as after a merchant's authorisation. Default: our merchant and client. */
  notifyAuthToken(url: string, accessToken: string, expiresAtMs: number, grant?: Partial<Grant>): void;
}

/** The merchant who granted a token, and the client it is for. */
export interface Grant {
  readonly clientId: string;
  readonly authClientId: string;
  readonly customerId: string;
}

/** The default merchant who grants tokens. */
export const SIM_CUSTOMER_ID = '2088000000000000';

export function createAcquirer(options: AcquirerOptions): Acquirer {
  const { clientId, signer } = options;
  let settings: AcquirerSettings = { ...defaultSettings, ...options.settings };
  const ledger = createLedger();
  const planner = createPlanner(() => settings.magicAmounts);
  const notifier = createNotifier(options);
  const parts: InterfaceParts = { ...options, ledger, planner, settings: () => settings, settled: notifyPayment };
  const payInterface = createPayInterface(parts);
  const cancel = createCancelInterface(parts, payInterface);
  const refund = createRefundInterface(parts);
  const paths = pathsOf(options.pathPrefix ?? '/ams/api', clientId.startsWith('SANDBOX_'));

  function notifyPayment(payment: Payment): void {
    if (payment.notifyUrl === undefined) return;
    if (payment.status !== 'SUCCESS' && !settings.notifyFailures) return;
    const result = resultOf({ code: payment.resultCode, status: payment.status === 'SUCCESS' ? 'S' : 'F' });
    const body = { notifyType: 'PAYMENT_RESULT', result, ...paymentFields(payment) };
    notifier.notify(payment.notifyUrl, body, settings.notifyDelayMs);
  }

  /** The refusal of a request before its body is read; undefined where it is accepted. */
  function gateFault(request: AcquirerRequest): Answer | undefined {
    const client = headerOf(request, 'client-id');
    const time = headerOf(request, 'request-time');
    if (client !== clientId) return { code: 'INVALID_CLIENT' };
    if (!/^application\/json\s*(;|$)/i.test(headerOf(request, 'content-type') ?? '')) {
      return { code: 'MEDIA_TYPE_NOT_ACCEPTABLE' };
    }
    if (time === undefined || !(/^\d{13}$/.test(time) || parseIsoTime(time) !== undefined)) {
      return { code: 'PARAM_ILLEGAL', reason: 'the Request-Time header is missing or no time' };
    }
    const signature = signatureOf(headerOf(request, 'signature'));
    if (signature === undefined || !signer.verify(signedContent(request.path, client, time, request.body), signature)) {
      return { code: 'INVALID_SIGNATURE' };
    }
    const { agentToken } = settings;
    return agentToken === undefined || headerOf(request, 'agent-token') === agentToken
      ? undefined
      : { code: 'ACCESS_DENIED', reason: 'the agent-token header is missing or wrong' };
  }

  function serve(name: InterfaceName, body: string): Answer {
    const json = parseBody(body);
    switch (name) {
      case 'pay':
        return withOrder(shapePay(json), payInterface.pay);
      case 'cancel':
        return withOrder(shapePaymentReference(json), (order) =>
          answerAs(name, requestIdOf(order), () => cancel(order)),
        );
      case 'inquiryPayment':
        return withOrder(shapePaymentReference(json), (order) =>
          answerAs(name, requestIdOf(order), () => inquirePayment(ledger, order)),
        );
      case 'refund':
        return withOrder(shapeRefund(json), (order) =>
          answerAs(name, ledger.paymentById(order.paymentId)?.paymentRequestId, () => refund(order)),
        );
      case 'inquiryRefund':
        return withOrder(shapeRefundReference(json), (order) =>
          answerAs(name, refundedRequestIdOf(order), () => inquireRefund(ledger, order)),
        );
    }
  }

  function answerAs(
    name: Exclude<InterfaceName, 'pay'>,
    paymentRequestId: string | undefined,
    operate: () => Answer,
  ): Answer {
    const planned = paymentRequestId === undefined ? undefined : planner.laterAnswer(name, paymentRequestId);
    if (planned === undefined) return operate();
    if (planned.effect === 'done') operate();
    return planned.answer;
  }

  function requestIdOf({ paymentId, paymentRequestId }: PaymentReference): string | undefined {
    return paymentId === undefined ? paymentRequestId : ledger.paymentById(paymentId)?.paymentRequestId;
  }

  function refundedRequestIdOf({ refundId, refundRequestId }: RefundReference): string | undefined {
    const found = refundId === undefined ? ledger.refund(refundRequestId ?? '') : ledger.refundById(refundId);
    return found?.paymentRequestId;
  }

  function replyOf(path: string, answer: Answer, signed: boolean): AcquirerReply {
    const now = options.nowMs();
    const headers: Record<string, string> = {
      'content-type': 'application/json; charset=UTF-8',
      date: formatHttpDate(now),
      tracerid: Math.floor(options.random() * 2 ** 48).toString(16),
    };
    const body = JSON.stringify({ result: resultOf(answer), ...answer.fields });
    if (signed) {
      const time = String(now);
      headers['client-id'] = clientId;
      headers['response-time'] = time;
      headers.signature = signatureHeader(signer.sign(signedContent(path, clientId, time, body)));
    }
    return { status: 200, headers, body };
  }

  return {
    receive(request, reply) {
      const name = paths.get(request.path);
      if (name === undefined) {
        reply(replyOf(request.path, { code: 'NO_INTERFACE_DEF' }, false));
        return;
      }
      const answer = gateFault(request) ?? serve(name, request.body);
      reply(answer.code === silence ? 'silence' : replyOf(request.path, answer, !unsignedCodes.has(answer.code)));
    },
    ledger,
    plans: planner,
    notifications: notifier,
    issueCode: payInterface.issueCode,
    configure(change) {
      settings = { ...settings, ...change };
    },
    settings: () => settings,
    notifyAuthToken(url, accessToken, expiresAtMs, grant = {}) {
      const body = {
        clientId,
        authClientId: clientId,
        authTime: String(options.nowMs()),
        accessToken,
        accessTokenExpiryTime: String(expiresAtMs),
        customerId: SIM_CUSTOMER_ID,
        ...grant,
      };
      notifier.notify(url, body, 0);
    },
  };
}

function pathsOf(prefix: string, sandbox: boolean): ReadonlyMap<string, InterfaceName> {
  const served = sandbox ? prefix.replace('/ams/api', '/ams/sandbox/api') : prefix;
  return new Map(interfaceNames.map((name) => [`${served}/v1/payments/${name}`, name]));
}

function withOrder<T>(shaped: Shaped<T>, handle: (order: T) => Answer): Answer {
  return 'order' in shaped ? handle(shaped.order) : shaped;
}

function resultOf(answer: Answer) {
  const resultStatus = statusOf(answer);
  return {
    resultCode: answer.code,
    resultStatus,
    resultMessage: answer.reason ?? (resultStatus === 'S' ? 'success' : answer.code.toLowerCase().replaceAll('_', ' ')),
  };
}

function headerOf(request: AcquirerRequest, name: string): string | undefined {
  const direct = request.headers[name];
  if (direct !== undefined) return direct;
  for (const [other, value] of Object.entries(request.headers)) if (other.toLowerCase() === name) return value;
  return undefined;
}
