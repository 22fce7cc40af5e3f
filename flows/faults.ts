import type { TextKey } from './customer-texts.js';

/** Devices whose condition the flow knows. `flash` is the journal's medium, `log` whoever takes the log's lines. */
export type DeviceName = 'scanner' | 'keypad' | 'printer' | 'panel' | 'vend' | 'flash' | 'log';

export type FaultCode =
  | 'starting'
  | 'clockUnconfirmed'
  | 'acquirerUnknown'
  | 'acquirerUnreachable'
  | 'acquirerMisconfigured'
  | 'acquirerOnTrial'
  | 'acquirerUnverified'
  | 'queueFull'
  | 'reversalNeedsPerson'
  | 'flashSlow'
  | 'flashAbsent'
  | 'flashDamaged'
  | 'flashSwapped'
  | 'flashChanged'
  | 'logLost'
  | 'scannerStarting'
  | 'keypadStarting'
  | 'printerStarting'
  | 'panelStarting'
  | 'vendStarting'
  | 'scannerAbsent'
  | 'scannerPortDenied'
  | 'scannerSilent'
  | 'scannerSetupCodesOpen'
  | 'scannerSettings'
  | 'scannerTriggerLine'
  | 'scannerBabbles'
  | 'keypadLines'
  | 'keypadKeyStuck'
  | 'printerAbsent'
  | 'printerPortDenied'
  | 'printerSilent'
  | 'printerOffline'
  | 'printerPaperOut'
  | 'printerPaperNearEnd'
  | 'printerCoverOpen'
  | 'printerCutter'
  | 'printerOverheated'
  | 'printerBroken'
  | 'panelLines'
  | 'doorOpen'
  | 'vendLines'
  | 'vendSensorStuck'
  | 'vendMachineAbsent'
  | 'vendMachineSilent'
  | 'vendPortDenied'
  | 'vendPrices'
  | 'vendSettings'
  | 'vendBabbles';

/** With one of these the terminal runs without its journal: it takes no sale, and is there to say why. */
export const JOURNAL_FAULTS = ['flashAbsent', 'flashDamaged', 'flashSwapped'] as const satisfies readonly FaultCode[];

export interface FaultRow {
  readonly meaning: string;
  /** `always`; `ifPrinterRequired`, `ifScannerRequired`: by configuration; `never`: a warning. */
  readonly blocksSale: 'always' | 'ifPrinterRequired' | 'ifScannerRequired' | 'never';
  /** What customers read while it keeps sales from starting; missing exactly where it never does. */
  readonly customerText?: TextKey;
  readonly operatorAction: string;
}

/** One row for each fault: what it means, whether it stops sales, what customers read, what to do. */
export const FAULTS: Readonly<Record<FaultCode, FaultRow>> = {
  starting: {
    meaning: 'the terminal has just started and has not finished its checks',
    blocksSale: 'always',
    customerText: 'startingUp',
    operatorAction: 'wait; if it stays, read the log for the check that does not finish',
  },
  clockUnconfirmed: {
    meaning: 'the wall clock has not been confirmed since the start',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'check the network and NTP; a machine with a clock of its own may set CLOCK_TRUST=always',
  },
  acquirerUnknown: {
    meaning: 'the acquirer has not answered yet since the start',
    blocksSale: 'always',
    customerText: 'startingUp',
    operatorAction: 'wait a few seconds; then check the network and ACQUIRER_URL',
  },
  acquirerUnreachable: {
    meaning: 'the acquirer does not answer',
    blocksSale: 'always',
    customerText: 'noConnection',
    operatorAction: 'see the cause in the status or with `tillbox check`; the terminal retries by itself',
  },
  acquirerMisconfigured: {
    meaning: 'the acquirer refuses our requests: client id, key, contract, or the token of the merchant we act for',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction:
      'see the code that caused it in the status or with `tillbox check`; check ALIPAY_CLIENT_ID and ALIPAY_PRIVATE_KEY against the dashboard, acting for a merchant ALIPAY_AGENT_TOKEN, then the contract',
  },
  acquirerOnTrial: {
    meaning: 'the acquirer refused a payment for our set-up; the next customer may try whether it takes payments again',
    blocksSale: 'never',
    operatorAction: 'see to the set-up, as for `acquirerMisconfigured`; a payment that it takes ends this',
  },
  acquirerUnverified: {
    meaning: 'what answers is not signed as the acquirer signs: a proxy or gateway, or another key than is configured',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction:
      "an unsigned answer is not the acquirer's: look for a proxy or gateway; where it is signed, set ALIPAY_PUBLIC_KEY to Alipay's key from the dashboard",
  },
  queueFull: {
    meaning: 'too many reversals wait for the acquirer',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'restore the connection; see the queue; settle by hand what Alipay has confirmed',
  },
  reversalNeedsPerson: {
    meaning: 'a reversal could not be completed and needs a person',
    blocksSale: 'never',
    operatorAction: 'contact Alipay technical support with the paymentRequestId, then retry or settle it',
  },
  flashSlow: {
    meaning: 'a write to flash took longer than 5 seconds',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'if it stays, the card is at the end of its life: change it',
  },
  flashAbsent: {
    meaning: 'the data volume, or the journal on it, is not there: a card that fell out is not an empty queue',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'put the card or volume back; restart by hand only where it is a new, empty one',
  },
  flashDamaged: {
    meaning: 'the journal cannot be read whole, or the card does not keep what it accepted; money may be at stake',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'export the queue on a laptop, settle what is in it, then start with a new card',
  },
  flashSwapped: {
    meaning: 'the two halves of the journal are swapped; the card is sound',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction:
      'swap the two names in JOURNAL_PARTITIONS, or the two files, back, and restart; it needs no new card',
  },
  flashChanged: {
    meaning: 'the card is not the one that this terminal knows: it was wiped or changed, and its queue with it',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction:
      'put the right card back; where it is lost, see at Alipay what was charged, then tillbox queue accept-new-card',
  },
  logLost: {
    meaning: 'lines of the log are lost: nobody reads them, or there is no room for them; sales go on',
    blocksSale: 'never',
    operatorAction:
      "check what takes the terminal's standard output (journald, docker, a pipe, a file) and the room on its disk",
  },
  scannerStarting: {
    meaning: 'the scan engine is being set up',
    blocksSale: 'ifScannerRequired',
    customerText: 'startingUp',
    operatorAction: 'wait a few seconds',
  },
  keypadStarting: {
    meaning: 'the keypad is being set up',
    blocksSale: 'never',
    operatorAction: 'wait a few seconds',
  },
  printerStarting: {
    meaning: 'the printer has not told its condition yet',
    blocksSale: 'ifPrinterRequired',
    customerText: 'startingUp',
    operatorAction: 'wait a few seconds',
  },
  panelStarting: {
    meaning: 'the panel is being set up',
    blocksSale: 'never',
    operatorAction: 'wait a few seconds',
  },
  vendStarting: {
    meaning: 'the vend mechanism is being set up',
    blocksSale: 'always',
    customerText: 'startingUp',
    operatorAction: 'wait a few seconds',
  },
  scannerAbsent: {
    meaning: "the scan engine's port is not there or was unplugged",
    blocksSale: 'ifScannerRequired',
    customerText: 'outOfService',
    operatorAction: 'check cable and SCANNER_PORT; it reconnects by itself',
  },
  scannerPortDenied: {
    meaning: "the scan engine's port may not be opened or is held by another program",
    blocksSale: 'ifScannerRequired',
    customerText: 'outOfService',
    operatorAction: 'check the permissions of SCANNER_PORT and that nothing else uses it',
  },
  scannerSilent: {
    meaning: 'the scan engine does not answer, or does not take its commands',
    blocksSale: 'ifScannerRequired',
    customerText: 'outOfService',
    operatorAction: 'check power and SCANNER_BAUD',
  },
  scannerSetupCodesOpen: {
    meaning: 'the scan engine can be reconfigured by a printed barcode: it did not switch setup codes off',
    blocksSale: 'ifScannerRequired',
    customerText: 'outOfService',
    operatorAction: 'power the engine off and on; if it stays, replace it',
  },
  scannerSettings: {
    meaning: 'the scan engine did not take a setting',
    blocksSale: 'never',
    operatorAction: 'it works; replace it if codes are read badly',
  },
  scannerTriggerLine: {
    meaning: 'the line of the scan trigger cannot be had',
    blocksSale: 'ifScannerRequired',
    customerText: 'outOfService',
    operatorAction: 'check SCANNER_TRIGGER_PIN',
  },
  scannerBabbles: {
    meaning: 'the scan engine sends codes without a pause; those that are too many are dropped',
    blocksSale: 'never',
    operatorAction: 'look what lies before the glass; then power the engine off and on, and check its cable',
  },
  keypadLines: {
    meaning: 'the lines of the keypad cannot be had',
    blocksSale: 'never',
    operatorAction: 'check KEYPAD_ROW_PINS and KEYPAD_COLUMN_PINS',
  },
  keypadKeyStuck: {
    meaning: 'a key has been down for too long',
    blocksSale: 'never',
    operatorAction: 'free or clean the key',
  },
  printerAbsent: {
    meaning: "the printer's port is not there or was unplugged",
    blocksSale: 'ifPrinterRequired',
    customerText: 'outOfService',
    operatorAction: 'check cable and PRINTER_PORT; it reconnects by itself',
  },
  printerPortDenied: {
    meaning: "the printer's port may not be opened or is held by another program",
    blocksSale: 'ifPrinterRequired',
    customerText: 'outOfService',
    operatorAction: 'check the permissions of PRINTER_PORT and that nothing else uses it',
  },
  printerSilent: {
    meaning: 'the printer does not answer status requests',
    blocksSale: 'ifPrinterRequired',
    customerText: 'outOfService',
    operatorAction: 'check power and PRINTER_BAUD',
  },
  printerOffline: {
    meaning: 'the printer is offline and does not say why',
    blocksSale: 'ifPrinterRequired',
    customerText: 'outOfService',
    operatorAction: 'press the FEED button once; power it off and on',
  },
  printerPaperOut: {
    meaning: 'the paper has run out',
    blocksSale: 'ifPrinterRequired',
    customerText: 'outOfService',
    operatorAction: 'load a new roll',
  },
  printerPaperNearEnd: {
    meaning: 'the paper is near its end',
    blocksSale: 'never',
    operatorAction: 'bring a new roll on the next visit',
  },
  printerCoverOpen: {
    meaning: "the printer's cover is open",
    blocksSale: 'ifPrinterRequired',
    customerText: 'outOfService',
    operatorAction: 'close the cover until it clicks',
  },
  printerCutter: {
    meaning: 'the paper cutter is jammed',
    blocksSale: 'ifPrinterRequired',
    customerText: 'outOfService',
    operatorAction: 'open the cover, remove the paper, close it, power off and on',
  },
  printerOverheated: {
    meaning: 'the print head is too hot',
    blocksSale: 'ifPrinterRequired',
    customerText: 'outOfService',
    operatorAction: 'wait; if it stays, check the ventilation',
  },
  printerBroken: {
    meaning: 'the printer reports an error that it cannot recover from',
    blocksSale: 'ifPrinterRequired',
    customerText: 'outOfService',
    operatorAction: 'power it off and on; if it stays, replace it',
  },
  panelLines: {
    meaning: 'a line of the panel cannot be had',
    blocksSale: 'never',
    operatorAction: 'check the PANEL_… pins',
  },
  doorOpen: {
    meaning: 'the door is open: somebody is at work inside',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'close the door; if it is closed, check its switch and PANEL_DOOR_PIN',
  },
  vendLines: {
    meaning: 'the lines of the vend mechanism cannot be had',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'check VEND_PINS and VEND_SENSOR_PIN',
  },
  vendSensorStuck: {
    meaning: 'the drop sensor reports goods all the time',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'clean the sensor',
  },
  vendMachineAbsent: {
    meaning: 'the MDB adapter is not there or was unplugged',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'check MDB_PORT and the cable; it reconnects by itself',
  },
  vendMachineSilent: {
    meaning: 'the MDB adapter or the vending machine does not answer',
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: "check the machine's power and that its cashless reader is enabled",
  },
  vendPortDenied: {
    meaning: "the MDB adapter's port may not be opened or is held by another program",
    blocksSale: 'always',
    customerText: 'outOfService',
    operatorAction: 'check the permissions of MDB_PORT and that nothing else uses it',
  },
  vendPrices: {
    meaning: "the machine's prices do not fit CURRENCY: check its decimals. What does not fit is not sold",
    blocksSale: 'never',
    operatorAction:
      "set the machine's decimals and prices to what CURRENCY has; the log and `detail` show what it asked for",
  },
  vendSettings: {
    meaning: 'the MDB adapter did not take a setting',
    blocksSale: 'never',
    operatorAction: 'update its firmware; without mdb-always-idle=1 the machine never asks, and nothing can be sold',
  },
  vendBabbles: {
    meaning: 'the machine asks more often than a hand can choose; what is too much is dropped',
    blocksSale: 'never',
    operatorAction: "check the adapter's cable and the machine's buttons; power both off and on",
  },
};

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
