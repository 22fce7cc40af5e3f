/** `T` with its fields that may be undefined as optional ones. */
export type Present<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The fields that are not undefined, in their order: for types whose optional fields are absent and never undefined. */
export function present<const T extends object>(fields: T): Present<T> {
  if (!Object.values(fields).includes(undefined)) return fields as Present<T>;
  const found: Partial<T> = {};
  for (const name in fields) if (fields[name] !== undefined) found[name] = fields[name];
  return found as object as Present<T>;
}

/** What changes in a `T`: an optional field that is undefined goes, with `present({ ...old, ...change })`. */
export type Change<T> = {
  readonly [K in keyof T]?: undefined extends T[K] ? T[K] | undefined : T[K];
};
