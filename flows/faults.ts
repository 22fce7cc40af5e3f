import type { TextKey } from './customer-texts.js';

/**
 * Devices whose condition the flow knows. `flash` is the journal's medium, `log` the reader of the log's lines, `update` what
 * installs new versions of this software.
 */
export type DeviceName = 'scanner' | 'keypad' | 'printer' | 'panel' | 'vend' | 'flash' | 'log' | 'update';

export interface FaultRow {
  readonly meaning: string;
  /** `ifPrinterRequired`, `ifScannerRequired`: by configuration; `never`: a warning. */
  readonly blocksSale: 'always' | 'ifPrinterRequired' | 'ifScannerRequired' | 'never';
  /** What customers read while it stops sales; missing exactly where it never does. */
  readonly customerText?: TextKey;
  readonly operatorAction: string;
}

type Blocking = Exclude<FaultRow['blocksSale'], 'never'>;

const blocking =
  (blocksSale: Blocking) =>
  (meaning: string, operatorAction: string, customerText: TextKey = 'outOfService'): FaultRow => ({
    meaning,
    blocksSale,
    customerText,
    operatorAction,
  });
const stops = blocking('always');
const stopsWithPrinter = blocking('ifPrinterRequired');
const stopsWithScanner = blocking('ifScannerRequired');
const warns = (meaning: string, operatorAction: string): FaultRow => ({ meaning, blocksSale: 'never', operatorAction });

/**
 * Every fault: what it means, what the operator does, and what customers read where that is not "Out of service".
 */
export const FAULTS = {
  starting: stops(
    'the terminal has just started and has not finished its checks',
    'wait; if it stays, read the log for the check that does not finish',
    'startingUp',
  ),
  clockUnconfirmed: stops(
    'the wall clock has not been confirmed since the start',
    'check the network and NTP; a machine with a clock of its own may set CLOCK_TRUST=always',
  ),
  acquirerUnknown: stops(
    'the acquirer has not answered yet since the start',
    'wait a few seconds; then check the network and ACQUIRER_URL',
    'startingUp',
  ),
  acquirerUnreachable: stops(
    'the acquirer does not answer',
    'see the cause in the status or with `tillbox check`; the terminal retries by itself',
    'noConnection',
  ),
  acquirerMisconfigured: stops(
    'the acquirer refuses our requests: client id, key, contract, or the token of the merchant we act for',
    'see the code that caused it in the status or with `tillbox check`; check ALIPAY_CLIENT_ID and ALIPAY_PRIVATE_KEY against the dashboard, acting for a merchant ALIPAY_AGENT_TOKEN, then the contract',
  ),
  acquirerOnTrial: warns(
    'the acquirer refused a payment because of our set-up; the next customer may try whether it accepts payments again',
    'check the set-up, as for `acquirerMisconfigured`; a payment that it accepts ends this',
  ),
  acquirerUnverified: stops(
    'what answers is not signed as the acquirer signs: a proxy or gateway, or another key than is configured',
    "an unsigned answer is not the acquirer's: look for a proxy or gateway; where it is signed, set ALIPAY_PUBLIC_KEY to Alipay's key from the dashboard",
  ),
  queueFull: stops(
    'too many reversals wait for the acquirer',
    'restore the connection; see the queue; settle by hand what Alipay has confirmed',
  ),
  reversalNeedsPerson: warns(
    'a reversal could not be completed and needs a person',
    'contact Alipay technical support with the paymentRequestId, then retry or settle it',
  ),
  flashSlow: stops(
    'a write to flash took longer than 5 seconds',
    'if it stays, the card is at the end of its life: change it',
  ),
  flashAbsent: stops(
    'the data volume, or the journal on it, is missing: a card that fell out is not an empty queue',
    'put the card or volume back; restart by hand only where it is a new, empty one',
  ),
  flashDamaged: stops(
    'the journal cannot be read whole, or the card does not keep what it accepted; money may be at risk',
    'export the queue on a laptop, settle what is in it, then start with a new card',
  ),
  flashSwapped: stops(
    'the two halves of the journal are swapped; the card is sound',
    'swap the two names in JOURNAL_PARTITIONS, or the two files, back, and restart; it needs no new card',
  ),
  flashChanged: stops(
    'the card is not the one that this terminal knows: it was wiped or replaced, and its queue with it',
    'put the right card back; where it is lost, check at Alipay what was charged, then tillbox queue accept-new-card',
  ),
  logLost: warns(
    'lines of the log are lost: nobody reads them, or there is no space for them; sales go on',
    "check what takes the terminal's standard output (journald, docker, a pipe, a file) and the space on its disk",
  ),
  updateInstalling: stops(
    'the system holds the update lock: it is about to stop or replace this program, or to restart the board',
    'wait; if it stays for more than a quarter of an hour, start the board anew, which clears the lock',
    'updating',
  ),
  updateWaiting: stops(
    'a new version has been downloaded: for a few minutes no sale starts, so that it can be installed',
    'wait; where nothing installs it, the terminal sells again by itself',
    'updating',
  ),
  updateLockBroken: warns(
    'the update lock cannot be taken: an update may stop the terminal in the middle of a sale',
    'the log says why: check BALENA_APP_LOCK_PATH and its directory; or set UPDATE_LOCK=off',
  ),
  scannerStarting: stopsWithScanner('the scan engine is being set up', 'wait a few seconds', 'startingUp'),
  keypadStarting: warns('the keypad is being set up', 'wait a few seconds'),
  printerStarting: stopsWithPrinter('the printer has not reported its status yet', 'wait a few seconds', 'startingUp'),
  panelStarting: warns('the panel is being set up', 'wait a few seconds'),
  vendStarting: stops('the vend mechanism is being set up', 'wait a few seconds', 'startingUp'),
  scannerAbsent: stopsWithScanner(
    "the scan engine's port is missing or was unplugged",
    'check cable and SCANNER_PORT; it reconnects by itself',
  ),
  scannerPortDenied: stopsWithScanner(
    "the scan engine's port may not be opened or is held by another program",
    'check the permissions of SCANNER_PORT and that nothing else uses it',
  ),
  scannerSilent: stopsWithScanner(
    'the scan engine does not answer, or does not accept its commands',
    'check power and SCANNER_BAUD',
  ),
  scannerSetupCodesOpen: stopsWithScanner(
    'the scan engine can be reconfigured by a printed barcode: it did not switch setup codes off',
    'power the engine off and on; if it stays, replace it',
  ),
  scannerSettings: warns('the scan engine did not accept a setting', 'it works; replace it if codes are read badly'),
  scannerTriggerLine: stopsWithScanner('the line of the scan trigger is not available', 'check SCANNER_TRIGGER_PIN'),
  scannerBabbles: warns(
    'the scan engine sends codes without a pause; excess codes are dropped',
    'look for an object in front of the glass; then power the engine off and on, and check its cable',
  ),
  keypadLines: warns('the lines of the keypad are not available', 'check KEYPAD_ROW_PINS and KEYPAD_COLUMN_PINS'),
  keypadKeyStuck: warns('a key has been down for too long', 'free or clean the key'),
  printerAbsent: stopsWithPrinter(
    "the printer's port is missing or was unplugged",
    'check cable and PRINTER_PORT; it reconnects by itself',
  ),
  printerPortDenied: stopsWithPrinter(
    "the printer's port may not be opened or is held by another program",
    'check the permissions of PRINTER_PORT and that nothing else uses it',
  ),
  printerSilent: stopsWithPrinter('the printer does not answer status requests', 'check power and PRINTER_BAUD'),
  printerOffline: stopsWithPrinter(
    'the printer is offline and does not say why',
    'press the FEED button once; power it off and on',
  ),
  printerPaperOut: stopsWithPrinter('the paper has run out', 'load a new roll'),
  printerPaperNearEnd: warns('the paper is near its end', 'bring a new roll on the next visit'),
  printerCoverOpen: stopsWithPrinter("the printer's cover is open", 'close the cover until it clicks'),
  printerCutter: stopsWithPrinter(
    'the paper cutter is jammed',
    'open the cover, remove the paper, close it, power off and on',
  ),
  printerOverheated: stopsWithPrinter('the print head is too hot', 'wait; if it stays, check the ventilation'),
  printerBroken: stopsWithPrinter(
    'the printer reports an error that it cannot recover from',
    'power it off and on; if it stays, replace it',
  ),
  panelLines: warns('a line of the panel is not available', 'check the PANEL_… pins'),
  doorOpen: stops(
    'the door is open: somebody is at work inside',
    'close the door; if it is closed, check its switch and PANEL_DOOR_PIN',
  ),
  vendLines: stops('the lines of the vend mechanism are not available', 'check VEND_PINS and VEND_SENSOR_PIN'),
  vendSensorStuck: stops('the drop sensor reports goods all the time', 'clean the sensor'),
  vendMachineAbsent: stops(
    'the MDB adapter is missing or was unplugged',
    'check MDB_PORT and the cable; it reconnects by itself',
  ),
  vendMachineSilent: stops(
    'the MDB adapter or the vending machine does not answer',
    "check the machine's power and that its cashless reader is enabled",
  ),
  vendPortDenied: stops(
    "the MDB adapter's port may not be opened or is held by another program",
    'check the permissions of MDB_PORT and that nothing else uses it',
  ),
  vendPrices: warns(
    "the machine's prices do not fit CURRENCY: check its decimals. What does not fit is not sold",
    "set the machine's decimals and prices as CURRENCY needs them; the log and `detail` show what it asked for",
  ),
  vendSettings: warns(
    'the MDB adapter did not accept a setting',
    'update its firmware; without mdb-always-idle=1 the machine never asks, and nothing can be sold',
  ),
  vendBabbles: warns(
    'the machine asks more often than a person can choose; excess requests are dropped',
    "check the adapter's cable and the machine's buttons; power both off and on",
  ),
} satisfies Readonly<Record<string, FaultRow>>;

export type FaultCode = keyof typeof FAULTS;

/** With one of these the terminal runs without its journal: it sells nothing, and shows why. */
export const JOURNAL_FAULTS = ['flashAbsent', 'flashDamaged', 'flashSwapped'] as const satisfies readonly FaultCode[];

export function blocksSale(
  fault: FaultCode,
  policy: { readonly printerRequired: boolean; readonly scannerRequired: boolean },
): boolean {
  const rule = FAULTS[fault].blocksSale;
  switch (rule) {
    case 'always':
      return true;
    case 'ifPrinterRequired':
      return policy.printerRequired;
    case 'ifScannerRequired':
      return policy.scannerRequired;
    case 'never':
      return false;
  }
}
