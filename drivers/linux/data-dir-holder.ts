import { findClaims } from './data-dir-claims.js';

/**
 * Finds out who holds a data directory (see `takeDataDir`), without writing anything, so also on a card that is mounted
 * read-only. Undefined where nobody does, or where it cannot be found out.
 */
export function dataDirHolder(dataDir: string, done: (holder: string | undefined) => void): void {
  findClaims(dataDir, undefined, (_error, claims) => done(claims?.owner));
}
