import type { SerialCable, SerialDevice, SimSerial, SimSerialPort } from './sim-serial.js';

/** Attaches a device to a serial port, and returns both. */
export function attachDevice<Device extends SerialDevice>(
  serial: SimSerial,
  path: string,
  baud: number,
  create: (cable: SerialCable) => Device,
): { readonly device: Device; readonly port: SimSerialPort } {
  let device: Device | undefined;
  const port = serial.attach(path, baud, (cable) => {
    device = create(cable);
    return device;
  });
  if (device === undefined) throw new Error(`nothing was attached to ${path}`);
  return { device, port };
}
