import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its key, both PEM, and what signs others with it. */
export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
  readonly signer: { readonly name: string; readonly key: KeyObject };
}

export interface CertificateTerms {
  readonly name: string;
  /** Absent: signed by itself. */
  readonly issuer?: MadeCertificate['signer'];
  /** DNS name or IPv4 address of a server, or any name of a client; absent: for an authority. */
  readonly host?: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Makes an X.509 certificate (RFC 5280, §4.1); node:crypto only reads them. */
export function makeCertificate({ name, issuer, host, fromMs, untilMs }: CertificateTerms): MadeCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = issuer ?? { name, key: privateKey };
  const extension =
    host === undefined
      ? sequence(oid(2, 5, 29, 19), der(0x01, [0xff]), der(0x04, sequence(der(0x01, [0xff]))))
      : sequence(oid(2, 5, 29, 17), der(0x04, sequence(alternativeName(host))));
  const body = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, [1 + (serial++ % 100)]),
    ECDSA_WITH_SHA256,
    nameOf(signer.name),
    sequence(time(fromMs), time(untilMs)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, signer.key)]));
  const base64 = sequence(body, ECDSA_WITH_SHA256, signature).toString('base64');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    signer: { name, key: privateKey },
  };
}

let serial = 0;

const alternativeName = (host: string): Buffer =>
  isIPv4(host) ? der(0x87, host.split('.').map(Number)) : der(0x82, Buffer.from(host));

function der(tag: number, content: Uint8Array | readonly number[]): Buffer {
  const bytes = Buffer.from(content);
  const { length } = bytes;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

function oid(first: number, second: number, ...more: readonly number[]): Buffer {
  const inSevens = (arc: number): number[] =>
    arc < 0x80 ? [arc] : [...inSevens(arc >> 7).map((one) => one | 0x80), arc & 0x7f];
  return der(0x06, [first * 40 + second, ...more.flatMap(inSevens)]);
}

const nameOf = (name: string): Buffer => sequence(der(0x31, sequence(oid(2, 5, 4, 3), der(0x0c, Buffer.from(name)))));

const time = (ms: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`));

const ECDSA_WITH_SHA256 = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
