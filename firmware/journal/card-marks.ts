/**
 * What is kept outside the journal of the card that this terminal knows: without it a wiped card, or an empty directory where
 * one was, would pass for a new one, and the reversals on the old one be forgotten. The marks name the journal's store id.
 */
export interface CardMarks {
  read(): readonly string[];
  /** Answers why a mark could not be written, a line a place. */
  write(text: string): readonly string[];
}

export type CardJudgement =
  /** No mark: the first start, or a box without any that could be written. */
  | 'new'
  | 'known'
  /** A mark names another one: this one was wiped, or changed for it. */
  | 'changed';

/** @param storeId of the journal on the card; undefined where there is none. */
export function judgeCard(marks: Pick<CardMarks, 'read'>, storeId: string | undefined): CardJudgement {
  const known = marks.read().map(storeIdIn);
  if (known.length === 0) return 'new';
  return known.every((one) => one === storeId) ? 'known' : 'changed';
}

/** The text of a mark. `why`: on whose word, where a person had to say it. */
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
