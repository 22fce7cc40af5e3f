import type { Clock } from '../../drivers/host.js';
import type { CallAnswer } from '../../flows/call-answer.js';
import type { Call, Kernel } from '../kernel.js';
import { apiError } from '../service/api-error.js';
import type { ApiReply } from '../service/api-reply.js';
import { API_LIMITS } from './api-contract.js';

/** Asks the kernel on behalf of a request. `answered` is not called where the request was answered already. */
export type AskKernel = (call: Call, reply: ApiReply, answered: (answer: CallAnswer) => void) => void;

/**
 * Invariants
 * - Each request is answered exactly once: with the kernel's answer, or that there was none in time.
 * - A caller that has gone, or got `noAnswer`, changes nothing about the decision.
 * - No more than `API_LIMITS.callsInFlight` wait; a flood ends here and not in the kernel's inbox.
 */
export function createAskKernel(kernel: Kernel, clock: Clock): AskKernel {
  let inFlight = 0;
  return (call, reply, answered) => {
    if (inFlight >= API_LIMITS.callsInFlight) {
      return reply.error(apiError(503, 'busy', 'too many requests wait for a decision; try again'));
    }
    inFlight += 1;
    let replied = false;
    const timer = clock.after(API_LIMITS.callTimeoutMs, () => {
      replied = true;
      inFlight -= 1;
      reply.error(apiError(503, 'noAnswer', 'no decision in time: it may still come, so read before asking again'));
    });
    kernel.ask(call, (answer) => {
      timer.cancel();
      if (replied) return;
      inFlight -= 1;
      answered(answer);
    });
  };
}
