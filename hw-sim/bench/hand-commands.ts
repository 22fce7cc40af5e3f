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
      summary: 'pulls the mains plug of the box at this very instant; again: plugs it in',
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
    wordCommand('plug', CABLES, 'puts it back', (cable) => {
      if (cable === 'network') bench.connectNetwork(true);
      else cables[cable].plug();
      say(cable, 'its cable is in');
    }),
    {
      name: 'paper',
      usage: '[out|in]',
      summary: 'shows the paper that came out so far; takes the roll out, puts a new one in',
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
    wordCommand('cover', ['open', 'close'], "the printer's cover", (word) => {
      if (word === 'open') printer.openCover();
      else printer.closeCover();
      say('printer', word === 'open' ? 'its cover is open' : 'its cover is closed');
    }),
  ];
}
