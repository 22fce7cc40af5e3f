import type { Socket } from 'node:net';
import type { SerialCable, SerialDevice } from '../../../hw-sim/sim-serial.js';
import { connectPatiently } from './line-client.js';

/** A device at the end of a cable that leads to a serial port of the board. It stays when the board's power goes. */
export interface BoardPort<Device extends SerialDevice> {
  readonly device: Device;
  /** The power came: the port is there. */
  connect(path: string): Promise<void>;
  /** The power is gone, or somebody pulled the cable. */
  disconnect(): void;
}

export function createBoardPort<Device extends SerialDevice>(
  create: (cable: SerialCable) => Device,
): BoardPort<Device> {
  let socket: Socket | undefined;
  const device = create({ send: (bytes) => void socket?.write(bytes) });
  return {
    device,
    async connect(path) {
      const mine = await connectPatiently(path);
      socket = mine;
      mine.on('error', () => undefined);
      mine.on('data', (bytes: Buffer) => mine === socket && device.receive(bytes));
    },
    disconnect() {
      socket?.destroy();
      socket = undefined;
    },
  };
}
