const MOST_CHARACTERS = 40;

/** What was given, in quotes and short enough for an error line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);
}
