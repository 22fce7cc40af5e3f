import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.js';

/** What Debian has for the board, unpacked. */
export interface DebianParts {
  readonly kernel: string;
  /** Holds the kernel's modules, by file name. */
  readonly modules: string;
  /** The program of the board's own first steps, and of its shell. */
  readonly tools: string;
}

const SOURCE = 'http://deb.debian.org/debian bookworm main';
const TOOLS = ['busybox-static'] as const;
const LIMIT_MS = 240_000;

/**
 * Kernel and tools for arm64, by apt with lists and a cache of its own: the system's stay as they are, and root rights are
 * not needed. What is in `folder` already is taken from there.
 */
export async function debianParts(folder: string): Promise<DebianParts> {
  const parts = {
    kernel: join(folder, 'vmlinuz'),
    modules: join(folder, 'modules'),
    tools: join(folder, 'tools'),
  };
  if (existsSync(join(folder, 'complete'))) return parts;
  rmSync(folder, { recursive: true, force: true });
  const archives = join(folder, 'archives');
  const state = join(folder, 'apt');
  for (const made of [
    archives,
    join(state, 'lists/partial'),
    join(state, 'cache/archives/partial'),
    parts.modules,
    parts.tools,
  ]) {
    mkdirSync(made, { recursive: true });
  }
  writeFileSync(
    join(state, 'sources.list'),
    `deb [arch=arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${SOURCE}\n`,
  );
  writeFileSync(join(state, 'status'), '');
  writeFileSync(
    join(state, 'apt.conf'),
    [
      'APT::Architecture "arm64";',
      'APT::Architectures "arm64";',
      'APT::Sandbox::User "";',
      'Acquire::Languages "none";',
      'Acquire::Retries "3";',
      `Dir::State::Lists "${state}/lists";`,
      `Dir::State::status "${state}/status";`,
      `Dir::Cache "${state}/cache";`,
      `Dir::Etc::sourcelist "${state}/sources.list";`,
      'Dir::Etc::sourceparts "-";',
      '',
    ].join('\n'),
  );
  const env = { APT_CONFIG: join(state, 'apt.conf') };
  await runProgram(['apt-get', '-q', 'update'], { env, limitMs: LIMIT_MS });
  const depends = await runProgram(['apt-cache', 'depends', 'linux-image-arm64'], { env });
  const image = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (image === undefined) throw new Error(`Debian's linux-image-arm64 names no kernel:\n${depends}`);
  await runProgram(['apt-get', '-q', 'download', image, ...TOOLS], {
    env,
    cwd: archives,
    limitMs: LIMIT_MS,
  });

  for (const name of readdirSync(archives)) {
    const archive = join(archives, name);
    if (name.startsWith('linux-image')) {
      const wanted = "--wildcards './boot/vmlinuz-*' './lib/modules/*/kernel/*.ko'";
      const unpacked = join(folder, 'kernel');
      mkdirSync(unpacked);
      await runProgram(['sh', '-c', `dpkg-deb --fsys-tarfile '${archive}' | tar -x -C '${unpacked}' ${wanted}`]);
      for (const entry of readdirSync(unpacked, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.name.startsWith('vmlinuz-')) renameSync(path, parts.kernel);
        else if (entry.name.endsWith('.ko')) renameSync(path, join(parts.modules, entry.name));
      }
      rmSync(unpacked, { recursive: true });
    } else await runProgram(['dpkg-deb', '-x', archive, parts.tools]);
  }
  rmSync(archives, { recursive: true });
  rmSync(state, { recursive: true });
  writeFileSync(join(folder, 'complete'), `${image}\n`);
  return parts;
}
