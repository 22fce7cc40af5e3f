import type { AcquirerConfig } from '../config/config.js';
import { rsaKey } from '../config/rsa-key.js';
import type { Diagnosis } from './diagnosis.js';

/** Explains a code with which the acquirer refuses our set-up. `path`: of the refused request. */
export function diagnoseRefusal(code: string, path: string, acquirer: AcquirerConfig): Diagnosis {
  const { clientId, privateKey, origin, agentToken } = acquirer;
  const because = (found: string, todo: string): Diagnosis => ({ cause: code, found: `${code}: ${found}`, todo });
  switch (code) {
    case 'INVALID_SIGNATURE':
      return because(
        `our private key does not belong to the public key that was uploaded for client ${clientId}`,
        `upload the public key with the fingerprint ${rsaKey.fingerprint(privateKey)} (tillbox keys show), or put back the private key whose other half is there`,
      );
    case 'KEY_NOT_FOUND':
      return because(
        `no public key was uploaded for client ${clientId}`,
        'upload ours: tillbox keys show prints it as the Dashboard takes it',
      );
    case 'INVALID_CLIENT':
    case 'CLIENT_INVALID':
      return because(
        `the acquirer at ${origin} does not know client ${clientId}`,
        'compare ALIPAY_CLIENT_ID with the Dashboard, and whether it belongs to this region and to sandbox or production',
      );
    case 'NO_INTERFACE_DEF':
    case 'METHOD_NOT_SUPPORTED':
    case 'MEDIA_TYPE_NOT_ACCEPTABLE':
      return because(`there is no such interface at ${origin}${path}`, 'check ACQUIRER_URL and ACQUIRER_PATH_PREFIX');
    case 'INVALID_TOKEN':
      return because(
        'the agent token is not accepted',
        'check ALIPAY_AGENT_TOKEN, or have the merchant authorise again',
      );
    case 'ACCESS_DENIED':
      return because(
        `client ${clientId} may not do this`,
        agentToken === undefined
          ? 'check the contract in the Dashboard; acting for a merchant needs ALIPAY_AGENT_TOKEN'
          : 'check ALIPAY_AGENT_TOKEN, or have the merchant authorise again; then check the contract in the Dashboard',
      );
    case 'PARAM_ILLEGAL':
      return because(
        'a field of the request is refused',
        'check the merchant and store variables against the Dashboard, then the descriptions of what was sold',
      );
    case 'CURRENCY_NOT_SUPPORT':
      return because('the currency is not in the contract', 'check CURRENCY and SETTLEMENT_CURRENCY');
    default:
      return because(
        'the acquirer’s own set-up of this merchant is not complete',
        'check contract and registration in the Dashboard, or ask Alipay’s technical support with this code',
      );
  }
}
