import { isIPv4, type Socket } from 'node:net';

/** Connections that may wait for a request, or be in the middle of one. */
const WAITING_LIMIT = 128;
/** Of these, from one address. */
const WAITING_PER_ADDRESS = 64;
/** More than that for a moment: those that came in one rush have not been heard yet, and one of them may ask. */
const CROWD_LIMIT = 640;
const GRACE_MS = 50;
/** The part of the places for requests that are being answered which only this machine gets. */
const LOOPBACK_SHARE = 1 / 4;
const LOOPBACK = 'this machine';

export interface HttpPlaces {
  /** Of connections that wait and of those that are answered, together. */
  readonly connectionLimit: number;
  /** A new connection, which waits for its request. */
  arrive(socket: Socket): void;
  /** A whole request of the connection goes to its handler. False where there is no place; the request is refused. */
  take(socket: Socket): boolean;
  /** That request was answered, well or not: the connection waits again. */
  release(socket: Socket, well: boolean): void;
}

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** Whole requests that are not answered yet. */
  requests: number;
  /** It had a good answer: no stranger, as far as can be told. */
  proven: boolean;
}

/**
 * Who may be connected, so that those who only half ask keep nobody out who asks.
 *
 * Invariants
 * - At most `answerLimit` connections have a request with the handler; a quarter of these places is for this machine.
 * - At most `WAITING_LIMIT` others wait, `WAITING_PER_ADDRESS` of one address, for `GRACE_MS` at most `CROWD_LIMIT`. A new
 *   one always gets in: the oldest gives way, of an address that has too many, or of the one that has the most.
 * - This machine gives way to nobody but itself, and a connection that had a good answer after those that had none.
 */
export function createHttpPlaces(answerLimit: number, giveWay: (socket: Socket) => void): HttpPlaces {
  const connections = new Map<Socket, Connection>();
  /** Oldest first. */
  const waiting = new Set<Connection>();
  const forOthers = answerLimit - Math.floor(answerLimit * LOOPBACK_SHARE);
  let answered = 0;
  let tidying: NodeJS.Timeout | undefined;

  function wait(connection: Connection): void {
    waiting.add(connection);
    if (waiting.size > CROWD_LIMIT) makeRoom(CROWD_LIMIT, CROWD_LIMIT);
    else if (tidying === undefined) tidying = setTimeout(tidy, GRACE_MS).unref();
  }

  function tidy(): void {
    tidying = undefined;
    makeRoom(WAITING_LIMIT, WAITING_PER_ADDRESS);
  }

  function makeRoom(limit: number, perAddress: number): void {
    for (;;) {
      const address = tooMany(limit, perAddress);
      if (address === undefined) return;
      dismissOldest(address);
    }
  }

  /** The address of which one has to give way. */
  function tooMany(limit: number, perAddress: number): string | undefined {
    let own = 0;
    let [most, mostCount] = ['', 0];
    const counts = new Map<string, number>();
    for (const { address } of waiting) {
      const count = (counts.get(address) ?? 0) + 1;
      counts.set(address, count);
      if (address === LOOPBACK) own = count;
      else if (count > mostCount) [most, mostCount] = [address, count];
    }
    if (own > perAddress) return LOOPBACK;
    if (waiting.size <= limit && mostCount <= perAddress) return undefined;
    return mostCount > 0 ? most : LOOPBACK;
  }

  function dismissOldest(address: string): void {
    const own = [...waiting].filter((one) => one.address === address);
    const oldest = own.find(({ proven }) => !proven) ?? own[0];
    if (oldest === undefined) throw new Error('nobody is left to give way');
    waiting.delete(oldest);
    giveWay(oldest.socket);
  }

  function forget(connection: Connection): void {
    connections.delete(connection.socket);
    waiting.delete(connection);
    if (connection.requests > 0) answered -= 1;
  }

  return {
    connectionLimit: answerLimit + CROWD_LIMIT,
    arrive(socket) {
      const connection = { socket, address: addressOf(socket), requests: 0, proven: false };
      connections.set(socket, connection);
      socket.once('close', () => forget(connection));
      wait(connection);
    },
    take(socket) {
      const connection = connections.get(socket);
      if (connection === undefined) return false;
      if (connection.requests === 0) {
        if (answered >= (connection.address === LOOPBACK ? answerLimit : forOthers)) return false;
        answered += 1;
        waiting.delete(connection);
      }
      connection.requests += 1;
      return true;
    },
    release(socket, well) {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      if (well) connection.proven = true;
      connection.requests -= 1;
      if (connection.requests > 0) return;
      answered -= 1;
      wait(connection);
    },
  };
}

/** Who is counted together: this machine, an IPv4 address, or the /64 network that one site gets with IPv6. */
function addressOf({ remoteAddress = '' }: Socket): string {
  const address = remoteAddress.replace(/^::ffff:(?=[\d.]+$)/i, '');
  if (isIPv4(address)) return address.startsWith('127.') ? LOOPBACK : address;
  if (address === '::1') return LOOPBACK;
  const [start = [], end] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const groups = end === undefined ? start : [...start, ...Array(8 - start.length - end.length).fill('0'), ...end];
  return groups.slice(0, 4).join(':');
}
