import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Enough for a usual request, too little for a hundred. */
const PIECE_BYTES = 1024;

/**
 * A connection whose bytes reach the HTTP parser in small pieces.
 *
 * One read from the system may hold two thousand requests, and the parser makes objects of all of them before anybody can
 * cut the connection. Between two pieces it can be cut, and nothing more is parsed.
 */
export class SlowFeedSocket extends Duplex {
  readonly remoteAddress: string | undefined;
  readonly #raw: Socket;
  /** Read from the socket, and not passed on yet. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(raw: Socket) {
    super();
    this.#raw = raw;
    this.remoteAddress = raw.remoteAddress;
    raw.on('data', (bytes: Buffer) => {
      this.#rest = bytes;
      this.#feed();
    });
    raw.on('end', () => this.push(null));
    raw.on('error', (error) => this.destroy(error));
    raw.on('timeout', () => this.emit('timeout'));
    raw.on('close', () => this.destroy());
  }

  /** Methods of a socket that Node's server uses. */
  setTimeout(durationMs: number): this {
    this.#raw.setTimeout(durationMs);
    return this;
  }

  destroySoon(): void {
    this.end(() => this.destroy());
  }

  override _read(): void {
    this.#feed();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#raw.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#raw.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#raw.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#rest = Buffer.alloc(0);
    this.#raw.destroy();
    done(error);
  }

  #feed(): void {
    /* Nothing more is answered: the rest is read, so that the peer can read its answer, and dropped. */
    if (this.writableEnded) this.#rest = Buffer.alloc(0);
    while (this.#rest.length > 0) {
      const piece = this.#rest.subarray(0, PIECE_BYTES);
      this.#rest = this.#rest.subarray(PIECE_BYTES);
      if (!this.push(piece) || this.destroyed || this.writableEnded) break;
    }
    if (this.#rest.length > 0) this.#raw.pause();
    else this.#raw.resume();
  }
}
