import assert from 'node:assert/strict';
import { HostError, type HttpHost, type HttpReply } from '../../../../drivers/host.js';
import { checkAcquirer } from '../../../../firmware/commands/check/check-acquirer.js';
import { checkClock } from '../../../../firmware/commands/check/check-clock.js';
import { type AcquirerProbe, probeAcquirer } from '../../../../firmware/commands/check/probe-acquirer.js';
import type { Config } from '../../../../firmware/config/config.js';
import { type Acquirer, createAcquirer } from '../../../../hw-sim/acquirer/acquirer.js';
import { createFastSigner } from '../../../../hw-sim/acquirer/fast-signer.js';
import { kioskSettings, SIM_CLIENT_ID, simEnvironment } from '../../../../hw-sim/kiosk-settings.js';
import { testKeyPairs } from '../../../support/test-key-pairs.js';

const NOW_MS = Date.UTC(2026, 10, 23, 12, 0, 0);

/** One thing that is wrong between a terminal and the model acquirer. */
interface Trouble {
  readonly env?: Readonly<Record<string, string>>;
  /** Whose key the terminal signs with, and whose it takes for the acquirer's. */
  readonly ourKey?: string;
  readonly theirKey?: string;
  readonly clockOffMs?: number;
  readonly tookMs?: number;
  readonly prepare?: (acquirer: Acquirer) => void;
  /** Between the acquirer and us. */
  readonly spoil?: (reply: HttpReply) => HttpReply | HostError;
}

async function probe(trouble: Trouble): Promise<{ probe: AcquirerProbe; config: Config; row: string[] }> {
  const { config } = kioskSettings({ ...simEnvironment(testKeyPairs), ...trouble.env });
  const acquirer = createAcquirer({
    clientId: SIM_CLIENT_ID,
    signer: createFastSigner('acquirer', 'terminal'),
    nowMs: () => NOW_MS,
    after: () => ({ cancel: () => undefined }),
    random: () => 0.5,
    send: () => assert.fail('nothing happened that would be notified'),
  });
  trouble.prepare?.(acquirer);
  let nowMs = 0;
  const http: HttpHost = {
    listen: () => assert.fail('nobody listens'),
    reach: () => assert.fail('a request tells more'),
    request({ url, headers, body }, done) {
      nowMs += trouble.tookMs ?? 100;
      acquirer.receive({ path: new URL(url).pathname, headers, body }, (reply) => {
        const came = reply === 'silence' ? new HostError('timeout', 'no whole reply in time') : reply;
        const spoilt = came instanceof HostError ? came : (trouble.spoil?.(came) ?? came);
        if (spoilt instanceof HostError) done(spoilt);
        else done(undefined, spoilt);
      });
      return { abort: () => undefined };
    },
  };
  const signer = createFastSigner(trouble.ourKey ?? 'terminal', trouble.theirKey ?? 'acquirer');
  const found = await probeAcquirer({
    http,
    clock: {
      monotonicMs: () => nowMs,
      wallMs: () => NOW_MS + (trouble.clockOffMs ?? 0),
      after: () => ({ cancel: () => undefined }),
    },
    random: { bytes: (count) => new Uint8Array(count) },
    config,
    signer,
    agentToken: config.acquirer.agentToken,
  });
  assert.equal([...acquirer.ledger.payments()].length, 0);
  const { outcome, found: text, todo = '' } = checkAcquirer(found, config, signer);
  return { probe: found, config, row: [outcome, text, todo] };
}

const headers = (change: Readonly<Record<string, string>>) => (reply: HttpReply) => ({
  ...reply,
  headers: { ...reply.headers, ...change },
});
const instead = (reply: Partial<HttpReply>) => () => ({ status: 200, headers: {}, body: '', ...reply });
const breaks =
  (...error: ConstructorParameters<typeof HostError>) =>
  () =>
    new HostError(...error);

describe('checkAcquirer', () => {
  it('passes where the acquirer says that it does not know the payment', async () => {
    const { row } = await probe({});
    assert.deepEqual(row, ['PASS', 'answers in 100 ms (ORDER_NOT_EXIST); the signatures are right both ways', '']);
  });

  const causes: Readonly<Record<string, readonly [Trouble, RegExp, RegExp]>> = {
    'a private key whose other half was not uploaded': [
      { ourKey: 'another' },
      /^INVALID_SIGNATURE: our private key does not belong to the public key that was uploaded for client TEST_/,
      /upload the public key with the fingerprint ([0-9a-f]{4}-?){4}/,
    ],
    'a public key that is not Alipay’s': [
      { theirKey: 'another' },
      /accepts our signature, but its own does not fit ALIPAY_PUBLIC_KEY/,
      /copy the key that the Dashboard shows as Alipay’s/,
    ],
    'a client that is not known': [
      { env: { ALIPAY_CLIENT_ID: 'SOMEBODY' } },
      /^INVALID_CLIENT: .* does not know client SOMEBODY/,
      /ALIPAY_CLIENT_ID/,
    ],
    'a wrong path': [
      { env: { ACQUIRER_PATH_PREFIX: '/elsewhere' } },
      /^NO_INTERFACE_DEF: there is no such interface at http:\/\/127\.0\.0\.1:8490\/elsewhere\/v1\/payments\/inquiryPayment/,
      /ACQUIRER_PATH_PREFIX/,
    ],
    'a sandbox client': [
      { env: { ALIPAY_CLIENT_ID: 'SANDBOX_1' } },
      /^NO_INTERFACE_DEF: .*\/ams\/sandbox\/api/,
      /ACQUIRER_URL/,
    ],
    'a missing agent token': [
      { prepare: (acquirer) => acquirer.configure({ agentToken: 'a-token-of-the-merchant' }) },
      /^ACCESS_DENIED/,
      /ALIPAY_AGENT_TOKEN/,
    ],
    'an unsigned answer': [
      { spoil: headers({ signature: '' }) },
      /ORDER_NOT_EXIST is not signed/,
      /proxy or a gateway/,
    ],
    'an answer for somebody else': [
      { spoil: headers({ 'client-id': 'OTHER' }) },
      /cannot be checked: client-id is absent or not ours/,
      /rewrites headers/,
    ],
    'an answer that was changed': [
      { spoil: (reply) => ({ ...reply, body: reply.body.replace('F', 'U') }) },
      /does not fit ALIPAY_PUBLIC_KEY/,
      /Dashboard/,
    ],
    'a page instead of an answer': [
      { spoil: instead({ body: '<html>please log in</html>' }) },
      /^a web page comes instead of an answer .*captive portal/,
      /without a login/,
    ],
    'a redirect': [
      { spoil: instead({ status: 302 }) },
      /somewhere else \(HTTP status 302\): a login page/,
      /without a login/,
    ],
    'a path that the server does not have': [{ spoil: instead({ status: 404 }) }, /HTTP status 404/, /PATH_PREFIX/],
    'a proxy that refuses': [{ spoil: instead({ status: 407 }) }, /proxy or firewall .*HTTP status 407/, /let through/],
    'a gateway in trouble': [
      { spoil: instead({ status: 502 }) },
      /gateway in between answers with HTTP status 502, unsigned/,
      /whoever runs the proxy/,
    ],
    'a name that cannot be found': [
      { spoil: breaks('refused', 'getaddrinfo ENOTFOUND pay.example.com', 'ENOTFOUND') },
      /^the name 127\.0\.0\.1:8490 is not known to the name service/,
      /name server/,
    ],
    'a cable that is out': [
      { spoil: breaks('refused', 'connect ENETUNREACH', 'ENETUNREACH') },
      /^this machine is on no network .*no cable/,
      /plug the cable in/,
    ],
    'a connection that does not come about in time': [
      { spoil: breaks('refused', 'no connection to x within 15000 ms') },
      /cannot be reached: no connection to x within 15000 ms/,
      /firewall/,
    ],
    'a firewall that swallows everything': [
      { spoil: breaks('timeout', 'no whole reply from x within 15000 ms') },
      /does not answer/,
      /firewall/,
    ],
    'a connection that breaks': [
      { spoil: breaks('disconnected', 'socket hang up') },
      /breaks: socket hang up/,
      /proxy or firewall/,
    ],
    'a slow network': [{ tookMs: 4000 }, /rightly, but after 4000 ms; the terminal waits 3000 ms/, /slow network/],
  };
  for (const [cause, [trouble, found, todo]] of Object.entries(causes)) {
    it(`names ${cause}`, async () => {
      const { row } = await probe(trouble);
      assert.equal(row[0], 'FAIL');
      assert.match(row[1] ?? '', found);
      assert.match(row[2] ?? '', todo);
    });
  }

  it('reports every cause in its own words', async () => {
    const told = await Promise.all(Object.values(causes).map(async ([trouble]) => (await probe(trouble)).row[1]));
    /* A changed answer and a wrong key look the same from here. */
    assert.equal(new Set(told).size, told.length - 1);
  });
});

describe('checkClock', () => {
  const clockRow = async (trouble: Trouble, system: 'yes' | 'no' | 'unknown') => {
    const { probe: found, config } = await probe(trouble);
    const { outcome, found: text } = checkClock(found, system, config);
    return `${outcome} ${text}`;
  };

  const cases: readonly (readonly [Trouble, 'yes' | 'no' | 'unknown', RegExp])[] = [
    [{}, 'yes', /^PASS 0\.1 s ahead of the acquirer’s \(signed\); the system is synchronised/],
    [{ clockOffMs: -3000 }, 'unknown', /^PASS 3\.0 s behind the acquirer’s/],
    [{ clockOffMs: -40_000 }, 'yes', /^FAIL 40\.0 s behind the acquirer’s \(signed\)/],
    [{ clockOffMs: 86_400_000 }, 'no', /^FAIL 86400\.1 s ahead of .*; the system is not synchronised/],
    [{ ourKey: 'another', clockOffMs: 60_000 }, 'yes', /^FAIL 59\.[56] s ahead of .*\(by its Date header, unsigned\)/],
    [{ spoil: breaks('refused', 'no route') }, 'yes', /^PASS synchronised, the system says/],
    [{ spoil: breaks('refused', 'no route') }, 'unknown', /^FAIL .*nothing confirms it/],
    [{ spoil: breaks('refused', 'no route'), env: { CLOCK_TRUST: 'always' } }, 'no', /^PASS trusted by CLOCK_TRUST=/],
  ];
  for (const [index, [trouble, system, expected]] of cases.entries()) {
    it(`says ${expected.source} (${index + 1})`, async () => {
      assert.match(await clockRow(trouble, system), expected);
    });
  }
});
