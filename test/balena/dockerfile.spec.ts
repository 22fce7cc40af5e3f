import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { ROOT } from '../docs/docs-files.js';
import { dockerfileFaults } from './dockerfile-faults.js';

const text = readFileSync(`${ROOT}Dockerfile`, 'utf8');
const ignored = readFileSync(`${ROOT}.dockerignore`, 'utf8');

describe('the Dockerfile', () => {
  it('is one that the classic builder takes, and that suits a terminal', () => {
    assert.deepEqual(dockerfileFaults(text), []);
  });

  it('copies only what is there', () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
    assert.ok(copied.includes('deploy/health'));
    for (const path of copied) assert.ok(existsSync(`${ROOT}${path}`), path);
    for (const path of ['deploy/health', 'deploy/with-usb']) {
      assert.equal(statSync(`${ROOT}${path}`).mode & 0o111, 0o111, path);
    }
  });

  it('gets nothing of a checkout but what .dockerignore lets through', () => {
    const lines = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(lines[0], '*');
    for (const line of lines.slice(1)) assert.match(line, /^!/);
    for (const read of ['balena.yml', 'docker-compose.yml', 'Dockerfile']) assert.ok(lines.includes(`!${read}`), read);
    assert.doesNotMatch(ignored, /node_modules|dist|test|hw-sim|\.git|\.env/);
  });

  const CANARIES: Readonly<Record<string, readonly [change: (dockerfile: string) => string, fault: RegExp]>> = {
    'a mount of BuildKit': [(one) => one.replace('RUN npm', 'RUN --mount=type=cache npm'), /RUN --mount/],
    'a heredoc': [(one) => `${one}\nRUN <<EOF\n`, /heredoc/],
    'a linked copy': [(one) => one.replace('COPY package', 'COPY --link package'), /COPY --link/],
    'a mode for a copy': [(one) => one.replace('COPY deploy', 'COPY --chmod=755 deploy'), /COPY --chmod/],
    'the platform of the builder': [
      (one) => one.replace('FROM node', 'FROM --platform=$BUILDPLATFORM node'),
      /the builder's platform/,
    ],
    'a template of balena': [(one) => one.replace('/src', '/%%BALENA_ARCH%%'), /template/],
    'a directive of BuildKit': [(one) => `# syntax=docker/dockerfile:1\n${one}`, /syntax/],
    'a base that moves': [(one) => one.replaceAll('24.22.3', '24'), /not pinned/],
    "a base of balena's that ended": [
      (one) => one.replaceAll('node:24.22.3-bookworm-slim', 'balenalib/raspberrypi4-64-node:20.0.0'),
      /not pinned/,
    ],
    'two bases': [(one) => one.replace('24.22.3', '24.22.2'), /different bases/],
    'a command in the last stage': [(one) => `${one}RUN true\n`, /last stage runs/],
    'a shell between the engine and Node': [
      (one) => one.replace(/^ENTRYPOINT .*/m, 'ENTRYPOINT tillbox run'),
      /ENTRYPOINT is not a list/,
    ],
    'no health check': [(one) => one.replace(/^HEALTHCHECK .*/m, ''), /HEALTHCHECK/],
    'a health check that asks the network': [(one) => one.replace('/opt/tillbox/bin/health', 'curl'), /HEALTHCHECK/],
    'a secret in its environment': [(one) => one.replace('DATA_DIR=', 'API_TOKEN='), /a secret/],
    'a secret as an argument': [(one) => one.replace('WORKDIR', 'ARG NPM_TOKEN\nWORKDIR'), /a secret/],
    'the user nobody': [(one) => `${one}USER nobody\n`, /USER/],
    'scripts of packages': [(one) => one.replace('--ignore-scripts ', ''), /scripts of packages/],
    'packages that are not locked': [(one) => one.replace('npm ci', 'npm install'), /locked/],
  };
  for (const [what, [change, fault]] of Object.entries(CANARIES)) {
    it(`is refused with ${what}`, () => {
      const changed = change(text);
      assert.notEqual(changed, text);
      assert.match(dockerfileFaults(changed).join('\n'), fault);
    });
  }
});
