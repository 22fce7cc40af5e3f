/**
 * Marks outside of the journal that name the card which this terminal knows, by its store id. Without them a wiped card, or an
 * empty directory where one was, would pass for a new one, and the reversals on the old one would be forgotten.
 */
export interface CardMarks {
  read(): readonly string[];
  /** Returns why a mark could not be written, one line for each place. */
  write(text: string): readonly string[];
}

export type CardJudgement =
  /** No mark: this is the first start, or none could be written. */
  | 'new'
  | 'known'
  /** A mark names another card: that one was wiped or exchanged. */
  | 'changed';

/** @param storeId of the journal on the card; undefined where there is none. */
export function judgeCard(marks: Pick<CardMarks, 'read'>, storeId: string | undefined): CardJudgement {
  const known = marks.read().map(storeIdIn);
  if (known.length === 0) return 'new';
  return known.every((one) => one === storeId) ? 'known' : 'changed';
}

/** The text of a mark. `why`: who accepted the card and why, where a person did. */
export function markText(storeId: string, why = 'the first journal of this terminal'): string {
  return `${storeId}\n${why}\n`;
}

/** For people: why the card is the known one. */
export function markReason(marks: Pick<CardMarks, 'read'>): string {
  return marks.read()[0]?.split('\n')[1] ?? '';
}

function storeIdIn(text: string): string {
  return text.split('\n')[0] ?? '';
}
