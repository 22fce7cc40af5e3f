/** An entry of an archive. `mode` is the file's permissions; a device node has its numbers, a link its target as `bytes`. */
export interface CpioEntry {
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'link' | 'characterDevice';
  readonly mode: number;
  readonly bytes?: Uint8Array;
  readonly device?: readonly [major: number, minor: number];
}

const KINDS = { directory: 0o040000, file: 0o100000, link: 0o120000, characterDevice: 0o020000 } as const;

/** An archive in the format "newc", as the kernel unpacks it at its start: no program and no root rights needed. */
export function cpio(entries: readonly CpioEntry[]): Buffer {
  const whole = [...entries, { path: 'TRAILER!!!', kind: 'file', mode: 0 } as const];
  return Buffer.concat(whole.map((entry, index) => record(entry, index + 1)));
}

function record({ path, kind, mode, bytes = new Uint8Array(), device = [0, 0] }: CpioEntry, inode: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const fields = [inode, KINDS[kind] | mode, 0, 0, 1, 0, bytes.length, 0, 0, ...device, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([header, name])), padded(Buffer.from(bytes))]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
