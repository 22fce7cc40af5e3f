import { diagnoseExchange } from '../../acquirer/diagnose-exchange.js';
import type { DiagnosisParts } from '../../acquirer/diagnosis.js';
import type { Config } from '../../config/config.js';
import { type CheckRow, checkRow } from './check-row.js';
import type { AcquirerProbe } from './probe-acquirer.js';

const ITEM = 'acquirer';

/** The acquirer, judged by a probe; a running terminal uses the same diagnosis. */
export function checkAcquirer(probe: AcquirerProbe, config: Config, signer: DiagnosisParts['signer']): CheckRow {
  const { answer, tookMs, atWallMs } = probe;
  const { timing, acquirer } = config;
  const diagnosis = diagnoseExchange(probe, { acquirer, signer, wallMs: atWallMs });
  if (diagnosis !== undefined) return checkRow.fail(ITEM, diagnosis.found, diagnosis.todo);
  const took = `${Math.round(tookMs)} ms`;
  if (tookMs > timing.inquiryReplyTimeoutMs) {
    return checkRow.fail(
      ITEM,
      `answers rightly, but after ${took}; the terminal waits ${timing.inquiryReplyTimeoutMs} ms`,
      'look for a slow network; only where it cannot be helped, raise INQUIRY_REPLY_TIMEOUT_MS and PAY_REPLY_TIMEOUT_MS',
    );
  }
  const code = answer.kind === 'answered' ? answer.code : '';
  if (answer.kind === 'answered' && answer.status === 'F' && code !== 'ORDER_NOT_EXIST' && code !== 'PROCESS_FAIL') {
    const hint = 'ask Alipay’s technical support what the code means for this merchant';
    return checkRow.fail(ITEM, `refuses a simple inquiry with ${code}`, hint);
  }
  return checkRow.pass(ITEM, `answers in ${took} (${code}); the signatures are right both ways`);
}
