import type { ApiRoute, RouteAnswer } from './api-route.js';
import { listenerRefusals, type ServiceLimits } from './service-contract.js';

/** An answer whose body is the service's `Error`. */
export function refusal(status: number, codes: readonly string[], description: string): RouteAnswer {
  return { status, description, codes };
}

/** What any request may get: from the guard, or for a field that its route does not have. */
const ANY: readonly RouteAnswer[] = [
  refusal(400, ['invalid'], 'a field or parameter too many'),
  refusal(401, ['tokenNeeded'], 'the token is missing or wrong'),
  refusal(403, ['hostNotAllowed', 'originNotAllowed'], 'from elsewhere'),
  refusal(414, ['targetTooLong'], 'path and query too long'),
];

const ANY_WITH_BODY: readonly RouteAnswer[] = [
  refusal(400, ['invalidJson'], 'the body is not JSON'),
  refusal(415, ['notJson'], 'the body is not said to be JSON'),
];

/** All that a route can answer, one row a status: its own, those it shares, and those of any route. */
export function routeAnswers({ method, answers, sharedAnswers = [] }: ApiRoute, limits: ServiceLimits): RouteAnswer[] {
  const rows = new Map<number, RouteAnswer>();
  const all = [
    ...answers,
    ...(method === 'POST' ? ANY_WITH_BODY : []),
    ...sharedAnswers,
    ...ANY,
    ...Object.values(listenerRefusals(limits)).map(({ status, code, message }) => refusal(status, [code], message)),
  ];
  for (const answer of all) {
    const before = rows.get(answer.status);
    rows.set(answer.status, before === undefined ? answer : merged(before, answer));
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
