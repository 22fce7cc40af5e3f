import type { ConflictCode } from '../../flows/call-answer.js';
import type { ApiError } from '../service/api-error.js';
import type { ApiRoute } from '../service/api-route.js';
import { refusal } from '../service/route-answers.js';
import type { AskKernel } from './ask-kernel.js';
import type { InputSchemas } from './input-schemas.js';
import type { AnswerViews } from './reply-with-answer.js';

export interface BookRouteParts {
  readonly ask: AskKernel;
  readonly inputs: InputSchemas;
  readonly views: AnswerViews;
  /** The refusal of a terminal without its journal, which knows no sale and no reversal. */
  readonly whyNoBook: () => ApiError | undefined;
}

/** Adds to routes about sales and reversals what all of them can answer, and serves none of them without the journal. */
export function bookRoutes(whyNoBook: BookRouteParts['whyNoBook'], routes: readonly ApiRoute[]): ApiRoute[] {
  return routes.map((route) => ({
    ...route,
    sharedAnswers: route.method === 'POST' ? [NO_DECISION, NO_BOOK] : [NO_BOOK],
    whyNot: whyNoBook,
  }));
}

const NO_DECISION = refusal(503, ['busy', 'noAnswer'], 'no decision in time');
const NO_BOOK = refusal(503, ['notReady'], 'without its journal the terminal knows of no sale; `reasons` tell why');

/** The refusals that these routes name in their rows. */
export const refusals = {
  invalid: refusal(400, ['invalid'], 'wrong input; `error.field` names it'),
  noSale: refusal(404, ['notFound'], 'no such sale, or no longer kept'),
  noReversal: refusal(404, ['notFound'], 'no such reversal, or no longer kept'),
  conflict: (codes: readonly ConflictCode[], description: string) => refusal(409, codes, description),
  notReady: refusal(503, ['notReady'], 'not ready; `reasons` tell why'),
} as const;
