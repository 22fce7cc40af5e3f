import { createConnection } from 'node:net';

/** What a command in the guest printed, errors included, and how it ended. */
export interface ShellAnswer {
  readonly status: number;
  readonly out: string;
}

const END = /\n?#ended (\d+)\n/;

/** Runs a command in a shell of the guest. Rejects where no end of it is seen within `limitMs`. */
export function askShell(port: number, command: string, limitMs = 30_000): Promise<ShellAnswer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    let out = '';
    const timer = setTimeout(() => end(`no end within ${limitMs} ms`), limitMs);
    function end(trouble: string): void {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(`the guest's shell: ${trouble}\n$ ${command}\n${out}`));
    }
    socket.setEncoding('utf8').on('data', (text) => {
      out += text;
      const found = END.exec(out);
      if (found === null) return;
      clearTimeout(timer);
      socket.destroy();
      resolve({ status: Number(found[1]), out: out.slice(0, found.index) });
    });
    socket.once('error', (error) => end(error.message));
    socket.once('close', () => end('it hung up'));
    socket.write(`{\n${command}\n} 2>&1\nprintf "\\n#ended %d\\n" $?\nexit\n`);
  });
}
