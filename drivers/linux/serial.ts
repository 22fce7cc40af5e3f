import { HostError, type SerialEvents, type SerialHost, type SerialOptions, type SerialPort } from '../host.js';
import { openLinePrinter } from './line-printer.js';
import type { openTty } from './open-tty.js';

/**
 * Serial ports of a real board: ttys, and `/dev/usb/lp*`, which have no line settings. What opens ttys is loaded with the first
 * of them: most of `serialport` is a native module, and a terminal without such devices does not need it.
 *
 * Invariants: `closed` is called exactly once, every `write` is answered exactly once, also of a port that is closed while
 * the module loads.
 */
export function createLinuxSerial(): SerialHost {
  let open: typeof openTty | undefined;

  function openLater(options: SerialOptions, events: SerialEvents): SerialPort {
    let port: SerialPort | undefined;
    let closing = false;
    import('./open-tty.js').then(
      (module) => {
        open = module.openTty;
        if (closing) events.closed();
        else port = open(options, events);
      },
      (error: Error) => events.closed(new HostError('unsupported', `serial ports cannot be used: ${error.message}`)),
    );
    return {
      write(bytes, done) {
        if (port !== undefined) return port.write(bytes, done);
        setImmediate(() => done(new HostError('disconnected', 'the port is not open')));
      },
      close() {
        closing = true;
        port?.close();
      },
    };
  }

  return {
    open(options, events) {
      if (isLinePrinter(options.path)) return openLinePrinter(options, events);
      return open === undefined ? openLater(options, events) : open(options, events);
    },
  };
}

function isLinePrinter(path: string): boolean {
  return /^\/dev\/(usb\/)?lp\d+$/.test(path);
}
