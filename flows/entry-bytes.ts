/** The size of an entry of the book on flash: JSON in UTF-8, with its id and a comma. */
export function entryBytes(id: string, entry: object): number {
  /* Not as an object of its own: each new name of a property would cost the engine a hidden class. */
  return utf8Bytes(`${JSON.stringify(id)}:${JSON.stringify(entry)},`);
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  if (!/[\u0080-\uffff]/.test(text)) return bytes;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    /* Each half of a surrogate pair counts as two bytes; anything else from U+0800 on is three. */
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}
