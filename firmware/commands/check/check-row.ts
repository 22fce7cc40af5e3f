/** One line of the self-test. */
export interface CheckRow {
  readonly item: string;
  /**
   * `WARN`: it works, but may not be what is wanted. `SKIP`: there is nothing to test, or it cannot be tested now; `found` says
   * why.
   */
  readonly outcome: 'PASS' | 'WARN' | 'FAIL' | 'SKIP';
  /** What was found, for a technician. No secret. */
  readonly found: string;
  /** With `FAIL` and `WARN`: what to do about it. */
  readonly todo?: string;
}

export const checkRow = {
  pass: (item: string, found: string): CheckRow => ({ item, outcome: 'PASS', found }),
  warn: (item: string, found: string, todo: string): CheckRow => ({ item, outcome: 'WARN', found, todo }),
  fail: (item: string, found: string, todo: string): CheckRow => ({ item, outcome: 'FAIL', found, todo }),
  skip: (item: string, found: string): CheckRow => ({ item, outcome: 'SKIP', found }),
};
