import type { HostErrorCode } from '../../../drivers/host.js';

/**
 * What is wrong with the flash, as a code, so that callers need not read messages.
 *
 * | code          | means                                                        | what helps                        |
 * |---------------|--------------------------------------------------------------|-----------------------------------|
 * | `absent`      | a volume, or what was provisioned on it, is missing           | a person: the card, the mount     |
 * | `damaged`     | records that were acknowledged cannot all be read             | a person: export, then provision  |
 * | `swapped`     | the two volumes are swapped, and hold all that was stored     | a person: swap them back          |
 * | `format`      | written by a newer version                                    | the newer firmware                |
 * | `forgetful`   | the medium does not hold what it accepted                     | a new card                        |
 * | `tooLarge`    | the whole state does not fit a segment                        | larger segments                   |
 * | `hung`        | a commit, or a step of opening, did not end in time           | a restart, then a new card        |
 * | `closed`      | the store was closed                                          | –                                 |
 * | a host's code | the system said so (`busy`, `full`, `io`, `readOnly`, …)      | `busy`: the holder; else a restart |
 */
export type StoreErrorCode = HostErrorCode | 'damaged' | 'swapped' | 'format' | 'forgetful' | 'hung' | 'closed';

/** Why the store cannot be opened or has failed for good. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  constructor(
    readonly code: StoreErrorCode,
    message: string,
  ) {
    super(message);
  }
}
