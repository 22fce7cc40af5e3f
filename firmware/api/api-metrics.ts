import { openReversals } from '../../flows/book.js';
import { ALARM_CODES } from '../../flows/effect.js';
import { FAULTS, type FaultCode } from '../../flows/faults.js';
import { lacksJournal, readiness } from '../../flows/readiness.js';
import { REFUSALS, type RefusingDevice } from '../../flows/refusal.js';
import { type SaleOutcome, saleOutcome } from '../../flows/sale.js';
import type { AcquirerCondition } from '../../flows/terminal-state.js';
import type { Kernel } from '../kernel.js';
import type { StatusSources } from './status-sources.js';
import type { BookWatcher } from './watch-book.js';

export interface ApiMetrics {
  /** Counts sales. */
  readonly watcher: BookWatcher;
  /** Counts an answered request. `route` is the path of the route, never that of the request. */
  answered(method: string, route: string, status: number): void;
  /** In the Prometheus text format 0.0.4. */
  render(): string;
}

export interface ApiMetricsParts {
  readonly kernel: Kernel;
  readonly sources: StatusSources;
  readonly version: string;
  readonly wallMs: () => number;
  readonly eventStreams: () => number;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const OUTCOMES: readonly SaleOutcome[] = ['paid', 'declined', 'cancelled', 'reversed'];
const CONDITIONS: readonly AcquirerCondition[] = ['unknown', 'reachable', 'unreachable', 'misconfigured', 'unverified'];
const METHODS: readonly string[] = ['GET', 'POST'];

/** Counters since the start, and gauges of this moment. Label values come from closed sets, so their number is bounded. */
export function createApiMetrics({ kernel, sources, version, wallMs, eventStreams }: ApiMetricsParts): ApiMetrics {
  const outcomes = new Map<SaleOutcome, number>(OUTCOMES.map((outcome) => [outcome, 0]));
  const requests = new Map<string, { labels: Labels; count: number }>();
  let sales = 0;

  const watcher: BookWatcher = {
    saleChanged(sale, before) {
      if (before === undefined) sales += 1;
      const outcome = saleOutcome(sale);
      if (outcome === undefined || (before !== undefined && saleOutcome(before) === outcome)) return;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    },
    reversalChanged: () => undefined,
    statusChanged: () => undefined,
  };

  function render(): string {
    const { state } = kernel;
    const alarms = sources.alarms();
    const refused = sources.refusals();
    const update = sources.update();
    const { reasons, warnings } = readiness(state);
    const raised = new Set<FaultCode>([...reasons, ...warnings]);
    const queue = openReversals(state.book);
    const oldest = queue[0];
    const contactMs = sources.lastAcquirerContactWallMs();
    const one = (value: number): Sample[] => [[{}, value]];
    /* Without the journal these numbers are unknown, and 0 would be wrong. */
    const onJournal = (value: number): Sample[] => (lacksJournal(state) ? [] : one(value));
    const seconds = (sinceWallMs: number): Sample[] => one(Math.max(0, Math.round((wallMs() - sinceWallMs) / 1000)));
    const flag = (raisedNow: boolean): number => (raisedNow ? 1 : 0);
    const { terminalNumber } = state.policy;
    return [
      metric('info', 'gauge', 'About the terminal.', [[{ version, terminal: terminalNumber }, 1]]),
      metric('ready', 'gauge', 'Whether a sale may start.', one(flag(reasons.length === 0))),
      metric(
        'fault',
        'gauge',
        'Faults, whether they stop sales or not.',
        Object.keys(FAULTS).map((code) => [{ code }, flag(raised.has(code as FaultCode))]),
      ),
      metric('clock_trusted', 'gauge', 'Whether the wall clock is confirmed.', one(flag(state.live.clockTrusted))),
      metric(
        'acquirer_condition',
        'gauge',
        'How the acquirer is doing.',
        CONDITIONS.map((condition) => [{ condition }, flag(state.live.acquirer === condition)]),
      ),
      metric(
        'acquirer_last_contact_age_seconds',
        'gauge',
        'Since the last answer of the acquirer.',
        contactMs === undefined ? [] : seconds(contactMs),
      ),
      metric('boots_total', 'counter', 'Starts of the terminal.', onJournal(state.book.bootCount)),
      metric('sales_started_total', 'counter', 'Sales started since the start.', one(sales)),
      metric(
        'sales_total',
        'counter',
        'Sales by how they ended since the start; one reversed after it was paid counts in both.',
        [...outcomes].map(([outcome, count]) => [{ outcome }, count]),
      ),
      metric('reversals_waiting', 'gauge', 'Reversals in the queue.', onJournal(queue.length)),
      metric(
        'reversals_needing_person',
        'gauge',
        'Reversals that need a person.',
        onJournal(queue.filter((reversal) => reversal.state === 'needsPerson').length),
      ),
      metric(
        'oldest_reversal_age_seconds',
        'gauge',
        'How long the oldest reversal has waited, by the wall clock.',
        oldest === undefined ? [] : seconds(oldest.startedAtWallMs),
      ),
      metric(
        'alarms_total',
        'counter',
        'Alarms raised since the start.',
        /* Also those at 0, or an alert on a rise never sees the first one. */
        ALARM_CODES.map((alarm) => [{ alarm }, alarms[alarm] ?? 0]),
      ),
      metric(
        'notifications_ignored_total',
        'counter',
        'Signed notifications of payments that changed nothing: repeated, or of payments that are not ours.',
        one(sources.notificationsIgnored()),
      ),
      metric(
        'refused_inputs_total',
        'counter',
        'What devices gave and the terminal did not take, since the start.',
        (Object.keys(REFUSALS) as RefusingDevice[]).flatMap((device) =>
          REFUSALS[device].map((reason): Sample => [{ device, reason }, refused[device]?.reasons[reason] ?? 0]),
        ),
      ),
      metric('log_lines_lost_total', 'counter', 'Lines of the log that were lost.', one(sources.lostLogLines())),
      metric(
        'update_lock_held',
        'gauge',
        'Whether the terminal holds the update lock: a customer is served.',
        update === undefined ? [] : one(flag(update.locked)),
      ),
      metric(
        'update_lock_failures_total',
        'counter',
        'How often the update lock could not be taken since the start, although nobody else had it.',
        update === undefined ? [] : one(update.lockFailures),
      ),
      metric(
        'supervisor_failures_total',
        'counter',
        'Calls of the supervisor since the start that brought no valid answer.',
        update === undefined ? [] : one(update.supervisorFailures),
      ),
      metric('event_streams', 'gauge', 'Open event streams.', one(eventStreams())),
      metric(
        'api_requests_total',
        'counter',
        'Answered requests of the local API since the start.',
        [...requests.values()].map(({ labels, count }) => [labels, count]),
      ),
    ].join('');
  }

  return {
    watcher,
    answered(method, route, status) {
      const labels = { method: METHODS.includes(method) ? method : 'other', route, status: `${status}` };
      const key = Object.values(labels).join(' ');
      requests.set(key, { labels, count: (requests.get(key)?.count ?? 0) + 1 });
    },
    render,
  };
}

function metric(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value]) => `tillbox_${name}${labelText(labels)} ${value}\n`);
  return `# HELP tillbox_${name} ${help}\n# TYPE tillbox_${name} ${type}\n${lines.join('')}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escaped)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}
