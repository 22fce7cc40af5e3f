import { configFiles } from '../../drivers/linux/config-files.js';
import { keyFiles } from '../../drivers/linux/key-files.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { describeKeys } from '../acquirer/describe-keys.js';
import { makeKeyPair } from '../acquirer/make-key-pair.js';
import { readSettings } from '../config/read-settings.js';
import { type KeyReading, rsaKey } from '../config/rsa-key.js';
import { type ExitCode, exitCode } from '../log/exit-code.js';
import { messageOf } from '../log/plain-text.js';
import type { CommandInput } from './command-table.js';

/** `tillbox keys new|show [--dir DIR]`: makes our RSA pair; shows what to upload. */
export function keys({ options, positionals: [action] }: CommandInput<'keys'>, self: CommandProcess): ExitCode {
  if (action === 'new') return createNew(options.dir ?? '.', self);
  if (action === 'show') return show(options.dir, self);
  self.errorOut('tillbox keys: say `new` or `show`\n');
  return exitCode.usage;
}

function createNew(directory: string, self: CommandProcess): ExitCode {
  /* Absolute: the printed path goes into a configuration that is read from another directory. */
  const made = makeKeyPair(keyFiles.absolute(directory), keyFiles);
  if (made.kind === 'refused') {
    self.errorOut(`tillbox keys: ${made.why}\n`);
    return exitCode.unavailable;
  }
  self.out(
    [
      `Private key: ${made.privatePath} (keep it secret; set ALIPAY_PRIVATE_KEY_FILE to it)`,
      `Public key:  ${made.publicPath}`,
      '',
      'Upload this public key in the Dashboard (one line, without spaces):',
      '',
      made.publicText,
      '',
      `Its fingerprint: ${made.fingerprint}`,
      '',
    ].join('\n'),
  );
  return exitCode.done;
}

/** Shows the pair in `directory`, or else the one that is configured. */
function show(directory: string | undefined, self: CommandProcess): ExitCode {
  const { values } = readSettings(self.env, configFiles.read);
  const path = directory === undefined ? values.ALIPAY_PRIVATE_KEY_FILE : `${directory}/tillbox-private-key.pem`;
  const privateKey = keyOf(path, directory === undefined ? values.ALIPAY_PRIVATE_KEY : undefined, rsaKey.readPrivate);
  if (!('key' in privateKey)) {
    self.errorOut(`tillbox keys: our private key ${privateKey.problem}\n`);
    return exitCode.usage;
  }
  const alipays = keyOf(values.ALIPAY_PUBLIC_KEY_FILE, values.ALIPAY_PUBLIC_KEY, rsaKey.readPublic);
  self.out(`${describeKeys(privateKey.key, 'key' in alipays ? alipays.key : undefined)}\n`);
  return exitCode.done;
}

function keyOf(
  path: string | undefined,
  given: Extract<KeyReading, { readonly key: unknown }>['key'] | undefined,
  read: (text: string) => KeyReading,
): KeyReading {
  if (path === undefined) {
    return given ? { key: given } : { problem: 'is not configured; `tillbox keys new` makes one' };
  }
  try {
    return read(configFiles.read(path));
  } catch (error) {
    return { problem: `cannot be read: ${messageOf(error)}` };
  }
}
