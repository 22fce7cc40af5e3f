/** Kernel modules by name, in an order in which each comes after those that it needs. `read` returns a module's file. */
export function moduleOrder(wanted: readonly string[], read: (name: string) => Buffer): readonly string[] {
  const order: string[] = [];
  function add(name: string): void {
    if (order.includes(name)) return;
    for (const needed of neededBy(read(name))) add(needed);
    order.push(name);
  }
  wanted.forEach(add);
  return order;
}

/** The section `.modinfo` holds texts that end with a NUL. */
function neededBy(module: Buffer): readonly string[] {
  const text = module.toString('latin1');
  const depends = /(?:^|\0)depends=([^\0]*)\0/.exec(text)?.[1] ?? '';
  return depends === '' ? [] : depends.split(',');
}
