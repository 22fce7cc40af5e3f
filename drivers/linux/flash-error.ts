import { HostError, type HostErrorCode } from '../host.js';
import { fileTrouble } from './file-trouble.js';

const codes: { readonly [errno: string]: HostErrorCode } = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  ENODEV: 'absent',
  ENXIO: 'absent',
  EBUSY: 'busy',
  EACCES: 'denied',
  EPERM: 'denied',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'readOnly',
};

/**
 * A system error as a `HostError`. Anything that is not known to be harmless is `io`.
 * @param path where the error itself does not name it in a way that people understand
 */
export function flashError(error: NodeJS.ErrnoException, path?: string): HostError {
  return new HostError(codes[error.code ?? ''] ?? 'io', fileTrouble(error, path));
}
