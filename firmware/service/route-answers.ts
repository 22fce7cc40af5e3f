import type { ConflictCode } from '../../flows/call-answer.js';
import { errorSchema } from '../api/output-schemas.js';
import type { ApiRoute, RouteAnswer } from './api-route.js';
import { LISTENER_REFUSALS } from './listener-refusal.js';

const refusal = (status: number, codes: readonly string[], description: string): RouteAnswer => ({
  status,
  description,
  codes,
  schema: errorSchema,
});

/** The refusals that routes name in their rows. */
export const refusals = {
  invalid: refusal(400, ['invalid'], 'wrong input; `error.field` names it'),
  noSale: refusal(404, ['notFound'], 'no such sale, or no longer kept'),
  noReversal: refusal(404, ['notFound'], 'no such reversal, or no longer kept'),
  conflict: (codes: readonly ConflictCode[], description: string) => refusal(409, codes, description),
  notReady: refusal(503, ['notReady'], 'not ready; `reasons` tell why'),
  tooManyStreams: refusal(503, ['tooManyStreams'], 'too many streams are open'),
} as const;

/** Of any request: by the listener, by the guard, or because it carries what nobody asked for. */
const ANY: readonly RouteAnswer[] = [
  refusal(400, ['invalid'], 'a field or parameter too many'),
  refusal(401, ['tokenNeeded'], 'the token is missing or wrong'),
  refusal(403, ['hostNotAllowed', 'originNotAllowed'], 'from elsewhere'),
  refusal(414, ['targetTooLong'], 'path and query too long'),
  ...Object.values(LISTENER_REFUSALS).map(({ status, code, message }) => refusal(status, [code], message)),
];

/** Of what changes something: it has a body, and waits for a decision. */
const ANY_POST: readonly RouteAnswer[] = [
  refusal(400, ['invalidJson'], 'the body is not JSON'),
  refusal(415, ['notJson'], 'the body is not said to be JSON'),
  refusal(503, ['busy', 'noAnswer'], 'no decision in time'),
];

/** Of what is about sales or reversals. */
const ANY_OF_BOOK: readonly RouteAnswer[] = [
  refusal(503, ['notReady'], 'without its journal the terminal knows of no sale; `reasons` tell why'),
];

/** All that a route can answer, one row a status: its own, and what every route can. */
export function routeAnswers({ method, ofBook, answers }: ApiRoute): RouteAnswer[] {
  const rows = new Map<number, RouteAnswer>();
  for (const answer of [...answers, ...(method === 'POST' ? ANY_POST : []), ...(ofBook ? ANY_OF_BOOK : []), ...ANY]) {
    const before = rows.get(answer.status);
    if (before === undefined) rows.set(answer.status, answer);
    else rows.set(answer.status, merged(before, answer));
  }
  return [...rows.values()].sort((a, b) => a.status - b.status);
}

function merged(before: RouteAnswer, answer: RouteAnswer): RouteAnswer {
  const codes = [...new Set([...(before.codes ?? []), ...(answer.codes ?? [])])];
  const known = before.codes?.length === codes.length;
  return {
    ...before,
    codes,
    description: known ? before.description : `${before.description}; or ${answer.description}`,
  };
}
