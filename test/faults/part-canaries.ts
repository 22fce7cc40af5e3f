import type { Canary } from './canary.js';

/** Kernel, link, store, API and drivers that break a rule. */
export const PART_CANARIES: readonly Canary[] = [
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
    name: 'an orderly stop that loses what was answered',
    file: 'firmware/kernel.js',
    find: 'const waiting = deferred;',
    put: 'const waiting = [];',
  },
  {
    name: 'a replaced journal is still written',
    file: 'firmware/journal/store/store.js',
    find: 'let left = volumes.length;',
    put: 'return void clock.after(0, inPlace);\n        let left = volumes.length;',
  },
  {
    name: 'a commit to a file that was replaced meanwhile counts',
    file: 'firmware/journal/store/store.js',
    find: 'checkInPlace(() => flushed(planned));',
    put: 'flushed(planned);',
  },
  {
    name: 'a commit is never read back',
    only: 'host',
    file: 'firmware/journal/store/store.js',
    find: 'readBack.written(frame);',
    put: '',
  },
  {
    name: 'an idle terminal does not check its journal',
    file: 'firmware/journal/watch-card.js',
    find: 'store.checkInPlace(done)',
    put: 'done()',
  },
  {
    name: 'success of another payment believed',
    file: 'firmware/acquirer/direct-link.js',
    find: 'echoed[name] !== undefined && echoed[name] !== value',
    put: 'false',
  },
  {
    name: 'a broken connection counts as one never made',
    file: 'firmware/acquirer/direct-link.js',
    find: "return silence('disconnected', detail);",
    put: "return silence('refused', detail);",
  },
  {
    name: 'a success that names no request believed',
    file: 'firmware/acquirer/direct-link.js',
    find: "if (status === 'S' && echoed[call.namedBy] === undefined)",
    put: 'if (false)',
  },
  {
    name: 'an answer of two days ago believed',
    file: 'firmware/acquirer/direct-link.js',
    find: 'return whyReplyNotCurrent(parts.acquirerTime, atAcquirerMs, tookMs);',
    put: 'return undefined;',
  },
  {
    name: 'any time believed before the first probe',
    file: 'firmware/acquirer/acquirer-time.js',
    find: 'if (unknown && ',
    put: 'if (false && ',
  },
  {
    name: 'an answer with two results believed',
    file: 'firmware/acquirer/read-message.js',
    find: 'if (repeatedName(text) !== undefined)',
    put: 'if (false)',
  },
  {
    name: 'a network lost between customers counts as reachable',
    file: 'firmware/terminal/executors.js',
    find: "feed({ type: 'connectionTried', reached })",
    put: "feed({ type: 'connectionTried', reached: true })",
  },
  {
    name: 'a failure of the machine counts as delivered',
    file: 'drivers/vend/mdb-machine.js',
    find: "finish('no', 'vendMachineFailed')",
    put: "finish('yes')",
  },
  {
    name: 'a silent machine counts as delivered',
    file: 'drivers/vend/mdb-machine.js',
    find: "finish('unknown', 'vendMachineSilent'));",
    put: "finish('yes'));",
  },
  {
    name: 'a state of the machine counts as the end of a vend',
    only: 'mdb',
    file: 'drivers/vend/mdb-machine.js',
    find: `awaitReport(REPORT_WAIT_MS);
        // A machine`,
    put: `finish('unknown', 'vendMachineSilent');
        // A machine`,
  },
  {
    name: 'an error in quotes counts as none',
    only: 'mdb',
    file: 'drivers/vend/mdb-lines.js',
    find: "if (character === '\"')",
    put: 'if (false)',
  },
  {
    name: 'a code accepted with what the engine adds to it',
    only: 'amount',
    file: 'flows/code-content.js',
    find: 'if (length === 0)',
    put: 'if (true)',
  },
  {
    name: 'keys that were pressed together are left out',
    only: 'amount',
    file: 'drivers/keypad/matrix-keypad.js',
    find: 'return events.keysUnclear();',
    put: 'return;',
  },
  {
    name: 'a notification accepted by a box without its journal',
    only: 'isv',
    file: 'firmware/acquirer/notifications/notification-endpoint.js',
    find: ' || lacksJournal(kernel.state)',
    put: '',
  },
  {
    name: 'agent token in the log',
    file: 'firmware/acquirer/notifications/notification-endpoint.js',
    find: 'return feed(notification.event',
    put: 'refused(notification.event.accessToken ?? "");\n                return feed(notification.event',
  },
  {
    name: 'a phone that stays in front of the glass is read again',
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
    name: 'a vending machine set up so that it never asks',
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
    name: 'a card read without its newest commit',
    file: 'firmware/journal/store/read-store.js',
    find: 'for (let from = 0; from < newestFirst.length',
    put: 'for (let from = newestFirst.length > 1 ? 1 : 0; from < newestFirst.length',
  },
  {
    name: 'a card that does not show the interrupted sale',
    file: 'firmware/commands/queue/view-card.js',
    find: 'cutOff: cutOffOf(book)',
    put: 'cutOff: []',
  },
  {
    name: 'a settlement that is not written to the card',
    file: 'firmware/commands/queue/settle-on-card.js',
    find: 'store.commit(records, replay(records, store.state)',
    put: 'store.commit([], store.state',
  },
  {
    name: 'the first of two phones is charged',
    only: 'amount',
    file: 'drivers/scanner/scan-engine.js',
    find: 'if (second !== undefined) {',
    put: 'if (false) {',
  },
  {
    name: 'results reported where nobody listens',
    file: 'firmware/acquirer/direct-link.js',
    find: 'paymentNotifyUrl: config.notifyUrl,',
    put: "paymentNotifyUrl: config.notifyUrl && config.notifyUrl + 'x',",
  },
  {
    name: 'a clock that stepped counts as confirmed',
    file: 'firmware/clock/clock-trust.js',
    find: 'noteStep(confirmedOffsetMs);',
    put: ';',
  },
  {
    name: 'a clock that stepped is confirmed by an older answer',
    file: 'firmware/clock/clock-trust.js',
    find: "systemIsStale = clockSynchronised() === 'yes';",
    put: '',
  },
];
