/** A command of the bench's console. */
export interface ConsoleCommand {
  readonly name: string;
  /** Its arguments, for the help. */
  readonly usage?: string;
  readonly summary: string;
  /** `rest`: the text after the name, without blanks around it. Returns the error in it, if there is one. */
  run(rest: string): string | undefined;
}

/** A command with one of a few words as its argument. */
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
