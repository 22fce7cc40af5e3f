import { type Acquirer, type AcquirerReply, createAcquirer } from '../../../hw-sim/acquirer/acquirer.js';
import {
  type AcquirerFaults,
  createAcquirerFaults,
  type FaultyReply,
} from '../../../hw-sim/acquirer/acquirer-faults.js';
import type { AcquirerSettings } from '../../../hw-sim/acquirer/acquirer-settings.js';
import { signatureHeader, signatureOf, signedContent } from '../../../hw-sim/acquirer/acquirer-signer.js';
import { createFastSigner } from '../../../hw-sim/acquirer/fast-signer.js';
import type { Notification } from '../../../hw-sim/acquirer/notifier.js';
import { createWorld, type World } from '../../../hw-sim/world.js';

export const clientId = 'T_1';
export const startWallMs = Date.UTC(2024, 5, 11, 4, 0, 0);
export type Body = Record<string, unknown>;

export interface Told {
  readonly code: string;
  readonly status: string;
  readonly body: Body;
  readonly signed: 'rightly' | 'wrongly' | 'not';
}

export interface AcquirerBench {
  readonly world: World;
  readonly acquirer: Acquirer;
  readonly faults: AcquirerFaults;
  /** Sends a signed request and returns what it was answered; undefined for silence. */
  call(name: string, body: Body, path?: string): Told | undefined;
  pay(paymentRequestId: string, change?: Body): Told | undefined;
  request(name: string, body: Body): { path: string; headers: Record<string, string>; body: string };
  readonly notifications: { readonly atMs: number; readonly notification: Notification }[];
  /** How notifications are answered. */
  acknowledge: { status: number; body: string } | undefined;
}

export const terminalSigner = createFastSigner('terminal', 'alipay');
export const acknowledgement = {
  status: 200,
  body: '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}',
};

/** An acquirer in an imagined world with a terminal's signer beside it. */
export function createAcquirerBench(settings: Partial<AcquirerSettings> = {}): AcquirerBench {
  const world = createWorld({ seed: 1, startWallMs });
  const notifications: AcquirerBench['notifications'] = [];
  const signer = createFastSigner('alipay', 'terminal');
  const after = (delayMs: number, callback: () => void) => world.after(delayMs, callback);
  const acquirer = createAcquirer({
    clientId,
    signer,
    nowMs: () => world.wallMs(),
    after,
    random: () => world.random(),
    send(notification, done) {
      notifications.push({ atMs: world.wallMs() - startWallMs, notification });
      done(bench.acknowledge);
    },
    settings,
  });
  const faults = createAcquirerFaults({ acquirer, signer, after, nowMs: () => world.wallMs() });
  const bench: AcquirerBench = {
    world,
    acquirer,
    faults,
    notifications,
    acknowledge: acknowledgement,
    request(name, body) {
      const path = `/ams/api/v1/payments/${name}`;
      const text = JSON.stringify(body);
      const time = String(world.wallMs());
      const signature = signatureHeader(terminalSigner.sign(signedContent(path, clientId, time, text)));
      const headers = {
        'Client-Id': clientId,
        'Request-Time': time,
        'Content-Type': 'application/json; charset=UTF-8',
        Signature: signature,
      };
      return { path, headers, body: text };
    },
    call(name, body) {
      const request = bench.request(name, body);
      let told: AcquirerReply | undefined;
      acquirer.receive(request, (reply) => {
        told = reply;
      });
      return told === undefined || told === 'silence' ? undefined : understand(request.path, told);
    },
    pay: (paymentRequestId, change = {}) => bench.call('pay', { ...payBody(paymentRequestId), ...change }),
  };
  return bench;
}

/** Reads a whole reply as a terminal does. */
export function understand(path: string, reply: Exclude<FaultyReply, string | { trickled: unknown }>): Told {
  const { headers } = reply;
  const signature = signatureOf(headers.signature);
  const content = signedContent(path, headers['client-id'] ?? '', headers['response-time'] ?? '', reply.body);
  const right = signature !== undefined && terminalSigner.verify(content, signature);
  const body = JSON.parse(reply.body) as Body;
  const result = body.result as { resultCode: string; resultStatus: string } | undefined;
  return {
    code: result?.resultCode ?? '',
    status: result?.resultStatus ?? '',
    body,
    signed: signature === undefined ? 'not' : right ? 'rightly' : 'wrongly',
  };
}

let codes = 0;

/** A pay with all that Alipay asks for; each has a code of its own. */
export function payBody(paymentRequestId: string, value = '1250', currency = 'CNY'): Body {
  codes += 1;
  return {
    productCode: 'IN_STORE_PAYMENT',
    paymentRequestId,
    paymentAmount: { currency, value },
    paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: `28${String(codes).padStart(16, '0')}` },
    paymentFactor: { inStorePaymentScenario: 'PaymentCode' },
    paymentNotifyUrl: 'https://terminal.example/payNotify?x=1',
    order: {
      referenceOrderId: 'order-1',
      orderDescription: 'Water',
      orderAmount: { currency, value },
      merchant: {
        referenceMerchantId: 'M1',
        merchantName: 'Merchant',
        merchantMCC: '7011',
        store: { referenceStoreId: 'S1', storeName: 'Store', storeMCC: '7011' },
      },
      env: { storeTerminalId: '17', storeTerminalRequestTime: '2024-06-11T12:00:00+08:00' },
    },
  };
}
