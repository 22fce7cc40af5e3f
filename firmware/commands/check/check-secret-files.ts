import type { Setting } from '../../config/read-settings.js';
import { type VariableName, variables } from '../../config/variables.js';
import { type CheckRow, checkRow } from './check-row.js';

/** What a file's permissions say; see `drivers/linux/file-access`. */
export interface SecretFileAccess {
  readonly mode: string;
  readonly readBy: 'everybody' | 'group' | 'owner';
  readonly writtenBy: 'others' | 'owner';
}

const KEY_FILES: readonly VariableName[] = ['ALIPAY_PRIVATE_KEY_FILE', 'ACQUIRER_KEY_FILE'];

/**
 * Whether others than the terminal's user may read, or change, the files that hold secrets: private keys, and the configuration
 * file where it holds a secret.
 */
export function checkSecretFiles(
  settings: readonly Setting[],
  accessOf: (path: string) => SecretFileAccess | undefined,
): CheckRow {
  const holdsSecret = settings.some(({ name, source }) => source === 'file' && 'secret' in variables[name]);
  const files = settings.flatMap(({ name, text }) => {
    const secret = KEY_FILES.includes(name) || (name === 'CONFIG_FILE' && holdsSecret);
    return secret && text !== undefined ? [{ name, path: text }] : [];
  });
  if (files.length === 0) return checkRow.skip('secret files', 'no secret is in a file');
  const open = files.flatMap(({ name, path }) => {
    const access = accessOf(path);
    if (access === undefined || (access.readBy === 'owner' && access.writtenBy === 'owner')) return [];
    const { mode, readBy, writtenBy } = access;
    const problems = [
      ...(readBy === 'everybody' ? ['every user of this machine may read it'] : []),
      ...(readBy === 'group' ? ['its group may read it'] : []),
      ...(writtenBy === 'others' ? ['others may change it'] : []),
    ];
    return [{ path, text: `${path} (${name}, mode ${mode}): ${problems.join(' and ')}` }];
  });
  if (open.length === 0) {
    return checkRow.pass('secret files', `only their owner has access to ${files.map(({ path }) => path).join(', ')}`);
  }
  const todo = `chmod 600 ${open.map(({ path }) => path).join(' ')}, and make the terminal's user their owner; who may have read a key needs a new one (tillbox keys new)`;
  return checkRow.warn('secret files', open.map(({ text }) => text).join('; '), todo);
}
