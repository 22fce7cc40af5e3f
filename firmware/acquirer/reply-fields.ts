import * as v from 'valibot';

/** Ids of payments and refunds, ours and the acquirer's. */
export const acquirerId = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/));

/** A code, a status or a type. */
export const acquirerWord = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_]{1,64}$/));

export const acquirerAmount = v.object({
  currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)),
  value: v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,15})$/)),
});

/** An odd optional field counts as absent, since the acquirer's own examples break their documentation. */
export function lenient<T extends v.GenericSchema>(schema: T) {
  return v.fallback(v.optional(schema), undefined);
}
