import assert from 'node:assert/strict';
import fc from 'fast-check';
import { csvFields, csvSeparators } from '../../../firmware/config/csv-fields.js';
import { parseCatalog } from '../../../firmware/config/parse-catalog.js';

const HEADER = 'slot,name,price,channel';
const RELAYS = { currency: 'CNY', channelCount: 3 };

function faultsOf(lines: readonly string[], rules: Parameters<typeof parseCatalog>[1] = RELAYS): string[] {
  return parseCatalog([HEADER, ...lines].join('\n'), rules).faults.map(({ line, problem }) => `${line} ${problem}`);
}

describe('parseCatalog', () => {
  it('reads what a spreadsheet saves', () => {
    const text =
      '\ufeffSlot,Name,Price,Channel\r\n1,Tea,3,1\r\n\r\n 05 , "Cola, cold ""big""" ,4.5,2\r\n12,乌龙茶,12.50,2\r\n';
    assert.deepEqual(parseCatalog(text, RELAYS), {
      catalog: {
        1: { slot: '1', name: 'Tea', price: { currency: 'CNY', value: '300' }, channel: '1' },
        5: { slot: '05', name: 'Cola, cold "big"', price: { currency: 'CNY', value: '450' }, channel: '2' },
        12: { slot: '12', name: '乌龙茶', price: { currency: 'CNY', value: '1250' }, channel: '2' },
      },
      faults: [],
    });
  });

  const TEA = { 1: { slot: '1', name: 'Tea', price: { currency: 'CNY', value: '350' }, channel: '1' } };
  const saved: readonly (readonly [what: string, text: string])[] = [
    ['semicolons', 'slot;name;price;channel\r\n1;Tea;3.50;1\r\n'],
    ['tabs', 'slot\tname\tprice\tchannel\n1\tTea\t3.50\t1\n'],
    ['a line that tells the separator', 'sep=;\nslot;name;price;channel\n1;Tea;3.50;1\n'],
    ['empty columns at the end', 'slot,name,price,channel,,\n1,Tea,3.50,1,,\n'],
    ['empty columns at the end of the header', 'slot,name,price,channel,,\n1,Tea,3.50,1\n'],
    ['empty columns at the end of a line', 'slot;name;price;channel\n1;Tea;3.50;1;;;\n'],
    ['rows of nothing but separators', 'slot,name,price,channel\r\n,,,\r\n1,Tea,3.50,1\r\n,,,\r\n"","",,\r\n'],
    ['rows of blanks and tabs', 'slot\tname\tprice\tchannel\n1\tTea\t3.50\t1\n \t\t\t\n'],
  ];
  for (const [what, text] of saved) {
    it(`reads a table with ${what}`, () => {
      assert.deepEqual(parseCatalog(text, RELAYS), { catalog: TEA, faults: [] });
    });
  }

  it('takes no comma of a price for anything, whatever separates', () => {
    const { catalog, faults } = parseCatalog('slot;name;price;channel\n1;Tea;1,50;1\n', RELAYS);
    assert.deepEqual(catalog, {});
    assert.match(faults[0]?.problem ?? '', /^has "1,50" for a price/);
  });

  it('names what looks like commas', () => {
    const { faults } = parseCatalog('slot，name，price，channel\n1，Tea，3.50，1\n', RELAYS);
    assert.match(faults[0]?.problem ?? '', /full-width commas/);
  });

  it('leaves channels to the host app where there are no relays', () => {
    assert.deepEqual(faultsOf(['1,Tea,3,left-2'], { currency: 'CNY', channelCount: undefined }), []);
  });

  const wrong: [what: string, line: string, problem: RegExp, currency?: string][] = [
    ['a slot that is no number', 'A1,Tea,3,1', /^2 has "A1" for a slot; 1 to 4 digits/],
    ['a long slot', '12345,Tea,3,1', /^2 has "12345" for a slot/],
    ['no slot', ',Tea,3,1', /^2 has "" for a slot/],
    ['no name', '1, ,3,1', /^2 has no name of 1 to 64/],
    ['a long name', `1,${'x'.repeat(65)},3,1`, /^2 has no name/],
    ['a name with a control character', '1,T\u0007ea,3,1', /^2 has no name/],
    ['no price', '1,Tea,,1', /^2 has "" for a price; a decimal number of CNY above 0 such as 12\.50/],
    ['a free item', '1,Tea,0.00,1', /^2 has "0\.00" for a price/],
    ['a negative price', '1,Tea,-3,1', /^2 has "-3" for a price/],
    ['a price with three decimals', '1,Tea,3.005,1', /^2 has "3\.005" for a price/],
    ['a price with an exponent', '1,Tea,3e2,1', /^2 has "3e2" for a price/],
    ['a decimal comma', '1,Tea,"3,50",1', /^2 has "3,50" for a price/],
    ['decimals of a currency without', '1,Tea,300.00,1', /^2 has "300\.00" for a price; a whole number of JPY/, 'JPY'],
    ['a part of a rupiah', '1,Tea,300.50,1', /^2 has "300\.50" for a price; a whole amount above 0 in IDR/, 'IDR'],
    ['channel 0', '1,Tea,3,0', /^2 has "0" for a channel, which has to be 1 to 3: there are 3/],
    ['a channel beyond the relays', '1,Tea,3,4', /^2 has "4" for a channel, which has to be 1 to 3/],
    ['a channel spelt otherwise', '1,Tea,3,01', /^2 has "01" for a channel/],
    ['no channel', '1,Tea,3,', /^2 has "" for a channel, which has to be 1 to 16 letters/],
    ['three fields', '1,Tea,3', /^2 has 3 fields; slot,name,price,channel belong there/],
    ['a comma in a name', '1,Tea, green,3,1', /^2 has 5 fields/],
    ['semicolons', '1;Tea;3;1', /^2 has 1 fields; separated by a comma as in the first line, not by a semicolon/],
    ['a character lost in another encoding', '1,T\ufffda,3,1', /^2 has no name .* lost in another encoding/],
    ['an invisible character', '1,T\u200bea,3,1', /^2 has no name .* \(U\+200B\)/],
    ['an open quote', '1,"Tea,3,1', /^2 has a quote without its other half/],
    ['a quote in the middle', '1,T"e"a,3,1', /^2 has a quote/],
    ['a line beyond all reason', `1,${' '.repeat(600)}Tea,3,1`, /^2 has more than 512 characters/],
  ];
  for (const [what, line, problem, currency = 'CNY'] of wrong) {
    it(`refuses ${what}`, () => {
      const faults = faultsOf([line], { currency, channelCount: 3 });
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] ?? '', problem);
    });
  }

  it('reports all faults of all lines', () => {
    assert.deepEqual(
      faultsOf(['x,,no,9', '7,Tea,3,1', '', '007,Cola,3,1']).map((fault) => fault.slice(0, 22)),
      [
        '2 has "x" for a slot; 1',
        '2 has no name of 1 to 6',
        '2 has "no" for a price;',
        '2 has "9" for a channel',
        '5 has the slot 007, whi',
      ].map((fault) => fault.slice(0, 22)),
    );
  });

  it('refuses a file without its header, without items, with too many, or too long', () => {
    const HEADER_PROBLEM = `has to be ${HEADER}, separated by commas, semicolons or tabs`;
    const first = (text: string) => parseCatalog(text, RELAYS).faults[0];
    assert.deepEqual(first('1,Tea,3,1'), { line: 1, problem: HEADER_PROBLEM });
    assert.deepEqual(first(''), { line: 1, problem: HEADER_PROBLEM });
    assert.deepEqual(first(HEADER), { line: 1, problem: 'is not followed by any item' });
    assert.equal(first('x'.repeat(300_000))?.problem, 'begins a file longer than 256 KiB');
    const many = (count: number) => Array.from({ length: count }, (_, at) => `${at},Tea,3,1`);
    assert.deepEqual(faultsOf(many(1000)), []);
    assert.deepEqual(faultsOf(many(1005)), ['1002 is beyond the 1000 items that are allowed']);
  });

  it('takes any text without an exception, and only items that are right', () => {
    const cell = fc.oneof(
      fc.constantFrom('1', '05', 'Tea', '3.50', '2', '"', ',', '\n', '', '9'),
      fc.string({ maxLength: 8 }),
    );
    const line = fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(','));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const { catalog, faults } = parseCatalog([HEADER, ...lines].join('\n'), RELAYS);
        assert.ok(Object.keys(catalog).length > 0 || faults.length > 0);
        for (const [slot, item] of Object.entries(catalog)) {
          assert.equal(String(Number(item.slot)), slot);
          assert.match(item.price.value, /^[1-9]\d*$/);
          assert.match(item.channel, /^[123]$/);
        }
      }),
    );
  });
});

describe('csvFields', () => {
  it('reads back what was written with quotes', () => {
    const field = fc.string({ maxLength: 12 }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), fc.constantFrom(...csvSeparators), (fields, one) => {
        const line = fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(one);
        assert.deepEqual(
          csvFields(line, one),
          fields.map((text) => text.trim()),
        );
      }),
    );
  });
});
