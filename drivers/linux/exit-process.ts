import { spawn } from 'node:child_process';

/** Much longer than a working card takes for its last operations. */
const PATIENCE_S = 2;

/** Kills that process, if it is still the parent. Without a `sleep` command it would not wait, and so does nothing. */
const KILL_PARENT = `sleep ${PATIENCE_S} || exit
read -r pid name state parent rest < /proc/$$/stat
[ "$parent" = "$0" ] && kill -KILL "$0"`;

/**
 * Ends this process. At exit Node waits for file operations that are under way, and one that a card never answers would
 * keep the process for ever, silently. So it is killed after 2 s, and the supervisor notices.
 */
export function exitProcess(code: number): never {
  const underWay = process.getActiveResourcesInfo();
  if (underWay.includes('FSReqCallback') || underWay.includes('FSReqPromise')) {
    spawn('/bin/sh', ['-c', KILL_PARENT, String(process.pid)], { stdio: 'ignore', detached: true });
  }
  process.exit(code);
}
