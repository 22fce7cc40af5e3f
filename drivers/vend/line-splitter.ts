/** Splits bytes into lines at CR and LF; a line over the limit is dropped up to its end. */
export function createLineSplitter(limitBytes: number, line: (text: string) => void): (bytes: Uint8Array) => void {
  let text = '';
  let tooLong = false;
  return (bytes) => {
    for (const byte of bytes) {
      if (byte === 0x0a || byte === 0x0d) {
        const whole = text;
        const keep = !tooLong && whole !== '';
        text = '';
        tooLong = false;
        if (keep) line(whole);
      } else if (text.length >= limitBytes) tooLong = true;
      else text += String.fromCharCode(byte);
    }
  };
}
