'use strict';
/*
 * Loaded by `make-code-cache.mjs` before the program of a device: at SIGUSR2 it writes the code that the program has compiled so far to
 * the file that is named in the environment.
 */
const { renameSync, writeFileSync } = require('node:fs');
const vm = require('node:vm');

const path = process.env.CODE_FILE;
delete process.env.CODE_FILE;
delete process.env.NODE_OPTIONS;
let program;

vm.Script = class extends vm.Script {
  constructor(...how) {
    super(...how);
    program = this;
  }
};

process.on('SIGUSR2', () => {
  writeFileSync(`${path}.new`, program.createCachedData());
  renameSync(`${path}.new`, path);
});
