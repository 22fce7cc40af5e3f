import type { FuzzMode } from '../../hw-sim/fuzz/fuzz-settings.js';

/** A build of the firmware that breaks one rule. */
export interface Canary {
  readonly name: string;
  /** Only such kiosks have the part that is broken, and most have not. */
  readonly only?: FuzzMode;
  /** Compiled file of the firmware, and what is changed in it: exactly one place. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export const CANARIES: readonly Canary[] = [
  {
    name: 'write barrier off',
    file: 'firmware/kernel.js',
    find: 'const all = [...deferred, ...records];',
    put: `journal.commit([...deferred, ...records], state.book, () => undefined);
        deferred = [];
        return finish();
        const all = [];`,
  },
  {
    name: 'reversal dropped after the burst',
    file: 'flows/reversal-queue.js',
    find: 'if (progress.queueFailures === 0)',
    put: "return finish(turn, reversalId, { how: 'cancelled' });\n    if (progress.queueFailures === 0)",
  },
  {
    name: 'success accepted without signature',
    file: 'flows/acquirer-watch.js',
    find: "answer.kind === 'answered' && answer.signature === 'valid' ? answer : undefined",
    put: "answer.kind === 'answered' ? answer : undefined",
  },
  {
    name: 'amount not compared',
    file: 'flows/payment.js',
    find: 'if (answer.amount === undefined || !sameMoney(answer.amount, sale.amount)) {',
    put: 'if (false) {',
  },
  {
    name: 'cancel closed on ORDER_NOT_EXIST at once',
    file: 'flows/reversal-queue.js',
    find: 'if (progress.knownWhenSent || progress.sentAtMs',
    put: "if (progress.knownWhenSent || how === 'nothingCharged' || progress.sentAtMs",
  },
  {
    name: 'a cancel counts for a payment that showed up after it',
    file: 'flows/reversal-queue.js',
    find: 'knownWhenSent: reversal.known',
    put: 'knownWhenSent: true',
  },
  {
    name: 'late success resurrects',
    file: 'flows/payment.js',
    find: "return turn.ignore('late reply to pay');",
    put: `{
            const late = Object.values(turn.book.sales).find((sale) => sale.state === 'reversing' && sale.attempts.at(-1)?.paymentRequestId === id);
            if (late === undefined || answer.status !== 'S') return turn.ignore('late reply to pay');
            return approve(turn, late, answer.paymentId);
        }`,
  },
  {
    name: 'a success after a refusal left to a person',
    file: 'flows/payment.js',
    find: '(paid && reverseDenied(turn, id, paymentId))',
    put: 'false',
  },
  {
    name: 'request id from the clock alone',
    file: 'flows/payment-request-id.js',
    find: 'return head + at.randomDigits.slice(0, head.length % 2 === 0 ? 8 : 9);',
    put: "return time + terminalNumber.padStart(8, '0');",
  },
  {
    name: 'success of another payment believed',
    file: 'firmware/acquirer/direct-link.js',
    find: 'told[name] !== undefined && told[name] !== value',
    put: 'false',
  },
  {
    name: 'one sale charged again after a power cut',
    file: 'flows/boot.js',
    find: "return startReversal(turn, sale, 'powerLost');",
    put: 'return;',
  },
  {
    name: 'machine vends before the money',
    file: 'flows/machine-desk.js',
    find: 'turn.live = { ...turn.live, selection };',
    put: "turn.effect({ type: 'startVend', saleId: 'early', amount, channel: item });",
  },
  {
    name: 'a failure of the machine counted as goods',
    file: 'drivers/vend/mdb-machine.js',
    find: "finish('no', 'vendMachineFailed')",
    put: "finish('yes')",
  },
  {
    name: 'a silent machine counted as goods',
    file: 'drivers/vend/mdb-machine.js',
    find: "finish('unknown', 'vendMachineSilent'));",
    put: "finish('yes'));",
  },
  {
    name: 'the wrong goods for what keys chose',
    file: 'flows/keypad-entry.js',
    find: 'channel: item.channel',
    put: "channel: '1'",
  },
  {
    name: 'agent token acknowledged before it is durable',
    file: 'flows/record.js',
    find: "'goodsUnknownTold',",
    put: "'goodsUnknownTold', 'agentTokenReceived',",
  },
  {
    name: 'a notification taken by a box without its journal',
    only: 'isv',
    file: 'firmware/api/notification-endpoint.js',
    find: ' || lacksJournal(kernel.state)',
    put: '',
  },
  {
    name: 'an old agent token taken again',
    file: 'flows/step.js',
    find: 'if (older)',
    put: 'if (false)',
  },
  {
    name: 'agent token in the log',
    file: 'firmware/api/notification-endpoint.js',
    find: 'return take(eventOf(notification)',
    put: 'parts.refused(notification.accessToken ?? "");\n                return take(eventOf(notification)',
  },
  {
    name: 'a reversal closed in the name of nobody',
    file: 'flows/reversal-queue.js',
    find: "turn.record({ type: 'reversalNeedsPerson',",
    put: "return finish(turn, reversal.reversalId, { how: 'settledByHand', by: 'op', note: '' });\n    turn.record({ type: 'reversalNeedsPerson',",
  },
  {
    name: 'who settled it is forgotten',
    file: 'flows/operator-desk.js',
    find: "{ how: 'settledByHand', by, note, outcome }",
    put: "{ how: 'settledByHand', by: 'somebody', note, outcome }",
  },
  {
    name: 'the queue waits for ever once its burst is over',
    file: 'flows/reversal-queue.js',
    find: 'Math.round(waitMs + spreadMs)',
    put: 'Number.MAX_SAFE_INTEGER',
  },
  {
    name: 'goods that the host app handed out are reversed',
    file: 'flows/delivery.js',
    find: "turn.clearTimer('hostConfirm');",
    put: "return turn.answer(callId, { kind: 'sale', saleId, created: false });",
  },
  {
    name: 'a delivered sale reversed at boot',
    file: 'flows/boot.js',
    find: 'endOpenSale(turn);\n',
    put: `const last = Object.values(turn.book.sales).at(-1);
    if (last?.state === 'settled') startReversal(turn, last, 'powerLost');
    endOpenSale(turn);\n`,
  },
  {
    name: 'a reversal held for a person goes out by itself',
    only: 'mdb',
    file: 'flows/reversal-queue.js',
    find: 'if (reversal.manual || progress.awaiting',
    put: 'if (progress.awaiting',
  },
  {
    name: 'what a person settled is sent again',
    file: 'flows/reversal-queue.js',
    find: 'const { [reversalId]: _, ...reversals } = turn.live.reversals;',
    put: `if (end.how === 'settledByHand') return;
    const { [reversalId]: _, ...reversals } = turn.live.reversals;`,
  },
  {
    name: 'a refund repeated under another id',
    file: 'flows/reversal-queue.js',
    find: 'return { type: phase, refundRequestId, paymentId',
    put: 'return { type: phase, refundRequestId: refundRequestId.slice(0, -3) + Math.floor(100 + Math.random() * 900), paymentId',
  },
  {
    name: 'a phone that stays before the glass is read anew',
    file: 'drivers/scanner/scan-engine.js',
    find: 'const DUPLICATE_MS = 3_000;',
    put: 'const DUPLICATE_MS = 0;',
  },
  {
    name: 'a scan engine with open setup codes counts as ready',
    only: 'amount',
    file: 'drivers/scanner/gm65-session.js',
    find: "setup.insecure ? 'insecure' : 'ready'",
    put: "'ready'",
  },
  {
    name: 'a vending machine set up so that it asks for nothing',
    only: 'mdb',
    file: 'drivers/vend/mdb-adapter.js',
    find: 'mdb-always-idle=1',
    put: 'mdb-always-idle=0',
  },
  {
    name: 'a receipt counts as printed before it is',
    only: 'equipped',
    file: 'drivers/printer/print-receipt.js',
    find: "outcome = 'unknown';",
    put: "outcome = 'printed';",
  },
  {
    name: 'payment code on flash',
    file: 'flows/payment.js',
    find: "type: 'paymentStarted',",
    put: "type: 'paymentStarted', code,",
  },
  {
    name: 'payment code in an answer of the API',
    file: 'flows/sale-desk.js',
    find: 'a code is taken only while it is awaitingCode`',
    put: 'a code is taken only while it is awaitingCode` + code',
  },
  {
    name: 'a card read without what was written last',
    file: 'firmware/store/read-store.js',
    find: 'for (let from = 0; from < newestFirst.length',
    put: 'for (let from = newestFirst.length > 1 ? 1 : 0; from < newestFirst.length',
  },
  {
    name: 'a card that does not tell of the sale that was cut off',
    file: 'firmware/queue/view-card.js',
    find: 'cutOff: cutOffOf(book)',
    put: 'cutOff: []',
  },
  {
    name: 'a settlement on a card that is not written',
    file: 'firmware/queue/settle-on-card.js',
    find: 'store.commit(records, replay(records, store.state)',
    put: 'store.commit([], store.state',
  },
  {
    name: 'a cancel agreed to and not done',
    file: 'flows/sale-desk.js',
    find: 'if (isOpen(sale))',
    put: "if (sale.state === 'awaitingCode')",
  },
  {
    name: 'an order that was paid sold again',
    file: 'flows/sale-desk.js',
    find: 'if (paid !== undefined)',
    put: 'if (false)',
  },
  {
    name: 'goods that the host could not hand out stay paid',
    file: 'flows/delivery.js',
    find: 'if (!ok && paid)',
    put: "if (!ok && sale.state === 'approved')",
  },
  {
    name: 'the first of two phones pays',
    only: 'amount',
    file: 'drivers/scanner/scan-engine.js',
    find: 'if (second !== undefined) {',
    put: 'if (false) {',
  },
  {
    name: 'no receipt for a sale',
    only: 'equipped',
    file: 'flows/delivery.js',
    find: "printReceipt(turn, saleId, 'sale');",
    put: '',
  },
  {
    name: 'a copy that is not marked',
    only: 'equipped',
    file: 'flows/receipt-desk.js',
    find: "'copy' : 'reversed'",
    put: "'sale' : 'reversed'",
  },
  {
    name: 'a slip that shows another amount',
    only: 'equipped',
    file: 'flows/receipt.js',
    find: `amount,
`,
    put: `amount: { ...amount, value: amount.value + '0' },
`,
  },
  {
    name: 'a reversal repeated without a pause',
    file: 'flows/reversal-queue.js',
    find: 'progress.sentAtMs + turn.policy.cancelRetryIntervalMs',
    put: 'progress.sentAtMs',
  },
  {
    name: 'probes without a pause',
    file: 'flows/acquirer-watch.js',
    find: 'const PROBE_RETRY_MS = 15_000;',
    put: 'const PROBE_RETRY_MS = 200;',
  },
  {
    name: 'a late reversal that nobody is told of',
    file: 'flows/reversal-queue.js',
    find: 'if (progress.queueFailures === 0)',
    put: 'if (false)',
  },
  {
    name: 'nobody called for a reversal that fails on',
    file: 'flows/reversal-queue.js',
    find: 'if (queueFailures >= FAILURES_BEFORE_PERSON || ageMs > AGE_BEFORE_PERSON_MS)',
    put: 'if (false)',
  },
  {
    name: 'goods in doubt that nobody is told of',
    only: 'selection',
    file: 'flows/delivery.js',
    find: "turn.alarm('vendUnknown', sale.saleId);",
    put: '',
  },
  {
    name: 'an expiry that flash does not know',
    file: 'flows/payment.js',
    find: `expiresAtWallMs,
            utcOffsetMinutes`,
    put: `expiresAtWallMs: expiresAtWallMs + 60_000,
            utcOffsetMinutes`,
  },
  {
    name: 'results told where nobody listens',
    file: 'firmware/acquirer/direct-link.js',
    find: 'paymentNotifyUrl: config.notifyUrl,',
    put: "paymentNotifyUrl: config.notifyUrl && config.notifyUrl + 'x',",
  },
  {
    name: 'more attempts than a sale may have',
    file: 'flows/payment.js',
    find: '|| sale.attempts.length >= turn.policy.attemptLimit',
    put: '|| false',
  },
  {
    name: 'a payment of another order',
    file: 'flows/payment.js',
    find: 'orderId: sale.orderId,',
    put: 'orderId: sale.saleId,',
  },
  {
    name: 'a payment while the box is not ready',
    file: 'flows/sale-desk.js',
    find: 'if (reasons.length > 0) {',
    put: 'if (false) {',
  },
  {
    name: 'a full queue sells',
    file: 'flows/readiness.js',
    find: 'if (queueFull(policy, book, queue.length))',
    put: 'if (false)',
  },
  {
    name: 'a clock that stepped counts as right',
    file: 'firmware/clock-trust.js',
    find: 'if (confirmedOffsetMs !== undefined && stepped(confirmedOffsetMs))',
    put: 'if (false)',
  },
  {
    name: 'an acquirer whose signatures are wrong counts as well',
    file: 'flows/acquirer-watch.js',
    find: "answer.signature === 'valid' ? 'reachable' : 'unverified'",
    put: "'reachable'",
  },
  {
    name: 'an open door sells',
    only: 'selection',
    file: 'flows/readiness.js',
    find: 'if (live.doorOpen)',
    put: 'if (false)',
  },
  {
    name: 'the paid lamp before the money',
    only: 'selection',
    file: 'flows/view.js',
    find: "notice === 'paid' || sale?.state === 'approved'",
    put: "notice === 'paid' || sale?.state === 'inquiring' || sale?.state === 'approved'",
  },
  {
    name: 'the ready lamp always on',
    only: 'selection',
    file: 'flows/view.js',
    find: 'ready: sale === undefined && reasons.length === 0,',
    put: 'ready: true,',
  },
  {
    name: 'refunds of more than was paid',
    file: 'flows/operator-desk.js',
    find: '|| subtractMoney(rest, amount) === undefined',
    put: '',
  },
  {
    name: 'a clock that stepped is believed by a word that is older',
    file: 'firmware/clock-trust.js',
    find: "systemIsStale = clockSynchronised() === 'yes';",
    put: 'doubtedOffsetMs = undefined;',
  },
];
