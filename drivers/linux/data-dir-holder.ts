import { findClaims } from './data-dir-claims.js';

/**
 * Tells who holds a data directory (see `takeDataDir`), without writing anything: it works on a card that is mounted
 * read-only, too. Undefined where nobody does, or where it cannot be found out.
 */
export function dataDirHolder(dataDir: string, told: (holder: string | undefined) => void): void {
  findClaims(dataDir, undefined, (_error, claims) => told(claims?.owner));
}
