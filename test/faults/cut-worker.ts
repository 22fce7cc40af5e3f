import fs from 'node:fs';
import { entryOf } from '../bench/engine.js';
import { engineNamed } from '../bench/engines.js';

/*
 * Opens a store, prints what it finds, then commits without end and prints each step before and after: `found <ids>`,
 * `asked put|remove <id>`, `acked`. Lines are written synchronously, so that what was said was said before the cut.
 * Arguments: engine, directory, first index.
 */
const [engineName = '', dir = '', first = '0'] = process.argv.slice(2);
const say = (line: string): void => void fs.writeSync(1, `${line}\n`);
const live = 20;

const engine = await engineNamed(engineName).open(dir);
const ids = [...(await engine.ids())];
say(`found ${JSON.stringify(ids)}`);
for (let index = Number(first); ; index += 1) {
  const entry = entryOf(index);
  const oldest = ids.length >= live ? ids.shift() : undefined;
  if (oldest !== undefined) {
    say(`asked remove ${oldest}`);
    await engine.remove(oldest);
    say('acked');
  }
  ids.push(entry.orderId);
  say(`asked put ${entry.orderId}`);
  await engine.put(entry.orderId, entry);
  say('acked');
}
