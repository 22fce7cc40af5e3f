import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** An ext4 of its own on a loop device, so that the kernel counts what one program does to one device. */
export interface LoopVolume {
  readonly dir: string;
  readonly device: string;
  /** The file behind the device: what is written to it goes past the file system. */
  readonly image: string;
  /** Everything the device was made to do since it exists, the file system's own journal included. */
  counters(): DeviceCounters;
  /** Writes out what the system still keeps back. */
  settle(): void;
  /** Unmounts and mounts again: recovery runs, caches are cold. */
  remount(mountOptions?: string): void;
  /** Fills the file system to the last block. */
  fill(): void;
  dispose(): void;
}

export interface DeviceCounters {
  readonly writtenBytes: number;
  readonly flushes: number;
}

/** Why there are no loop devices here; undefined where there are. */
export function whyNoLoopDevices(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root, to mount a file system of its own';
  if (!fs.existsSync('/dev/loop-control')) return 'needs loop devices (/dev/loop-control is not there)';
  for (const tool of ['losetup', 'mkfs.ext4', 'mount', 'umount']) {
    try {
      execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    } catch {
      return `needs ${tool}`;
    }
  }
  return undefined;
}

export function createLoopVolume(sizeMiB: number, mountOptions: string): LoopVolume {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-loop-'));
  const image = path.join(home, 'image');
  const dir = path.join(home, 'mount');
  fs.mkdirSync(dir);
  fs.writeFileSync(image, '');
  fs.truncateSync(image, sizeMiB * 1024 * 1024);
  /* 4 KiB blocks as on a real card, and no background initialisation that would be counted. */
  const made = ['-q', '-F', '-b', '4096', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image];
  execFileSync('mkfs.ext4', made, { stdio: ['ignore', 'ignore', 'ignore'] });
  const device = execFileSync('losetup', ['-f', '--show', image], { encoding: 'utf8' }).trim();
  let mounted = false;
  const mount = (options: string): void => {
    execFileSync('mount', ['-t', 'ext4', '-o', options, device, dir]);
    mounted = true;
  };
  const unmount = (): void => {
    if (mounted) execFileSync('umount', [dir]);
    mounted = false;
  };
  mount(mountOptions);
  return {
    dir,
    device,
    image,
    counters() {
      const text = fs.readFileSync(`/sys/block/${path.basename(device)}/stat`, 'utf8');
      /* Kernel documentation, block/stat: sectors written is the 7th, flush requests the 16th. */
      const fields = text.trim().split(/\s+/).map(Number);
      return { writtenBytes: (fields[6] ?? 0) * 512, flushes: fields[15] ?? 0 };
    },
    settle() {
      execFileSync('sync', ['-f', dir]);
    },
    remount(options = mountOptions) {
      unmount();
      mount(options);
    },
    fill() {
      try {
        execFileSync('dd', ['if=/dev/zero', `of=${dir}/filler`, 'bs=1M'], { stdio: 'ignore' });
      } catch {
        /* It ends with "no space left", as intended; the last blocks follow singly. */
      }
      try {
        execFileSync('dd', ['if=/dev/zero', `of=${dir}/filler2`, 'bs=4096'], { stdio: 'ignore' });
      } catch {
        /* Likewise. */
      }
    },
    dispose() {
      try {
        unmount();
      } finally {
        execFileSync('losetup', ['-d', device]);
        fs.rmSync(home, { recursive: true, force: true });
      }
    },
  };
}
