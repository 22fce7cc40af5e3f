import { type LocalApiClient, LocalApiError } from '../../api/local-api-client.js';
import {
  type ReversalView,
  reversalSchema,
  reversalsSchema,
  type SaleView,
  saleSchema,
} from '../../api/output-schemas.js';
import { exitCode } from '../../log/exit-code.js';
import { QueueError, type QueueSource } from './queue-source.js';

/** The queue of the running terminal, over its local API. */
export function createTerminalQueue(client: LocalApiClient): QueueSource {
  const path = (reversalId: string): string => `/v1/reversals/${encodeURIComponent(reversalId)}`;

  async function reversals(): Promise<readonly ReversalView[]> {
    return (await client.get('/v1/reversals?state=all', reversalsSchema)).reversals;
  }

  async function sale(saleId: string): Promise<SaleView | undefined> {
    try {
      return await client.get(`/v1/sales/${encodeURIComponent(saleId)}`, saleSchema);
    } catch (error) {
      if (error instanceof LocalApiError && error.code === 'notFound') return undefined;
      throw error;
    }
  }

  return {
    from: 'terminal',
    about: { api: client.url },
    troubles: [],
    reversals,
    cutOff: () => Promise.resolve([]),
    async sales() {
      const found: SaleView[] = [];
      for (const saleId of new Set((await reversals()).map((reversal) => reversal.saleId))) {
        const kept = await sale(saleId);
        if (kept !== undefined) found.push(kept);
      }
      return found;
    },
    sale,
    retry: (reversalId) => refusable(client.post(`${path(reversalId)}/retry`, {}, reversalSchema)),
    settle: (reversalId, settlement) =>
      refusable(client.post(`${path(reversalId)}/settle`, settlement, reversalSchema)),
  };
}

/** A refusal is the caller's error; without an answer it is unknown whether it was done. */
async function refusable<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof LocalApiError)) throw error;
    if (error.kind === 'refused') throw new QueueError(exitCode.usage, `the terminal refuses: ${error.message}`);
    throw new QueueError(
      exitCode.unavailable,
      `the terminal did not answer (${error.message}); look with \`tillbox queue show\` whether it was done`,
    );
  }
}
