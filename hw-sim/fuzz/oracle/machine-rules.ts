import type { Config, Sale } from '../../../firmware/for-simulator.js';
import type { GoodsTalk, MdbMachineModel } from '../../devices/mdb-machine-model.js';
import type { Kiosk } from '../../kiosk.js';
import type { Violate } from './violate.js';

/** Rules 1 and 2 by the machine's report: where it arrived in time, it decides, and a later contradiction raises an alarm. */
export interface MachineRules {
  /** The operator was alarmed. */
  alarmRaised(alarm: string, detail: string): void;
}

export interface MachineRulesParts {
  readonly kiosk: Kiosk;
  readonly machine: MdbMachineModel;
  readonly config: Config;
  /** For how long nothing has been wrong with machine, adapter and cable. */
  readonly healthyMs: () => number;
  readonly violate: Violate;
}

/** How long a fault of the line may last. */
const SOUND_AGAIN_MS = 70_000;
/** The terminal waits at least this long. */
const MARGIN_MS = 1_000;
/** The slowest flash takes no longer to record it. */
const DECIDED_MS = 60_000;
const NOT_OUT: readonly (string | undefined)[] = ['vendFailed', 'vendUnknown'];

export function watchMachine(parts: MachineRulesParts): MachineRules {
  const { kiosk, machine, config, healthyMs, violate } = parts;
  const { world } = kiosk;
  const timeoutMs = config.devices.vend.kind === 'mdb' ? config.devices.vend.timeoutMs : 0;
  const contradicted = new Set<string>();
  let approved: { readonly by: Kiosk['terminal']; readonly atMs: number } | undefined;
  let judged: string | undefined;

  const sales = (): readonly Sale[] => Object.values(kiosk.terminal?.kernel.state.book.sales ?? {});

  function hears(): boolean {
    if (approved === undefined || approved.by === undefined || kiosk.terminal !== approved.by) return false;
    return healthyMs() > world.nowMs() - approved.atMs + SOUND_AGAIN_MS;
  }

  /** Unless another process runs by then. */
  function later(look: () => void): void {
    const by = kiosk.terminal;
    world.after(DECIDED_MS, () => {
      if (kiosk.terminal === by) look();
    });
  }

  function firstWord(fell: boolean): void {
    judged = undefined;
    if (!hears() || world.nowMs() - (approved?.atMs ?? 0) > timeoutMs - MARGIN_MS) return;
    const waiting = sales().find(({ state }) => state === 'vending');
    if (waiting === undefined)
      return violate("rule 1, the machine's report came in time and was not waited for", `${fell}`);
    const { saleId } = waiting;
    judged = saleId;
    later(() => {
      const sale = sales().find((one) => one.saleId === saleId);
      if (sale === undefined) return;
      const told = `${saleId} ${sale.state} ${sale.endCode ?? ''}`;
      if (fell && NOT_OUT.includes(sale.endCode)) violate('rule 1, the machine said that it vended', told);
      if (!fell && sale.endCode !== 'vendFailed') violate('rule 1, the machine said that it did not vend', told);
    });
  }

  function contradiction(): void {
    const saleId = judged;
    if (saleId === undefined || !hears()) return;
    later(() => {
      if (!contradicted.has(saleId)) violate('rule 1, the machine contradicted itself and no alarm was raised', saleId);
    });
  }

  function talked(talk: GoodsTalk): void {
    switch (talk) {
      case 'approved':
        approved = { by: kiosk.terminal, atMs: world.nowMs() };
        return;
      case 'fell':
        return firstWord(true);
      case 'failed':
        return firstWord(false);
      case 'failedAfterAll':
        return contradiction();
    }
  }

  machine.listen(talked);
  return {
    alarmRaised(alarm, detail) {
      if (alarm === 'vendContradicts') contradicted.add(detail);
    },
  };
}
