import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ROOT } from '../docs/docs-files.js';
import { composeFaults } from './compose-faults.js';
import { readYaml } from './read-yaml.js';

const FILES = ['docker-compose.yml', 'deploy/docker-compose.usb.yml'] as const;
const texts = Object.fromEntries(FILES.map((path) => [path, readFileSync(`${ROOT}${path}`, 'utf8')]));
const strict = texts['docker-compose.yml'] ?? '';
const usb = texts['deploy/docker-compose.usb.yml'] ?? '';

/** The file with lines added to its service. */
const inService = (...lines: string[]): string => strict.replace(/(?<=^ {2}tillbox:\n)/m, `${lines.join('\n')}\n`);
const inBuild = (line: string): string => strict.replace('build: .', `build:\n      context: .\n      ${line}`);
const atEnd = (...lines: string[]): string => `${strict}${lines.join('\n')}\n`;
const faultsOf = (text: string): string[] => composeFaults(readYaml(text));

describe('docker-compose.yml', () => {
  for (const path of FILES) {
    it(`holds nothing that balena's builder, its devices or we refuse: ${path}`, () => {
      assert.deepEqual(faultsOf(texts[path] ?? ''), []);
    });
  }

  it('is what the file for USB is, but for what USB needs', () => {
    const lines = (text: string) => text.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
    const added = lines(usb).filter((line) => !lines(strict).includes(line));
    assert.deepEqual(added, [
      '    privileged: true',
      '    entrypoint:',
      '      - /opt/tillbox/bin/with-usb',
      '    command:',
      '      - run',
    ]);
  });

  const SERVICE_CANARIES: Readonly<Record<string, readonly string[]>> = {
    blkio_config: ['    blkio_config:', '      weight: 300'],
    configs: ['    configs:', '      - a'],
    cpu_count: ['    cpu_count: 2'],
    cpu_percent: ['    cpu_percent: 50'],
    cpu_period: ['    cpu_period: 1000'],
    credential_spec: ['    credential_spec:', '      file: a'],
    deploy: ['    deploy:', '      replicas: 1'],
    develop: ['    develop:', '      watch: a'],
    external_links: ['    external_links:', '      - a'],
    gpus: ['    gpus: all'],
    isolation: ['    isolation: default'],
    links: ['    links:', '      - a'],
    logging: ['    logging:', '      driver: none'],
    mem_swappiness: ['    mem_swappiness: 0'],
    memswap_limit: ['    memswap_limit: 320m'],
    oom_kill_disable: ['    oom_kill_disable: true'],
    platform: ['    platform: linux/arm64'],
    pull_policy: ['    pull_policy: always'],
    runtime: ['    runtime: runc'],
    scale: ['    scale: 2'],
    secrets: ['    secrets:', '      - a'],
    stdin_open: ['    stdin_open: true'],
    storage_opt: ['    storage_opt:', '      size: 1G'],
  };
  for (const [key, lines] of Object.entries(SERVICE_CANARIES)) {
    it(`is refused with ${key}`, () => {
      assert.deepEqual(faultsOf(inService(...lines)), [`services.tillbox: ${key} is refused`]);
    });
  }

  for (const key of [
    ...['additional_contexts', 'cache_to', 'dockerfile_inline', 'entitlements', 'isolation', 'network', 'no_cache'],
    ...['platforms', 'privileged', 'pull', 'secrets', 'ssh', 'tags', 'ulimits'],
  ]) {
    it(`is refused with build.${key}`, () => {
      assert.deepEqual(faultsOf(inBuild(`${key}: a`)), [`services.tillbox: build.${key} is refused`]);
    });
  }

  const CANARIES: Readonly<Record<string, readonly [text: string, fault: string]>> = {
    'no version': [strict.replace(/^version: .*/m, ''), "version is not '2.4'"],
    'a misspelt key': [
      inService('    helthcheck:', '      disable: true'),
      'services.tillbox: helthcheck is not known',
    ],
    'an unknown part': [atEnd('secrets:', '  a:'), 'secrets is not known'],
    'no service': [strict.slice(0, strict.indexOf('services:')), 'there is no service'],
    'a variable': [strict.replace('320m', "'\u0024{MEMORY}'"), 'a variable is filled in by the machine that builds'],
    'an external volume': [strict.replace('  data:\n', '  data:\n    external: true\n'), 'volumes.data is external'],
    'an external network': [atEnd('networks:', '  a:', '    external: true'), 'networks.a is external'],
    'an attachable network': [atEnd('networks:', '  a:', '    attachable: true'), 'networks.a is attachable'],
    cpus: [inService('    cpus: 0.5'), 'services.tillbox: cpus requires sw.spec'],
    device_cgroup_rules: [
      inService('    device_cgroup_rules:', "      - 'c 188:* rmw'"),
      'services.tillbox: device_cgroup_rules requires sw.spec',
    ],
    'healthcheck.start_interval': [
      inService('    healthcheck:', '      start_interval: 1s'),
      'services.tillbox: healthcheck.start_interval requires sw.spec',
    ],
    annotations: [inService('    annotations:', '      a: b'), 'services.tillbox: annotations requires sw.spec'],
    container_name: [inService('    container_name: till'), 'services.tillbox: container_name has no effect'],
    'a profile': [inService('    profiles:', '      - a'), 'services.tillbox: profiles has no effect'],
    'a dependency that waits for health': [
      inService('    depends_on:', '      a:', '        condition: service_healthy'),
      'services.tillbox: depends_on service_healthy is refused',
    ],
    'a security option that balena refuses': [
      strict.replace('no-new-privileges:true', 'no-new-privileges:true\n      - label:disable'),
      'services.tillbox: security_opt label:disable is refused',
    ],
    'options of a tmpfs': [
      strict.replace('      - /tmp\n', '      - /tmp:size=32m\n'),
      'services.tillbox: tmpfs /tmp:size=32m: its options become a part of the path',
    ],
    'a folder of the host': [
      strict.replace('- data:/data', '- /sys:/sys'),
      'services.tillbox: /sys:/sys binds a folder of the host',
    ],
    'a volume that is not declared': [
      strict.replace('- data:/data', '- date:/data'),
      'services.tillbox: date:/data is no named volume',
    ],
    'a volume in the long form': [
      strict.replace('- data:/data', '- type: volume\n        source: data\n        target: /data'),
      'services.tillbox: a volume is not in the short form',
    ],
    'no architecture': [
      strict.replace(/^.*requires\.arch\.sw.*\n/m, ''),
      'services.tillbox: no label says for which processors it is',
    ],
    "Debian's name of the architecture": [
      strict.replace('aarch64', 'arm64'),
      'services.tillbox: arm64 is no architecture of balena',
    ],
    'a label that is a number': [
      strict.replace("supervisor-api: '1'", 'supervisor-api: 1'),
      'services.tillbox: the label io.balena.features.supervisor-api is no text',
    ],
    privileges: [inService('    privileged: true'), 'services.tillbox: it is privileged, and nothing gives that up'],
    'the USB file without its entry point': [
      usb.replace(/ {4}entrypoint:\n.*\n/, ''),
      'services.tillbox: it is privileged, and nothing gives that up',
    ],
    'all capabilities': [strict.replace('- ALL', '- MKNOD'), 'services.tillbox: it keeps capabilities'],
    'a capability that comes back': [
      inService('    cap_add:', '      - SYS_ADMIN'),
      'services.tillbox: it keeps capabilities',
    ],
    'privileges to gain': [
      strict.replace('no-new-privileges:true', 'no-new-privileges:false'),
      'services.tillbox: programs in it may gain privileges',
    ],
    'a root that can be written': [
      strict.replace('read_only: true', 'read_only: false'),
      'services.tillbox: its root can be written',
    ],
    'the network of the host': [
      inService('    network_mode: host'),
      'services.tillbox: it has the network of the host',
    ],
    'memory images': [
      strict.replace('core: 0', 'core: 1'),
      'services.tillbox: it may leave a memory image with keys in it',
    ],
    'no restart': [strict.replace('restart: always', "restart: 'no'"), 'services.tillbox: it is not started again'],
  };
  for (const [what, [text, fault]] of Object.entries(CANARIES)) {
    it(`is refused with ${what}`, () => {
      const found = faultsOf(text).filter((one) => one !== 'services.tillbox: it keeps capabilities' || one === fault);
      assert.deepEqual(found, [fault]);
    });
  }
});
