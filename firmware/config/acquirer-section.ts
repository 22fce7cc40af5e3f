import type { KeyObject } from 'node:crypto';
import { isLoopback } from '../../drivers/is-loopback.js';
import { present } from '../../flows/present.js';
import { messageOf } from '../log/plain-text.js';
import type { AcquirerConfig } from './config.js';
import type { ConfigCheck } from './config-check.js';
import { type KeyReading, rsaKey } from './rsa-key.js';
import type { VariableName } from './variables.js';

/** The acquirer's section of the configuration, and the secrets that were read from files. */
export function acquirerSection(
  check: ConfigCheck,
): { readonly config: AcquirerConfig; readonly secrets: readonly string[] } | undefined {
  const { values, refuse } = check;
  const secrets: string[] = [];
  const privateKey = keyOf(check, 'ALIPAY_PRIVATE_KEY', 'ALIPAY_PRIVATE_KEY_FILE', (text) => {
    secrets.push(text);
    return rsaKey.readPrivate(text);
  });
  const alipayPublicKey = keyOf(check, 'ALIPAY_PUBLIC_KEY', 'ALIPAY_PUBLIC_KEY_FILE', rsaKey.readPublic);
  if (privateKey && alipayPublicKey && rsaKey.isPair(privateKey, alipayPublicKey)) {
    const given = check.given('ALIPAY_PUBLIC_KEY') ? 'ALIPAY_PUBLIC_KEY' : 'ALIPAY_PUBLIC_KEY_FILE';
    refuse(
      given,
      `is our own public key (${rsaKey.fingerprint(alipayPublicKey)}), the other half of ALIPAY_PRIVATE_KEY; Alipay’s own key belongs here: in the Dashboard, next to the place where ours is uploaded`,
    );
  }

  const url = values.ACQUIRER_URL;
  if (url) checkUrl(url, refuse);
  const tls = tlsFiles(check);
  const clientId = values.ALIPAY_CLIENT_ID;
  if (!url || !clientId || !privateKey || !alipayPublicKey) return undefined;
  return {
    config: {
      origin: url.origin,
      pathPrefix: pathPrefixFor(clientId, values.ACQUIRER_PATH_PREFIX),
      movedFrom: movedFrom(check, clientId),
      clientId,
      privateKey,
      alipayPublicKey,
      ...present({
        agentToken: values.ALIPAY_AGENT_TOKEN,
        agentMerchant: values.ALIPAY_AGENT_MERCHANT,
        settlementCurrency: values.SETTLEMENT_CURRENCY,
        tls,
      }),
    },
    secrets,
  };
}

/** The sandbox has the same host but another path, which signatures cover, too (as in all official SDKs). */
function pathPrefixFor(clientId: string, prefix: string): string {
  return clientId.startsWith('SANDBOX_') ? prefix.replace(/^\/ams\/api(?=\/|$)/, '/ams/sandbox/api') : prefix;
}

/** Origin and path as the records on flash name them: with the sandbox's path, without a slash at the end. */
function movedFrom({ values, refuse }: ConfigCheck, clientId: string): readonly string[] {
  return (values.ACQUIRER_MOVED_FROM ?? []).map(({ origin, pathname, search }) => {
    if (search !== '') refuse('ACQUIRER_MOVED_FROM', 'has a ? part, which no acquirer has');
    const path = pathname.replace(/\/+$/, '');
    return `${origin}${pathPrefixFor(clientId, path === '' ? values.ACQUIRER_PATH_PREFIX : path)}`;
  });
}

function checkUrl(url: URL, refuse: ConfigCheck['refuse']): void {
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    refuse('ACQUIRER_URL', `is plain http to ${url.hostname}; https belongs here, http only to this machine`);
  }
  if (url.pathname !== '/' || url.search !== '') {
    refuse('ACQUIRER_URL', 'has a path or a ? part; the path belongs into ACQUIRER_PATH_PREFIX');
  }
}

function keyOf(
  check: ConfigCheck,
  name: 'ALIPAY_PRIVATE_KEY' | 'ALIPAY_PUBLIC_KEY',
  fileName: 'ALIPAY_PRIVATE_KEY_FILE' | 'ALIPAY_PUBLIC_KEY_FILE',
  read: (text: string) => KeyReading,
): KeyObject | undefined {
  const { values, given, refuse } = check;
  const path = values[fileName];
  if (path === undefined) return values[name];
  if (given(name)) {
    refuse(fileName, `is set and ${name} too; set one of them`);
    return undefined;
  }
  const text = textOf(check, fileName, path);
  if (text === undefined) return undefined;
  const reading = read(text);
  if ('key' in reading) return reading.key;
  refuse(fileName, `names a file whose content ${reading.problem}`);
  return undefined;
}

function tlsFiles(check: ConfigCheck): AcquirerConfig['tls'] {
  const { values, refuse } = check;
  const { ACQUIRER_CA_FILE: caFile, ACQUIRER_CERT_FILE: certFile, ACQUIRER_KEY_FILE: keyFile } = values;
  if (certFile && !keyFile) refuse('ACQUIRER_KEY_FILE', 'is not set; the certificate of ACQUIRER_CERT_FILE needs it');
  if (keyFile && !certFile) refuse('ACQUIRER_CERT_FILE', 'is not set; the key of ACQUIRER_KEY_FILE needs it');
  if (caFile) pemOf(check, 'ACQUIRER_CA_FILE', caFile, 'CERTIFICATE');
  if (certFile) pemOf(check, 'ACQUIRER_CERT_FILE', certFile, 'CERTIFICATE');
  if (keyFile) pemOf(check, 'ACQUIRER_KEY_FILE', keyFile, 'PRIVATE KEY');
  if (!caFile && !certFile && !keyFile) return undefined;
  return present({ caFile, certFile, keyFile });
}

function pemOf(check: ConfigCheck, name: VariableName, path: string, label: string): void {
  const text = textOf(check, name, path);
  if (text !== undefined && !new RegExp(`-----BEGIN [A-Z ]{0,20}${label}-----`).test(text)) {
    check.refuse(name, `names a file without -----BEGIN … ${label}-----`);
  }
}

function textOf(check: ConfigCheck, name: VariableName, path: string): string | undefined {
  try {
    return check.readFile(path);
  } catch (error) {
    check.refuse(name, `names a file that cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}
