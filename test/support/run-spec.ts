import { spawnSync } from 'node:child_process';

/* `npm run spec`: runs mocha on the specs that are named, by their source or as they are compiled. */
const args = process.argv
  .slice(2)
  .map((arg) => (/^test\/.*\.ts$/.test(arg) ? `dist/${arg.replace(/\.ts$/, '.js')}` : arg));
const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--enable-source-maps', '--timeout', '60000'];
const { status } = spawnSync(process.execPath, [...mocha, ...args], { stdio: 'inherit' });
process.exitCode = status ?? 1;
