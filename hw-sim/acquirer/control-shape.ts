/** Parses the JSON of the control interface: plans and faults. Throws an Error that names what is wrong. */
import type { AcquirerFault } from './acquirer-faults.js';
import type { AcquirerSettings } from './acquirer-settings.js';
import { magicPlan } from './magic-amounts.js';
import {
  type Fate,
  type LaterAnswer,
  type PaymentPlan,
  type PlannedAnswer,
  planForCode,
  statusOf,
} from './payment-plan.js';
import { interfaceNames } from './result-codes.js';

type Json = Readonly<Record<string, unknown>>;
type Later = Exclude<(typeof interfaceNames)[number], 'pay'>;

/**
 * `{magic: "9905"}`, `{code: "EXPIRED_CODE"}` or a whole plan `{answer, fate?, refundFate?, later?}`, where `answer` is a
 * code or `{code, status}`. An entry of `later` without `times` has no end.
 */
export function shapePlan(json: Json): PaymentPlan {
  if (json.magic !== undefined) {
    const plan = magicPlan(text(json, 'magic'));
    if (plan === undefined) throw new Error('magic must be one of the endings of GET /sim/magic-amounts');
    return plan;
  }
  if (json.code !== undefined) return planForCode(text(json, 'code'));
  const answer = shapeAnswer(json.answer, 'answer');
  const later: { [Name in Later]?: LaterAnswer } = {};
  for (const [name, value] of Object.entries(objectOr(json, 'later'))) {
    if (!isLater(name)) throw new Error(`later.${name} is no interface`);
    later[name] = shapeLaterAnswer(asObject(value, `later.${name}`), `later.${name}`);
  }
  return {
    answer,
    fate: json.fate === undefined ? planForCode(answer.code).fate : shapeFate(json.fate, 'fate'),
    ...(json.refundFate === undefined ? {} : { refundFate: shapeFate(json.refundFate, 'refundFate') }),
    later,
  };
}

export function shapeFault(json: Json): AcquirerFault {
  const kind = text(json, 'kind');
  switch (kind) {
    case 'requestLost':
    case 'replyLost':
    case 'reset':
    case 'garbage':
    case 'wrongSignature':
    case 'unsigned':
    case 'wrongAmount':
    case 'wrongCurrency':
    case 'wrongRequestId':
    case 'unnamed':
    case 'old':
    case 'twoFaced':
      return { kind };
    case 'requestDelayed':
    case 'requestDuplicated':
    case 'replyDelayed':
    case 'replyTrickled':
      return { kind, delayMs: count(json, 'delayMs', 86_400_000) };
    case 'wrongFailure':
      return { kind, code: text(json, 'code') };
    case 'badGateway':
      return { kind, arrives: json.arrives !== false };
    case 'huge':
      return { kind, sizeBytes: count(json, 'sizeBytes', 100_000_000) };
    case 'forged': {
      const status = json.status;
      if (status !== 'S' && status !== 'F') throw new Error('status must be "S" or "F"');
      return { kind, status, arrives: json.arrives !== false };
    }
    default:
      throw new Error(`kind ${kind} is no fault`);
  }
}

export function shapeSettings(json: Json, current: AcquirerSettings): Partial<AcquirerSettings> {
  for (const [name, value] of Object.entries(json)) {
    if (!(name in current)) throw new Error(`${name} is no setting`);
    const before: unknown = Reflect.get(current, name);
    if (name === 'cancelOfUnknown') oneOf(name, value, ['success', 'orderNotExist']);
    else if (name === 'payAfterCancel') oneOf(name, value, ['charges', 'reversed', 'refused']);
    else if (name === 'agentToken') text(json, name);
    else if (typeof before === 'number') count(json, name, Number.MAX_SAFE_INTEGER);
    else if (typeof value !== 'boolean') throw new Error(`${name} must be true or false`);
  }
  return json;
}

export function text(json: Json, name: string): string {
  const value = json[name];
  if (typeof value !== 'string' || value === '' || value.length > 2_048) throw new Error(`${name} must be a text`);
  return value;
}

export function count(json: Json, name: string, most: number): number {
  const value = json[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) {
    throw new Error(`${name} must be an integer from 0 to ${most}`);
  }
  return value;
}

export function asObject(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${name} must be an object`);
  return { ...value };
}

function objectOr(json: Json, name: string): Json {
  return json[name] === undefined ? {} : asObject(json[name], name);
}

function shapeAnswer(value: unknown, name: string): PlannedAnswer {
  const json: Json = typeof value === 'string' ? { code: value } : asObject(value, name);
  const code = text(json, 'code');
  const { status } = json;
  const answer: PlannedAnswer = status === 'S' || status === 'F' || status === 'U' ? { code, status } : { code };
  statusOf(answer);
  return answer;
}

function shapeLaterAnswer(json: Json, name: string): LaterAnswer {
  return {
    answer: shapeAnswer(json.answer, `${name}.answer`),
    times: json.times === undefined ? Number.POSITIVE_INFINITY : count(json, 'times', 1_000_000),
    effect: json.effect === 'done' ? 'done' : 'none',
  };
}

function shapeFate(value: unknown, name: string): Fate {
  const json = asObject(value, name);
  const { kind } = json;
  if (kind === 'pending' || kind === 'notTaken') return { kind };
  const afterMs = json.afterMs === undefined ? 0 : count(json, 'afterMs', 86_400_000);
  if (kind === 'succeeds') return { kind, afterMs };
  if (kind === 'fails') return { kind, afterMs, code: text(json, 'code') };
  throw new Error(`${name}.kind must be succeeds, fails, pending or notTaken`);
}

function isLater(name: string): name is Later {
  return name !== 'pay' && interfaceNames.some((known) => known === name);
}

function oneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.some((one) => one === value)) throw new Error(`${name} must be one of ${allowed.join(', ')}`);
}
