import { type LocalApiClient, LocalApiError } from '../../api/local-api-client.js';
import type { StatusView } from '../../api/output-schemas.js';
import { statusSchema } from '../../api/output-schemas.js';
import { type CheckRow, checkRow } from './check-row.js';

/** The status of a terminal that runs here; undefined where none runs. */
export async function checkRunning(
  client: LocalApiClient,
  holder: string | undefined,
): Promise<readonly CheckRow[] | undefined> {
  try {
    return statusRows(await client.get('/v1/status', statusSchema));
  } catch (error) {
    if (!(error instanceof LocalApiError)) throw error;
    if (error.kind === 'refused') return [refused(error, client.url, holder)];
    if (holder !== undefined) {
      const found = `runs (${holder}), but its API at ${client.url} does not answer: ${error.message}`;
      return [checkRow.fail('terminal', found, 'compare API_HOST and API_PORT with what it was started with')];
    }
    return undefined;
  }
}

/** A terminal answers, but refuses us. */
function refused({ code, message }: LocalApiError, url: string, holder: string | undefined): CheckRow {
  const found = `runs${holder === undefined ? '' : ` (${holder})`}, but its API at ${url} refuses to say how it is: ${message}`;
  const todo = code === 'tokenNeeded' ? 'set API_TOKEN to' : 'compare API_HOST, API_PORT and API_TOKEN with';
  return checkRow.fail('terminal', found, `${todo} what it was started with`);
}

function statusRows({ ready, version, faults, devices, gpio, queue }: StatusView): CheckRow[] {
  const blocking = faults.filter(({ blocksSale }) => blocksSale);
  const rows = ready
    ? [checkRow.pass('terminal', `runs and is ready (version ${version}, ${queue.depth ?? '?'} reversals waiting)`)]
    : blocking.map(({ meaning, detail, operatorAction }) =>
        checkRow.fail('terminal', `runs and is not ready: ${detail ?? meaning}`, operatorAction),
      );
  for (const { blocksSale, meaning, detail, operatorAction } of faults) {
    if (!blocksSale) rows.push(checkRow.pass('terminal', `it warns: ${detail ?? meaning}; ${operatorAction}`));
  }
  rows.push(checkRow.skip('GPIO', `in use by the terminal, which says: ${gpio}`));
  for (const [name, { state, kind, detail }] of Object.entries(devices)) {
    const about = [kind, detail].filter((text) => text !== undefined).join(', ');
    rows.push(checkRow.skip(name, `in use by the terminal, which says: ${state}${about === '' ? '' : ` (${about})`}`));
  }
  return rows;
}
