import type { Canary } from './canary.js';

/** Customer texts that are not true. */
export const TEXT_CANARIES: readonly Canary[] = [
  {
    name: 'the customer sent to a phone that asks for nothing',
    file: 'flows/end-text.js',
    find: 'lastAttempt(sale)?.prompted === true ?',
    put: 'true ?',
  },
  {
    name: '"not completed" after the customer read "paid"',
    file: 'flows/end-text.js',
    find: 'const toldPaid = undelivered ||',
    put: 'const toldPaid = false &&',
  },
  {
    name: 'money promised while a person decides',
    file: 'flows/end-text.js',
    find: "state === 'needsPerson' ||",
    put: '',
  },
  {
    name: '"nothing charged" where something may be',
    file: 'flows/end-text.js',
    find: "return toldPaid ? 'moneyGoesBack' : 'reversing';",
    put: "return 'notCharged';",
  },
  {
    name: 'a sale that has ended asks for another code',
    file: 'flows/end-text.js',
    find: "sale.state === 'awaitingCode' ?",
    put: 'true ?',
  },
];
