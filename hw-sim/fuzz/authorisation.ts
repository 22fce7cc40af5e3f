import type { Grant } from '../acquirer/acquirer.js';
import { signatureHeader } from '../acquirer/acquirer-signer.js';
import type { AcquirerMessage, Kiosk } from '../kiosk.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import type { Oracle } from './oracle.js';

/**
 * ISV mode: the merchant authorises the terminal anew, and an attacker on the network tries to: with tokens of their own,
 * or by replaying messages.
 */
export interface Authorisation {
  /** The acquirer sent a message. */
  messageSent(message: AcquirerMessage): void;
  /** The acquirer received an acknowledgement of it. */
  acknowledged(message: AcquirerMessage): void;
  windDown(): void;
}

export interface AuthorisationParts {
  readonly kiosk: Kiosk;
  readonly notifyUrl: string;
  /** The merchant whose tokens are right. */
  readonly merchantConfigured: boolean;
  readonly oracle: Oracle;
  readonly chance: Chance;
  readonly coverage: Coverage;
}

const TOKEN_LIFE_MS = 365 * 86_400_000;

export function createAuthorisation(parts: AuthorisationParts): Authorisation {
  const { kiosk, notifyUrl, merchantConfigured, oracle, chance, coverage } = parts;
  const { world, network, acquirer } = kiosk;
  const seen: AcquirerMessage[] = [];
  let over = false;
  /* Where no merchant is configured, the one whose token comes first is right. */
  let pinned = false;

  function happen(): void {
    if (over) return;
    const [name, act] = chance.pick<readonly [string, () => void]>([
      ['issued', issue],
      ['issued', issue],
      ['issued twice', issueTwice],
      ['forged', forge],
      ['of another merchant', () => issueWrongly({ customerId: `2088${chance.digits(12)}` })],
      ['of another merchant', () => issueWrongly({ authClientId: `CLIENT_${chance.digits(6)}` })],
      ['for another client', () => issueWrongly({ clientId: `TEST_${chance.digits(6)}` })],
      ['replayed', replay],
    ]);
    count(coverage, `token ${name}`);
    act();
    world.after(chance.between(1_000, 240_000), happen);
  }

  function issue(): void {
    const token = `token-${chance.digits(16)}`;
    oracle.tokenIssued(token);
    acquirer.notifyAuthToken(notifyUrl, token, world.wallMs() + TOKEN_LIFE_MS);
  }

  function issueTwice(): void {
    issue();
    world.after(chance.between(1, 3_000), issue);
  }

  /** Rightly signed, but not for this terminal: payments with it would go to the one who granted it. */
  function issueWrongly(grant: Partial<Grant>): void {
    if (!(pinned || (merchantConfigured && grant.authClientId === undefined))) return issue();
    const token = `token-of-a-stranger-${chance.digits(12)}`;
    oracle.strangersTokenIssued(token);
    acquirer.notifyAuthToken(notifyUrl, token, world.wallMs() + TOKEN_LIFE_MS, grant);
  }

  function forge(): void {
    const body = JSON.stringify({ accessToken: `token-of-a-thief-${chance.digits(6)}`, authTime: `${world.wallMs()}` });
    const headers = {
      'content-type': 'application/json; charset=UTF-8',
      'client-id': 'TEST_TILLBOX_SIM',
      'request-time': String(world.wallMs()),
      signature: signatureHeader(chance.digits(20)),
    };
    network.notify({ url: notifyUrl, headers, body }, () => undefined);
  }

  function replay(): void {
    const [first, ...more] = seen;
    if (first === undefined) return;
    const { url, headers, body } = chance.pick([first, ...more]);
    network.notify({ url, headers, body }, () => undefined);
  }

  world.after(chance.between(0, 20_000), happen);
  return {
    messageSent(message) {
      if (message.body.includes('accessToken')) seen.push(message);
    },
    acknowledged({ body }) {
      const token = /"accessToken":"([^"]+)"/.exec(body)?.[1];
      if (token === undefined) return;
      count(coverage, 'token acknowledged');
      pinned = true;
      oracle.tokenAcknowledged(token);
    },
    windDown() {
      over = true;
    },
  };
}
