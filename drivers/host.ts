/**
 * The seam: everything the terminal may touch outside its own memory. There are two implementations, `drivers/linux`
 * (a real board) and `hw-sim` (a simulated world); the firmware and the drivers cannot tell them apart.
 *
 * Rules of the seam
 * - Callbacks only. No promise crosses it, so that a simulated world can run the firmware synchronously.
 * - A callback never runs inside the call that asked for it; it comes later, from the event loop (or the world's heap).
 * - Times are in milliseconds, sizes in bytes. Errors are `HostError`s with a stable `code`.
 */
export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  readonly serial: SerialHost;
  readonly gpio: GpioHost;
  readonly flash: FlashHost;
  readonly http: HttpHost;
  readonly board: BoardHost;
  /** Keeps updates away; missing where nothing updates this software. */
  readonly updateLock?: UpdateLockHost;
}

/** An error of the outside. Callers decide by `code`, never by the message. */
export class HostError extends Error {
  override readonly name = 'HostError';
  constructor(
    readonly code: HostErrorCode,
    message: string,
    /** The system's own code, such as `ENOTFOUND` or `CERT_HAS_EXPIRED`, where there is one: for a diagnosis only. */
    readonly systemCode?: string,
  ) {
    super(message);
  }
}

export type HostErrorCode =
  | 'absent' /* no such device, file or volume */
  | 'busy' /* held by another process */
  | 'denied' /* no permission */
  | 'disconnected' /* it was there and went away */
  | 'full' /* no space left */
  | 'readOnly'
  | 'io' /* the device reports an error */
  | 'timeout'
  | 'refused' /* no connection was made: not one byte was sent */
  | 'tooLarge'
  | 'unsupported';

/* ---------------------------------------------------------------- clock, random */

export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back, not affected by clock steps. */
  monotonicMs(): number;
  /** Milliseconds since 1970 by the system's clock. Untrusted: a Pi has no battery clock. */
  wallMs(): number;
  /** Calls back once after `delayMs`, unless cancelled. */
  after(delayMs: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export interface Random {
  /** Cryptographically strong on a board, seeded in a simulated world. */
  bytes(count: number): Uint8Array;
}

/* ---------------------------------------------------------------- serial */

export interface SerialHost {
  /**
   * Opens a port: one object a connection, never reopened. `events.opened` or `events.closed(error)` follows; after
   * `closed` nothing more is called. The port always reads.
   */
  open(options: SerialOptions, events: SerialEvents): SerialPort;
}

export interface SerialOptions {
  /** e.g. `/dev/ttyAMA0`, `/dev/serial/by-id/…`, or `/dev/usb/lp0` (a character device without line settings). */
  readonly path: string;
  readonly baud: number;
  readonly flowControl: 'none' | 'xonXoff' | 'rtsCts';
}

export interface SerialEvents {
  /** `heldBackMs`: how long the port may hold bytes back before it hands them on. Some USB adapters gather them for 16 ms. */
  opened(heldBackMs: number): void;
  data(bytes: Uint8Array): void;
  /** Called exactly once: with an error when the port failed or went away, without when `close` asked for it. */
  closed(error?: HostError): void;
}

export interface SerialPort {
  /**
   * Sends bytes in the order of the calls. `done` is called exactly once: without an error when the system has accepted
   * them (which does not mean that the device has them), with one when the port closed first.
   */
  write(bytes: Uint8Array, done: (error?: HostError) => void): void;
  close(): void;
}

/* ---------------------------------------------------------------- gpio */

/** Lines are named by the board's own numbers (BCM on a Pi). 1 is high, 0 is low. */
export interface GpioHost {
  /** The backend in use and why, for the log and the status page; without one, `none: ` and the reason. */
  readonly backend: string;
  /** Whether the backend can switch the board's own pull-ups. Without, `pullUp` does nothing. */
  readonly switchesPulls: boolean;
  /** Whether outputs of a process that was killed surely stop being driven. */
  readonly letsGoWhenKilled: boolean;
  /**
   * An output, driven to `initial` without a glitch on the way; it gets that level again when the process ends, unless
   * it is killed. Throws `HostError` where the line cannot be taken.
   */
  output(line: number, initial: Level): GpioOutput;
  /**
   * An output that is only ever driven low: 0 drives, 1 releases (high impedance). Starts released. Throws `HostError`.
   */
  openDrain(line: number): GpioOutput;
  /** An input, watched where `use` has a callback. Throws `HostError`. */
  input(line: number, use?: GpioInputUse): GpioInput;
}

export interface GpioInputUse {
  /** Asks for the board's pull-up, where it has one that can be switched and the configuration lets us. */
  readonly pullUp?: boolean;
  /**
   * Called with the new level after every change that is known. With `edgeMs` this was an edge, then, by the host's monotonic
   * clock: two of them say exactly how long a pulse was, however late they are told. Without it the line had this level when it
   * was read, some time after its edge.
   */
  readonly changed?: (level: Level, edgeMs?: number) => void;
  /**
   * Called after edges whose levels are not known: the line had changed back before it was read, or there were more than can be
   * told. So there was a pulse, but not how long, nor how many; noise looks the same. May also follow a change.
   */
  readonly glimpsed?: () => void;
  /**
   * The line cannot be watched any more (an expander was unplugged): called once, and nothing else after it. Not every kernel
   * tells: a read fails in any case.
   */
  readonly failed?: (error: HostError) => void;
}

export type Level = 0 | 1;

export interface GpioOutput {
  write(level: Level): void;
  /** Releases the line: high impedance. */
  release(): void;
}

export interface GpioInput {
  read(): Level;
  release(): void;
}

/* ---------------------------------------------------------------- flash */

export interface FlashHost {
  /**
   * Opens a volume of fixed size. `create: false` on a missing one is `absent`: a missing card is a fault, never an
   * empty volume. `create: true` makes and preallocates it (zero-filled, durable with its directory entry), and leaves
   * an existing one as it is. One process at a time: a second opener gets `busy`, with the holder in the message.
   */
  open(options: FlashOptions, opened: (error: HostError | undefined, volume?: FlashVolume) => void): void;
}

export interface FlashOptions {
  /** A name within the data directory, or an absolute path of a raw partition. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly create: boolean;
}

export interface FlashVolume {
  readonly sizeBytes: number;
  /** Reads exactly `lengthBytes`. */
  read(offset: number, lengthBytes: number, done: (error: HostError | undefined, bytes?: Uint8Array) => void): void;
  /** Writes without flushing. The bytes may be reused by the caller once `done` was called, not before. */
  write(offset: number, bytes: Uint8Array, done: (error?: HostError) => void): void;
  /**
   * Writes and makes these bytes durable, in one step where the platform can: half the waiting of `write` and `sync`.
   * After an error nothing is known about them: stop, never retry.
   */
  writeDurably(offset: number, bytes: Uint8Array, done: (error?: HostError) => void): void;
  /** Makes every finished write durable. After an error nothing is known about any of them: stop, never retry. */
  sync(done: (error?: HostError) => void): void;
  /**
   * Like `read`, but from the medium and not from a cache, to detect a card that acknowledges writes and loses them.
   * `unsupported` where the platform cannot do that.
   */
  readBack(offset: number, lengthBytes: number, done: (error: HostError | undefined, bytes?: Uint8Array) => void): void;
  /**
   * Checks that the name that was opened still leads to this volume, at its full size: `disconnected` where it was removed,
   * replaced, truncated, moved or unmounted, as nobody would find what is written then. Also that this process still holds
   * the data directory: `busy` where it lost it. Takes microseconds, without access to the medium.
   */
  checkInPlace(done: (error?: HostError) => void): void;
  close(): void;
}

/* ---------------------------------------------------------------- http */

export interface HttpHost {
  /** Sends one request. `done` is called exactly once, unless `abort` was called before: then never. */
  request(request: HttpRequest, done: (error: HostError | undefined, reply?: HttpReply) => void): HttpExchange;
  /**
   * Makes a TCP connection to an origin (`https://host:port`) and closes it: nothing is sent over it.
   * `done` is called exactly once, with an error where there was none within `timeoutMs`.
   */
  reach(origin: string, timeoutMs: number, done: (error: HostError | undefined) => void): void;
  /** Serves requests. `listening` is called once, with the bound port or an error (`busy`, `denied`). */
  listen(
    options: HttpListenOptions,
    handler: HttpHandler,
    listening: (error: HostError | undefined, listener?: HttpListener) => void,
  ): void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the call to the last byte of the reply; after that a `timeout` error. */
  readonly timeoutMs: number;
  /** A longer reply is a `tooLarge` error. */
  readonly replyLimitBytes: number;
  /** Paths of an own CA and a client certificate, for `https:`. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded as UTF-8; invalid bytes become U+FFFD. */
  readonly body: string;
  /** The body as it came, where it is not UTF-8. */
  readonly bytes?: Uint8Array;
}

export interface HttpExchange {
  abort(): void;
}

export interface HttpListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** A longer request body is answered 413 by the host and never reaches the handler. */
  readonly bodyLimitBytes: number;
  /** A request that is not complete by then is answered 408 and never reaches the handler. */
  readonly requestTimeoutMs: number;
  /**
   * How many connections may have a request that is being answered, streams included; one more is answered 503. The host
   * itself limits connections that wait for a request, and closes the oldest of them for new ones.
   */
  readonly connectionLimit: number;
  /** Composes the host's own refusals; plain text where missing. The host adds the length and closes the connection. */
  readonly refusal?: (status: HttpRefusalStatus) => HttpRefusal;
  /**
   * Judges a request by its headers, before any of its body is kept. Returns the answer to a refused request, which never
   * reaches the handler; undefined to accept it.
   */
  readonly judge?: (head: HttpRequestHead) => HttpVerdict | undefined;
}

/** Malformed, too slow, body too long, unknown `Expect`, headers too long or too many, too busy. */
export type HttpRefusalStatus = 400 | 408 | 413 | 417 | 431 | 503;

export interface HttpRefusal {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpVerdict extends HttpRefusal {
  readonly status: number;
}

export interface HttpListener {
  readonly port: number;
  close(): void;
}

export interface HttpRequestHead {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Names in lower case. Headers that decisions depend on never come twice. */
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
}

export interface HttpServerRequest extends HttpRequestHead {
  /** Not decoded. */
  readonly body: Uint8Array;
}

export type HttpHandler = (request: HttpServerRequest, response: HttpServerResponse) => void;

/** Either `end` once, or `stream` once and then `write` until either side closes. */
export interface HttpServerResponse {
  end(status: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array): void;
  stream(status: number, headers: Readonly<Record<string, string>>, closed: () => void): HttpStream;
}

export interface HttpStream {
  /** False when the peer reads too slowly and its buffer is full: the caller should close. */
  write(text: string): boolean;
  close(): void;
}

/* ---------------------------------------------------------------- board */

export interface BoardHost {
  /** A line for the supervisor's log. Never waits and never fails. */
  log(line: string): void;
  /** How many lines were lost: their reader is gone, does not read, or has no room. */
  readonly lostLogLines: number;
  /** Whether the system reports its wall clock as synchronised; `unknown` where it does not report it. */
  clockSynchronised(): 'yes' | 'no' | 'unknown';
  /** Leaves the process, after a moment for log lines that wait to be read. Exit codes: see `firmware/log/exit-code`. */
  exit(code: number): void;
}

/* ---------------------------------------------------------------- update lock */

/**
 * The lock that keeps updates, restarts and reboots away. It is held in two ways at once, because two programs look at it: the
 * supervisor of the containers whether the file exists, the host's system whether somebody has an exclusive flock(2) on it. The
 * calls take microseconds: the file is in memory.
 */
export interface UpdateLockHost {
  readonly path: string;
  /** What was found at start; a lock that an ended process of ours left is removed. */
  clearStale(): 'none' | 'cleared' | 'held' | 'unclear';
  /** Takes the lock for this process, or does nothing where this process has it. */
  take(): UpdateLockAttempt;
  /** Gives the lock back; nothing where this process does not have it. Also done when the process ends, unless it is killed. */
  release(): void;
  /** Whether somebody else holds it: an update may stop this process at any moment. */
  heldByOther(): boolean;
}

/** `held`: somebody else has it. `broken`: nobody can take it, `why` says so for people. `partial`: taken, but one of the two is missing. */
export type UpdateLockAttempt =
  | { readonly kind: 'taken' | 'held' }
  | { readonly kind: 'broken' | 'partial'; readonly why: string };
