import type { HostError, HttpReply } from '../../drivers/host.js';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { AcquirerConfig } from '../config/config.js';
import type { Signer } from './signer.js';

/** One request to the acquirer and its raw reply. */
export interface AcquirerExchange {
  readonly answer: AcquirerAnswer;
  /** As it came, and what went wrong where there is none. */
  readonly reply: HttpReply | undefined;
  readonly error: HostError | undefined;
  /** Path of the request, as it was signed. */
  readonly path: string;
}

export interface DiagnosisParts {
  readonly acquirer: AcquirerConfig;
  readonly signer: Signer;
  /** Our clock. */
  readonly wallMs: number;
}

/** Why we cannot use the acquirer. */
export interface Diagnosis {
  /** Stays the same for as long as the cause does. */
  readonly cause: string;
  /** What was found, a whole sentence for a technician. No secret. */
  readonly found: string;
  readonly todo: string;
}
