import type { PrinterCondition } from '../../drivers/printer/printer-condition.js';
import type { PrinterLine } from '../../drivers/printer/printer-line.js';

export const WELL: PrinterCondition = {
  offline: false,
  coverOpen: false,
  paperOut: false,
  paperNearEnd: false,
  cutterStuck: false,
  overheated: false,
  broken: false,
};

/** A line on which nothing happens but what the test says: each question waits in its list for its answer. */
export function createScriptedPrinterLine() {
  type Answer<Name extends 'query' | 'online' | 'send' | 'fence' | 'wake'> =
    Parameters<PrinterLine[Name]> extends [...unknown[], infer Done] ? Done : never;
  const asked: string[] = [];
  const sent: Uint8Array[] = [];
  const open = {
    query: [] as Answer<'query'>[],
    online: [] as Answer<'online'>[],
    send: [] as Answer<'send'>[],
    fence: [] as Answer<'fence'>[],
    wake: [] as Answer<'wake'>[],
  };
  const line: PrinterLine = {
    query(done) {
      asked.push('query');
      open.query.push(done);
    },
    online(done) {
      asked.push('online');
      open.online.push(done);
    },
    send(bytes, done) {
      asked.push('send');
      sent.push(bytes);
      open.send.push(done);
    },
    fence(done) {
      asked.push('fence');
      open.fence.push(done);
    },
    wake(done) {
      asked.push('wake');
      open.wake.push(done);
    },
    abandon: () => asked.push('abandon'),
    close: () => asked.push('close'),
  };
  return {
    line,
    /** Everything that was asked of the line, in order. */
    asked,
    sent,
    answer: {
      query: (condition: PrinterCondition | undefined) => open.query.shift()?.(condition),
      online: (online: boolean | undefined) => open.online.shift()?.(online),
      send: (went: boolean) => open.send.shift()?.(went),
      fence: (result: Parameters<Answer<'fence'>>[0]) => open.fence.shift()?.(result),
      wake: (result: Parameters<Answer<'wake'>>[0]) => open.wake.shift()?.(result),
    },
  };
}
