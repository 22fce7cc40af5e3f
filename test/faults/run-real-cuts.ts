import { whyNoLoopDevices } from '../bench/loop-volume.js';
import { cutForReal, type RealCutsReport } from './real-cuts.js';

/*
 * Entry point for CI: `REAL_CUTS=200 node dist/test/faults/run-real-cuts.js`, as root. Ours must lose nothing; lowdb's
 * own adapter must lose something in the same harness, or the harness proves nothing. Where it cannot run it says so and
 * ends with 0, or with 1 where REAL_CUTS_REQUIRED is set.
 */
const cuts = Number(process.env.REAL_CUTS ?? 200);
const mounts = ['noatime', 'noatime,lazytime,commit=300', 'noatime,data=writeback,noauto_da_alloc'];

function tell(report: RealCutsReport, mountOptions: string): void {
  process.stdout.write(
    `real cuts: ${report.engine} on ext4 ${mountOptions}: ${report.cuts} cuts, ${report.acknowledged} acknowledged, ` +
      `${report.cutsWithLoss} cuts with losses (most ${report.mostLost}), ${report.cutsUnopened} not opened\n`,
  );
  if (report.firstTrouble !== '') process.stdout.write(`  first trouble: ${report.firstTrouble}\n`);
}

const why = whyNoLoopDevices();
if (why !== undefined) {
  process.stdout.write(`real cuts: NOT RUN: ${why}\n`);
  process.exitCode = process.env.REAL_CUTS_REQUIRED === undefined ? 0 : 1;
} else {
  for (const mountOptions of mounts) {
    const share = Math.ceil(cuts / mounts.length);
    const report = await cutForReal({ engine: 'tillbox store', cuts: share, mountOptions, cutsPerVolume: 10 });
    tell(report, mountOptions);
    if (report.cutsWithLoss > 0 || report.cutsUnopened > 0) process.exitCode = 1;
  }
  const stock = await cutForReal({ engine: 'lowdb JSONFile', cuts: 10, mountOptions: 'noatime', cutsPerVolume: 10 });
  tell(stock, 'noatime');
  if (stock.cutsWithLoss + stock.cutsUnopened === 0) {
    process.stdout.write('  lowdb JSONFile lost nothing: this harness finds nothing\n');
    process.exitCode = 1;
  }
}
