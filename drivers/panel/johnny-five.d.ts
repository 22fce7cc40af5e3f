/** What the panel uses of johnny-five. */
declare module 'johnny-five' {
  import type { IoPlugin } from './gpio-io-plugin.js';

  export interface BoardOptions {
    readonly io: IoPlugin;
    readonly repl: false;
    readonly sigint: false;
    readonly debug: false;
  }
  export class Board {
    constructor(options: BoardOptions);
    readonly isReady: boolean;
    /** Forgets every board of this process. */
    static purge(): void;
  }
  export class Led {
    constructor(options: { readonly pin: number; readonly board: Board });
    on(): this;
    off(): this;
  }
  export class Relay {
    constructor(options: { readonly pin: number; readonly board: Board; readonly type: 'NO' | 'NC' });
    close(): this;
    open(): this;
  }
  const five: { Board: typeof Board; Led: typeof Led; Relay: typeof Relay };
  export default five;
}
