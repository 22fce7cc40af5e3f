import { fileURLToPath } from 'node:url';
import { configFiles } from './config-files.js';

/** From where the manifest may be: beside a bundle's folder, or beside `dist`. */
const PLACES = ['../package.json', '../../../package.json'];

/** The version in this package's manifest; `unknown` where it cannot be read. */
export function packageVersion(): string {
  for (const place of PLACES) {
    try {
      const manifest: unknown = JSON.parse(configFiles.read(fileURLToPath(new URL(place, import.meta.url))));
      if (typeof manifest !== 'object' || manifest === null) continue;
      if ('name' in manifest && manifest.name === 'tillbox' && 'version' in manifest) return String(manifest.version);
    } catch {
      // It is at the other place.
    }
  }
  return 'unknown';
}
