import type { HttpReply } from '../../drivers/host.js';
import type { AcquirerReply, AcquirerSilence } from '../../flows/acquirer-answer.js';
import { isConfigurationCode } from '../../flows/result-codes.js';
import type { AcquirerConfig } from '../config/config.js';
import { rsaKey } from '../config/rsa-key.js';
import { plainText } from '../log/plain-text.js';
import { checkSignature } from './check-signature.js';
import { diagnoseConnection } from './diagnose-connection.js';
import { diagnoseRefusal } from './diagnose-refusal.js';
import type { AcquirerExchange, Diagnosis, DiagnosisParts } from './diagnosis.js';

/**
 * Why we cannot use the acquirer; undefined where it answered with a valid signature and does not refuse our set-up. Of a wrong
 * key the acquirer only reports that the signature is wrong, so causes are distinguished by where they show. Sources: "API
 * fundamentals" and "Digital signature" pages, result codes of the interface pages, what users of the official libraries
 * report.
 */
export function diagnoseExchange(exchange: AcquirerExchange, parts: DiagnosisParts): Diagnosis | undefined {
  const { answer, path } = exchange;
  const { acquirer } = parts;
  if (answer.kind === 'silence') return diagnoseSilence(answer, exchange, parts);
  if (isConfigurationCode(answer.code)) return diagnoseRefusal(answer.code, path, acquirer);
  switch (answer.signature) {
    case 'valid':
      return undefined;
    case 'missing':
      return unsigned(answer);
    case 'wrong':
      return wrongSignature(exchange, parts);
  }
}

function unsigned({ code }: AcquirerReply): Diagnosis {
  return {
    cause: 'unsigned',
    found: `the answer ${code} is not signed, so that nobody knows who gave it: a proxy or a gateway in between, not the acquirer`,
    todo: 'look for a proxy or a gateway between here and ACQUIRER_URL that answers by itself or rewrites answers',
  };
}

/** A reply whose signature is wrong: because of the key, or because it was not for us. */
function wrongSignature({ reply, path }: AcquirerExchange, { acquirer, signer }: DiagnosisParts): Diagnosis {
  const { clientId, alipayPublicKey } = acquirer;
  const message = {
    headers: reply?.headers ?? {},
    body: reply?.bytes ?? reply?.body ?? '',
    path,
    timeHeader: 'response-time',
  } as const;
  const check = checkSignature(message, clientId, signer);
  if (check.kind === 'wrong' && check.why !== DOES_NOT_FIT) {
    return {
      cause: 'signatureUnreadable',
      found: `the answer’s signature cannot be checked: ${check.why}`,
      todo: 'look for a proxy or a gateway that rewrites headers; then ask Alipay’s technical support',
    };
  }
  return {
    cause: 'wrongPublicKey',
    found: 'it accepts our signature, but its own does not fit ALIPAY_PUBLIC_KEY: that is not Alipay’s key',
    todo: `copy the key that the Dashboard shows as Alipay’s for client ${clientId}; the one configured has the fingerprint ${rsaKey.fingerprint(alipayPublicKey)}`,
  };
}

const DOES_NOT_FIT = 'the signature does not fit the message';

function diagnoseSilence(answer: AcquirerSilence, exchange: AcquirerExchange, parts: DiagnosisParts): Diagnosis {
  const { origin } = parts.acquirer;
  const { reply } = exchange;
  switch (answer.reason) {
    case 'refused':
    case 'timeout':
    case 'disconnected':
      return diagnoseConnection(answer, exchange.error, parts);
    case 'httpStatus':
      return wrongStatus(reply, parts.acquirer);
    case 'garbled':
    case 'tooLarge':
      if (isWebPage(reply)) return webPage(origin, 'HTTP status 200');
      return {
        cause: 'notTheAcquirer',
        found: `what answers at ${origin} does not answer as the acquirer does: ${answer.detail ?? answer.reason}`,
        todo: 'check ACQUIRER_URL, and whether a proxy or a gateway in between answers by itself',
      };
    case 'mismatch':
      return {
        cause: 'provesNothing',
        found: `an answer came from ${origin} that proves nothing: ${answer.detail ?? 'it is about something else'}`,
        todo: 'look for a proxy that keeps answers and gives them again, and at the clock of this machine; then ask Alipay’s technical support',
      };
  }
}

/** Alipay answers everything with status 200: another one comes from something in between, or from another server. */
function wrongStatus(reply: HttpReply | undefined, { origin }: AcquirerConfig): Diagnosis {
  const status = reply?.status ?? 0;
  const answer = `HTTP status ${status}`;
  if (status >= 300 && status < 400) {
    return {
      cause: 'captivePortal',
      found: `the network sends requests for ${origin} somewhere else${redirectHost(reply)} (${answer}): a login page of its own (captive portal), or a wrong ACQUIRER_URL`,
      todo: 'have this machine let through without a login; then check ACQUIRER_URL',
    };
  }
  if (status === 511) return webPage(origin, answer);
  if (status === 404) {
    return {
      cause: 'noSuchPath',
      found: `${origin} answers with ${answer}: it has no such path`,
      todo: 'check ACQUIRER_URL and ACQUIRER_PATH_PREFIX',
    };
  }
  if (status === 401 || status === 403 || status === 407) {
    return {
      cause: 'proxyRefuses',
      found: `a proxy or firewall in between refuses the request (${answer})`,
      todo: 'have this machine and the address in ACQUIRER_URL let through',
    };
  }
  return {
    cause: `httpStatus${status}`,
    found: `a proxy or a gateway in between answers with ${answer}, unsigned: not the acquirer itself`,
    todo: 'wait; if it stays, ask whoever runs the proxy or gateway, then Alipay’s technical support',
  };
}

function webPage(origin: string, answer: string): Diagnosis {
  return {
    cause: 'captivePortal',
    found: `a web page comes instead of an answer from ${origin} (${answer}): the network wants a login first (captive portal), or a proxy answers by itself`,
    todo: 'have this machine let through without a login; then check ACQUIRER_URL',
  };
}

function isWebPage(reply: HttpReply | undefined): boolean {
  if (reply === undefined) return false;
  return (
    /^text\/html\b/i.test(reply.headers['content-type'] ?? '') || /^\s*<(!doctype|html|head|body)\b/i.test(reply.body)
  );
}

/** Only the host: the rest of such an address may hold anything. */
function redirectHost(reply: HttpReply | undefined): string {
  const location = reply?.headers.location;
  if (location === undefined || !URL.canParse(location)) return '';
  const { host } = new URL(location);
  return host === '' ? '' : `, to ${plainText(host).slice(0, 80)}`;
}
