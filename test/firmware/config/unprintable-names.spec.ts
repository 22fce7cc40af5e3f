import assert from 'node:assert/strict';
import { composeReceipt } from '../../../drivers/printer/compose-receipt.js';
import type { Environment } from '../../../firmware/config/config-check.js';
import { loadConfig } from '../../../firmware/config/load-config.js';
import { receiptHeadOf, receiptLayout } from '../../../firmware/devices/receipt-layout.js';
import { simEnvironment } from '../../../hw-sim/kiosk-settings.js';
import { wireSimulatedDevices } from '../../../hw-sim/simulated-wiring.js';
import { testKeyPairs } from '../../support/test-key-pairs.js';

const calm = wireSimulatedDevices({
  ...simEnvironment(testKeyPairs),
  NOTIFY_URL: 'https://pay.example.com/n',
  LOCALE: 'en',
});
const catalog = (...names: readonly string[]): string =>
  ['slot,name,price,channel', ...names.map((name, at) => `${at + 1},${name},3.00,1`)].join('\n');

function load(change: Environment, goods: readonly string[] = []) {
  const loading = loadConfig({ ...calm, ...change }, () => catalog(...goods));
  assert.ok('config' in loading, JSON.stringify(loading));
  return loading;
}

const told = (change: Environment, goods: readonly string[] = []): readonly string[] =>
  load(change, goods).warnings.map(({ variable, problem }) => `${variable} ${problem}`);

/** The bytes of a receipt, as text where they are text. */
function bytesOf(change: Environment): string {
  const { config } = load(change);
  const { printer } = config.devices;
  assert.ok(printer.kind !== 'none');
  const receipt = {
    kind: 'sale',
    orderId: 'A-1',
    description: 'Phở',
    amount: { currency: 'CNY', value: '1250' },
    paymentRequestId: '2026112321460110010001250012507',
    at: '2026-11-23 21:46:01',
    utcOffsetMinutes: 0,
  } as const;
  const composed = composeReceipt(receiptLayout(receipt, receiptHeadOf(config)), printer);
  assert.ok(composed.ok);
  return Buffer.concat(composed.pieces).toString('latin1');
}

describe('the printer’s characters', () => {
  const DEFAULTS = { en: 'ascii', 'zh-CN': 'gbk' } as const;
  for (const [LOCALE, charset] of Object.entries(DEFAULTS)) {
    it(`are ${charset} with LOCALE=${LOCALE}, where nobody said more`, () => {
      const { printer } = load({ LOCALE }).config.devices;
      assert.equal(printer.kind !== 'none' && printer.charset, charset);
    });
  }

  it('are what PRINTER_CHARSET says, and nothing that no printer has', () => {
    for (const [said, charset] of [
      ['gb18030', 'gbk'],
      ['gbk', 'gbk'],
      ['cp858', 'cp858'],
    ] as const) {
      const { printer } = load({ PRINTER_CHARSET: said }).config.devices;
      assert.equal(printer.kind !== 'none' && printer.charset, charset);
    }
    const refused = loadConfig({ ...calm, PRINTER_CHARSET: 'utf8' }, () => '');
    assert.match(JSON.stringify('errors' in refused && refused.errors), /PRINTER_CHARSET.*cp858/);
  });

  it('send no Chinese byte and no Chinese font to a printer with LOCALE=en', () => {
    const sent = bytesOf({ STORE_NAME: 'Cà phê Đà Nẵng', MERCHANT_NAME: '绿叶' });
    const chinese = '\x1c&';
    assert.match(sent, /Ca phe Da Nang/);
    assert.match(sent, /Pho/);
    assert.ok(!sent.includes(chinese));
    assert.ok(bytesOf({ STORE_NAME: 'Cà phê', PRINTER_CHARSET: 'cp858' }).includes('\x1bt\x13C\x85 ph\x88'));
    assert.ok(bytesOf({ STORE_NAME: '绿叶', LOCALE: 'zh-CN' }).includes(`${chinese}\xc2\xcc\xd2\xb6`));
  });

  it('let the words be English where a printer has no Chinese', () => {
    const change = { LOCALE: 'zh-CN', PRINTER_CHARSET: 'ascii' };
    assert.match(bytesOf(change), /Paid with Alipay/);
    assert.deepEqual(told(change), [
      'PRINTER_CHARSET is ascii, which has no Chinese: receipts are in English, though LOCALE is zh-CN',
    ]);
  });
});

describe('names that the printer cannot print', () => {
  it('are reported with what comes out', () => {
    assert.deepEqual(told({ STORE_NAME: 'Cà phê Đà Nẵng', MERCHANT_NAME: 'กาแฟ' }), [
      'MERCHANT_NAME has letters that the printer lacks: receipts show กาแฟ as ????',
      'STORE_NAME has letters that the printer lacks: receipts show Cà phê Đà Nẵng as Ca phe Da Nang',
    ]);
  });

  it('are reported for goods, a few by name', () => {
    const keypad = { KEYPAD: 'matrix', KEYPAD_ROW_PINS: '1,2,3,4', KEYPAD_COLUMN_PINS: '5,6,7' };
    const selection = { SALE_MODE: 'selection', ...keypad, CATALOG_FILE: '/c.csv' };
    assert.deepEqual(told(selection, ['Tea', 'Thé', '茶', 'Phở', 'Łosoś']), [
      'CATALOG_FILE has names with letters that the printer lacks: receipts show Thé as The; 茶 as ?; Phở as Pho; and 1 more',
    ]);
  });

  const QUIET: readonly Environment[] = [
    { STORE_NAME: 'Joe’s “Snacks” – 2' },
    { STORE_NAME: 'Crème', PRINTER_CHARSET: 'cp858' },
    { STORE_NAME: '绿叶', LOCALE: 'zh-CN' },
    { STORE_NAME: '绿叶', PRINTER: 'none', PRINTER_REQUIRED: '' },
  ];
  for (const change of QUIET) it(`are none with ${JSON.stringify(change)}`, () => assert.deepEqual(told(change), []));
});
