import { magicPlan } from './magic-amounts.js';
import { checkPlan, type PaymentPlan, type PlannedAnswer, successPlan } from './payment-plan.js';
import type { PayOrder } from './request-shape.js';
import type { InterfaceName } from './result-codes.js';

/** Chooses a plan for a new payment request; undefined: by its amount, or the default. */
export type PlanChooser = (order: PayOrder) => PaymentPlan | undefined;

export interface Planner {
  /** The plan of a payment request: the same each time it comes. */
  planOf(order: PayOrder): PaymentPlan;
  known(paymentRequestId: string): PaymentPlan | undefined;
  /** The planned answer to a later call, counted down, if there is one. */
  laterAnswer(
    name: Exclude<InterfaceName, 'pay'>,
    paymentRequestId: string,
  ): { readonly answer: PlannedAnswer; readonly effect: 'done' | 'none' } | undefined;
  planFor(paymentRequestId: string, plan: PaymentPlan): void;
  planNext(plan: PaymentPlan): void;
  choosePlans(chooser: PlanChooser | undefined): void;
}

/** Precedence: a plan for the request id, the next in the queue, the chooser, the magic amount, success. */
export function createPlanner(magicAmounts: () => boolean): Planner {
  const plans = new Map<string, PaymentPlan>();
  const queue: PaymentPlan[] = [];
  const asked = new Map<string, number>();
  let choose: PlanChooser | undefined;

  return {
    planOf(order) {
      const known = plans.get(order.paymentRequestId);
      if (known !== undefined) return known;
      const chosen = queue.shift() ?? choose?.(order);
      if (chosen !== undefined) checkPlan(chosen);
      const plan = chosen ?? (magicAmounts() ? magicPlan(order.amount.value) : undefined) ?? successPlan;
      // The default is not stored: nearly every simulated payment has it.
      if (plan !== successPlan) plans.set(order.paymentRequestId, plan);
      return plan;
    },
    known: (paymentRequestId) => plans.get(paymentRequestId),
    laterAnswer(name, paymentRequestId) {
      const planned = plans.get(paymentRequestId)?.later?.[name];
      if (planned === undefined) return undefined;
      const key = `${name} ${paymentRequestId}`;
      const count = asked.get(key) ?? 0;
      if (count >= planned.times) return undefined;
      asked.set(key, count + 1);
      return planned;
    },
    planFor(paymentRequestId, plan) {
      checkPlan(plan);
      plans.set(paymentRequestId, plan);
    },
    planNext(plan) {
      checkPlan(plan);
      queue.push(plan);
    },
    choosePlans(chooser) {
      choose = chooser;
    },
  };
}
