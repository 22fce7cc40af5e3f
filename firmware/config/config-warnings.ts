import type { ConfigCheck, ConfigWarning, Environment } from './config-check.js';
import { misspeltWarnings } from './misspelt.js';
import type { VariableName, VariableValues } from './variables.js';

/** Warnings for valid settings that depart from Alipay's best-practice page or from what people expect. */
export function configWarnings({ values, given }: ConfigCheck, env: Environment): readonly ConfigWarning[] {
  const warnings: ConfigWarning[] = [];
  if (!given('NOTIFY_URL')) {
    warnings.push({
      variable: 'NOTIFY_URL',
      problem: 'is not set; the best-practice page demands it in every payment request (paymentNotifyUrl)',
      todo: 'set it to an address where the acquirer reaches this terminal or a relay; until then inquiries alone decide',
    });
  }
  if (!given('TZ')) {
    warnings.push({
      variable: 'TZ',
      problem: 'is not set; receipts and request ids are in UTC, and receipts say so',
      todo: 'set it to the zone of this place, e.g. TZ=Asia/Shanghai',
    });
  }
  for (const [name, { least, most, says }] of PAGE_NUMBERS) {
    const value = values[name];
    if (value >= least && value <= most) continue;
    warnings.push({
      variable: name,
      problem: `is ${value}; the best-practice page says ${says}`,
      todo: least === most ? `set it to ${least}` : `set it between ${least} and ${most}`,
    });
  }
  if (env.OPENSSL_CONF?.trim()) {
    warnings.push({
      variable: 'OPENSSL_CONF',
      problem: 'is set; what it names may weaken TLS',
      todo: 'take it out, unless this machine’s cryptography needs it',
    });
  }
  if (env.NODE_EXTRA_CA_CERTS?.trim() && !given('ACQUIRER_CA_FILE')) {
    warnings.push({
      variable: 'NODE_EXTRA_CA_CERTS',
      problem: 'is set; whoever holds its certificates can pose as the acquirer on this line',
      todo: 'take it out, or pin the acquirer’s certificate authority with ACQUIRER_CA_FILE',
    });
  }
  return [...warnings, ...misspeltWarnings(env)];
}

type NumberName = {
  [Name in keyof VariableValues]: VariableValues[Name] extends number ? Name : never;
}[VariableName];

/** What Alipay's best-practice page says of times and numbers. */
const PAGE_NUMBERS: readonly (readonly [
  NumberName,
  { readonly least: number; readonly most: number; readonly says: string },
])[] = [
  ['PAY_REPLY_TIMEOUT_MS', { least: 5000, most: 5000, says: 'to inquire when 5 s passed without a result' }],
  ['INQUIRY_REPLY_TIMEOUT_MS', { least: 3000, most: 3000, says: 'that an inquiry not answered in 3 s proves nothing' }],
  ['INQUIRY_INTERVAL_MS', { least: 3000, most: 3000, says: '10 to 20 inquiries, one every 3 s' }],
  ['INQUIRY_LIMIT', { least: 10, most: 20, says: '10 to 20 inquiries, one every 3 s' }],
  ['CANCEL_RETRY_INTERVAL_MS', { least: 5000, most: 10_000, says: 'a cancel every 5 to 10 s for 60 s' }],
  ['CANCEL_RETRY_WINDOW_MS', { least: 60_000, most: 60_000, says: 'a cancel every 5 to 10 s for 60 s' }],
];
