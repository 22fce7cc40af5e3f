/** What the OpenAPI document of the local API says in JSON Schema. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export type Components = Readonly<Record<string, Schema>>;

const KEYWORDS = new Set([
  '$ref',
  'type',
  'enum',
  'pattern',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'allOf',
]);

/**
 * Everything that an answer breaks of its schema; empty where it fits. A member that the schema does not name is a fault,
 * though JSON Schema would let it pass: who reads the document does not know of it. A keyword that is not known throws.
 */
export function answerFaults(schema: Schema, value: unknown, components: Components, at = 'answer'): string[] {
  const strange = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword));
  if (strange !== undefined) throw new Error(`the schema uses ${strange}, which is not checked here`);
  const { $ref, type, enum: allowed, pattern, anyOf, allOf, items } = schema;
  if ($ref !== undefined) {
    const named = components[$ref.replace('#/components/schemas/', '')];
    return named === undefined ? [`${at}: there is no ${$ref}`] : answerFaults(named, value, components, at);
  }
  /* The first part is the whole; the others only narrow a member of it. */
  if (allOf !== undefined) {
    const [whole = {}, ...narrower] = allOf;
    return [
      ...answerFaults(whole, value, components, at),
      ...narrower.flatMap((one) => narrowed(one, value, components, at)),
    ];
  }
  if (anyOf !== undefined) {
    const fits = anyOf.some((one) => answerFaults(one, value, components, at).length === 0);
    return fits ? [] : [`${at} fits none of ${JSON.stringify(anyOf)}`];
  }
  if (type !== undefined && type !== typeOf(value)) return [`${at} is ${typeOf(value)}, not ${type}`];
  if (allowed !== undefined && !allowed.includes(value))
    return [`${at} is ${JSON.stringify(value)}, which is not named`];
  if (pattern !== undefined && !new RegExp(pattern).test(String(value))) return [`${at} does not fit ${pattern}`];
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => answerFaults(items ?? {}, one, components, `${at}[${index}]`));
  }
  return typeof value === 'object' && value !== null ? memberFaults(schema, value, components, at) : [];
}

function memberFaults(
  { properties = {}, required = [], additionalProperties }: Schema,
  value: object,
  components: Components,
  at: string,
) {
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at} lacks ${name}`);
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    return schema === undefined || schema === false
      ? [`${at}.${name} is not in the document`]
      : answerFaults(schema, member, components, `${at}.${name}`);
  });
  return [...missing, ...wrong];
}

function narrowed(schema: Schema, value: unknown, components: Components, at: string): string[] {
  if (schema.properties === undefined) return answerFaults(schema, value, components, at);
  const members = value as Readonly<Record<string, unknown>>;
  return Object.entries(schema.properties).flatMap(([name, one]) =>
    narrowed(one, members[name], components, `${at}.${name}`),
  );
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
