/** A word that can be typed at the bench's console, and what it does. */
export interface ConsoleCommand {
  readonly name: string;
  /** What may follow the name, for the help. */
  readonly usage?: string;
  readonly summary: string;
  /** `rest`: what followed the name, without blanks around it. Answers what was wrong with it, if anything was. */
  run(rest: string): string | undefined;
}

/** A command that takes one of a few words after its name. */
export function wordCommand<Word extends string>(
  name: string,
  words: readonly Word[],
  summary: string,
  run: (word: Word) => void,
): ConsoleCommand {
  return {
    name,
    usage: words.join('|'),
    summary,
    run(rest) {
      const word = words.find((one) => one === rest.toLowerCase());
      if (word === undefined) return `type ${words.map((one) => `"${name} ${one}"`).join(' or ')}`;
      run(word);
      return undefined;
    },
  };
}
