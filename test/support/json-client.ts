export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface JsonClient {
  get(target: string): Promise<JsonAnswer>;
  post(target: string, body?: unknown): Promise<JsonAnswer>;
}

const LIMIT_MS = 10_000;

/** Speaks JSON to a server on a real socket, as any program of a customer would. */
export function createJsonClient(origin: string): JsonClient {
  async function ask(target: string, init: RequestInit): Promise<JsonAnswer> {
    const answer = await fetch(`${origin}${target}`, { ...init, signal: AbortSignal.timeout(LIMIT_MS) });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }
  return {
    get: (target) => ask(target, {}),
    post: (target, body) =>
      ask(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}
