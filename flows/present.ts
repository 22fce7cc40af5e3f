/** `T` with each field that may be undefined as an optional field. */
export type Present<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Removes fields that are undefined: for types whose optional fields are absent instead. */
export function present<const T extends object>(fields: T): Present<T> {
  if (!Object.values(fields).includes(undefined)) return fields as Present<T>;
  const found: Partial<T> = {};
  for (const name in fields) if (fields[name] !== undefined) found[name] = fields[name];
  return found as object as Present<T>;
}

/** A change of a `T`. With `present({ ...old, ...change })` an optional field that is undefined is removed. */
export type Change<T> = {
  readonly [K in keyof T]?: undefined extends T[K] ? T[K] | undefined : T[K];
};
