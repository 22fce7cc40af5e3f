const SECRET = /(?:TOKEN|PASSWORD|SECRET|PRIVATE_KEY|API_KEY)\b/;

/**
 * Everything that the classic builder of balenaEngine would refuse in a Dockerfile, and what a terminal's image must not do;
 * empty where nothing is wrong. It reads instructions line by line, continued lines joined.
 */
export function dockerfileFaults(text: string): string[] {
  const instructions = text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...rest] = line.split(/\s+/);
      return { name: name.toUpperCase(), rest: rest.join(' ') };
    });
  const bases = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest.replace(/\s+AS .*/i, ''));
  const last = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
  const valueIn = (wanted: string): string => last.find(({ name }) => name === wanted)?.rest ?? '';
  const found: string[] = [];
  if (/^#\s*syntax\s*=/im.test(text)) found.push('its first line asks for a syntax of BuildKit');
  if (text.includes('%%')) found.push('it is a template of balena');
  if (text.includes('$BUILDPLATFORM')) found.push("it names the builder's platform");
  if (/<<-?["']?\w/.test(text)) found.push('it has a heredoc');
  for (const { name, rest } of instructions) {
    for (const option of rest.match(/^--(?:mount|network|security|link|chmod|exclude|parents)\b/) ?? []) {
      found.push(`${name} ${option} needs BuildKit`);
    }
    if ((name === 'ENV' || name === 'ARG') && SECRET.test(rest)) found.push(`${name} holds a secret`);
    if (name === 'RUN' && /\bnpm i(?:nstall)?\b/.test(rest)) found.push('packages are not installed as locked');
    if (name === 'RUN' && /\bnpm ci\b/.test(rest) && !rest.includes('--ignore-scripts')) {
      found.push('it runs scripts of packages');
    }
  }
  if (new Set(bases).size !== 1) found.push(`its stages have different bases: ${bases.join(', ')}`);
  for (const base of bases) {
    if (!/^node:\d+\.\d+\.\d+-bookworm-slim$/.test(base)) found.push(`the base ${base} is not pinned`);
  }
  if (last.some(({ name }) => name === 'RUN'))
    found.push('its last stage runs something: then it builds on its own processor alone');
  if (valueIn('ENTRYPOINT') !== '["/opt/tillbox/bin/tillbox"]')
    found.push('its ENTRYPOINT is not a list with the command');
  if (valueIn('CMD') !== '["run"]') found.push('its CMD is not run');
  if (!/ CMD \["\/opt\/tillbox\/bin\/health"\]$/.test(valueIn('HEALTHCHECK')))
    found.push('its HEALTHCHECK is not bin/health');
  /* balena's supervisor takes files of the user nobody for its own. */
  if (last.some(({ name }) => name === 'USER')) found.push('it has a USER, who could not take the update lock');
  return found;
}
