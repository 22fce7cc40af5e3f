import type { HostError, HttpListener } from '../drivers/host.js';
import { createLinuxClock } from '../drivers/linux/clock.js';
import { configFiles } from '../drivers/linux/config-files.js';
import { createLinuxHttp } from '../drivers/linux/http.js';
import { createLineConsole } from '../drivers/linux/line-console.js';
import { localTimeZone } from '../drivers/linux/local-time-zone.js';
import { packageVersion } from '../drivers/linux/package-version.js';
import type { CommandProcess } from '../drivers/linux/process.js';
import { createLinuxRandom } from '../drivers/linux/random.js';
import { type CommandInput, replayFile } from '../firmware/for-simulator.js';
import { openApiBridge } from './bench/api-bridge.js';
import { createBench } from './bench/bench.js';
import { createBenchConsole } from './bench/bench-console.js';
import { benchSettings } from './bench/bench-settings.js';
import { createInk, type Ink } from './bench/ink.js';
import { createPacer, type Pacer } from './bench/pacer.js';
import { createKeyPairs } from './kiosk-settings.js';
import { createWorld } from './world.js';

const DEFAULT_PORT = 8080;
/** The start time of a world with a given seed: 2026-01-01 12:00 in China. */
const SEEDED_START_WALL_MS = 1_767_240_000_000;

const exitCode = { done: 0, usage: 64, unavailable: 69, bug: 70 } as const;

/**
 * The command `tillbox sim`: a terminal on simulated hardware with a simulated acquirer, in real time, with its local API
 * on this machine and a console on the standard input and output. Runs until `quit`, Ctrl-C, Ctrl-D at a terminal, SIGTERM,
 * or the end of a file of commands. The end of a pipe, or of `/dev/null`, does not end it, since programs may still use the
 * API. Nothing is kept.
 */
export async function runSim({ options }: CommandInput<'sim'>, self: CommandProcess): Promise<number> {
  const { port = DEFAULT_PORT, seed, replay } = options;
  if (replay !== undefined && (options.port !== undefined || seed !== undefined)) {
    self.errorOut('tillbox sim: --replay plays a file again and runs nothing: it goes without --port and --seed\n');
    return exitCode.usage;
  }
  if (replay !== undefined) return replayFile(replay, configFiles.read, self);
  self.out('Making keys for the terminal and its acquirer…\n');
  const chosen = benchSettings(self.env, localTimeZone(), createKeyPairs());
  if ('problems' in chosen) {
    self.errorOut(chosen.problems.map((problem) => `tillbox sim: ${problem}\n`).join(''));
    return exitCode.usage;
  }
  const { settings } = chosen;

  const clock = createLinuxClock();
  const world = createWorld(
    seed === undefined
      ? { seed: randomSeed(), startWallMs: clock.wallMs() }
      : { seed, startWallMs: SEEDED_START_WALL_MS },
  );
  const bench = createBench({ world, settings });
  const pacer = createPacer({ clock, world, runUntil: bench.runUntil });
  const listener = await openBridge(pacer, bench.kiosk.network, settings.config.api.port, port);
  if (!('port' in listener)) {
    pacer.stop();
    self.errorOut(
      `tillbox sim: ${listener.message}.\nChoose another port with --port N, or any free one with --port 0; ` +
        `with npm: npm start -- --port ${port === 8090 ? 8091 : 8090}\n`,
    );
    return exitCode.unavailable;
  }

  const lineConsole = createLineConsole('> ', self.out);
  const ink = createInk(lineConsole.isTerminal && !self.env.NO_COLOR);
  /* A bug in the terminal or in the simulation. All keys and codes are simulated, so the trace holds no secret. */
  self.onCrash((error) => {
    lineConsole.close();
    self.errorOut(`${error.stack ?? error.message}\n`);
    self.exit(exitCode.bug);
  });
  return new Promise((resolve) => {
    const quit = (): void => {
      pacer.stop();
      listener.close();
      lineConsole.close();
      resolve(exitCode.done);
    };
    const benchConsole = createBenchConsole({
      bench,
      ink,
      print: lineConsole.print,
      quit,
      echo: !lineConsole.isTerminal,
    });
    lineConsole.print(`${banner(listener.port, seed, ink)}${benchConsole.intro}\n`);
    self.onStop(quit);
    self.onIgnored((signal) => lineConsole.print(`${signal} is ignored\n`));
    lineConsole.open({
      line: (text) => pacer.act(() => benchConsole.line(text)),
      complete: benchConsole.complete,
      interrupted: quit,
      ended() {
        if (lineConsole.isTerminal) quit();
        else if (lineConsole.isFile) pacer.act(benchConsole.ended);
      },
    });
    pacer.act(bench.powerOn);
  });
}

function openBridge(
  pacer: Pacer,
  network: Parameters<typeof openApiBridge>[0]['network'],
  apiPort: number,
  port: number,
): Promise<HttpListener | HostError> {
  return new Promise((resolve) => {
    openApiBridge({ http: createLinuxHttp(), pacer, network, apiPort }, port, (error, listener) => {
      const opened = listener ?? error;
      if (opened !== undefined) resolve(opened);
    });
  });
}

function randomSeed(): number {
  return new DataView(createLinuxRandom().bytes(4).slice().buffer).getUint32(0);
}

function banner(port: number, seed: number | undefined, ink: Ink): string {
  const chosen = seed === undefined ? '' : ` Chance and the date come from seed ${seed}.`;
  return `${ink.bold(`Tillbox ${packageVersion()} on simulated hardware, with a simulated acquirer`)}
A new box with an empty journal; nothing is kept, and no real money moves.${chosen}
Its local API is at http://127.0.0.1:${port} (see /v1/status and /openapi.json).

`;
}
