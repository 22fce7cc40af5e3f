import { spawn } from 'node:child_process';

/** Much longer than a card that is well takes for what it was asked last. */
const PATIENCE_S = 2;

/** Kills the process of that number, if it is still the parent. */
const KILL_PARENT = `sleep ${PATIENCE_S}
read -r pid name state parent rest < /proc/$$/stat
[ "$parent" = "$0" ] && kill -KILL "$0"`;

/**
 * Ends this process. At its end Node waits for the file operations that are under way, and one that a card never answers
 * would keep the process there for ever, without a word: it is killed then, 2 s later, for its supervisor to notice.
 */
export function exitProcess(code: number): never {
  const underWay = process.getActiveResourcesInfo();
  if (underWay.includes('FSReqCallback') || underWay.includes('FSReqPromise')) {
    spawn('/bin/sh', ['-c', KILL_PARENT, String(process.pid)], { stdio: 'ignore', detached: true });
  }
  process.exit(code);
}
