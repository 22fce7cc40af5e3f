import { configFiles } from './config-files.js';

/** The version in this package's manifest; `unknown` where it cannot be read. */
export function packageVersion(): string {
  try {
    const manifest: unknown = JSON.parse(configFiles.read(new URL('../../../package.json', import.meta.url).pathname));
    const found =
      typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
    return typeof found === 'string' ? found : 'unknown';
  } catch {
    return 'unknown';
  }
}
