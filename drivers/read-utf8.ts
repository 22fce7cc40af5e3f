import { isUtf8 } from 'node:buffer';

/** `problem` completes a sentence that starts with the name of the file; `line`: the first bad line, from 1. */
export type Utf8Reading = { readonly text: string } | { readonly problem: string; readonly line?: number };

const LINE_END = 0x0a;

/**
 * Decodes the bytes of another program, strictly: unreadable characters would reach the acquirer and receipts. A byte order
 * mark at the start is removed.
 */
export function readUtf8(bytes: Uint8Array): Utf8Reading {
  if (isUtf16(bytes)) return { problem: 'is UTF-16; save it as UTF-8' };
  if (isUtf8(bytes)) return { text: new TextDecoder().decode(bytes) };
  const line = linesOf(bytes).findIndex((one) => !isUtf8(one)) + 1;
  return { problem: looksLikeGbk(bytes) ? 'looks like GBK; save it as UTF-8' : 'is not UTF-8; save it as that', line };
}

/** No character of UTF-8 has the byte of a line end within it. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...lines, bytes.subarray(start)];
}

/** By its mark, or by the zeros that ASCII has in it. Two bytes a character; UTF-32 passes for it, too. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const zeros = [0, 0];
  for (const [at, byte] of bytes.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  return Math.max(...zeros) * 8 > bytes.length;
}

/** Whether it can be read so, with mostly those characters that GB 2312 has: Latin text in another code page hardly is. */
function looksLikeGbk(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('gbk', { fatal: true }).decode(bytes);
  } catch {
    return false;
  }
  let common = 0;
  let rare = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) continue;
    at += 1;
    if (lead >= 0xa1 && lead <= 0xf7 && (bytes[at] ?? 0) >= 0xa1) common += 1;
    else rare += 1;
  }
  return common > rare;
}
