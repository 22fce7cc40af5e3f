import { createPublicKey } from 'node:crypto';
import { createRsaSigner } from '../../acquirer/signer.js';
import type { Config } from '../../config/config.js';
import type { ConfigLoading } from '../../config/load-config.js';
import { rsaKey } from '../../config/rsa-key.js';
import { type CheckRow, checkRow } from './check-row.js';

/** The configuration as a whole, and the keys in it. */
export function checkConfiguration(loading: ConfigLoading): CheckRow[] {
  if ('config' in loading) {
    const { terminal, acquirer } = loading.config;
    const found = `terminal ${terminal.number}, client ${acquirer.clientId}, ${acquirer.origin}${acquirer.pathPrefix}`;
    return [
      checkRow.pass('configuration', found),
      ...loading.warnings.map(({ variable, problem, todo }) =>
        checkRow.warn('configuration', `${variable} ${problem}`, todo),
      ),
      checkKeys(loading.config),
    ];
  }
  return loading.errors.map(({ variable, problem, example }) => {
    const item = /^ALIPAY_(?:PRIVATE|PUBLIC)_KEY/.test(variable) ? 'keys' : 'configuration';
    return checkRow.fail(item, `${variable} ${problem}`, correction(variable, example));
  });
}

function correction(variable: string, example: string | undefined): string {
  return example === undefined ? `correct ${variable}, or take it out` : `correct ${variable}; example: ${example}`;
}

/** Whether our private key signs what its public half verifies; the fingerprints are to be compared with the Dashboard. */
function checkKeys({ acquirer }: Config): CheckRow {
  const { privateKey, alipayPublicKey } = acquirer;
  const own = createRsaSigner(privateKey, createPublicKey(privateKey));
  if (!own.verify('tillbox', own.sign('tillbox'))) {
    const hint = 'make a new pair with `tillbox keys new` and upload its public key';
    return checkRow.fail('keys', 'our private key does not sign what its own public half verifies', hint);
  }
  const prints = `ours ${rsaKey.fingerprint(privateKey)} (tillbox keys show), Alipay’s ${rsaKey.fingerprint(alipayPublicKey)}`;
  return checkRow.pass('keys', prints);
}
