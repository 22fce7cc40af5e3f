import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENSE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;
/** Of packages that name this licence and have no text of it. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify,
merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished
to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/**
 * The licences of installed packages as one text, by name.
 * @param {readonly string[]} folders of packages; a package may be there more than once
 * @throws Error where a package has no text of its licence and names another one than MIT
 */
export function thirdPartyLicenses(folders) {
  const packages = new Map();
  for (const folder of folders) {
    const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    packages.set(`${name} ${version}`, {
      license: license ?? 'see the text',
      text: licenseText(folder, license, author),
    });
  }
  const parts = [...packages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { license, text }]) => `=== ${name} (${license}) ===\n\n${text}\n`);
  return `Tillbox contains these packages of others, each under its own licence.\n\n${parts.join('\n')}`;
}

function licenseText(folder, license, author) {
  const texts = readdirSync(folder)
    .filter((name) => LICENSE_FILE.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
  if (texts.length > 0) return texts.join('\n\n');
  const readme = readdirSync(folder).find((name) => /^readme/i.test(name));
  const section = /^#+ *licen[cs]e\b.*\n([\s\S]*)/im.exec(
    readme ? readFileSync(join(folder, readme), 'utf8') : '',
  )?.[1];
  if (section !== undefined && /Permission is hereby granted/.test(section)) return section.trim();
  if (license !== 'MIT') throw new Error(`${folder} has no text of its licence (${license})`);
  const holder = typeof author === 'object' ? author.name : (author ?? 'its authors').replace(/ *[<(].*$/, '');
  return `Copyright (c) ${holder}\n\n${MIT}`;
}
