/**
 * The seam: everything the terminal may touch outside its own memory. There are two implementations, `drivers/linux`
 * (a real board) and `hw-sim` (an imagined world); the firmware and the drivers cannot tell them apart.
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
}

/** What went wrong outside. `code` is one of the listed words, so that callers can decide without reading messages. */
export class HostError extends Error {
  override readonly name = 'HostError';
  constructor(
    readonly code: HostErrorCode,
    message: string,
    /** What the system calls it, such as `ENOTFOUND` or `CERT_HAS_EXPIRED`, where it has a word: for a diagnosis only. */
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
  | 'refused' /* no connection came about: not one byte was sent */
  | 'tooLarge'
  | 'unsupported';

/* ---------------------------------------------------------------- clock, random */

export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back, not affected by clock steps. */
  monotonicMs(): number;
  /** Milliseconds since 1970 as the system believes. Untrusted: a Pi has no battery clock. */
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
  opened(): void;
  data(bytes: Uint8Array): void;
  /** Called exactly once: with an error when the port failed or went away, without when `close` asked for it. */
  closed(error?: HostError): void;
}

export interface SerialPort {
  /**
   * Sends bytes in the order of the calls. `done` is called exactly once: without an error when the system has taken
   * them (which is not the same as "the device has them"), with one when the port closed first.
   */
  write(bytes: Uint8Array, done: (error?: HostError) => void): void;
  close(): void;
}

/* ---------------------------------------------------------------- gpio */

/** Lines are named by the board's own numbers (BCM on a Pi). 1 is high, 0 is low. */
export interface GpioHost {
  /** Which backend serves the lines and why, for the log and the status page; where none does, `none: ` and the reason. */
  readonly backend: string;
  /**
   * An output, driven to `initial` without a glitch on the way; it gets that level again when the process ends, unless
   * it is killed. Throws `HostError` where the line cannot be had.
   */
  output(line: number, initial: Level): GpioOutput;
  /**
   * An output that is only ever driven low: 0 drives, 1 lets go (high impedance). Begins let go. Throws `HostError`.
   */
  openDrain(line: number): GpioOutput;
  /**
   * An input; `changed` is called with the new level after every change, where given. The level is read some time after
   * its edge: `glimpsed` is called instead after edges whose level had gone back by then. It tells that something was
   * there, but not for how long, nor how often; noise does the same. Throws `HostError`.
   */
  input(line: number, changed?: (level: Level) => void, glimpsed?: () => void): GpioInput;
}

export type Level = 0 | 1;

export interface GpioOutput {
  write(level: Level): void;
  /** Lets go of the line: high impedance. */
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
   * Like `read`, but from the medium, past every cache, so that a card that accepts and forgets is found out. Answers
   * `unsupported` where the platform cannot.
   */
  readBack(offset: number, lengthBytes: number, done: (error: HostError | undefined, bytes?: Uint8Array) => void): void;
  /**
   * Looks whether the name that was opened still leads to this very volume, at its full size: `disconnected` where it was
   * removed, replaced, cut, moved or unmounted, for then what is written can be found by nobody. Also whether the data
   * directory is still this process's: `busy` where its hold was taken away. Microseconds, no access to the medium.
   */
  checkInPlace(done: (error?: HostError) => void): void;
  close(): void;
}

/* ---------------------------------------------------------------- http */

export interface HttpHost {
  /** Sends one request. `done` is called exactly once, unless `abort` was called before: then never. */
  request(request: HttpRequest, done: (error: HostError | undefined, reply?: HttpReply) => void): HttpExchange;
  /**
   * Makes a connection to an origin (`https://host:port`), down to TCP, and lets it go again: nothing is sent over it.
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
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the call to the last byte of the reply; past it the answer is a `timeout` error. */
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
  /** Decoded as UTF-8; what is none is replaced by U+FFFD. */
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
  /** A request that has not arrived whole by then is answered 408 and never reaches the handler. */
  readonly requestTimeoutMs: number;
  /**
   * Connections whose whole request is being answered, streams among them; a request on one more is answered 503. The
   * host bounds those that wait for a request by itself, and lets the oldest of them give way to new ones.
   */
  readonly connectionLimit: number;
  /** Words what the host answers by itself; bare words where missing. The host adds length and end of the connection. */
  readonly refusal?: (status: HttpRefusalStatus) => HttpRefusal;
  /**
   * Judges a request by its headers, before any of its body is kept: the answer where it is refused, which never reaches
   * the handler. Undefined where it is let through.
   */
  readonly judge?: (head: HttpRequestHead) => HttpVerdict | undefined;
}

/** Malformed, too slow, body too long, an expectation that nobody fulfils, headers too long or too many, too busy. */
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
  /** Names in lower case. None of those that a decision rests on is there twice. */
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
}

export interface HttpServerRequest extends HttpRequestHead {
  /** As it came; decoding it is up to who knows what it should be. */
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
  /** Lines that were lost: their reader is gone, does not read, or has no room. */
  readonly lostLogLines: number;
  /** Whether the system says that its wall clock is synchronised; `unknown` where it cannot tell. */
  clockSynchronised(): 'yes' | 'no' | 'unknown';
  /** Leaves the process, after a moment for log lines that wait to be read. Exit codes: see `firmware/log/exit-code`. */
  exit(code: number): void;
}
