import { type Book, openReversals, openSale } from '../../flows/book.js';
import { utcTime } from '../../flows/civil-time.js';
import { FAULTS, type FaultCode } from '../../flows/faults.js';
import { present } from '../../flows/present.js';
import { lacksJournal, readiness } from '../../flows/readiness.js';
import type { TerminalState } from '../../flows/terminal-state.js';
import type { StatusView } from './output-schemas.js';
import type { StatusSources, TroubleReport } from './status-sources.js';

/** The status as callers see it. `wallMs`: the time now. */
export function presentStatus(
  state: TerminalState,
  sources: StatusSources,
  version: string,
  wallMs: number,
): StatusView {
  const { policy, book, live } = state;
  const { reasons, warnings } = readiness(state);
  const known = !lacksJournal(state);
  const sale = openSale(book);
  const trouble = sources.acquirerTrouble(live);
  const contactMs = sources.lastAcquirerContactWallMs();
  return {
    ready: reasons.length === 0,
    reasons: [...reasons],
    warnings: [...warnings],
    faults: [
      ...reasons.map((code) => faultRow(code, true, trouble)),
      ...warnings.map((code) => faultRow(code, false, trouble)),
    ],
    terminalNumber: policy.terminalNumber,
    version,
    currency: policy.currency,
    ...present({ bootCount: known ? book.bootCount : undefined, openSaleId: sale?.saleId }),
    acquirer: {
      condition: live.acquirer,
      ...present({ lastContactAt: contactMs === undefined ? undefined : utcTime(contactMs), detail: trouble?.found }),
    },
    clock: { trusted: live.clockTrusted, at: utcTime(wallMs) },
    queue: { ...(known ? queueNumbers(book) : {}), limit: policy.queueLimit },
    devices: devices(state, sources),
    gpio: sources.gpio(),
    store: { ...sources.store() },
    log: { lostLines: sources.lostLogLines() },
    ...present({ update: sources.update() }),
  };
}

function queueNumbers(book: Book): { readonly depth: number; readonly needsPerson: number } {
  const queue = openReversals(book);
  return { depth: queue.length, needsPerson: queue.filter(({ state }) => state === 'needsPerson').length };
}

function faultRow(
  code: FaultCode,
  blocksSale: boolean,
  trouble: TroubleReport | undefined,
): StatusView['faults'][number] {
  const { meaning, operatorAction } = FAULTS[code];
  if (trouble === undefined || !ABOUT_ACQUIRER.includes(code)) return { code, blocksSale, meaning, operatorAction };
  return { code, blocksSale, meaning, detail: trouble.found, operatorAction: trouble.todo };
}

const ABOUT_ACQUIRER: readonly FaultCode[] = [
  'acquirerUnreachable',
  'acquirerMisconfigured',
  'acquirerUnverified',
  'acquirerOnTrial',
];

/** What the drivers report, with the faults that the flow knows. */
function devices({ live }: TerminalState, sources: StatusSources): StatusView['devices'] {
  const found: StatusView['devices'] = {};
  for (const [name, faults] of Object.entries(live.faults)) {
    found[name] = { state: faults.length === 0 ? 'ok' : 'fault', faults: [...faults] };
  }
  for (const [name, report] of Object.entries(sources.devices())) {
    const { warnings, ...rest } = report;
    found[name] = { ...rest, ...present({ warnings: warnings && [...warnings] }), faults: found[name]?.faults ?? [] };
  }
  for (const [name, { reasons, last }] of Object.entries(sources.refusals())) {
    found[name] = { state: 'ok', faults: [], ...found[name], refused: reasons, lastRefused: last };
  }
  return found;
}
