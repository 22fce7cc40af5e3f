import assert from 'node:assert/strict';
import type { Policy } from '../../flows/policy.js';
import { view } from '../../flows/view.js';
import { cny, recordWords } from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, startSale } from './drive.js';

const CATALOG: Policy['catalog'] = {
  5: { slot: '05', name: 'Cola', price: cny('450'), channel: '2' },
  12: { slot: '12', name: 'Tea', price: cny('300'), channel: '1' },
  15: { slot: '15', name: 'Gum', price: cny('100'), channel: '3' },
  105: { slot: '105', name: 'Beer', price: cny('900'), channel: '4' },
};

const AMOUNT = { saleMode: 'amount' } as const;
const SELECTION = { saleMode: 'selection', catalog: CATALOG } as const;

function type(drive: Drive, keys: string) {
  let last = drive.feed({ type: 'keyPressed', key: keys[0] ?? '' });
  for (const key of keys.slice(1)) last = drive.feed({ type: 'keyPressed', key });
  return last;
}

const entry = (drive: Drive): string => drive.state.live.entry;

describe('keypad', () => {
  it('starts a sale of the amount that was typed', () => {
    const drive = createReadyDrive(AMOUNT);
    type(drive, '1250#');
    const { state, amount, orderId } = drive.sale();
    assert.deepEqual([state, amount], ['awaitingCode', cny('1250')]);
    assert.match(orderId, /^k\d{14}-\d{4}$/);
    assert.equal(entry(drive), '');
  });

  for (const keys of ['#', '0#', '000#']) {
    it(`starts none on ${keys}`, () => {
      expectIgnored(type(createReadyDrive(AMOUNT), keys), 'no amount entered');
    });
  }

  it('accepts seven digits of an amount, and four of a slot', () => {
    const amount = createReadyDrive(AMOUNT);
    type(amount, '1234567');
    assert.equal(entry(amount), '1234567');
    const slot = createReadyDrive(SELECTION);
    type(slot, '1234');
    assert.equal(entry(slot), '1234');
  });

  describe('with a key that is not accepted', () => {
    const unclear = (drive: Drive) => drive.feed({ type: 'keysUnclear' });
    const SPOILS: [how: string, policy: Partial<Policy>, spoil: (drive: Drive) => unknown, reason: string][] = [
      ['two keys at once', AMOUNT, (drive) => [type(drive, '12'), unclear(drive)], 'keysTogether'],
      ['two keys at once, first of all', AMOUNT, unclear, 'keysTogether'],
      ['an eighth digit', AMOUNT, (drive) => type(drive, '12345678'), 'entryFull'],
      ['a fifth digit of a slot', SELECTION, (drive) => type(drive, '00125'), 'entryFull'],
      ['a key without a meaning', AMOUNT, (drive) => type(drive, '12.'), 'unknownKey'],
      ['a key without a meaning, first of all', SELECTION, (drive) => type(drive, 'A'), 'unknownKey'],
    ];
    for (const [how, policy, spoil, reason] of SPOILS) {
      describe(how, () => {
        const spoilt = (): Drive => {
          const drive = createReadyDrive(policy);
          spoil(drive);
          return drive;
        };

        it('clears what was typed, asks the customer to start again, and counts it once', () => {
          const drive = spoilt();
          assert.deepEqual(
            [entry(drive), view(drive.state).text, view(drive.state).refusal],
            ['', 'typeAgain', 'typeAgain'],
          );
          type(drive, '55');
          const refusals = drive.sent('noteRefusal').map(({ refusal }) => refusal);
          assert.deepEqual(refusals, [{ device: 'keypad', reason, times: 1 }]);
        });

        it('discards the keys that follow without a pause', () => {
          for (const rest of ['#', '5#', '12#', '50#']) {
            const drive = spoilt();
            type(drive, rest);
            assert.deepEqual([Object.keys(drive.state.book.sales), entry(drive)], [[], ''], rest);
          }
        });

        for (const [again, act] of [
          ['*', (drive: Drive) => type(drive, '*')],
          ['#', (drive: Drive) => type(drive, '5#')],
          ['a pause', (drive: Drive) => [type(drive, '5'), drive.wait(2_000)]],
        ] as const) {
          it(`sells what is typed after ${again}`, () => {
            const drive = spoilt();
            act(drive);
            type(drive, '12#');
            assert.equal(drive.sale().amount.value, policy === AMOUNT ? '12' : '300');
          });
        }

        it('still waits for a pause after the last key', () => {
          const drive = spoilt();
          drive.wait(1_900);
          type(drive, '1');
          drive.wait(1_900);
          type(drive, '2#');
          assert.deepEqual(Object.keys(drive.state.book.sales), []);
        });
      });
    }

    it('because the keys could not be read for a while, sells nothing of the rest', () => {
      const drive = createReadyDrive(AMOUNT);
      type(drive, '12');
      drive.feed({ type: 'deviceChanged', device: 'keypad', faults: ['keypadLines'] });
      assert.deepEqual([entry(drive), view(drive.state).text], ['', 'typeAgain']);
      drive.feed({ type: 'deviceChanged', device: 'keypad', faults: [] });
      type(drive, '50#');
      assert.deepEqual(Object.keys(drive.state.book.sales), []);
    });

    it('because its first keys could not be read, sells nothing of the rest', () => {
      const drive = createReadyDrive(AMOUNT);
      drive.feed({ type: 'deviceChanged', device: 'keypad', faults: ['keypadLines'] });
      drive.wait(10_000);
      drive.feed({ type: 'deviceChanged', device: 'keypad', faults: [] });
      type(drive, '50#');
      assert.deepEqual(Object.keys(drive.state.book.sales), []);
      type(drive, '50#');
      assert.equal(drive.sale().amount.value, '50');
    });

    it('because the box was not ready for a moment, sells nothing of the rest', () => {
      for (const typed of ['', '1']) {
        const drive = createReadyDrive(AMOUNT);
        type(drive, typed === '' ? '*' : typed);
        drive.feed({ type: 'doorChanged', open: true });
        type(drive, '2');
        drive.feed({ type: 'doorChanged', open: false });
        type(drive, '50#');
        assert.deepEqual(Object.keys(drive.state.book.sales), []);
      }
    });

    it('because another sale was open, sells nothing of the rest', () => {
      const drive = createReadyDrive(AMOUNT);
      startSale(drive);
      const { saleId } = drive.sale();
      type(drive, '12');
      drive.feed({ type: 'cancelRequested', callId: 'c', saleId });
      type(drive, '50#');
      assert.deepEqual(Object.keys(drive.state.book.sales), [saleId]);
    });

    it('in a sale mode without keys changes nothing', () => {
      const drive = createReadyDrive({ saleMode: 'host' });
      expectIgnored(unclear(drive), 'keys do not start sales in this sale mode');
      assert.equal(drive.state.live.discarding, undefined);
    });
  });

  it('clears what was typed on *', () => {
    const drive = createReadyDrive(AMOUNT);
    type(drive, '99*5#');
    assert.deepEqual(drive.sale().amount, cny('5'));
  });

  for (const [keys, name, price, channel] of [
    ['12#', 'Tea', '300', '1'],
    ['5#', 'Cola', '450', '2'],
    ['05#', 'Cola', '450', '2'],
    ['9*12#', 'Tea', '300', '1'],
    ['105#', 'Beer', '900', '4'],
    ['015#', 'Gum', '100', '3'],
  ] as const) {
    it(`sells ${name} on ${keys}`, () => {
      const drive = createReadyDrive(SELECTION);
      type(drive, keys);
      const sale = drive.sale();
      assert.deepEqual([sale.description, sale.amount, sale.channel], [name, cny(price), channel]);
    });
  }

  it('says that there is no such item, and starts again', () => {
    const drive = createReadyDrive(SELECTION);
    const decision = type(drive, '1#');
    assert.deepEqual([recordWords(decision), view(drive.state).text, entry(drive)], ['', 'noSuchItem', '']);
    type(drive, '1');
    assert.equal(view(drive.state).text, 'enterSelection', 'the notice goes with the next key');
    type(drive, '#*');
    assert.equal(view(drive.state).text, 'enterSelection', 'and with *');
    type(drive, '12#');
    assert.equal(drive.sale().description, 'Tea');
  });

  it('shows a slot as it was typed, with its zeros', () => {
    const drive = createReadyDrive(SELECTION);
    type(drive, '05');
    assert.equal(view(drive.state).entry, '05');
  });

  it('starts nothing on # alone', () => {
    const drive = createReadyDrive(SELECTION);
    expectIgnored(type(drive, '#'), 'nothing chosen');
    assert.equal(view(drive.state).text, 'enterSelection');
  });

  for (const policy of [AMOUNT, SELECTION]) {
    describe(`in sale mode ${policy.saleMode}`, () => {
      it('forgets what was typed 30 seconds after the last key', () => {
        const drive = createReadyDrive(policy);
        type(drive, '1');
        drive.wait(29_000);
        type(drive, '2');
        drive.wait(29_999);
        assert.equal(entry(drive), '12');
        drive.wait(1);
        assert.equal(entry(drive), '');
      });

      it('forgets what was typed when the box becomes not ready, and accepts no keys until it is ready', () => {
        const drive = createReadyDrive(policy);
        type(drive, '12');
        drive.feed({ type: 'doorChanged', open: true });
        assert.deepEqual([entry(drive), view(drive.state).text], ['', 'outOfService']);
        type(drive, '1');
        assert.deepEqual([entry(drive), view(drive.state).text], ['', 'serviceUnavailable']);
        drive.feed({ type: 'doorChanged', open: false });
        drive.wait(8000);
        type(drive, '12#');
        assert.equal(drive.sale().state, 'awaitingCode');
      });

      it('forgets what was typed when the host app starts a sale', () => {
        const drive = createReadyDrive(policy);
        type(drive, '12');
        startSale(drive);
        assert.equal(entry(drive), '');
        type(drive, '*');
        assert.deepEqual([drive.sale().state, entry(drive)], ['cancelled', '']);
      });

      it('cancels the sale on *, and ignores other keys during a sale', () => {
        const drive = createReadyDrive(policy);
        type(drive, '12#');
        expectIgnored(type(drive, '5'), 'keys have no meaning during a sale');
        type(drive, '*');
        assert.equal(drive.sale().state, 'cancelled');
      });
    });
  }

  for (const saleMode of ['host', 'mdb'] as const) {
    it(`starts no sale in sale mode ${saleMode}`, () => {
      const drive = createReadyDrive({ saleMode, catalog: CATALOG });
      expectIgnored(type(drive, '12'), 'keys do not start sales in this sale mode');
      assert.equal(entry(drive), '');
    });
  }
});

describe('vend channels', () => {
  function ask(channel: string | undefined, policy: Partial<Policy>) {
    const drive = createReadyDrive(policy);
    const wish = channel === undefined ? {} : { channel };
    drive.feed({ type: 'saleRequested', callId: 'c', orderId: 'o', amount: cny('300'), ...wish });
    return drive.news();
  }

  for (const channel of ['0', '5', '01', '1.0', '1e0', 'left', '99999']) {
    it(`refuse ${channel} where there are four`, () => {
      assert.equal(ask(channel, { channelCount: 4 }), 'answer:invalid/channel');
    });
  }

  it('are accepted where they exist, where none is named, and where host app or machine defines them', () => {
    for (const channel of ['1', '4', undefined]) assert.equal(ask(channel, { channelCount: 4 }), 'answer:sale/created');
    assert.equal(ask('left', {}), 'answer:sale/created');
  });
});
