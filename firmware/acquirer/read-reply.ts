import * as v from 'valibot';
import type { AcquirerReply } from '../../flows/acquirer-answer.js';
import { present } from '../../flows/present.js';
import { acquirerAmount, acquirerCode, acquirerId, lenient, readMessage } from './read-message.js';

/** What the terminal uses of a reply's body, whatever its signature is. */
export type ReplyBody = Omit<AcquirerReply, 'kind' | 'signature' | 'atAcquirerMs'> & {
  /** Present where the body names the request it answers. */
  readonly echoed: { readonly paymentRequestId?: string; readonly refundRequestId?: string };
};

/**
 * Reads a reply's body: strict on what decisions use, lenient on the rest. A `problem` where it has no usable `result` or is
 * ambiguous. Never throws.
 */
export function readReply(body: string | Uint8Array): ReplyBody | { readonly problem: string } {
  const message = readMessage(body);
  if ('problem' in message) return message;
  const parsed = v.safeParse(replySchema, message.json);
  if (!parsed.success) return { problem: `${body.length} characters without a result` };
  const { result, paymentAmount: amount, paymentRequestId, refundRequestId, ...fields } = parsed.output;
  return {
    status: result.resultStatus,
    code: result.resultCode,
    ...present({ ...fields, amount }),
    echoed: present({ paymentRequestId, refundRequestId }),
  };
}

const code = v.pipe(acquirerCode, v.toUpperCase());

/** An id that is there but unreadable must not pass as "not there": it becomes one that equals nothing. */
const echo = v.optional(v.fallback(acquirerId, ''));

const replySchema = v.object({
  result: v.object({
    resultStatus: v.picklist(['S', 'F', 'U']),
    /** Unknown codes must work, so that only their shape is forced. */
    resultCode: v.fallback(
      v.pipe(
        v.string(),
        v.transform((code) => code.slice(0, 64).replace(/[^A-Za-z0-9_]/g, '_') || 'NO_CODE'),
      ),
      'NO_CODE',
    ),
  }),
  paymentRequestId: echo,
  refundRequestId: echo,
  paymentId: lenient(acquirerId),
  paymentAmount: lenient(acquirerAmount),
  refundAmount: lenient(acquirerAmount),
  paymentStatus: lenient(code),
  paymentResultCode: lenient(code),
  refundId: lenient(acquirerId),
  refundStatus: lenient(code),
});
