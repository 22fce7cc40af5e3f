import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type CpioEntry, cpio } from './cpio.js';
import type { DebianParts } from './debian-parts.js';
import { moduleOrder } from './module-order.js';

/** What the board needs of the kernel beyond what is built in. The two checksums are needed, and no module says so. */
const MODULES: readonly string[] = [
  'virtio_pci',
  'virtio_blk',
  'virtio_net',
  'crc32c_generic',
  'crc32_generic',
  'ext4',
  'f2fs',
];

/** Where the guest's shell listens. */
export const SHELL_PORT = 2222;
/** What the console says once the shell listens. */
export const SHELL_UP = 'board: the shell listens';

const script = (modules: readonly string[]): string => `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run
for module in ${modules.join(' ')}; do insmod /modules/$module.ko || echo "board: no module $module"; done
ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
mount -t ext4 -o ro,noload /dev/vda /board || echo "board: the root cannot be mounted"
mount -t proc proc /board/proc
mount -t sysfs sys /board/sys
mount --rbind /dev /board/dev
mount -t tmpfs -o mode=1777 tmp /board/tmp
nc -ll -p ${SHELL_PORT} -e /bin/sh &
echo "${SHELL_UP}"
while true; do sleep 1000; done
`;

/** The first program of the board: mounts the image's root read-only at /board, and listens for the test's commands. */
export function initramfs({ modules, tools }: DebianParts): Buffer {
  const read = (name: string): Buffer => readFileSync(join(modules, `${name}.ko`));
  const order = moduleOrder(MODULES, read);
  const folders = ['bin', 'proc', 'sys', 'dev', 'run', 'tmp', 'board', 'card', 'modules'];
  return gzipSync(
    cpio([
      ...folders.map((path): CpioEntry => ({ path, kind: 'directory', mode: 0o755 })),
      { path: 'dev/console', kind: 'characterDevice', mode: 0o600, device: [5, 1] },
      { path: 'bin/busybox', kind: 'file', mode: 0o755, bytes: readFileSync(join(tools, 'bin/busybox')) },
      { path: 'init', kind: 'file', mode: 0o755, bytes: Buffer.from(script(order)) },
      ...order.map(
        (name): CpioEntry => ({
          path: `modules/${name}.ko`,
          kind: 'file',
          mode: 0o644,
          bytes: read(name),
        }),
      ),
    ]),
    { level: 1 },
  );
}
