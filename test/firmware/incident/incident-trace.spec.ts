import assert from 'node:assert/strict';
import {
  createIncidentTrace,
  type IncidentCause,
  type IncidentTrace,
} from '../../../firmware/incident/incident-trace.js';
import { replayIncident } from '../../../firmware/incident/replay-incident.js';
import { createRedact } from '../../../firmware/log/redact.js';
import { EMPTY_BOOK } from '../../../flows/book.js';
import type { Event, Input } from '../../../flows/input.js';
import type { Sale } from '../../../flows/sale.js';
import { step } from '../../../flows/step.js';
import { initialState, type TerminalState } from '../../../flows/terminal-state.js';
import { CODE, cny, createMoment, createPolicy, failure, paid } from '../../flows/builders.js';

const TOKEN = 'token-of-a-merchant-0001';
const CAUSE: IncidentCause = { kind: 'assertion', message: 'something', version: 'test', wallMs: 1 };

/** The flow with a trace before it, fed as the kernel does. */
function createRig(trace: IncidentTrace, from: TerminalState = initialState(createPolicy(), EMPTY_BOOK)) {
  let state = from;
  let seconds = 0;
  return {
    get state() {
      return state;
    },
    feed(...events: readonly Event[]) {
      for (const event of events) {
        seconds += 1;
        const randomDigits = `${seconds}`.padStart(10, '7');
        const input: Input = { ...event, at: createMoment({ atMs: seconds * 1000, randomDigits }) };
        trace.note(input, state);
        state = step(state, input).state;
      }
    },
  };
}

const write = (trace: IncidentTrace, cause = CAUSE): string => {
  const text = trace.write(cause, createRedact());
  assert.ok(text !== undefined);
  return text;
};

function replayed(text: string) {
  const lines: string[] = [];
  const ended = replayIncident(text, (line) => lines.push(line));
  return { ended, lines };
}

const START: readonly Event[] = [
  { type: 'booted' },
  { type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') },
  { type: 'deviceChanged', device: 'printer', faults: [] },
];

const order = (orderId: string): Event => ({ type: 'saleRequested', callId: 'c', orderId, amount: cny('1250') });

/** A sale that ends without a charge. */
const visit = (orderId: string): Event[] => [order(orderId), { type: 'keyPressed', key: '*' }];

describe('createIncidentTrace', () => {
  it('writes what leads to the same state', () => {
    const trace = createIncidentTrace();
    const rig = createRig(trace);
    rig.feed(...START, order('o1'), { type: 'codeScanned', code: CODE });
    const paymentRequestId = Object.values(rig.state.book.sales)[0]?.attempts[0]?.paymentRequestId ?? '';
    rig.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    const { ended, lines } = replayed(write(trace));
    assert.ok(ended.kind === 'noFailure');
    assert.deepEqual(ended.state, rig.state);
    assert.match(lines.join('\n'), /#5 \+4\.000 s {2}codeScanned .*\n {4}record saleStarted|record paymentStarted/);
    assert.match(lines.join('\n'), /effect sendPay /);
  });

  it('keeps a bounded number of inputs, and the state before the first of them', () => {
    const trace = createIncidentTrace(10);
    const rig = createRig(trace);
    rig.feed(...START);
    for (let i = 0; i < 100; i += 1) {
      rig.feed(...visit(`o${i}`));
      const text = write(trace);
      const { inputs } = JSON.parse(text);
      const taken = START.length + 2 * (i + 1);
      assert.ok(inputs.length <= 20 && inputs.length >= Math.min(taken, 10), `${inputs.length} of ${taken}`);
      const { ended } = replayed(text);
      assert.ok(ended.kind === 'noFailure');
      assert.deepEqual(ended.state.book, rig.state.book);
    }
  });

  it('is empty before anything happened', () => {
    assert.equal(createIncidentTrace().write(CAUSE, createRedact()), undefined);
  });

  it('gives the older half up where both are too large, and all where one is', () => {
    const texts = (limitChars?: number) => {
      const trace = createIncidentTrace(10, limitChars);
      const rig = createRig(trace);
      rig.feed(...START);
      for (let i = 0; i < 8; i += 1) rig.feed(...visit(`o${i}`));
      return trace.write(CAUSE, createRedact());
    };
    const whole = texts() ?? '';
    assert.equal(JSON.parse(whole).inputs.length, 19);
    const half = texts(whole.length - 1) ?? '';
    assert.equal(JSON.parse(half).inputs.length, 9);
    assert.equal(replayed(half).ended.kind, 'noFailure');
    assert.equal(texts(500), undefined);
  });

  it('writes no payment code and no token, wherever they stand', () => {
    const trace = createIncidentTrace(4);
    const rig = createRig(trace);
    rig.feed(
      ...START,
      { type: 'agentTokenNotified', accessToken: TOKEN },
      {
        type: 'saleRequested',
        callId: 'c',
        orderId: `x${CODE}`,
        amount: cny('1250'),
        description: `code ${CODE}, for ${TOKEN}`,
      },
      { type: 'codeScanned', code: CODE },
      { type: 'codeScanned', code: `https://${CODE}` },
      { type: 'codeGiven', callId: 'c', saleId: 's1', code: CODE },
      { type: 'reversalSettled', callId: 'c', reversalId: 'r1', by: CODE, note: `${CODE} agent-token: abcdef` },
      { type: 'refundRequested', callId: 'c', saleId: 's1', refundId: CODE, reason: CODE },
      { type: 'receiptRequested', callId: 'c', saleId: 's1', refundId: CODE },
      { type: 'printFinished', saleId: 's1', refundId: CODE, outcome: 'printed' },
      { type: 'probeAnswered', answer: { kind: 'silence', reason: 'garbled', detail: `said ${CODE}` } },
    );
    for (let i = 0; i < 6; i += 1) {
      const text = write(trace, { ...CAUSE, message: `failed at ${CODE} with ${TOKEN}` });
      for (const secret of [CODE, TOKEN, 'abcdef']) assert.ok(!text.includes(secret), `${secret} in ${text}`);
      assert.equal(replayed(text).ended.kind, 'noFailure');
      rig.feed({ type: 'codeUnclear' });
    }
  });

  it('keeps tokens apart, and the same ones together', () => {
    const trace = createIncidentTrace();
    const rig = createRig(trace);
    const token = (accessToken: string): Event => ({ type: 'agentTokenNotified', accessToken });
    rig.feed(token(TOKEN), token(TOKEN), token('another-token-entirely'), token(TOKEN));
    const { lines } = replayed(write(trace));
    assert.deepEqual(
      lines.filter((line) => line.startsWith('    ')).map((line) => line.trim().split(' ')[0]),
      ['record', 'ignored:', 'record', 'record'],
    );
  });
});

describe('replayIncident', () => {
  /** A book that no records lead to: its sale is being paid, and was never sent. */
  function impossible(): TerminalState {
    const sale: Sale = {
      saleId: 's1',
      orderId: 'o1',
      amount: cny('1250'),
      state: 'paying',
      attempts: [],
      receipt: 'none',
      startedAtWallMs: 1,
      updatedAtWallMs: 1,
    };
    return initialState(createPolicy(), { ...EMPTY_BOOK, sales: { s1: sale } });
  }

  function crashed(): string {
    const trace = createIncidentTrace();
    const rig = createRig(trace, impossible());
    rig.feed({ type: 'codeUnclear' });
    try {
      rig.feed({ type: 'booted' });
    } catch (error) {
      return write(trace, { ...CAUSE, message: error instanceof Error ? error.message : '' });
    }
    return assert.fail('it does not fail');
  }

  it('fails as the incident did', () => {
    const { ended, lines } = replayed(crashed());
    assert.ok(ended.kind === 'failure');
    assert.deepEqual([ended.same, ended.message], [true, 'sale s1 has no payment to reverse']);
    assert.deepEqual(lines.slice(-2), [
      '    FAILS  sale s1 has no payment to reverse',
      'The same assertion fails again.',
    ]);
  });

  it('says where another one fails', () => {
    const text = crashed().replace('"message":"sale s1 has no', '"message":"sale s9 has no');
    const { ended } = replayed(text);
    assert.ok(ended.kind === 'failure' && !ended.same);
  });

  it('says where none fails any more', () => {
    const { ended, lines } = replayed(crashed().replace('"state":"paying"', '"state":"settled"'));
    assert.equal(ended.kind, 'noFailure');
    assert.match(lines.at(-1) ?? '', /No assertion fails/);
  });

  const spoilt: Readonly<Record<string, string>> = {
    nothing: '',
    'a part': crashed().slice(0, 300),
    'another file': '{"format":2}',
    'a list': '[]',
    'a file without inputs': crashed().replace('"inputs":[', '"other":['),
    'an input without its moment': crashed().replace('"at":', '"when":'),
  };
  for (const [what, text] of Object.entries(spoilt)) {
    it(`refuses ${what}`, () => {
      const { ended, lines } = replayed(text);
      assert.equal(ended.kind, 'unreadable');
      assert.deepEqual(lines, []);
    });
  }

  it('reports strange inputs instead of crashing', () => {
    const { ended } = replayed(crashed().replace('"type":"codeUnclear"', '"type":"payAnswered"'));
    assert.equal(ended.kind, 'failure');
  });

  it('prints no control characters', () => {
    const trace = createIncidentTrace();
    createRig(trace).feed({ type: 'keyPressed', key: '\u001b[2J\u202e' });
    for (const line of replayed(write(trace)).lines) assert.doesNotMatch(line, /[\p{Cc}\p{Bidi_Control}]/u);
  });
});
