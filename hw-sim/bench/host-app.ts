import type { HttpReply } from '../../drivers/host.js';
import type { Kiosk } from '../kiosk.js';
import { localRequest } from '../local-request.js';

/** The kiosk's own program: a client of the terminal's local API, on the same board. */
export interface HostApp {
  /**
   * Calls the API. `answered` is called once, with undefined where the terminal is off, loses power before it answers, or
   * does not answer in time.
   */
  call(method: 'GET' | 'POST', target: string, body: unknown, answered: (answer?: HostAppAnswer) => void): void;
  /** How many calls wait for an answer. */
  readonly waiting: number;
}

export interface HostAppAnswer {
  readonly status: number;
  readonly body: string;
}

const REPLY_TIMEOUT_MS = 15_000;

export function createHostApp(kiosk: Kiosk, apiPort: number): HostApp {
  let waiting = 0;
  return {
    get waiting() {
      return waiting;
    },
    call(method, target, body, answered) {
      waiting += 1;
      let over = false;
      const finish = (answer?: Pick<HttpReply, 'status' | 'body'>): void => {
        if (over) return;
        over = true;
        waiting -= 1;
        timeout.cancel();
        answered(answer);
      };
      const timeout = kiosk.world.after(REPLY_TIMEOUT_MS, () => finish());
      const response = {
        end: (status: number, _headers: unknown, text: string | Uint8Array) =>
          finish({ status, body: typeof text === 'string' ? text : new TextDecoder().decode(text) }),
        stream() {
          throw new Error('the host app asked for no stream');
        },
      };
      if (!kiosk.network.reachTerminal(apiPort, localRequest(apiPort, method, target, body), response, () => finish()))
        finish();
    },
  };
}
