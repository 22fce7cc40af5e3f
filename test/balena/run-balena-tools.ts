import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ROOT } from '../docs/docs-files.js';
import { readYaml, type YamlValue } from './read-yaml.js';

/*
 * Entry point for CI: `node dist/test/balena/run-balena-tools.js`. Lets balena's own programs read the compose files and choose the
 * Dockerfile, and a linter read it. They are loaded from npm into a temporary folder, because they are large and nothing else needs
 * them. Each of them also has to refuse something, or it judges nothing.
 */
const TOOLS = {
  '@balena/compose-parse': '3.1.0',
  '@balena/compose': '8.0.5',
  'dockerfile-utils': '0.16.3',
  'tar-stream': '3.1.7',
};
/** What balena calls the device types that we support, and their processor. */
const DEVICE_TYPES = (readYaml(readFileSync(`${ROOT}balena.yml`, 'utf8')) as unknown as BalenaYml).data
  .supportedDeviceTypes;

interface BalenaYml {
  readonly data: { readonly supportedDeviceTypes: readonly string[] };
}
interface ComposeParse {
  readonly normalize: (composition: YamlValue) => { readonly services: Readonly<Record<string, unknown>> };
}
interface Pack extends Readable {
  entry(header: { readonly name: string }, content: string): void;
  finalize(): void;
}
interface Resolve {
  readonly Bundle: new (tar: Readable, deviceType: string, architecture: string) => object;
  readonly getDefaultResolvers: () => readonly object[];
  readonly resolveInput: (
    bundle: object,
    resolvers: readonly object[],
    listeners: Readonly<Record<string, readonly ((value: never) => void)[]>>,
  ) => Readable;
}
interface DockerfileUtils {
  readonly validate: (text: string) => readonly { readonly message: string }[];
}

const folder = mkdtempSync(join(tmpdir(), 'tillbox-balena-tools-'));
try {
  install();
  const require = createRequire(join(folder, 'package.json'));
  readCompose(require('@balena/compose-parse'));
  await chooseDockerfile(require('@balena/compose/dist/resolve'), require('tar-stream'));
  lintDockerfile(require('dockerfile-utils'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function install(): void {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const packages = Object.entries(TOOLS).map(([name, version]) => `${name}@${version}`);
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: 300_000 });
  assert.equal(status, 0, `npm could not load balena's tools: ${stderr}`);
}

function readCompose({ normalize }: ComposeParse): void {
  for (const path of ['docker-compose.yml', 'deploy/docker-compose.usb.yml']) {
    const { services } = normalize(readYaml(readFileSync(`${ROOT}${path}`, 'utf8')));
    assert.deepEqual(Object.keys(services), ['tillbox'], path);
    pass(`${path} is read by @balena/compose-parse`);
  }
  const text = readFileSync(`${ROOT}docker-compose.yml`, 'utf8');
  for (const [change, into] of [
    ['mem_limit:', 'mem_limt:'],
    ['- data:/data', '- date:/data'],
    ["version: '2.4'\n", "version: '9'\n"],
  ] as const) {
    const changed = text.replace(change, into);
    assert.notEqual(changed, text);
    assert.throws(() => normalize(readYaml(changed)), into);
  }
  pass('@balena/compose-parse refuses a misspelt key, an unknown volume and an unknown version');
}

async function chooseDockerfile(resolve: Resolve, tar: { readonly pack: () => Pack }): Promise<void> {
  const text = readFileSync(`${ROOT}Dockerfile`, 'utf8');
  const chosen = (deviceType: string, files: Readonly<Record<string, string>>): Promise<string> =>
    new Promise((done, failed) => {
      const pack = tar.pack();
      for (const [name, content] of Object.entries(files)) pack.entry({ name }, content);
      pack.finalize();
      const bundle = new resolve.Bundle(pack, deviceType, 'aarch64');
      const output = resolve.resolveInput(bundle, resolve.getDefaultResolvers(), {
        resolver: [(name: string) => done(name)],
        error: [(error: Error) => failed(error)],
      });
      output.resume();
    });
  for (const type of DEVICE_TYPES) assert.equal(await chosen(type, { Dockerfile: text }), 'Standard Dockerfile', type);
  const other = await chosen('raspberrypi5', { Dockerfile: text, 'Dockerfile.raspberrypi5': text });
  assert.equal(other, 'Architecture-specific Dockerfile', 'the resolver looks at the device type');
  await assert.rejects(chosen('raspberrypi5', { 'Dockerfile.template': 'FROM %%NO_SUCH%%\n' }), /NO_SUCH/);
  pass(`@balena/compose chooses the Dockerfile for ${DEVICE_TYPES.length} device types`);
}

function lintDockerfile({ validate }: DockerfileUtils): void {
  const text = readFileSync(`${ROOT}Dockerfile`, 'utf8');
  assert.deepEqual(
    validate(text).map(({ message }) => message),
    [],
  );
  assert.notEqual(validate(text.replace('--retries', '--retires')).length, 0);
  assert.notEqual(validate(text.replace('WORKDIR', 'WORKDIRR')).length, 0);
  pass('dockerfile-utils has nothing to say against the Dockerfile');
}

function pass(what: string): void {
  process.stdout.write(`PASS  ${what}\n`);
}
