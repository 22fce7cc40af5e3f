/**
 * Waits until a probe answers something other than undefined or false, and answers that. Fails after `limitMs` with what
 * was waited for: by default a limit for what hangs, far above what a loaded machine takes. The pause between two probes
 * grows with the wait, because a probe of a real process costs time of the same processors.
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 30_000,
): Promise<T> {
  const startMs = performance.now();
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    const waitedMs = performance.now() - startMs;
    if (waitedMs > limitMs) throw new Error(`did not happen within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(5, waitedMs / 10), 100)));
  }
}
