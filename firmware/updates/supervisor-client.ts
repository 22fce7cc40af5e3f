import * as v from 'valibot';
import type { HttpHost, HttpRequest } from '../../drivers/host.js';
import type { SupervisorConfig } from '../config/config.js';
import type { Log } from '../log/log.js';
import { plainText } from '../log/plain-text.js';
import { parseJson } from '../service/parse-json.js';

/**
 * The API of balena's supervisor, which installs updates. Each call calls back once, later, and none ever does harm: a failure is
 * counted, and logged when its reason is another than that of the last one of its kind.
 */
export interface SupervisorClient {
  /** Undefined where there is no valid answer. */
  device(done: (device: SupervisorDevice | undefined) => void): void;
  /** Tells it to try the update now. It respects the update lock. */
  update(done: (accepted: boolean) => void): void;
  /** Names without spaces. The supervisor keeps them and sends them to the cloud when it can. */
  tag(tags: Readonly<Record<string, string>>, done: (accepted: boolean) => void): void;
  /** Since the start. */
  readonly failures: number;
}

/** What `GET /v1/device` says of updates. */
export interface SupervisorDevice {
  /** A new version is on this board and only has to be installed. */
  readonly downloaded: boolean;
}

const TIMEOUT_MS = 5_000;
const REPLY_LIMIT_BYTES = 64 * 1024;
const LONGEST_REASON = 200;

const deviceSchema = v.looseObject({
  update_downloaded: v.boolean(),
  update_failed: v.optional(v.boolean()),
});

type Answer = { readonly body: string } | { readonly why: string };
type Call = Pick<HttpRequest, 'method' | 'body'> & { readonly path: string };

export function createSupervisorClient(
  { address, apiKey }: SupervisorConfig,
  http: Pick<HttpHost, 'request'>,
  log: Pick<Log, 'warn' | 'debug'>,
): SupervisorClient {
  let failures = 0;
  const reasons = new Map<string, string>();

  /** `read` returns undefined for a body that is not valid. */
  function ask<T>(call: Call, read: (body: string) => T | undefined, done: (value: T | undefined) => void): void {
    send(call, (answer) => {
      const name = `${call.method} ${call.path}`;
      const value = 'body' in answer ? read(answer.body) : undefined;
      if (value === undefined) {
        failures += 1;
        const why = 'why' in answer ? answer.why : 'the answer is not what this call answers';
        if (reasons.get(name) !== why) log.warn('the supervisor does not help', { call: name, why });
        reasons.set(name, why);
      } else {
        reasons.delete(name);
        log.debug('supervisor', { call: name });
      }
      done(value);
    });
  }

  function send({ method, path, body }: Call, done: (answer: Answer) => void): void {
    const request: HttpRequest = {
      method,
      url: `${address}${path}`,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body,
      timeoutMs: TIMEOUT_MS,
      replyLimitBytes: REPLY_LIMIT_BYTES,
    };
    http.request(request, (error, reply) => {
      if (reply === undefined) return done({ why: plainText(error?.message ?? 'no answer').slice(0, LONGEST_REASON) });
      const { status } = reply;
      done(
        status >= 200 && status < 300
          ? { body: reply.body }
          : { why: `HTTP ${status}${STATUS_HINTS.get(status) ?? ''}` },
      );
    });
  }

  const accepted = (): true => true;

  return {
    device: (done) => ask({ method: 'GET', path: '/v1/device', body: '' }, readDevice, done),
    update: (done) =>
      ask({ method: 'POST', path: '/v1/update', body: '{}' }, accepted, (value) => done(value === true)),
    tag: (tags, done) =>
      ask({ method: 'PATCH', path: '/v2/device/tags', body: JSON.stringify(tags) }, accepted, (value) =>
        done(value === true),
      ),
    get failures() {
      return failures;
    },
  };
}

const STATUS_HINTS: ReadonlyMap<number, string> = new Map([
  [401, ': it does not know BALENA_SUPERVISOR_API_KEY'],
  [404, ': this supervisor does not have this call'],
  [423, ': an update lock is held'],
]);

function readDevice(body: string): SupervisorDevice | undefined {
  const found = v.safeParse(deviceSchema, parseJson(body));
  if (!found.success) return undefined;
  const { update_downloaded: downloaded, update_failed: failed } = found.output;
  return { downloaded: downloaded && failed !== true };
}
