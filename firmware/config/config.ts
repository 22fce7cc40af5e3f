import type { KeyObject } from 'node:crypto';
import type { PrinterCharset } from '../../drivers/printer/printer-charset.js';
import type { Catalog } from '../../flows/catalog.js';
import type { Timing } from '../../flows/timing.js';
import type { LogLevel } from '../log/log.js';

/** The whole configuration, checked. See `variables` for the meaning of each value. */
export interface Config {
  readonly terminal: TerminalConfig;
  readonly merchant: MerchantConfig;
  readonly sale: SaleConfig;
  readonly paymentCode: { readonly minDigits: number; readonly maxDigits: number };
  readonly acquirer: AcquirerConfig;
  readonly timing: Timing;
  readonly policy: PolicyConfig;
  readonly notify: NotifyConfig;
  readonly api: { readonly host: string; readonly port: number; readonly token?: string };
  readonly storage: {
    readonly dataDir: string;
    /** The data directory has to be on another file system than `/`. */
    readonly dataDirMounted: boolean;
    /** File outside of the data directory that names the known card; absent: beside the directory. */
    readonly cardMarkFile?: string;
    /** Raw block devices for the two halves of the journal; absent: files in the data directory. */
    readonly journalPartitions?: readonly [string, string];
    readonly salesKept: number;
    readonly salesKeptDays: number;
  };
  readonly updates: UpdatesConfig;
  readonly devices: DevicesConfig;
  readonly log: { readonly level: LogLevel; readonly format: 'text' | 'json' };
}

export interface TerminalConfig {
  /** Digits, 1–8. */
  readonly number: string;
  /** `env.storeTerminalId`. */
  readonly id: string;
  /** ISO 4217, one that `minorUnits` knows. */
  readonly currency: string;
  readonly locale: 'en' | 'zh-CN';
  /** IANA name. */
  readonly timeZone: string;
  /** Whether it is configured; receipts print the zone otherwise. */
  readonly timeZoneSet: boolean;
}

export interface MerchantConfig {
  readonly id: string;
  readonly name: string;
  readonly mcc: string;
  readonly region?: string;
  readonly store: { readonly id: string; readonly name: string; readonly mcc: string };
}

export type SaleConfig =
  | { readonly mode: 'host' /** 0: an approved sale is settled at once. */; readonly hostConfirmMs: number }
  | { readonly mode: 'amount' }
  | { readonly mode: 'selection'; readonly catalog: Catalog }
  | { readonly mode: 'mdb' };

export interface AcquirerConfig {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Before `/v1/…`; already rewritten for the sandbox. */
  readonly pathPrefix: string;
  /** Origin and path prefix of former acquirers whose payments this one knows. */
  readonly movedFrom: readonly string[];
  readonly clientId: string;
  readonly privateKey: KeyObject;
  readonly alipayPublicKey: KeyObject;
  readonly agentToken?: string;
  /** The merchant whose agent tokens are accepted; absent: the one whose token came first. */
  readonly agentMerchant?: string;
  readonly settlementCurrency?: string;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

export interface PolicyConfig {
  readonly queueLimit: number;
  readonly attemptLimit: number;
  readonly clockTrust: 'auto' | 'always';
  readonly vendUnknown: 'refund' | 'keep' | 'operator';
}

export interface NotifyConfig {
  /** Sent as `paymentNotifyUrl`; its path is what notifications are signed over. */
  readonly url?: string;
  readonly listener?: { readonly host: string; readonly port: number; readonly path: string };
}

export interface UpdatesConfig {
  readonly lock: 'auto' | 'off';
  /** Absent: found by the host. */
  readonly lockPath?: string;
  readonly supervisor?: SupervisorConfig;
}

/** The program that installs updates. */
export interface SupervisorConfig {
  /** Scheme, host and port. */
  readonly address: string;
  readonly apiKey: string;
}

export interface DevicesConfig {
  readonly gpio: GpioConfig;
  readonly scanner: ScannerConfig;
  readonly keypad: KeypadConfig;
  readonly printer: PrinterConfig;
  readonly panel: PanelConfig;
  readonly vend: VendConfig;
}

export interface GpioConfig {
  readonly backend: 'auto' | 'chardev' | 'sysfs';
  /** Label of the chip; absent: found by the host. */
  readonly chip?: string;
  /** Whether the board's own pull-ups are asked for. */
  readonly pullUps: boolean;
}

interface Absent {
  readonly kind: 'none';
}

/** Lines are the board's own numbers. */
export type ScannerConfig =
  | {
      readonly kind: 'gm65' | 'serial';
      readonly port: string;
      readonly baud: number;
      readonly triggerPin?: number;
      readonly goodReadPin?: number;
    }
  | Absent;

export type KeypadConfig =
  | {
      readonly kind: 'matrix';
      readonly rowPins: readonly number[];
      readonly columnPins: readonly number[];
      /** One string for each row, one character for each column. */
      readonly keys: readonly string[];
      /** From driving a row to reading the columns. */
      readonly settleMs: number;
    }
  | Absent;

export type PrinterConfig =
  | {
      readonly kind: 'escpos';
      readonly port: string;
      readonly baud: number;
      readonly columns: 32 | 48;
      readonly charset: PrinterCharset;
      readonly required: boolean;
    }
  | Absent;

export type PanelConfig =
  | {
      readonly kind: 'gpio';
      readonly readyPin?: number;
      readonly busyPin?: number;
      readonly paidPin?: number;
      readonly faultPin?: number;
      readonly buzzerPin?: number;
      readonly doorPin?: number;
    }
  | Absent;

export type VendConfig =
  | {
      readonly kind: 'relay';
      readonly pins: readonly number[];
      readonly pulseMs: number;
      readonly sensorPin?: number;
      readonly timeoutMs: number;
    }
  | { readonly kind: 'mdb'; readonly port: string; readonly timeoutMs: number }
  | Absent;
