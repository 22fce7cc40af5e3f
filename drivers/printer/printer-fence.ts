import type { Clock, Timer } from '../host.js';
import { type PrinterCondition, printerFaults } from './printer-condition.js';
import { type PrinterReply, processIdOf } from './printer-replies.js';

/**
 * `printed`: confirmed by process id. `processed`: confirmed by GS r, which a printer may answer before the dots are on
 * paper. `faulted`: the printer reported a fault instead.
 */
export type FenceResult = 'printed' | 'processed' | 'faulted' | 'silent';

export interface PrinterFence {
  /** Waits until the printer confirms everything sent before, or reports why it cannot. */
  ask(done: (result: FenceResult) => void): void;
  reply(reply: PrinterReply): void;
  /** The port went away; another printer may be on it next time. */
  lost(): void;
  close(): void;
}

/** A printer with a full buffer needs about 5 s for it at 9600 baud; one with a slow head twice that. */
const TIMEOUT_MS = 15_000;
/**
 * Together with the tries of a query this is less than printers need to start: one that was switched off and on has lost
 * the request, and what it sends at its start can look like the answer to GS r.
 */
const POLL_MS = 400;
/** How long a printer with process ids may still take after its answer to GS r. */
const PROCESS_ID_GRACE_MS = 2_000;

/**
 * A fence: a request that a printer answers only in its turn. GS ( H function 48 ("printed"), or GS r 1 for printers
 * without that command (Epson ESC/POS reference).
 *
 * Invariants
 * - GS ( H is sent until a printer has answered GS r and not GS ( H, and then never again: a printer that does not know the
 *   command may print its parameters.
 * - A printer that does not answer a status request while the fence waits counts as `silent`, whatever it sends later.
 * - One fence at a time; `done` is called exactly once, and never after `close` or while a status is being asked for.
 */
export function createPrinterFence(parts: {
  readonly clock: Clock;
  readonly write: (bytes: Uint8Array) => void;
  readonly query: (done: (condition: PrinterCondition | undefined) => void) => void;
  readonly condition: (condition: PrinterCondition) => void;
}): PrinterFence {
  const { clock } = parts;
  let processIds: 'unknown' | 'known' | 'unsupported' = 'unknown';
  let number = 0;
  let answered: ((reply: PrinterReply | 'lost') => void) | undefined;
  let closed = false;

  function ask(done: (result: FenceResult) => void): void {
    number += 1;
    const id = processIdOf(number);
    const withId = processIds !== 'unsupported';
    const withSensor = processIds !== 'known';
    let result: FenceResult | undefined;
    let asking = false;
    let grace: Timer | undefined;

    const end = (how: FenceResult): void => {
      if (result !== undefined || closed) return;
      result = how;
      answered = undefined;
      for (const timer of [over, poll, grace]) timer?.cancel();
      if (!asking) clock.after(0, () => !closed && done(how));
    };
    const over = clock.after(TIMEOUT_MS, () => end('silent'));
    // It may run out of paper or lose its power, and then it never answers.
    const askInBetween = (): void => {
      asking = true;
      parts.query((condition) => {
        asking = false;
        if (result !== undefined) {
          done(result === 'processed' && condition === undefined ? 'silent' : result);
          return;
        }
        if (condition === undefined) {
          end('silent');
          return;
        }
        parts.condition(condition);
        if (printerFaults(condition).length > 0) end('faulted');
        else poll = clock.after(POLL_MS, askInBetween);
      });
    };
    let poll = clock.after(POLL_MS, askInBetween);

    answered = (reply) => {
      if (reply === 'lost') end('silent');
      else if (reply.kind === 'processId' && reply.id === id) {
        processIds = 'known';
        end('printed');
      } else if (reply.kind === 'paperSensor' && withSensor) {
        if (processIds === 'unsupported') end('processed');
        else grace ??= clock.after(PROCESS_ID_GRACE_MS, sensorOnly);
      }
    };
    const sensorOnly = (): void => {
      processIds = 'unsupported';
      end('processed');
    };

    const processId = [0x1d, 0x28, 0x48, 6, 0, 0x30, 0x30, ...Buffer.from(id, 'latin1')];
    parts.write(Uint8Array.from([...(withId ? processId : []), ...(withSensor ? [0x1d, 0x72, 1] : [])]));
  }

  return {
    ask,
    reply: (reply) => answered?.(reply),
    lost() {
      answered?.('lost');
      if (processIds === 'known') processIds = 'unknown';
    },
    close() {
      closed = true;
      answered = undefined;
    },
  };
}
