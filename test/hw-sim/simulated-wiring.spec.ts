import assert from 'node:assert/strict';
import { type Variable, variables } from '../../firmware/config/variables.js';
import { wireSimulatedDevices } from '../../hw-sim/simulated-wiring.js';

describe('the wiring of simulated devices', () => {
  const REFUSED = Object.entries<Variable<unknown>>(variables).filter(([, { parse }]) => {
    const read = parse('sim');
    return 'problem' in read && read.problem.startsWith('is sim,');
  });

  it('is for the five devices that a board refuses to have simulated', () => {
    assert.deepEqual(
      REFUSED.map(([name]) => name),
      ['SCANNER', 'KEYPAD', 'PRINTER', 'PANEL', 'VEND'],
    );
  });

  for (const [device] of REFUSED) {
    it(`connects ${device} with settings that a board takes as well, whatever else was set`, () => {
      const wired = wireSimulatedDevices({ [device]: 'sim', SCANNER_BAUD: '115200', PRINTER_BAUD: '9600' });
      assert.notEqual(wired[device], 'sim');
      for (const [name, text] of Object.entries(wired)) {
        const row = Object.entries<Variable<unknown>>(variables).find(([variable]) => variable === name)?.[1];
        assert.ok(text !== undefined && row !== undefined && 'value' in row.parse(text), `${name}=${text}`);
      }
    });
  }

  it('changes nothing of other devices', () => {
    const env = { SCANNER: 'gm65', SCANNER_PORT: '/dev/ttyS0', VEND: 'none', PANEL: undefined };
    assert.deepEqual(wireSimulatedDevices(env), env);
  });
});
