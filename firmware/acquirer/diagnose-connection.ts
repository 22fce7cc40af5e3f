import type { HostError } from '../../drivers/host.js';
import type { AcquirerSilence } from '../../flows/acquirer-answer.js';
import { isoUtc } from '../log/iso-utc.js';
import type { Diagnosis, DiagnosisParts } from './diagnosis.js';

/** Why a connection could not be made, or broke, by the system's error code. */
export function diagnoseConnection(
  { reason, detail }: AcquirerSilence,
  error: HostError | undefined,
  { acquirer, wallMs }: Pick<DiagnosisParts, 'acquirer' | 'wallMs'>,
): Diagnosis {
  const { host } = new URL(acquirer.origin);
  const name = error?.systemCode ?? '';
  const because = (found: string, todo: string): Diagnosis => ({ cause: name === '' ? reason : name, found, todo });
  const ourClock = `the clock of this machine says ${isoUtc(wallMs).slice(0, 16).replace('T', ' ')} UTC`;
  switch (name) {
    case 'ENONET':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return because(
        `this machine is on no network from which ${host} can be reached: no cable, no Wi-Fi, or no address`,
        'plug the cable in or connect the modem, and look at the lights beside the socket',
      );
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return because(
        `there is no way from this network to ${host}: the router or modem has no connection`,
        'check cable, router and modem',
      );
    case 'ENOTFOUND':
      return because(
        `the name ${host} is not known to the name service (DNS)`,
        'compare ACQUIRER_URL letter by letter; then check the name server of this network',
      );
    case 'EAI_AGAIN':
      return because(
        `the name ${host} cannot be looked up: no name server (DNS) answers`,
        'check cable, modem and the name server of this network',
      );
    case 'ECONNREFUSED':
      return because(
        `${host} refuses the connection: nothing listens there, or a firewall blocks it`,
        'check host and port of ACQUIRER_URL, then a firewall',
      );
    case 'CERT_HAS_EXPIRED':
      return because(
        `the certificate of ${host} has expired; ${ourClock}`,
        'compare that clock with a watch; where it is right, tell whoever runs the server',
      );
    case 'CERT_NOT_YET_VALID':
      return because(
        `the certificate of ${host} is not valid yet; ${ourClock}, which is probably behind`,
        'set the clock, or let this machine reach a time server',
      );
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return because(
        `the certificate of ${host} is signed by itself, by nobody whom this machine trusts: a login page of the network (captive portal) or a proxy that opens TLS may answer in its place`,
        UNTRUSTED,
      );
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_UNTRUSTED':
    case 'INVALID_CA':
      return because(
        `the certificate of ${host} comes from an issuer whom this machine does not trust: a login page of the network (captive portal) or a proxy that opens TLS may answer in its place`,
        UNTRUSTED,
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return because(
        `the certificate is for another name than ${host}: another server answers in its place, such as a login page of the network (captive portal)`,
        'have this machine let through without a login; then compare ACQUIRER_URL letter by letter',
      );
    case 'CERT_REVOKED':
      return because(`the certificate of ${host} was revoked`, 'sell nothing there; ask Alipay’s technical support');
  }
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|CRL_)/.test(name)) {
    return because(
      `no TLS can be agreed on with ${host} (${name})`,
      'check ACQUIRER_URL and its port, the client certificate (ACQUIRER_CERT_FILE), and a proxy in between',
    );
  }
  const why = detail ?? error?.message ?? reason;
  switch (reason) {
    case 'timeout':
      return because(`${host} does not answer in time: ${why}`, 'check the network, a firewall and ACQUIRER_URL');
    case 'refused':
      return because(`${host} cannot be reached: ${why}`, 'check the network, a firewall and ACQUIRER_URL');
    default:
      return because(
        `the connection to ${host} breaks: ${why}`,
        'check the network, and a proxy or firewall in between',
      );
  }
}

const UNTRUSTED =
  'have this machine let through without a login; where the acquirer has an authority of its own, set ACQUIRER_CA_FILE to its certificate';
