import * as v from 'valibot';
import type { Input } from '../../flows/input.js';
import { type Step, step } from '../../flows/step.js';
import type { TerminalState } from '../../flows/terminal-state.js';
import { messageOf, plainText } from '../log/plain-text.js';
import { createRedact } from '../log/redact.js';
import type { Incident } from './incident-trace.js';

/** How a replay ended, and the state at its end. */
export type IncidentReplay =
  | { readonly kind: 'unreadable'; readonly why: string }
  /** No decision failed: the failure was somewhere else, or has been fixed since. */
  | { readonly kind: 'noFailure'; readonly state: TerminalState }
  /** `same`: the last input of the incident fails with the message of the incident. */
  | { readonly kind: 'failure'; readonly same: boolean; readonly message: string; readonly state: TerminalState };

/**
 * Replays an incident: passes its inputs to the flow, starting from its state, and prints each input with its records and
 * effects, or why it was ignored. Nothing is sent, written or moved. Never throws.
 * @param text of an incident file
 * @param out takes a line
 */
export function replayIncident(text: string, out: (line: string) => void): IncidentReplay {
  const incident = readIncident(text);
  if (typeof incident === 'string') return { kind: 'unreadable', why: incident };
  const { cause, inputs } = incident;
  const about = `${cause.kind} in version ${cause.version}, boot ${incident.state.book.bootCount}`;
  out(plainText(`${about}: ${cause.message}`));
  let { state } = incident;
  const startMs = inputs[0]?.at.atMs ?? 0;
  for (const [index, input] of inputs.entries()) {
    out(inputLine(input, index + 1, startMs));
    let decision: Step;
    try {
      decision = step(state, input);
    } catch (error) {
      /* The incident's message was redacted as well. */
      const message = createRedact()(messageOf(error));
      const same = cause.kind === 'assertion' && index === inputs.length - 1 && message === cause.message;
      out(plainText(`    FAILS  ${message}`));
      out(same ? 'The same assertion fails again.' : 'An assertion fails, but not the one of the incident.');
      return { kind: 'failure', same, message, state };
    }
    for (const line of decisionLines(decision)) out(line);
    state = decision.state;
  }
  out(cause.kind === 'flash' ? 'Every decision was made.' : 'No assertion fails: not in a decision, or fixed since.');
  return { kind: 'noFailure', state };
}

function inputLine({ type, at, ...facts }: Input, number: number, startMs: number): string {
  const seconds = ((at.atMs - startMs) / 1000).toFixed(3);
  return `#${number} +${seconds} s  ${type}${factsOf(facts)}`;
}

function* decisionLines({ records, effects, ignored }: Step): Generator<string> {
  if (ignored !== undefined) yield `    ignored: ${ignored}`;
  for (const { type, ...facts } of records) yield `    record ${type}${factsOf(facts)}`;
  for (const { type, ...facts } of effects) yield `    effect ${type}${factsOf(facts)}`;
}

const LONGEST_FACTS = 1000;

function factsOf(facts: object): string {
  const json = JSON.stringify(facts);
  if (json === '{}') return '';
  return ` ${plainText(json.length > LONGEST_FACTS ? `${json.slice(0, LONGEST_FACTS)}…` : json)}`;
}

const moment = v.looseObject({ atMs: v.number(), wallMs: v.number(), randomDigits: v.string() });

/** Checks only the outline. What is wrong deeper inside makes a decision fail, which is printed. */
const incidentSchema = v.object({
  format: v.literal(1),
  cause: v.object({
    kind: v.picklist(['assertion', 'flash']),
    message: v.string(),
    version: v.string(),
    wallMs: v.number(),
  }),
  state: v.looseObject({
    policy: v.looseObject({}),
    book: v.looseObject({ bootCount: v.number(), sales: v.looseObject({}), reversals: v.looseObject({}) }),
    live: v.looseObject({ timers: v.looseObject({}), reversals: v.looseObject({}) }),
  }),
  inputs: v.array(v.looseObject({ type: v.string(), at: moment })),
});

function readIncident(text: string): Incident | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'it is not JSON; perhaps a part of it is missing';
  }
  const read = v.safeParse(incidentSchema, json);
  if (read.success) return json as Incident;
  const [issue] = read.issues;
  return `it is no incident of this version: ${v.getDotPath(issue) ?? 'all of it'} is not as expected`;
}
