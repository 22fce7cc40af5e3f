import { present } from '../../flows/present.js';
import type {
  DevicesConfig,
  GpioConfig,
  KeypadConfig,
  PanelConfig,
  PrinterConfig,
  ScannerConfig,
  VendConfig,
} from './config.js';
import type { ConfigCheck } from './config-check.js';
import type { VariableName } from './variables.js';

/** The device tree. Undefined when something that a device needs is missing, which is then among the errors already. */
export function devicesSection(check: ConfigCheck): DevicesConfig | undefined {
  const scanner = scannerOf(check);
  const keypad = keypadOf(check);
  const printer = printerOf(check);
  const panel = panelOf(check);
  const vend = vendOf(check);
  checkTwice(check, pinsInUse(check), 'pin');
  checkTwice(check, portsInUse(check), 'port');
  if (!scanner || !keypad || !printer || !panel || !vend) return undefined;
  return { gpio: gpioOf(check), scanner, keypad, printer, panel, vend };
}

function gpioOf({ values }: ConfigCheck): GpioConfig {
  return {
    backend: values.GPIO_BACKEND,
    pullUps: values.GPIO_PULL_UPS,
    ...present({ chip: values.GPIO_CHIP }),
  };
}

function scannerOf({ values }: ConfigCheck): ScannerConfig | undefined {
  const kind = values.SCANNER;
  if (kind === 'none') return { kind };
  const port = values.SCANNER_PORT;
  if (port === undefined) return undefined;
  return {
    kind,
    port,
    baud: values.SCANNER_BAUD,
    ...present({ triggerPin: values.SCANNER_TRIGGER_PIN, goodReadPin: values.SCANNER_GOOD_READ_PIN }),
  };
}

function keypadOf({ values, refuse }: ConfigCheck): KeypadConfig | undefined {
  const keys = values.KEYPAD_KEYS;
  const kind = values.KEYPAD;
  if (kind === 'none') return { kind };
  const rowPins = values.KEYPAD_ROW_PINS;
  const columnPins = values.KEYPAD_COLUMN_PINS;
  if (!rowPins || !columnPins) return undefined;
  const columns = keys[0]?.length ?? 0;
  if (keys.length !== rowPins.length || columns !== columnPins.length) {
    const wired = `${rowPins.length} row and ${columnPins.length} column pins`;
    refuse('KEYPAD_KEYS', `has ${keys.length} rows of ${columns} keys for ${wired}`);
  }
  return { kind, rowPins, columnPins, keys, settleMs: values.KEYPAD_SETTLE_MS };
}

function printerOf({ values, refuse }: ConfigCheck): PrinterConfig | undefined {
  const kind = values.PRINTER;
  if (kind === 'none') {
    if (values.PRINTER_REQUIRED === true)
      refuse('PRINTER_REQUIRED', 'is true and PRINTER is none: no sale could ever start');
    return { kind };
  }
  const columns = values.PRINTER_COLUMNS === '48' ? 48 : 32;
  const charset = values.PRINTER_CHARSET ?? (values.LOCALE === 'zh-CN' ? 'gb18030' : 'ascii');
  const font = charset === 'gb18030' ? 'gbk' : charset;
  const required = values.PRINTER_REQUIRED ?? true;
  const port = values.PRINTER_PORT;
  return port === undefined ? undefined : { kind, port, baud: values.PRINTER_BAUD, columns, charset: font, required };
}

function panelOf({ values, refuse }: ConfigCheck): PanelConfig {
  const kind = values.PANEL;
  if (kind !== 'gpio') return { kind };
  const lines = {
    readyPin: values.PANEL_READY_PIN,
    busyPin: values.PANEL_BUSY_PIN,
    paidPin: values.PANEL_PAID_PIN,
    faultPin: values.PANEL_FAULT_PIN,
    buzzerPin: values.PANEL_BUZZER_PIN,
    doorPin: values.PANEL_DOOR_PIN,
  };
  const wired = Object.entries(lines).filter(([, pin]) => pin !== undefined);
  if (wired.length === 0)
    refuse('PANEL_READY_PIN', 'is not set, nor is any other PANEL_…_PIN; PANEL=gpio needs at least one');
  return { kind, ...Object.fromEntries(wired) };
}

function vendOf({ values }: ConfigCheck): VendConfig | undefined {
  const kind = values.VEND;
  const timeoutMs = values.VEND_TIMEOUT_MS;
  switch (kind) {
    case 'none':
      return { kind };
    case 'mdb':
      return values.MDB_PORT === undefined ? undefined : { kind, port: values.MDB_PORT, timeoutMs };
    case 'relay': {
      const pins = values.VEND_PINS;
      if (!pins) return undefined;
      const pulseMs = values.VEND_PULSE_MS;
      /* Without a sensor nothing is known before the end of the pulse. */
      const outcomeTimeoutMs = Math.max(timeoutMs, pulseMs);
      return { kind, pins, pulseMs, timeoutMs: outcomeTimeoutMs, ...present({ sensorPin: values.VEND_SENSOR_PIN }) };
    }
  }
}

type InUse = readonly (readonly [VariableName, string | number])[];

function pinsInUse({ values }: ConfigCheck): InUse {
  const single = (name: keyof typeof values & VariableName, pin: number | undefined): InUse =>
    pin === undefined ? [] : [[name, pin]];
  const several = (name: VariableName, pins: readonly number[] | undefined): InUse =>
    (pins ?? []).map((pin) => [name, pin] as const);
  return [
    ...(values.SCANNER !== 'none'
      ? [
          ...single('SCANNER_TRIGGER_PIN', values.SCANNER_TRIGGER_PIN),
          ...single('SCANNER_GOOD_READ_PIN', values.SCANNER_GOOD_READ_PIN),
        ]
      : []),
    ...(values.KEYPAD === 'matrix'
      ? [
          ...several('KEYPAD_ROW_PINS', values.KEYPAD_ROW_PINS),
          ...several('KEYPAD_COLUMN_PINS', values.KEYPAD_COLUMN_PINS),
        ]
      : []),
    ...(values.PANEL === 'gpio'
      ? [
          ...single('PANEL_READY_PIN', values.PANEL_READY_PIN),
          ...single('PANEL_BUSY_PIN', values.PANEL_BUSY_PIN),
          ...single('PANEL_PAID_PIN', values.PANEL_PAID_PIN),
          ...single('PANEL_FAULT_PIN', values.PANEL_FAULT_PIN),
          ...single('PANEL_BUZZER_PIN', values.PANEL_BUZZER_PIN),
          ...single('PANEL_DOOR_PIN', values.PANEL_DOOR_PIN),
        ]
      : []),
    ...(values.VEND === 'relay'
      ? [...several('VEND_PINS', values.VEND_PINS), ...single('VEND_SENSOR_PIN', values.VEND_SENSOR_PIN)]
      : []),
  ];
}

function portsInUse({ values }: ConfigCheck): InUse {
  const ports: [VariableName, string][] = [];
  if (values.SCANNER !== 'none' && values.SCANNER_PORT) {
    ports.push(['SCANNER_PORT', values.SCANNER_PORT]);
  }
  if (values.PRINTER === 'escpos' && values.PRINTER_PORT) ports.push(['PRINTER_PORT', values.PRINTER_PORT]);
  if (values.VEND === 'mdb' && values.MDB_PORT) ports.push(['MDB_PORT', values.MDB_PORT]);
  return ports;
}

function checkTwice({ refuse }: ConfigCheck, inUse: InUse, what: 'pin' | 'port'): void {
  const first = new Map<string | number, VariableName>();
  for (const [name, value] of inUse) {
    const holder = first.get(value);
    if (holder === undefined) first.set(value, name);
    else if (holder === name) refuse(name, `names ${what} ${value} twice`);
    else refuse(name, `uses ${what} ${value}, which ${holder} uses already`);
  }
}
