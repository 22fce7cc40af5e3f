import { atRest } from './at-rest.js';
import type { Bench } from './bench.js';
import type { ConsoleCommand } from './console-command.js';
import { createHandCommands } from './hand-commands.js';
import { createHostApp } from './host-app.js';
import { createHostCommands } from './host-commands.js';
import type { Ink } from './ink.js';
import { createLineQueue } from './line-queue.js';
import { createLookCommands } from './look-commands.js';
import { createNarrator } from './narrator.js';
import { createSay } from './say.js';
import { createWallet } from './wallet.js';

/** The text console of a bench: reads lines, and prints what happens. */
export interface BenchConsole {
  /** A line was typed. Call it from outside the world. */
  line(text: string): void;
  /** The script has ended: quits when its commands are done. Call it from outside the world. */
  ended(): void;
  /** Completions of a line that starts so. */
  complete(start: string): string[];
  /** First commands to try. */
  readonly intro: string;
}

export interface BenchConsoleParts {
  readonly bench: Bench;
  readonly ink: Ink;
  /** Writes whole lines. */
  readonly print: (text: string) => void;
  readonly quit: () => void;
  /** Prints each command before it runs: for a script, whose reader does not see what is typed. */
  readonly echo: boolean;
}

const LINE_LIMIT_CHARACTERS = 1_000;
/** Commands wait this long for the terminal to start. */
const START_LIMIT_MS = 20_000;
/** Longer than a payment with all its inquiries and the cancels after it. */
const REST_LIMIT_MS = 300_000;
const LONGEST_WAIT_S = 86_400;

/** Prints all that changes on a bench, and runs commands. The first command waits for the terminal's start. */
export function createBenchConsole({ bench, ink, print, quit, echo }: BenchConsoleParts): BenchConsole {
  const { kiosk, settings } = bench;
  const say = createSay({ world: kiosk.world, timeZone: settings.config.terminal.timeZone, ink, print });
  const narrator = createNarrator({ bench, say, ink });
  const hostApp = createHostApp(kiosk, settings.config.api.port);
  const host = createHostCommands({ bench, hostApp, wallet: createWallet(kiosk), say });
  const look = createLookCommands({ bench, hostApp, narrator, say, print, ink });
  const hands = createHandCommands(bench, say, look.showPaper);
  const queue = createLineQueue({ world: kiosk.world, atRest: () => atRest(bench, hostApp), execute });

  const groups: readonly (readonly [title: string, commands: readonly ConsoleCommand[]])[] = [
    [
      'The customer and the host app',
      [
        {
          name: '12.50',
          usage: '[TEXT]',
          summary: 'starts a sale of that amount; TEXT describes the goods',
          run: host.sell,
        },
        ...host.commands,
      ],
    ],
    ['Hardware', hands],
    ['Show', look.commands],
    [
      'This console',
      [
        {
          name: 'wait',
          usage: '[SECONDS]',
          summary: 'for scripts: waits until nothing is in progress, or for SECONDS',
          run: waitCommand,
        },
        { name: 'help', summary: 'this list', run: () => void print(help()) },
        { name: 'quit', summary: 'ends the simulator; nothing is kept', run: quitCommand },
      ],
    ],
  ];
  const commands = new Map(groups.flatMap(([, group]) => group.map((command) => [command.name, command])));

  function waitCommand(rest: string): string | undefined {
    const seconds = Number(rest);
    if (rest === '') queue.waitForRest(REST_LIMIT_MS);
    else if (seconds >= 0 && seconds <= LONGEST_WAIT_S) queue.waitFor(seconds * 1_000);
    else return `type "wait", or "wait" and seconds, at most ${LONGEST_WAIT_S}`;
    return undefined;
  }

  function quitCommand(): undefined {
    queue.clear();
    quit();
  }

  function help(): string {
    const typed = ({ name, usage }: ConsoleCommand): string => (usage === undefined ? name : `${name} ${usage}`);
    const width = Math.max(...[...commands.values()].map((command) => typed(command).length));
    return groups
      .flatMap(([title, group]) => [
        ink.dim(title),
        ...group.map((command) => `  ${ink.bold(typed(command).padEnd(width))}  ${command.summary}`),
      ])
      .map((line) => `${line}\n`)
      .join('');
  }

  function execute(line: string): void {
    if (echo) print(`> ${line}\n`);
    const [first = ''] = line.split(/\s+/, 1);
    const command = commands.get(first.toLowerCase());
    const wrong = /^[\d.,]/.test(line)
      ? host.sell(line)
      : command === undefined
        ? `there is no "${first.slice(0, 40)}"; "help" shows what there is`
        : command.run(line.slice(first.length).trim());
    if (wrong !== undefined) print(`${ink.yellow(`  ${wrong}`)}\n`);
  }

  queue.waitForRest(START_LIMIT_MS);
  bench.listen({ looked: queue.goOn });

  const intro: readonly (readonly [typed: string, effect: string])[] = [
    ['12.50', 'starts a sale'],
    ['scan', 'a phone shows its payment code, and the sale is paid'],
    ['magic', 'lists amounts that make the acquirer refuse, delay or not answer'],
    ['power', 'cuts the power at once; again: restores it'],
    ['help', 'lists all commands: cables, paper, cancel, refund, ledger, queue, trace'],
  ];

  return {
    intro: intro.map(([typed, effect]) => `  ${ink.bold(typed.padEnd(5))}  ${effect}\n`).join(''),
    complete: (start) => [...commands.keys()].filter((name) => name.startsWith(start.toLowerCase())),
    ended: () => queue.pushLast(['wait', 'quit']),
    line(text) {
      const line = text.trim();
      if (line === '') return;
      if (line.includes('\ufffd')) {
        print(`${ink.yellow('  that line is not UTF-8')}\n`);
        return;
      }
      if (line.length > LINE_LIMIT_CHARACTERS || !queue.push(line)) {
        print(`${ink.yellow('  too much input: the line is too long, or too many lines are waiting')}\n`);
      }
    },
  };
}
