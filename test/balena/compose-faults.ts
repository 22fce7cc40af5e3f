import type { YamlValue } from './read-yaml.js';

type Mapping = Readonly<Record<string, YamlValue>>;

/** What balena's parser of compose files refuses, from its source. */
const REFUSED_OF_SERVICE: readonly string[] = [
  ...['blkio_config', 'configs', 'cpu_count', 'cpu_percent', 'cpu_period', 'credential_spec', 'deploy', 'develop'],
  ...['external_links', 'gpus', 'isolation', 'links', 'logging', 'mem_swappiness', 'memswap_limit'],
  ...['oom_kill_disable', 'platform', 'pull_policy', 'runtime', 'scale', 'secrets', 'stdin_open', 'storage_opt'],
];
const REFUSED_OF_BUILD: readonly string[] = [
  ...['additional_contexts', 'cache_to', 'dockerfile_inline', 'entitlements', 'isolation', 'network', 'no_cache'],
  ...['platforms', 'privileged', 'pull', 'secrets', 'ssh', 'tags', 'ulimits'],
];
/** It accepts these, but gives the release the requirement `sw.spec`, at which devices refuse it. */
const NEEDS_NEWER_SPEC: readonly string[] = ['annotations', 'cpus', 'device_cgroup_rules', 'post_start', 'pre_stop'];
/** Dropped, or refused by older tools. */
const WITHOUT_EFFECT: readonly string[] = ['container_name', 'expose', 'profiles'];
const KNOWN_OF_SERVICE: readonly string[] = [
  ...['build', 'cap_add', 'cap_drop', 'command', 'depends_on', 'devices', 'dns', 'entrypoint', 'environment'],
  ...['healthcheck', 'init', 'labels', 'mem_limit', 'network_mode', 'networks', 'pids_limit', 'ports', 'privileged'],
  ...[
    'read_only',
    'restart',
    'security_opt',
    'stop_grace_period',
    'stop_signal',
    'tmpfs',
    'ulimits',
    'user',
    'volumes',
  ],
];
const SECURITY_OPTION = /^(?:no-new-privileges(?:[:=].*)?|(?:apparmor|seccomp)[:=]unconfined)$/;
const ARCHITECTURES: readonly string[] = ['aarch64', 'rpi', 'amd64', 'armv7hf', 'i386'];
const ARCH_LABEL = 'io.balena.features.requires.arch.sw';

/** Everything for which balena's builder, its devices or this project refuse a compose file; empty where nothing is wrong. */
export function composeFaults(file: YamlValue): string[] {
  const { version, volumes, networks, services, ...rest } = mapping(file);
  const found = Object.keys(rest).map((key) => `${key} is not known`);
  /* Tools before version 25 take a file without it for compose 1. */
  if (version !== '2.4') found.push("version is not '2.4'");
  if (JSON.stringify(file).includes('${')) found.push('a variable is filled in by the machine that builds');
  for (const [name, volume] of Object.entries(mapping(volumes))) {
    if (mapping(volume).external !== undefined) found.push(`volumes.${name} is external`);
  }
  for (const [name, network] of Object.entries(mapping(networks))) {
    if (mapping(network).external !== undefined) found.push(`networks.${name} is external`);
    if (mapping(network).attachable !== undefined) found.push(`networks.${name} is attachable`);
  }
  const names = Object.keys(mapping(volumes));
  for (const [name, service] of Object.entries(mapping(services))) {
    found.push(...serviceFaults(mapping(service), names).map((fault) => `services.${name}: ${fault}`));
  }
  if (Object.keys(mapping(services)).length === 0) found.push('there is no service');
  return found;
}

function serviceFaults(service: Mapping, volumes: readonly string[]): string[] {
  const keys = Object.keys(service);
  const known = [...KNOWN_OF_SERVICE, ...REFUSED_OF_SERVICE, ...NEEDS_NEWER_SPEC, ...WITHOUT_EFFECT];
  const conditions = Object.values(mapping(service.depends_on)).map((one) => mapping(one).condition);
  const healthcheck = Object.keys(mapping(service.healthcheck));
  return [
    ...keys.filter((key) => !known.includes(key)).map((key) => `${key} is not known`),
    ...keys.filter((key) => REFUSED_OF_SERVICE.includes(key)).map((key) => `${key} is refused`),
    ...keys.filter((key) => NEEDS_NEWER_SPEC.includes(key)).map((key) => `${key} requires sw.spec`),
    ...keys.filter((key) => WITHOUT_EFFECT.includes(key)).map((key) => `${key} has no effect`),
    ...Object.keys(mapping(service.build))
      .filter((key) => REFUSED_OF_BUILD.includes(key))
      .map((key) => `build.${key} is refused`),
    ...healthcheck.filter((key) => key === 'start_interval').map((key) => `healthcheck.${key} requires sw.spec`),
    ...conditions.filter((one) => one !== 'service_started').map((one) => `depends_on ${one} is refused`),
    ...list(service.security_opt)
      .filter((one) => !SECURITY_OPTION.test(one))
      .map((one) => `security_opt ${one} is refused`),
    ...list(service.tmpfs)
      .filter((one) => one.includes(':'))
      .map((one) => `tmpfs ${one}: its options become a part of the path`),
    ...texts(service.volumes).flatMap((one) => volumeFaults(one, volumes)),
    ...labelFaults(mapping(service.labels)),
    ...securityFaults(service),
  ];
}

/** What balena would accept, and a payment terminal should not have. */
function securityFaults(service: Mapping): string[] {
  const found: string[] = [];
  const dropped = list(service.cap_drop).includes('ALL') && service.cap_add === undefined;
  const kept = list(service.security_opt).some((one) => /^no-new-privileges(?:[:=]true)?$/.test(one));
  const givesUp = list(service.entrypoint).includes('/opt/tillbox/bin/with-usb');
  if (service.privileged !== undefined && !givesUp) found.push('it is privileged, and nothing gives that up');
  if (service.privileged === undefined && !dropped) found.push('it keeps capabilities');
  if (service.privileged === undefined && !kept) found.push('programs in it may gain privileges');
  if (service.read_only !== true) found.push('its root can be written');
  if (service.network_mode === 'host') found.push('it has the network of the host');
  if (mapping(service.ulimits).core !== 0) found.push('it may leave a memory image with keys in it');
  if (service.restart !== 'always') found.push('it is not started again');
  return found;
}

function volumeFaults(volume: YamlValue, names: readonly string[]): string[] {
  if (typeof volume !== 'string') return ['a volume is not in the short form'];
  const [source = ''] = volume.split(':');
  if (/^[./~]/.test(source)) return [`${volume} binds a folder of the host`];
  return names.includes(source) ? [] : [`${volume} is no named volume`];
}

function labelFaults(labels: Mapping): string[] {
  const found: string[] = [];
  for (const [label, value] of Object.entries(labels)) {
    if (typeof value !== 'string') found.push(`the label ${label} is no text`);
  }
  const arch = labels[ARCH_LABEL];
  if (arch === undefined) found.push('no label says for which processors it is');
  else if (!ARCHITECTURES.includes(String(arch))) found.push(`${arch} is no architecture of balena`);
  return found;
}

function mapping(value: YamlValue | undefined): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}

function texts(value: YamlValue | undefined): readonly YamlValue[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function list(value: YamlValue | undefined): readonly string[] {
  return texts(value).map(String);
}
