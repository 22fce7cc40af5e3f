import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { GPIO_IOCTL, gpioUapi, LINE_FLAG } from '../../../../drivers/linux/gpio/gpio-uapi.js';

/** Numbers of a structure, at offsets as the kernel's own compiler placed them. */
const u32 = (bytes: Buffer, at: number): number =>
  endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
const u64 = (bytes: Buffer, at: number): bigint =>
  endianness() === 'LE' ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at);

/** `_IOC(dir, 0xB4, nr, size)` of asm-generic/ioctl.h. */
const ioc = (direction: 'read' | 'readWrite', nr: number, sizeBytes: number): number =>
  ((direction === 'read' ? 2 : 3) << 30) + (sizeBytes << 16) + (0xb4 << 8) + nr;

describe('the bytes of the GPIO interface', () => {
  const sizes: [name: string, bytes: Buffer, size: number, request: number][] = [
    ['gpiochip_info', gpioUapi.chipInfo(), 68, ioc('read', 1, 68) >>> 0],
    ['gpio_v2_line_info', gpioUapi.lineInfo(3), 256, ioc('readWrite', 5, 256) >>> 0],
    [
      'gpio_v2_line_request',
      gpioUapi.lineRequest({ offset: 1, flags: 0, consumer: '' }),
      592,
      ioc('readWrite', 7, 592) >>> 0,
    ],
    ['gpio_v2_line_config', gpioUapi.lineConfig(4), 272, ioc('readWrite', 13, 272) >>> 0],
    ['gpio_v2_line_values', gpioUapi.lineValues(1), 16, ioc('readWrite', 14, 16) >>> 0],
  ];
  const [chipInfo, lineInfo, requestLine, setConfig, getValues] = sizes.map(([, , , request]) => request);

  for (const [name, bytes, size] of sizes) {
    it(`are ${size} for a ${name}`, () => assert.equal(bytes.length, size));
  }

  it('are counted in the numbers of the calls', () => {
    assert.deepEqual(GPIO_IOCTL, {
      chipInfo,
      lineInfo,
      requestLine,
      setConfig,
      getValues,
      setValues: ioc('readWrite', 15, 16) >>> 0,
    });
    assert.deepEqual(
      Object.values(GPIO_IOCTL),
      [0x8044b401, 0xc100b405, 0xc250b407, 0xc110b40d, 0xc010b40e, 0xc010b40f],
    );
  });

  it('ask for an output with its first level', () => {
    const { output, openDrain } = LINE_FLAG;
    const bytes = gpioUapi.lineRequest({ offset: 17, flags: output | openDrain, level: 1, consumer: 'tillbox' });
    assert.deepEqual(
      { offset: u32(bytes, 0), second: u32(bytes, 4), consumer: bytes.toString('latin1', 256, 264) },
      { offset: 17, second: 0, consumer: 'tillbox\0' },
    );
    assert.deepEqual(
      {
        flags: u64(bytes, 288),
        attributes: u32(bytes, 296),
        kind: u32(bytes, 320),
        levels: u64(bytes, 328),
        mask: u64(bytes, 336),
      },
      { flags: 0x48n, attributes: 1, kind: 2, levels: 1n, mask: 1n },
    );
    assert.deepEqual([u32(bytes, 560), u32(bytes, 564)], [1, 0]);
  });

  it('ask for an input without attributes', () => {
    const flags = LINE_FLAG.input | LINE_FLAG.edgeRising | LINE_FLAG.edgeFalling | LINE_FLAG.biasPullUp;
    const bytes = gpioUapi.lineRequest({ offset: 2, flags, eventsKept: 1024, consumer: 'x'.repeat(40) });
    assert.deepEqual([u64(bytes, 288), u32(bytes, 296), u32(bytes, 564)], [0x134n, 0, 1024]);
    assert.equal(bytes[256 + 31], 0, 'a name that is too long still ends');
  });

  it('are read where the kernel writes them', () => {
    const little = endianness() === 'LE';
    const put32 = (bytes: Buffer, at: number, value: number): unknown =>
      little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
    const put64 = (bytes: Buffer, at: number, value: bigint): unknown =>
      little ? bytes.writeBigUInt64LE(value, at) : bytes.writeBigUInt64BE(value, at);

    const chip = gpioUapi.chipInfo();
    chip.write('gpiochip0', 0);
    chip.write('pinctrl-bcm2711', 32);
    put32(chip, 64, 58);
    assert.deepEqual(gpioUapi.readChipInfo(chip), { name: 'gpiochip0', label: 'pinctrl-bcm2711', lineCount: 58 });

    const line = gpioUapi.lineInfo(9);
    assert.equal(u32(line, 64), 9);
    line.write('sysfs', 32);
    put64(line, 72, 5n);
    assert.deepEqual(gpioUapi.readLineInfo(line), { consumer: 'sysfs' });

    const had = gpioUapi.lineRequest({ offset: 1, flags: 4, consumer: '' });
    put32(had, 588, 23);
    assert.equal(gpioUapi.readLineRequest(had), 23);

    const values = gpioUapi.lineValues(0);
    assert.deepEqual([u64(values, 0), u64(values, 8)], [0n, 1n]);
    assert.equal(gpioUapi.readLineValues(values), 0);
    put64(values, 0, 1n);
    assert.equal(gpioUapi.readLineValues(values), 1);

    const events = gpioUapi.lineEvents(2);
    assert.equal(events.length, 96);
    put64(events, 48, 123_456_789_012n);
    put32(events, 56, 2);
    put32(events, 60, 7);
    put32(events, 64, 40);
    put32(events, 68, 41);
    assert.deepEqual(gpioUapi.readLineEvent(events, 1), { atNs: 123_456_789_012n, level: 0, sequence: 41 });
    put32(events, 56, 1);
    assert.equal(gpioUapi.readLineEvent(events, 1).level, 1);
  });

  it('set a level and a direction', () => {
    assert.deepEqual(
      [u64(gpioUapi.lineValues(1), 0), u64(gpioUapi.lineValues(1), 8), u64(gpioUapi.lineConfig(LINE_FLAG.input), 0)],
      [1n, 1n, 4n],
    );
  });
});
