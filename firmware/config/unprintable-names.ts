import { isPrintedOtherwise, printableText } from '../../drivers/printer/printable-text.js';
import type { Config } from './config.js';
import type { ConfigWarning } from './config-check.js';

/** How many goods a warning names; a shop may have a hundred. */
const GOODS_NAMED = 3;

/** Warnings for configured names with letters that the printer's fonts lack, with what is printed instead. */
export function unprintableNames({ devices, merchant, sale, terminal }: Config): readonly ConfigWarning[] {
  const { printer } = devices;
  if (printer.kind === 'none') return [];
  const { charset } = printer;
  const todo =
    'set PRINTER_CHARSET to what the printer holds (see its manual or its self-test), or the name in letters that it has';
  const shown = (name: string): string => `${name} as ${printableText(name, charset)}`;
  const warnings: ConfigWarning[] = [];
  const names = { MERCHANT_NAME: merchant.name, STORE_NAME: merchant.store.name };
  for (const [variable, name] of Object.entries(names)) {
    if (!isPrintedOtherwise(name, charset)) continue;
    warnings.push({ variable, problem: `has letters that the printer lacks: receipts show ${shown(name)}`, todo });
  }
  const goods = sale.mode === 'selection' ? Object.values(sale.catalog).map(({ name }) => name) : [];
  const unprintable = goods.filter((name) => isPrintedOtherwise(name, charset));
  if (unprintable.length > 0) {
    const first = unprintable.slice(0, GOODS_NAMED).map(shown).join('; ');
    const rest = unprintable.length > GOODS_NAMED ? `; and ${unprintable.length - GOODS_NAMED} more` : '';
    const problem = `has names with letters that the printer lacks: receipts show ${first}${rest}`;
    warnings.push({ variable: 'CATALOG_FILE', problem, todo });
  }
  if (terminal.locale === 'zh-CN' && charset !== 'gbk') {
    const problem = `is ${charset}, which has no Chinese: receipts are in English, though LOCALE is zh-CN`;
    warnings.push({
      variable: 'PRINTER_CHARSET',
      problem,
      todo: 'set it to gb18030 where the printer has the Chinese font',
    });
  }
  return warnings;
}
