/** The variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The text of a file; throws an Error whose message says why it cannot be read. */
export type ReadFile = (path: string) => string;
