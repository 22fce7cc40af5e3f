/**
 * Writes the software bill of materials to the standard output: CycloneDX 1.5, JSON, every package that an installation without
 * development tools has, from the lock file alone. It needs no network and the same lock file gives the same text.
 * (`npm sbom` refuses this tree: johnny-five asks for the "latest" of packages that the lock file holds.)
 */
import { readFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const root = lock.packages[''];

const nameOf = (path, { name }) => name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const purlOf = (path, entry) => `pkg:npm/${nameOf(path, entry).replace('@', '%40')}@${entry.version}`;
/* A package may be there twice in one version, once for each that needs it. */
const refOf = (path) => (path === '' ? appRef : `/${path}`);
const appRef = `pkg:npm/${root.name}@${root.version}`;

function component(path) {
  const entry = lock.packages[path];
  const { version, license, integrity, optional } = entry;
  return {
    type: 'library',
    'bom-ref': refOf(path),
    name: nameOf(path, entry),
    version,
    scope: optional ? 'optional' : 'required',
    purl: purlOf(path, entry),
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(integrity?.startsWith('sha512-')
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }] }
      : {}),
  };
}

/** Where Node finds a package that is needed at a path: beside it, or beside one of those around it. */
function found(from, name) {
  const around = from === '' ? [] : from.split('/node_modules/');
  for (let depth = around.length; depth > 0; depth -= 1) {
    const path = `${around.slice(0, depth).join('/node_modules/')}/node_modules/${name}`;
    if (path in lock.packages) return [path];
  }
  return `node_modules/${name}` in lock.packages ? [`node_modules/${name}`] : [];
}

/** Development tools are left out by not being needed: the lock file does not mark all that they bring. */
function neededBy(path) {
  const { dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta = {} } = lock.packages[path];
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  const names = [...new Set([...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers])];
  return names.flatMap((name) => found(path, name)).sort();
}

const shipped = new Set(['']);
for (const path of shipped) for (const needed of neededBy(path)) shipped.add(needed);
const packages = [...shipped].filter((path) => path !== '').sort();

const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: {
    component: {
      type: 'firmware',
      'bom-ref': appRef,
      name: root.name,
      version: root.version,
      purl: appRef,
      licenses: [{ expression: root.license }],
    },
  },
  components: packages.map(component),
  dependencies: ['', ...packages].map((path) => ({ ref: refOf(path), dependsOn: neededBy(path).map(refOf) })),
};
process.stdout.write(`${JSON.stringify(bom, undefined, 2)}\n`);
