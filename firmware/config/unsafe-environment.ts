import type { ConfigError, Environment } from './config-check.js';

/**
 * Errors for settings of Node itself that break what payments rely on: the acquirer's certificate is verified, and keys and
 * traffic stay inside the process.
 */
export function unsafeEnvironment(env: Environment): readonly ConfigError[] {
  const errors: ConfigError[] = [];
  if (env.NODE_TLS_REJECT_UNAUTHORIZED?.trim() === '0') {
    errors.push({
      variable: 'NODE_TLS_REJECT_UNAUTHORIZED',
      problem:
        'is 0, which switches the check of certificates off; take it out, and pin a certificate authority of your own with ACQUIRER_CA_FILE',
    });
  }
  const shown = (env.NODE_DEBUG ?? '').split(',').find((part) => /^(https?|\*)$/i.test(part.trim()));
  if (shown !== undefined) {
    const problem = `has ${shown.trim()}, which writes keys and tokens to the standard error; take it out`;
    errors.push({ variable: 'NODE_DEBUG', problem });
  }
  for (const option of (env.NODE_OPTIONS ?? '').split(/\s+/)) {
    const name = option.replaceAll('"', '').split('=')[0]?.replaceAll('_', '-') ?? '';
    const harm = HARMS.find(([pattern]) => pattern.test(name))?.[1];
    if (harm !== undefined)
      errors.push({ variable: 'NODE_OPTIONS', problem: `has ${name}, which ${harm}; take it out` });
  }
  return errors;
}

const HARMS: readonly (readonly [RegExp, string])[] = [
  [/^--inspect/, 'lets every local user read keys and change code'],
  [/^--(tls-keylog|trace-tls)$/, 'writes down what decrypts the traffic'],
  [/^--tls-(min-v1\.[01]|max-v1\.[01]|cipher-list)$/, 'weakens TLS'],
  [/^--insecure-http-parser$/, 'accepts requests that are not HTTP'],
  [
    /^--(heapsnapshot|report|heap-prof|abort-on-uncaught-exception)/,
    'may write memory or environment, with the keys, to a file',
  ],
];
