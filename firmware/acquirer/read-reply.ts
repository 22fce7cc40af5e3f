import * as v from 'valibot';
import type { AcquirerReply } from '../../flows/acquirer-answer.js';

/** The parts of a reply's body that the terminal uses, without any judgement on the signature. */
export type ReplyBody = Omit<AcquirerReply, 'kind' | 'signature' | 'atAcquirerMs'> & {
  /** Present where the body names the request it answers. */
  readonly echoed: { readonly paymentRequestId?: string; readonly refundRequestId?: string };
};

/**
 * Reads a reply's body. Strict on what decisions use, lenient on the rest: an odd optional field counts as absent, since
 * the acquirer's own examples break their documentation. Undefined when there is no usable `result`; never throws.
 */
export function readReply(body: string): ReplyBody | undefined {
  const parsed = v.safeParse(replySchema, parseJson(body));
  if (!parsed.success) return undefined;
  const { result, paymentAmount: amount, paymentRequestId, refundRequestId, ...fields } = parsed.output;
  return {
    status: result.resultStatus,
    code: result.resultCode,
    ...present({ ...fields, amount }),
    echoed: present({ paymentRequestId, refundRequestId }),
  };
}

const id = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/));
const word = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_]{1,64}$/), v.toUpperCase());
const amount = v.object({
  currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)),
  value: v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,15})$/)),
});

/** An id that is there but unreadable must not pass as "not there": it becomes one that equals nothing. */
const echo = v.optional(v.fallback(id, ''));

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
  paymentId: lenient(id),
  paymentAmount: lenient(amount),
  refundAmount: lenient(amount),
  paymentStatus: lenient(word),
  paymentResultCode: lenient(word),
  refundId: lenient(id),
  refundStatus: lenient(word),
});

function lenient<T extends v.GenericSchema>(schema: T) {
  return v.fallback(v.optional(schema), undefined);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same object without the properties that are undefined. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
