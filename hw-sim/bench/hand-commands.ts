import type { Bench } from './bench.js';
import { type ConsoleCommand, wordCommand } from './console-command.js';
import type { Say } from './say.js';

const CABLES = ['scanner', 'printer', 'network'] as const;

/** Commands for what a person can do to a kiosk by hand. */
export function createHandCommands(bench: Bench, say: Say, showPaper: () => void): readonly ConsoleCommand[] {
  const { printer, cables } = bench;
  return [
    {
      name: 'power',
      summary: 'cuts the power at once; again: restores it',
      run() {
        if (bench.powered) bench.pullPlug();
        else bench.powerOn();
        return undefined;
      },
    },
    wordCommand('unplug', CABLES, 'pulls a cable', (cable) => {
      if (cable === 'network') bench.connectNetwork(false);
      else cables[cable].unplug();
      say(cable, 'its cable is out');
    }),
    wordCommand('plug', CABLES, 'plugs it in again', (cable) => {
      if (cable === 'network') bench.connectNetwork(true);
      else cables[cable].plug();
      say(cable, 'its cable is in');
    }),
    {
      name: 'paper',
      usage: '[out|in]',
      summary: 'shows what was printed so far; out: removes the roll; in: loads a new one',
      run(rest) {
        switch (rest.toLowerCase()) {
          case '':
            showPaper();
            return undefined;
          case 'out':
            printer.loadPaper(0);
            say('printer', 'the roll is out');
            return undefined;
          case 'in':
            printer.loadPaper();
            say('printer', 'a new roll is in');
            return undefined;
          default:
            return 'type "paper", "paper out" or "paper in"';
        }
      },
    },
    wordCommand('cover', ['open', 'close'], "opens or closes the printer's cover", (word) => {
      if (word === 'open') printer.openCover();
      else printer.closeCover();
      say('printer', word === 'open' ? 'its cover is open' : 'its cover is closed');
    }),
  ];
}
