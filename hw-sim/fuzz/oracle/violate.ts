/** Records that the terminal broke a rule: its number and name, and what shows it. */
export type Violate = (rule: string, detail: string) => void;
