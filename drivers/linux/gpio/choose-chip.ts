import { HostError } from '../../host.js';

/** The header pins of a Raspberry Pi: models 1–3 and Zero, model 4, model 5. */
const PI_LABELS = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1'];

/** A chip that was found, and where. */
export interface FoundChip {
  readonly label: string;
  readonly lineCount: number;
  /** Its path, for messages. */
  readonly path: string;
}

/**
 * Chooses the chip whose lines are the board's own numbers, by its label: its number is not the same on two boards or kernels.
 *
 * @param wantedLabel `GPIO_CHIP`; by default a Raspberry Pi's, or the only chip there is
 * @throws HostError `absent` where none fits, or two do: which of them the wires are on is not for us to guess
 */
export function chooseChip<Chip extends FoundChip>(chips: readonly Chip[], wantedLabel: string | undefined): Chip {
  const fitting = chips.filter(({ label }) =>
    wantedLabel === undefined ? PI_LABELS.includes(label) : label === wantedLabel,
  );
  const [found, second] = fitting.length === 0 && wantedLabel === undefined && chips.length === 1 ? chips : fitting;
  if (found !== undefined && second === undefined) return found;
  if (found !== undefined) {
    const places = fitting.map(({ path }) => path).join(' and ');
    throw new HostError(
      'absent',
      `more than one GPIO chip is called ${found.label}: ${places}; unplug one, as its lines could be either's`,
    );
  }
  const there = chips.length === 0 ? 'there is none' : `there are: ${chips.map(({ label }) => label).join(', ')}`;
  throw new HostError('absent', `no GPIO chip ${wantedLabel ?? 'of a Raspberry Pi'}; ${there} (set GPIO_CHIP)`);
}
