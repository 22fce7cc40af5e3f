'use strict';
/* Says plainly where this machine cannot run the program, before anything of it is read. Ends with 64: a start anew does not help. */
const { existsSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

const LEAST = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
  refuse(`Tillbox needs Node ${LEAST.join('.')} or newer; this is ${process.versions.node} (${process.execPath}).`);
}

const native = join(__dirname, '../node_modules/@koromix');
if (!existsSync(join(native, `koffi-linux-${process.arch}`))) {
  const made = existsSync(native) ? readdirSync(native).map((name) => name.replace(/^.*-/, '')) : [];
  if (made.length === 0) refuse(`This Tillbox is not whole: ${native} is missing. Unpack it again.`);
  refuse(
    `This Tillbox is for ${made.join(' and ')}, and this machine is ${process.arch}: take the one for ${process.arch}.`,
  );
}

function refuse(message) {
  console.error(message);
  process.exit(64);
}
