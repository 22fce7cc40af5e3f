/** Somebody at the box, who reads what is said and types lines. A terminal on a board, a script in a spec. */
export interface Person {
  /** Says whole lines. */
  say(text: string): void;
  /** From now on what is typed is told, once and for good. */
  listen(events: PersonEvents): void;
}

export interface PersonEvents {
  /** A line without its end. */
  typed(line: string): void;
  /** Wants to stop, or cannot be heard any more. */
  left(): void;
}
