import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly scope: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('the bill of materials', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}/deploy/sbom.mjs`], { encoding: 'utf8' });
  const bom = JSON.parse(stdout) as Bom;
  const { name, version, dependencies, optionalDependencies, devDependencies } = JSON.parse(
    readFileSync(`${root}/package.json`, 'utf8'),
  );

  it('is CycloneDX 1.5 of this product', () => {
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual([bom.bomFormat, bom.specVersion], ['CycloneDX', '1.5']);
    assert.deepEqual([bom.metadata.component.name, bom.metadata.component.version], [name, version]);
  });

  it('names each package that the product needs, with its version and hash as locked, and no development tool', () => {
    const names = bom.components.map((component) => component.name);
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies }))
      assert.ok(names.includes(needed), needed);
    for (const tool of Object.keys(devDependencies)) assert.ok(!names.includes(tool), tool);
    assert.ok(!names.some((one) => one.startsWith('@typescript/') || one.startsWith('@biomejs/')), names.join());
    for (const { name: of, version: at, purl, hashes, 'bom-ref': ref } of bom.components) {
      assert.equal(purl, `pkg:npm/${of.replace('@', '%40')}@${at}`);
      assert.match(hashes?.[0]?.content ?? '', /^[0-9a-f]{128}$/, of);
      const installed = `${root}${ref}/package.json`;
      if (existsSync(installed)) assert.equal(JSON.parse(readFileSync(installed, 'utf8')).version, at, of);
    }
  });

  it('lists the dependencies of each package, and only packages that exist', () => {
    const refs = [bom.metadata.component, ...bom.components].map((component) => component['bom-ref']);
    assert.equal(new Set(refs).size, refs.length);
    assert.deepEqual(new Set(bom.dependencies.map(({ ref }) => ref)), new Set(refs));
    const needed = new Set(bom.dependencies.flatMap(({ dependsOn }) => dependsOn));
    assert.deepEqual(needed, new Set(refs.slice(1)));
  });
});
