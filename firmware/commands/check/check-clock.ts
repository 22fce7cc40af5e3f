import { clockToleranceMs } from '../../clock/clock-trust.js';
import type { Config } from '../../config/config.js';
import { type CheckRow, checkRow } from './check-row.js';
import type { AcquirerProbe } from './probe-acquirer.js';

const ITEM = 'clock';

/** Compares our clock with the acquirer's, and asks the system whether its own is synchronised. */
export function checkClock(probe: AcquirerProbe, synchronised: 'yes' | 'no' | 'unknown', config: Config): CheckRow {
  const system = { yes: 'synchronised', no: 'not synchronised', unknown: 'unable to tell' }[synchronised];
  const reference = referenceOf(probe);
  if (reference === undefined) return unreferenced(synchronised, config, system);
  const offMs = probe.atWallMs - reference.wallMs;
  const off = `${(Math.abs(offMs) / 1000).toFixed(1)} s ${offMs < 0 ? 'behind' : 'ahead of'}`;
  const found = `${off} the acquirer’s (${reference.source}); the system is ${system}`;
  if (Math.abs(offMs) <= clockToleranceMs(config.timing.expiryMarginMs)) return checkRow.pass(ITEM, found);
  return checkRow.fail(
    ITEM,
    found,
    'set it, or let this machine reach a time server; until then the acquirer may refuse our signatures, and no sale starts',
  );
}

function unreferenced(synchronised: 'yes' | 'no' | 'unknown', config: Config, system: string): CheckRow {
  if (synchronised === 'yes') return checkRow.pass(ITEM, 'synchronised, the system says; the acquirer gave no time');
  if (config.policy.clockTrust === 'always') {
    return checkRow.pass(ITEM, `trusted by CLOCK_TRUST=always; the system is ${system}, the acquirer gave no time`);
  }
  return checkRow.fail(
    ITEM,
    `the system is ${system}, and the acquirer gave no time: nothing confirms it`,
    'let this machine reach a time server or the acquirer',
  );
}

/** A signed time where there is one, else the Date header of any web server. */
function referenceOf({
  answer,
  reply,
}: AcquirerProbe): { readonly wallMs: number; readonly source: string } | undefined {
  if (answer.kind === 'answered' && answer.atAcquirerMs !== undefined) {
    return { wallMs: answer.atAcquirerMs, source: 'signed' };
  }
  const date = Date.parse(reply?.headers.date ?? '');
  /* Whole seconds, cut off. */
  return Number.isFinite(date) ? { wallMs: date + 500, source: 'by its Date header, unsigned' } : undefined;
}
