import { connect, type Socket } from 'node:net';

const HEAD = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nSignature: s\r\nTransfer-Encoding: chunked\r\n\r\n`;

/** What a stranger can send to a port that anybody reaches: about that many bytes of it. */
export const FLOODS: Readonly<Record<string, (bytes: number) => string>> = {
  'chunks of one byte': (bytes) => HEAD('/notify') + repeated('1\r\nx\r\n', bytes),
  'chunks of one byte for another path': (bytes) => HEAD('/') + repeated('1\r\nx\r\n', bytes),
  'chunks with extensions': (bytes) => HEAD('/notify') + repeated('1;aaaaaa=bbbbbb\r\nx\r\n', bytes),
  'requests ahead of their answers': (bytes) => repeated('GET /notify HTTP/1.1\r\nHost: x\r\n\r\n', bytes),
  'headers without end': (bytes) => `GET / HTTP/1.1\r\nHost: x\r\n${repeated('a:b\r\n', bytes)}`,
};

function repeated(text: string, bytes: number): string {
  return text.repeat(Math.ceil(bytes / text.length));
}

/** Sends, and stays. Resolves once the bytes are out, or the server had enough. */
export function floodWith(port: number, text: string, sockets: Socket[]): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, () => resolve(socket)));
    sockets.push(socket);
    socket.on('error', () => resolve(socket));
    socket.on('close', () => resolve(socket));
    socket.on('data', () => undefined);
  });
}
