import type { SaleView } from '../../../firmware/api/output-schemas.js';

/** Listens to the terminal's events until its power goes, as a host app does. `told` gets each sale as it was told. */
export async function listenToSales(
  url: string,
  headers: Readonly<Record<string, string>>,
  told: (sale: SaleView) => void,
): Promise<void> {
  const abort = new AbortController();
  const answer = await fetch(url, { headers, signal: abort.signal });
  if (answer.status !== 200 || answer.body === null) {
    abort.abort();
    throw new Error(`${url} answers ${answer.status}`);
  }
  void readEvents(answer.body, told).catch(() => undefined);
}

async function readEvents(body: ReadableStream<Uint8Array>, told: (sale: SaleView) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^event: sale\ndata: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) told(JSON.parse(data));
    }
  }
}
