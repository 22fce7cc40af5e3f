import type { Clock, Timer } from '../../drivers/host.js';
import type { Log } from '../log/log.js';
import { type CardMarks, judgeCard, markReason, markText } from './card-marks.js';

const CHECK_INTERVAL_MS = 5_000;

export interface WatchCardMarksParts {
  readonly marks: CardMarks;
  /** Of the journal that is open. */
  readonly storeId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Called at once with whether the card is in doubt, and again when a person has accepted it. */
  readonly doubted: (doubted: boolean) => void;
}

/**
 * Marks the card as the one this terminal knows, where it knows none; says `doubted` where it knows another, and looks every
 * 5 s whether a person has accepted this one. Returns the function that stops it.
 */
export function watchCardMarks({ marks, storeId, clock, log, doubted }: WatchCardMarksParts): () => void {
  let timer: Timer | undefined;

  const mark = (why?: string): void => {
    for (const place of marks.write(markText(storeId, why)))
      log.warn('the card cannot be marked as known', { place, todo: MARK_ELSEWHERE });
  };

  const checkAgain = (): void => {
    const judgement = judgeCard(marks, storeId);
    if (judgement === 'changed') {
      timer = clock.after(CHECK_INTERVAL_MS, checkAgain);
      return;
    }
    log.warn('the card was accepted', { why: markReason(marks) });
    doubted(false);
  };

  switch (judgeCard(marks, storeId)) {
    case 'new':
      mark();
      doubted(false);
      break;
    case 'known':
      /* One of the marks may have been lost. */
      mark(markReason(marks));
      doubted(false);
      break;
    case 'changed':
      log.error('another card than this terminal knows', { storeId, meaning: CHANGED });
      doubted(true);
      timer = clock.after(CHECK_INTERVAL_MS, checkAgain);
      break;
  }
  return () => timer?.cancel();
}

const MARK_ELSEWHERE =
  'set CARD_MARK_FILE to a place that the terminal may write and that lasts; without it an emptied card may pass for a new one';

const CHANGED =
  'it was wiped or changed, and its queue with it. Put the right one back; where it is lost: tillbox queue accept-new-card --by NAME --note TEXT';
