import { acquirerFaultKinds } from '../acquirer/acquirer-faults.js';
import { interfaceNames, resultCodes } from '../acquirer/result-codes.js';
import { MACHINE_HABITS } from '../devices/mdb-machine-model.js';
import { COMMAND_TROUBLES, DECORATION_NAMES } from '../devices/scan-engine-model.js';
import type { Coverage } from './coverage.js';
import { FUZZ_MODES } from './fuzz-settings.js';
import { NOISE_KINDS } from './line-noise.js';

/** All transitions of a sale. A long run has to reach each of them. */
const TRANSITIONS = [
  'new > awaitingCode',
  'awaitingCode > paying',
  'awaitingCode > cancelled',
  'paying > inquiring',
  'paying > awaitingCode',
  'paying > declined',
  'paying > approved',
  'paying > settled',
  'paying > reversing',
  'inquiring > awaitingCode',
  'inquiring > declined',
  'inquiring > approved',
  'inquiring > settled',
  'inquiring > reversing',
  'paying > vending',
  'inquiring > vending',
  'vending > settled',
  'vending > reversing',
  'approved > settled',
  'approved > reversing',
  'settled > reversing',
  'reversing > reversed',
  'reversing > settled',
];

/** Only for real sockets: in the world a reply is never split, and a huge one takes too much time. */
const NOT_HERE: readonly string[] = ['replyTrickled', 'huge'];

const FAULTS = [
  ...acquirerFaultKinds.filter((kind) => !NOT_HERE.includes(kind)).map((kind) => `reply ${kind}`),
  ...['requestLost', 'replyLost', 'duplicated', 'reset', 'garbled', 'down', 'unanswered', 'slow'].map(
    (kind) => `network ${kind}`,
  ),
  ...['lost', 'duplicated', 'forged', 'altered'].map((kind) => `notification ${kind}`),
  ...['step far', 'step near'].map((kind) => `clock ${kind}`),
  ...['slow', 'io', 'readOnly', 'full', 'gone', 'swapped'].map((kind) => `flash ${kind}`),
  ...[
    'scanner unplugged',
    'scanner hangs',
    'scanner answers late',
    'scanner forgets its settings',
    'scanner commands go wrong',
    'printer unplugged',
    'printer hangs',
    'paper out',
    'cover open',
    'cutter jammed',
    'head hot',
    'goods jammed',
    'sensor covered',
    'sensor line noisy',
    'key stuck',
    'ghost key',
    'keys chatter',
    'keypad line shorted',
    'keypad line taken',
    'door open',
    'machine unplugged',
    'machine hangs',
    'machine off',
    'machine off for a moment',
    'machine adapter restarts',
    'machine jammed',
    'machine slow',
    'machine line noisy',
    'repaired',
  ].map((kind) => `device ${kind}`),
  ...COMMAND_TROUBLES.map((kind) => `scanner ${kind}`),
  ...NOISE_KINDS.map((kind) => `machine line ${kind}`),
  ...['now', 'atTouch', 'crash', 'stop', 'lost'].map((kind) => `power ${kind}`),
  ...['kept away', 'installed'].map((kind) => `update ${kind}`),
];

const INPUTS = [
  'booted',
  'timerFired',
  'saleRequested',
  'codeScanned',
  'codeUnclear',
  'codeGiven',
  'cancelRequested',
  'deliveryReported',
  'refundRequested',
  'payAnswered',
  'inquiryAnswered',
  'reversalAnswered',
  'probeAnswered',
  'connectionTried',
  'paymentNotified',
  'deviceChanged',
  'vendFinished',
  'printFinished',
  'receiptRequested',
  'keyPressed',
  'machineAsked',
  'machineGaveUp',
  'droppedLate',
  'keysUnclear',
  'inputRefused',
  'doorChanged',
  'agentTokenNotified',
  'reversalRetryRequested',
  'reversalSettled',
];

const RECORDS = [
  'terminalStarted',
  'saleStarted',
  'paymentStarted',
  'inquiryStarted',
  'paymentShown',
  'attemptFailed',
  'paymentApproved',
  'deliveryAwaited',
  'vendStarted',
  'saleSettled',
  'goodsUnknownTold',
  'saleCancelled',
  'receiptFinished',
  'reversalStarted',
  'reversalTurnedToRefund',
  'reversalPaymentFound',
  'reversalNeedsPerson',
  'reversalReleased',
  'reversalFinished',
  'agentTokenReceived',
];

/** What people and attackers do, and situations that need two things at the same time. */
const MEETINGS = [
  'ignored payAnswered: late reply to pay',
  'ignored agentTokenNotified: an older agent token',
  'ignored agentTokenNotified: the agent token is known',
  'ignored vendFinished: late report of the vend mechanism',
  'ignored keyPressed: keys have no meaning during a sale',
  'ignored machineGaveUp: nothing to cancel',
  'acquirer moved away',
  'acquirer moved home',
  'token acknowledged',
  'token forged',
  'token replayed',
  'token of another merchant',
  'token for another client',
  'fault network unplugged at rest',
  ...[
    'retry 202',
    'retry 404',
    'retry 409',
    'settle reversed 200',
    'settle reversed 409',
    'settle paid 200',
    'settle paid 409',
    'while a request is under way',
  ].map((done) => `operator ${done}`),
];

/** What is done with the card of a box that is off. `64`: the command refuses. */
const CARDS = [
  'read with open reversals',
  'read without open reversals',
  'read with a sale that was cut off',
  'settle reversed done',
  'settle paid done',
  'settle paid 64',
  'settle cut',
];

const ALARMS = [
  'amountDiffers',
  'signatureWrong',
  'acquirerMisconfigured',
  'reversalDelayed',
  'reversalNeedsPerson',
  'resultContradicts',
  'unknownPayment',
  'vendUnknown',
  'droppedLate',
];

const REQUIRED: readonly string[] = [
  ...TRANSITIONS.map((name) => `sale ${name}`),
  ...FAULTS.map((name) => `fault ${name}`),
  ...INPUTS.map((name) => `input ${name}`),
  ...RECORDS.map((name) => `record ${name}`),
  ...MEETINGS,
  ...CARDS.map((name) => `card ${name}`),
  ...FUZZ_MODES.map((mode) => `mode ${mode}`),
  ...MACHINE_HABITS.map((habit) => `machine ${habit}`),
  ...DECORATION_NAMES.map((how) => `scanner ${how}`),
  ...ALARMS.map((name) => `alarm ${name}`),
  ...interfaceNames.flatMap((name) => Object.keys(resultCodes[name]).map((code) => `code ${name} ${code}`)),
  ...['pay', 'inquiryPayment', 'cancel', 'refund'].flatMap((call) =>
    ['timeout', 'garbled', 'httpStatus', 'disconnected'].map((reason) => `silence ${call} ${reason}`),
  ),
  'card lost',
  'card worn out',
  'scanner line coarse',
  'fault random stuck',
  'order again conflict orderPaid',
  'silence pay mismatch',
  'silence pay refused',
  'exit 74',
];

/** What a long run should have reached and did not. */
export function missingCoverage(coverage: Coverage): string[] {
  return REQUIRED.filter((name) => !coverage.has(name));
}
