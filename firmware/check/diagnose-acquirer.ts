import type { AcquirerReply, AcquirerSilence } from '../../flows/acquirer-answer.js';
import { isConfigurationCode } from '../../flows/result-codes.js';
import { checkSignature } from '../acquirer/check-signature.js';
import { rsaKey } from '../acquirer/rsa-key.js';
import type { Signer } from '../acquirer/signer.js';
import type { Config } from '../config/config.js';
import { type CheckRow, checkRow } from './check-row.js';
import type { AcquirerProbe } from './probe-acquirer.js';

const ITEM = 'acquirer';

/**
 * Says what stands between us and the acquirer. All that it says itself about a wrong key is that the signature is wrong,
 * so each cause is told apart by where it shows. Sources: "API fundamentals" and "Digital signature" pages, result codes of
 * the interface pages, what users of the official libraries ran into.
 */
export function diagnoseAcquirer(probe: AcquirerProbe, config: Config, signer: Signer): CheckRow {
  const { answer } = probe;
  if (answer.kind === 'silence') return silent(answer, probe, config);
  if (isConfigurationCode(answer.code)) return misconfigured(answer, probe, config);
  switch (answer.signature) {
    case 'valid':
      return understood(answer, probe, config);
    case 'missing':
      return checkRow.fail(
        ITEM,
        `the answer ${answer.code} is not signed, so that nobody knows who gave it`,
        'look for a proxy or a gateway between here and ACQUIRER_URL that rewrites answers',
      );
    case 'wrong':
      return wrongSignature(probe, config, signer);
  }
}

function understood(answer: AcquirerReply, { tookMs }: AcquirerProbe, { timing }: Config): CheckRow {
  const took = `${Math.round(tookMs)} ms`;
  if (tookMs > timing.inquiryReplyTimeoutMs) {
    return checkRow.fail(
      ITEM,
      `answers rightly, but after ${took}; the terminal waits ${timing.inquiryReplyTimeoutMs} ms`,
      'look for a slow network; only where it cannot be helped, raise INQUIRY_REPLY_TIMEOUT_MS and PAY_REPLY_TIMEOUT_MS',
    );
  }
  if (answer.status === 'F' && answer.code !== 'ORDER_NOT_EXIST' && answer.code !== 'PROCESS_FAIL') {
    const hint = 'ask Alipay’s technical support what the code means for this merchant';
    return checkRow.fail(ITEM, `refuses a simple inquiry with ${answer.code}`, hint);
  }
  return checkRow.pass(ITEM, `answers in ${took} (${answer.code}); the signatures are right both ways`);
}

function misconfigured({ code }: AcquirerReply, { path }: AcquirerProbe, { acquirer }: Config): CheckRow {
  const { clientId, privateKey, origin } = acquirer;
  const fail = (found: string, todo: string): CheckRow => checkRow.fail(ITEM, `${code}: ${found}`, todo);
  switch (code) {
    case 'INVALID_SIGNATURE':
      return fail(
        `our private key does not belong to the public key that was uploaded for client ${clientId}`,
        `upload the public key with the fingerprint ${rsaKey.fingerprint(privateKey)} (tillbox keys show), or put back the private key whose other half is there`,
      );
    case 'KEY_NOT_FOUND':
      return fail(
        `no public key was uploaded for client ${clientId}`,
        'upload ours: tillbox keys show prints it as the Dashboard takes it',
      );
    case 'INVALID_CLIENT':
    case 'CLIENT_INVALID':
      return fail(
        `the acquirer at ${origin} does not know client ${clientId}`,
        'compare ALIPAY_CLIENT_ID with the Dashboard, and whether it belongs to this region and to sandbox or production',
      );
    case 'NO_INTERFACE_DEF':
    case 'METHOD_NOT_SUPPORTED':
    case 'MEDIA_TYPE_NOT_ACCEPTABLE':
      return fail(`there is no such interface at ${origin}${path}`, 'check ACQUIRER_URL and ACQUIRER_PATH_PREFIX');
    case 'INVALID_TOKEN':
      return fail('the agent token is not accepted', 'check ALIPAY_AGENT_TOKEN, or have the merchant authorise again');
    case 'ACCESS_DENIED':
      return fail(
        `client ${clientId} may not do this`,
        'check the contract in the Dashboard; acting for a merchant needs ALIPAY_AGENT_TOKEN',
      );
    default:
      return fail(
        'the acquirer’s own set-up of this merchant is not complete',
        'check contract and registration in the Dashboard, or ask Alipay’s technical support with this code',
      );
  }
}

/** A reply that does not verify: because of the key, or because it was not for us. */
function wrongSignature({ reply, path }: AcquirerProbe, { acquirer }: Config, signer: Signer): CheckRow {
  const { clientId, alipayPublicKey } = acquirer;
  const message = {
    headers: reply?.headers ?? {},
    body: reply?.body ?? '',
    path,
    timeHeader: 'response-time',
  } as const;
  const check = checkSignature(message, clientId, signer);
  if (check.kind === 'wrong' && check.why !== DOES_NOT_FIT) {
    return checkRow.fail(
      ITEM,
      `the answer’s signature cannot be checked: ${check.why}`,
      'look for a proxy or a gateway that rewrites headers; then ask Alipay’s technical support',
    );
  }
  return checkRow.fail(
    ITEM,
    'it accepts our signature, but its own does not fit ALIPAY_PUBLIC_KEY: that is not Alipay’s key',
    `copy the key that the Dashboard shows as Alipay’s for client ${clientId}; the one configured has the fingerprint ${rsaKey.fingerprint(alipayPublicKey)}`,
  );
}

const DOES_NOT_FIT = 'the signature does not fit the message';

function silent({ reason, detail }: AcquirerSilence, { error, reply }: AcquirerProbe, { acquirer }: Config): CheckRow {
  const { origin } = acquirer;
  const why = error?.message ?? detail ?? reason;
  const fail = (found: string, todo: string): CheckRow => checkRow.fail(ITEM, found, todo);
  switch (reason) {
    case 'refused':
      return fail(`${origin} cannot be reached: ${why}`, 'check the network, its name service and ACQUIRER_URL');
    case 'timeout':
      return fail(`${origin} does not answer: ${why}`, 'check the network, a firewall and ACQUIRER_URL');
    case 'disconnected':
      return fail(
        `the connection to ${origin} breaks: ${why}`,
        'check the network, a proxy and the pinned certificates',
      );
    case 'httpStatus':
      return fail(`${origin} answers with HTTP status ${reply?.status ?? detail}`, statusHint(reply?.status ?? 0));
    case 'garbled':
    case 'tooLarge':
    case 'mismatch':
      return fail(
        `what answers at ${origin} does not speak as the acquirer (${detail ?? reason})`,
        'check ACQUIRER_URL, and whether the network shows a page of its own before it lets anybody through',
      );
  }
}

function statusHint(status: number): string {
  if (status >= 300 && status < 400)
    return 'it points somewhere else: check ACQUIRER_URL and the network’s own login page';
  if (status === 404) return 'check ACQUIRER_URL and ACQUIRER_PATH_PREFIX';
  if (status === 403 || status === 407) return 'a proxy or firewall refuses: have this address let through';
  return 'a gateway is in trouble: wait, then ask whoever runs it';
}
