/** What is mounted into a container, as folders of this machine. */
export interface ContainerMounts {
  /** The file system of the image; nothing in it is changed. */
  readonly rootfs: string;
  /** An empty folder, to mount things in. */
  readonly scratch: string;
  /** Becomes `/data`; without it there is no such volume. */
  readonly data?: string;
  /** Becomes `/var/lib/tillbox`. */
  readonly mark?: string;
  /** Is in the container under its own path. */
  readonly keys?: string;
  /** Becomes `/tmp/balena`, as balena's supervisor mounts it. */
  readonly lock?: string;
  /** A tty of this machine that becomes `/dev/ttyAMA0`. */
  readonly serial?: string;
  /** All of this machine's privileges, as the file for USB asks for. */
  readonly privileged?: boolean;
}

/* Root read-only and an overlay, `/tmp` in memory, `/dev` with what every container has, the network of this machine. */
const SCRIPT = `
set -eu
rootfs=$1 scratch=$2 data=$3 mark=$4 keys=$5 lock=$6 serial=$7 confine=$8
shift 8
mount --make-rprivate /
mount -t tmpfs none "$scratch"
mkdir -p "$scratch/over/data" "$scratch/over/var/lib/tillbox" "$scratch/top"
mount -t overlay -o "lowerdir=$scratch/over:$rootfs" none "$scratch/top"
cd "$scratch/top"
mount -t proc none proc
mount -t tmpfs none tmp
mount -t tmpfs -o mode=755 none dev
mknod -m 666 dev/null c 1 3; mknod -m 666 dev/zero c 1 5; mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8; mknod -m 666 dev/urandom c 1 9
[ -z "$data" ] || mount --bind "$data" data
[ -z "$mark" ] || mount --bind "$mark" var/lib/tillbox
[ -z "$keys" ] || { mkdir -p "./$keys"; mount --bind "$keys" "./$keys"; }
[ -z "$lock" ] || { mkdir tmp/balena; mount --bind "$lock" tmp/balena; }
[ -z "$serial" ] || { touch dev/ttyAMA0; mount --bind "$serial" dev/ttyAMA0; }
[ "$confine" = no ] || set -- setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
exec chroot . "$@"
`;

/**
 * The words that run a command in an image as `docker-compose.yml` has it run: no capabilities, none to gain, nothing to write
 * but `/data`, `/var/lib/tillbox` and `/tmp`. Each word replaces the one before in the same process, so that signals reach
 * the command. It needs Linux and root.
 */
export function contained({
  rootfs,
  scratch,
  data = '',
  mark = '',
  keys = '',
  lock = '',
  serial = '',
  privileged = false,
}: ContainerMounts): readonly [string, ...string[]] {
  const confine = privileged ? 'no' : 'yes';
  return ['unshare', '-m', 'sh', '-c', SCRIPT, 'sh', rootfs, scratch, data, mark, keys, lock, serial, confine];
}
