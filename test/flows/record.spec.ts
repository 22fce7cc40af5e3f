import assert from 'node:assert/strict';
import { isDeferrable, type RecordType, type TerminalRecord } from '../../flows/record.js';
import { createReadyDrive, startPaying, startSale } from './drive.js';

type Example<T extends RecordType = RecordType> = T extends RecordType
  ? Omit<Extract<TerminalRecord, { type: T }>, 'type' | 'atWallMs'>
  : never;

const saleId = 's1';
const reversalId = 'r1';

function reversal() {
  const drive = createReadyDrive();
  startPaying(drive);
  drive.feed({ type: 'keyPressed', key: '*' });
  return drive.reversal();
}

/** For every type: an example that effects wait for, or one that may wait for the next commit. */
const EXAMPLES: { readonly [T in RecordType]: { readonly waitedFor?: Example<T>; readonly mayWait?: Example<T> } } = {
  terminalStarted: { waitedFor: { salesKept: 1, salesKeptMs: 1, bytesKept: 1 } },
  saleStarted: { mayWait: { sale: startSale(createReadyDrive()) } },
  paymentStarted: { waitedFor: { saleId, paymentRequestId: 'p1', serialNumber: 1, expiresAtWallMs: 1 } },
  inquiryStarted: { mayWait: { saleId } },
  paymentShown: { waitedFor: { saleId } },
  attemptFailed: {
    waitedFor: { saleId, resultCode: 'RISK_REJECT', final: true },
    mayWait: { saleId, resultCode: 'EXPIRED_CODE', final: false },
  },
  paymentApproved: { waitedFor: { saleId } },
  deliveryAwaited: { waitedFor: { saleId } },
  vendStarted: { waitedFor: { saleId } },
  saleSettled: { waitedFor: { saleId, receiptDue: true } },
  saleCancelled: {
    waitedFor: { saleId, cause: 'noCode', attempted: true },
    mayWait: { saleId, cause: 'noCode', attempted: false },
  },
  receiptFinished: { mayWait: { saleId, receipt: 'printed' } },
  goodsUnknownTold: { mayWait: { saleId } },
  reversalStarted: { waitedFor: { reversal: reversal() } },
  reversalTurnedToRefund: { waitedFor: { reversalId, refundRequestId: 'R1', paymentId: 'P1' } },
  reversalPaymentFound: { waitedFor: { reversalId } },
  reversalNeedsPerson: { waitedFor: { reversalId, lastCode: 'NO_ANSWER' } },
  reversalReleased: { waitedFor: { reversalId } },
  reversalFinished: { waitedFor: { reversalId, end: { how: 'cancelled', atWallMs: 1 } } },
  agentTokenReceived: { waitedFor: { accessToken: 'token-1' } },
};

describe('isDeferrable', () => {
  for (const [type, { waitedFor, mayWait }] of Object.entries(EXAMPLES)) {
    const record = (facts: object) => ({ type, atWallMs: 1, ...facts }) as TerminalRecord;
    if (waitedFor !== undefined) {
      it(`makes effects wait for ${type}${details(waitedFor)}`, () =>
        assert.equal(isDeferrable(record(waitedFor)), false));
    }
    if (mayWait !== undefined) {
      it(`lets ${type}${details(mayWait)} wait`, () => assert.equal(isDeferrable(record(mayWait)), true));
    }
  }
});

/** The difference between two examples of a type. */
function details(facts: object): string {
  return Object.entries(facts)
    .filter(([, value]) => typeof value === 'boolean')
    .map(([name, value]) => ` (${name}: ${value})`)
    .join('');
}
