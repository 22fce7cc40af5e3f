import type { TerminalSettings } from '../../firmware/terminal.js';
import { type KeyPairs, kioskSettings, simEnvironment } from '../kiosk-settings.js';

const QUIET = { LOG_LEVEL: 'error' };
const NOTIFIED = { NOTIFY_URL: 'http://127.0.0.1:9100/notify', NOTIFY_PORT: '9100' };
const EQUIPPED = { SCANNER: 'sim', PRINTER: 'sim', VEND: 'sim', VEND_TIMEOUT_MS: '3000' };
const BARE = { SCANNER: 'none', PRINTER: 'none' };

/**
 * Ways to set a kiosk up; the seed chooses one of them. Few of them log or have devices: a log line costs as much as a
 * sale, and a printer that is asked for its condition every second as much as twenty.
 */
export function fuzzSettings(keys: KeyPairs, verbose = false): [TerminalSettings, ...TerminalSettings[]] {
  const make = (env: Readonly<Record<string, string>>): TerminalSettings =>
    kioskSettings({ ...simEnvironment(keys), ...env, ...(verbose ? { LOG_LEVEL: 'debug' } : {}) });
  const bare = (env: Readonly<Record<string, string>>): TerminalSettings => make({ ...BARE, ...QUIET, ...env });
  const common = [
    bare({}),
    bare({ ...NOTIFIED }),
    bare({ ...NOTIFIED }),
    bare({ HOST_CONFIRM_MS: '20000' }),
    bare({ ...NOTIFIED, HOST_CONFIRM_MS: '8000' }),
  ];
  return [
    make({ ...BARE, ...NOTIFIED, LOG_LEVEL: 'debug' }),
    make({ ...QUIET, ...NOTIFIED, ...EQUIPPED }),
    make({ ...QUIET, ...EQUIPPED, PRINTER_REQUIRED: 'false' }),
    ...Array.from({ length: 8 }, () => common).flat(),
  ];
}
