'use strict';
/* Loads the program of a device, which is one file. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const path = join(__dirname, 'tillbox.js');
const script = new Script(
  `(function (require, module, exports, __filename, __dirname) {${readFileSync(path, 'latin1')}\n})`,
  {
    filename: path,
  },
);
script.runInThisContext()(require, module, exports, path, __dirname);
