/**
 * `yes`: the goods are out, or nothing can stop them any more. `no`: they surely are not out. `unknown`: nobody knows.
 */
export type VendOutcome = 'yes' | 'no' | 'unknown';
