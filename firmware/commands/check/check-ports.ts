import type { HttpHost } from '../../../drivers/host.js';
import type { Config } from '../../config/config.js';
import { type CheckRow, checkRow } from './check-row.js';

/** Listens for a moment where the terminal will. */
export async function checkPorts(http: Pick<HttpHost, 'listen'>, { api, notify }: Config): Promise<CheckRow[]> {
  const rows = [await checkPort(http, 'API port', 'API_PORT', api.host, api.port)];
  const { listener } = notify;
  if (listener === undefined) {
    const found = notify.url === undefined ? 'NOTIFY_URL is not set' : 'NOTIFY_PORT is not set';
    return [...rows, checkRow.skip('notification port', `${found}: inquiries alone decide`)];
  }
  return [...rows, await checkPort(http, 'notification port', 'NOTIFY_PORT', listener.host, listener.port)];
}

function checkPort(
  http: Pick<HttpHost, 'listen'>,
  item: string,
  variable: string,
  host: string,
  port: number,
): Promise<CheckRow> {
  return new Promise((resolve) => {
    const limits = { bodyLimitBytes: 1024, requestTimeoutMs: 1000, connectionLimit: 1 };
    http.listen(
      { host, port, ...limits },
      (_request, response) => response.end(503, {}, ''),
      (error, listener) => {
        listener?.close();
        if (listener !== undefined) return resolve(checkRow.pass(item, `${host}:${port} is free`));
        const todo = `stop the other program or set another ${variable}`;
        resolve(checkRow.fail(item, error?.message ?? 'no answer', todo));
      },
    );
  });
}
