'use strict';
/*
 * Loads the program of a device, which is one file. Where a cache of its compiled code was made for this very Node and this very
 * program (deploy/make-code-cache.mjs), it is not compiled again. A cache that does not fit, or is damaged, is as good as none.
 */
require('./fits.cjs');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const path = join(__dirname, 'tillbox.js');
const program = readFileSync(path);
const cachedData = readCache();
const script = new Script(program.latin1Slice(), { filename: path, ...(cachedData && { cachedData }) });
script.runInThisContext()(require, module, exports, path, __dirname);

/** The code, after eight bytes: the checksums of the program and of the code. Node itself refuses the code of another Node. */
function readCache() {
  try {
    const cache = readFileSync(join(__dirname, `tillbox-${process.version}-${process.arch}.cache`));
    const code = cache.subarray(8);
    return cache.readUInt32LE(0) === crc32(program) && cache.readUInt32LE(4) === crc32(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
