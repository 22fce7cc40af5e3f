/**
 * `yes`: the goods are out, or on their way without anything left that could stop them. `no`: they surely are not.
 * `unknown`: nobody can tell.
 */
export type VendOutcome = 'yes' | 'no' | 'unknown';
