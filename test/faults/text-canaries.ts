import type { Canary } from './canary.js';

/** What customers read that is not true. */
export const TEXT_CANARIES: readonly Canary[] = [
  {
    name: 'a phone named that asks for nothing',
    file: 'flows/end-text.js',
    find: 'lastAttempt(sale)?.prompted === true ?',
    put: 'true ?',
  },
  {
    name: 'not completed, after paid was read',
    file: 'flows/end-text.js',
    find: 'const toldPaid = undelivered ||',
    put: 'const toldPaid = false &&',
  },
  {
    name: 'money promised that a person holds',
    file: 'flows/end-text.js',
    find: "state === 'needsPerson' ||",
    put: '',
  },
  {
    name: 'nothing charged, of what may be',
    file: 'flows/end-text.js',
    find: "return toldPaid ? 'moneyGoesBack' : 'reversing';",
    put: "return 'notCharged';",
  },
  {
    name: 'a code asked for by a sale that has ended',
    file: 'flows/end-text.js',
    find: "sale.state === 'awaitingCode' ?",
    put: 'true ?',
  },
];
