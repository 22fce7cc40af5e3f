import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { packageVersion } from '../../drivers/linux/package-version.js';
import { variables } from '../../firmware/config/variables.js';
import { ROOT } from '../docs/docs-files.js';
import { readYaml, type YamlValue } from './read-yaml.js';
import { schemaFaults } from './schema-faults.js';

const text = readFileSync(`${ROOT}balena.yml`, 'utf8');
/* From balena's "Deploy with balena" page and the checks of its CLI; balena publishes no schema. */
const schema: YamlValue = JSON.parse(readFileSync(`${ROOT}test/balena/balena-yml.schema.json`, 'utf8'));

interface BalenaYml {
  readonly version: string;
  readonly data: {
    readonly applicationEnvironmentVariables: readonly Readonly<Record<string, string | number>>[];
    readonly applicationConfigVariables: readonly Readonly<Record<string, string | number>>[];
    readonly defaultDeviceType: string;
    readonly supportedDeviceTypes: readonly string[];
  };
}
const contract = readYaml(text) as unknown as BalenaYml;

describe('balena.yml', () => {
  it('fits the schema', () => {
    assert.deepEqual(schemaFaults(schema, readYaml(text)), []);
  });

  it('carries the version of the package', () => {
    assert.equal(contract.version, packageVersion());
  });

  it('supports its default device type, and only boards with 64 bits', () => {
    const { defaultDeviceType, supportedDeviceTypes } = contract.data;
    assert.ok(supportedDeviceTypes.includes(defaultDeviceType));
    const slugs = new Set([
      'raspberrypi3-64',
      'raspberrypi4-64',
      'raspberrypi400-64',
      'raspberrypicm4-ioboard',
      'raspberrypi5',
      'raspberrypi0-2w-64',
    ]);
    assert.deepEqual(
      supportedDeviceTypes.filter((type) => !slugs.has(type)),
      [],
    );
  });

  it('sets only variables that the configuration knows, to values that it accepts, and no secret', () => {
    for (const pair of contract.data.applicationEnvironmentVariables) {
      for (const [name, value] of Object.entries(pair)) {
        const found = Object.entries(variables).find(([known]) => known === name)?.[1];
        assert.ok(found, `${name} is no variable of Tillbox`);
        assert.ok(!('secret' in found), `${name} is a secret`);
        assert.ok('value' in found.parse(String(value)), `${name}=${value} is refused`);
      }
    }
  });

  it('sets the host configuration that docs/deploy.md sets for a fleet that is there already', () => {
    const page = readFileSync(`${ROOT}docs/deploy.md`, 'utf8');
    const pairs = contract.data.applicationConfigVariables.flatMap((pair) => Object.entries(pair));
    assert.equal(pairs.length, 3);
    for (const [name, value] of pairs) {
      const quoted = typeof value === 'number' ? value : `'${value}'`;
      assert.ok(page.includes(`balena env set ${name} ${quoted} --fleet`), `${name} ${quoted}`);
    }
  });

  const broken: Readonly<Record<string, (yml: string) => string>> = {
    'a misspelt key': (yml) => yml.replace('supportedDeviceTypes', 'supportedDeviceType'),
    'a version that is none': (yml) => yml.replace(/version: .*/, 'version: soon'),
    'another type': (yml) => yml.replace('sw.application', 'sw.app'),
    'no name': (yml) => yml.replace(/^name: .*\n/, ''),
    'variables as a mapping': (yml) =>
      yml.replace(/(?<=EnvironmentVariables:\n)(?: {4}- .*\n)+/, (list) => list.replaceAll('    - ', '      ')),
    'two variables in one item': (yml) => yml.replace('    - CURRENCY', '      CURRENCY'),
    'a host configuration without its prefix': (yml) => yml.replace('BALENA_HOST_CONFIG_enable_uart', 'enable_uart'),
    'a yes or no as a variable': (yml) => yml.replace('LOCALE: en', 'LOCALE: true'),
    'a device type twice': (yml) => yml.replace('raspberrypi5', 'raspberrypi3-64'),
  };
  for (const [what, change] of Object.entries(broken)) {
    it(`is refused with ${what}`, () => {
      const changed = change(text);
      assert.notEqual(changed, text);
      assert.notDeepEqual(schemaFaults(schema, readYaml(changed)), []);
    });
  }

  it('is not misread: the reader refuses what it does not know', () => {
    const strange = [
      'a: [1, 2]',
      'a: &b c',
      'a: "b"',
      'a: |\n  b',
      'a: b # c',
      'a:\n\tb: c',
      'a: b\n  c: d',
      'a: b\na: c',
    ];
    for (const yml of strange) assert.throws(() => readYaml(yml), /^Error: line \d/, yml);
  });
});
