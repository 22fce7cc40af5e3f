import type { Input } from '../../../flows/input.js';
import type { Log } from '../../log/log.js';

/** Verified notifications of payments that changed nothing: repeated, or of payments that are not ours. */
export interface IgnoredNotifications {
  /** Of every decision; `ignored`: why it changed nothing. */
  note(input: Input, ignored: string | undefined): void;
  /** Since the start. */
  count(): number;
}

export function createIgnoredNotifications(log: Log): IgnoredNotifications {
  let count = 0;
  return {
    note(input, ignored) {
      if (input.type !== 'paymentNotified' || ignored === undefined) return;
      count += 1;
      log.info('notification ignored', { paymentRequestId: input.paymentRequestId, why: ignored });
    },
    count: () => count,
  };
}
