/** What an entry of the book takes on flash: as JSON in UTF-8, with its id before it and a comma behind it. */
export function entryBytes(id: string, entry: object): number {
  return utf8Bytes(JSON.stringify({ [id]: entry })) - '{}'.length + ','.length;
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    /* The two halves of a character beyond the first 65,536 take two bytes each, all else from U+0800 on three. */
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}
