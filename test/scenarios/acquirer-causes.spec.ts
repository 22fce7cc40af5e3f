import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinuxHttp } from '../../drivers/linux/http.js';
import { diagnoseExchange } from '../../firmware/acquirer/diagnose-exchange.js';
import { createRsaSigner } from '../../firmware/acquirer/signer.js';
import { probeAcquirer } from '../../firmware/commands/check/probe-acquirer.js';
import { loadConfig } from '../../firmware/config/load-config.js';
import { simEnvironment } from '../../hw-sim/kiosk-settings.js';
import { wireSimulatedDevices } from '../../hw-sim/simulated-wiring.js';
import { makeCertificate } from '../support/make-certificate.js';
import { testKeyPairs } from '../support/test-key-pairs.js';

const DAY_MS = 86_400_000;
const nowMs = Date.now();
const VALID = { fromMs: nowMs - DAY_MS, untilMs: nowMs + DAY_MS };
const authority = makeCertificate({ name: 'An Authority', ...VALID });
const byAuthority = { name: 'Server', issuer: authority.signer, host: 'localhost', ...VALID };

/** Who answers at the acquirer's address, and on what. */
type Place =
  | { readonly tls: Parameters<typeof makeCertificate>[0]; readonly pinned?: true }
  | { readonly http: RequestListener }
  | { readonly url: string }
  | { readonly tcp: 'ends' | 'wrong words' };

const page =
  (status: number, headers: Record<string, string>, body: string): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** What is wrong, and what a technician has to read of it. */
const CAUSES: Readonly<Record<string, readonly [Place, found: RegExp, todo: RegExp]>> = {
  'a certificate that has expired': [
    { tls: { ...byAuthority, fromMs: nowMs - 9 * DAY_MS, untilMs: nowMs - DAY_MS }, pinned: true },
    /^the certificate of localhost:\d+ has expired; the clock of this machine says \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    /compare that clock/,
  ],
  'a certificate that is not valid yet': [
    { tls: { ...byAuthority, fromMs: nowMs + DAY_MS, untilMs: nowMs + 9 * DAY_MS }, pinned: true },
    /^the certificate of localhost:\d+ is not valid yet; the clock of this machine says .* UTC, which is probably behind$/,
    /set the clock/,
  ],
  'a certificate for another name': [
    { tls: { ...byAuthority, host: 'login.hotel.example' }, pinned: true },
    /^the certificate is for another name than localhost:\d+: another server answers/,
    /ACQUIRER_URL/,
  ],
  'a certificate that is signed by itself': [
    { tls: { name: 'Hotel', host: 'localhost', ...VALID } },
    /^the certificate of localhost:\d+ is signed by itself.*captive portal/,
    /ACQUIRER_CA_FILE/,
  ],
  'a certificate of an unknown issuer': [
    { tls: byAuthority },
    /^the certificate of localhost:\d+ comes from an issuer whom this machine does not trust/,
    /ACQUIRER_CA_FILE/,
  ],
  'a port on which nothing listens': [
    { url: 'https://localhost:1' },
    /^localhost:1 refuses the connection: nothing listens there/,
    /port of ACQUIRER_URL/,
  ],
  'a name that nobody knows': [
    { url: 'https://acquirer.invalid' },
    /^(the name acquirer\.invalid (is not known to the name service|cannot be looked up: no name server)|this machine is on no network)/,
    /name server|cable/,
  ],
  'a server that speaks no TLS': [{ tcp: 'wrong words' }, /^no TLS can be agreed on with localhost:\d+ \(/, /port/],
  'a server that hangs up': [{ tcp: 'ends' }, /localhost:\d+/, /proxy|network|firewall/],
  'a network that redirects to its login page': [
    { http: page(302, { location: 'http://login.hotel.example/?room=12' }, '') },
    /^the network sends requests for http:\/\/127\.0\.0\.1:\d+ somewhere else, to login\.hotel\.example \(HTTP status 302\): a login page/,
    /without a login/,
  ],
  'a login page in place of the answer': [
    { http: page(200, HTML, '<!doctype html><title>Welcome</title>') },
    /^a web page comes instead of an answer .* \(HTTP status 200\): the network wants a login first \(captive portal\)/,
    /without a login/,
  ],
  'a network that says so': [
    { http: page(511, HTML, '<html>Network Authentication Required</html>') },
    /^a web page comes instead of an answer .* \(HTTP status 511\)/,
    /without a login/,
  ],
  'a gateway in trouble': [
    { http: page(502, HTML, '<html><h1>502 Bad Gateway</h1></html>') },
    /^a proxy or a gateway in between answers with HTTP status 502, unsigned: not the acquirer itself$/,
    /whoever runs the proxy/,
  ],
  'a proxy that asks for a password': [
    { http: page(407, {}, '') },
    /^a proxy or firewall in between refuses the request \(HTTP status 407\)$/,
    /let through/,
  ],
  'JSON that nobody signed': [
    {
      http: page(
        200,
        { 'content-type': 'application/json' },
        '{"result":{"resultStatus":"U","resultCode":"UNKNOWN_EXCEPTION"}}',
      ),
    },
    /^the answer UNKNOWN_EXCEPTION is not signed.* a proxy or a gateway in between, not the acquirer$/,
    /proxy or a gateway/,
  ],
};

describe('a cause why the acquirer cannot be reached', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tillbox-causes-'));
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, authority.cert);
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const [name, [place, found, todo]] of Object.entries(CAUSES)) {
    it(`is named: ${name}`, async () => {
      const { url, pinned, close } = await open(place);
      try {
        const diagnosis = await diagnose({
          ACQUIRER_URL: url,
          ...(pinned ? { ACQUIRER_CA_FILE: caFile } : {}),
        });
        assert.match(diagnosis?.found ?? 'nothing', found);
        assert.match(diagnosis?.todo ?? 'nothing', todo);
      } finally {
        close();
      }
    });
  }

  async function diagnose(env: Readonly<Record<string, string>>) {
    const loaded = loadConfig(wireSimulatedDevices({ ...simEnvironment(testKeyPairs), ...env }), (path) =>
      path === caFile ? authority.cert : '',
    );
    assert.ok('config' in loaded, JSON.stringify(loaded));
    const { config } = loaded;
    const { acquirer } = config;
    const signer = createRsaSigner(acquirer.privateKey, acquirer.alipayPublicKey);
    const probe = await probeAcquirer({
      http: createLinuxHttp(),
      clock: {
        monotonicMs: () => performance.now(),
        wallMs: () => Date.now(),
        after: () => assert.fail('the link holds no timers'),
      },
      random: { bytes: (count) => new Uint8Array(count) },
      config,
      signer,
      agentToken: undefined,
    });
    return diagnoseExchange(probe, { acquirer, signer, wallMs: Date.now() });
  }
});

async function open(
  place: Place,
): Promise<{ readonly url: string; readonly pinned: boolean; readonly close: () => void }> {
  if ('url' in place) return { url: place.url, pinned: false, close: () => undefined };
  const server = serverOf(place);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: 'http' in place ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    pinned: 'pinned' in place,
    close: () => void server.close(),
  };
}

function serverOf(place: Exclude<Place, { readonly url: string }>): Server {
  if ('http' in place) return createServer(place.http);
  if ('tls' in place) return createTlsServer(makeCertificate(place.tls), page(200, {}, '{}'));
  return createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(place.tcp === 'ends' ? '' : 'HTTP/1.1 400 Bad Request\r\n\r\n'));
  });
}
