import { isIPv4, type Socket } from 'node:net';

/** Connections that may wait for a request, or be in the middle of one. */
const WAITING_LIMIT = 128;
/** Of these, from one address. */
const WAITING_PER_ADDRESS = 64;
/** More than that for a moment: connections of one rush have not been read yet, and one of them may have a request. */
const CROWD_LIMIT = 640;
const GRACE_MS = 50;
/** The share of places for answering that is reserved for this machine. */
const LOOPBACK_SHARE = 1 / 4;
const LOOPBACK = 'this machine';

export interface HttpPlaces {
  /** Limit of waiting and answering connections together. */
  readonly connectionLimit: number;
  /** A new connection, which waits for its request. */
  arrive(socket: Socket): void;
  /** A complete request of the connection goes to its handler. False where there is no place, and it has to be refused. */
  take(socket: Socket): boolean;
  /** That request was answered: the connection waits again. */
  release(socket: Socket, well: boolean): void;
}

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** Complete requests that are not answered yet. */
  requests: number;
  /** It had a good answer, so it is probably no attacker. */
  proven: boolean;
}

/**
 * Decides who may be connected, so that clients with incomplete requests keep nobody out.
 *
 * Invariants
 * - At most `answerLimit` connections have a request with the handler; a quarter of these places is for this machine.
 * - At most `WAITING_LIMIT` others wait, `WAITING_PER_ADDRESS` of one address, for `GRACE_MS` at most `CROWD_LIMIT`. A new
 *   one is always accepted: the oldest is closed for it, of an address with too many, or of the one with the most.
 * - Connections of this machine are closed only for others of this machine, and those with a good answer after all others.
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

  /** The address of which a connection has to be closed. */
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

/** Connections are counted by this key: this machine, an IPv4 address, or the /64 network of an IPv6 site. */
function addressOf({ remoteAddress = '' }: Socket): string {
  const address = remoteAddress.replace(/^::ffff:(?=[\d.]+$)/i, '');
  if (isIPv4(address)) return address.startsWith('127.') ? LOOPBACK : address;
  if (address === '::1') return LOOPBACK;
  const [start = [], end] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const groups = end === undefined ? start : [...start, ...Array(8 - start.length - end.length).fill('0'), ...end];
  return groups.slice(0, 4).join(':');
}
