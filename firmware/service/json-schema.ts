import type { GenericSchema } from 'valibot';

export type JsonSchema = Readonly<Record<string, unknown>>;

interface Node {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly wrapped?: Node;
  readonly item?: Node;
  readonly value?: Node;
  readonly options?: readonly unknown[];
  readonly pipe?: readonly { readonly kind: string; readonly type: string; readonly requirement?: unknown }[];
}

/**
 * Describes a schema as JSON Schema 2020-12 (the dialect of OpenAPI 3.1). Knows the kinds of schema that services use and
 * throws on any other. `names` are described by reference.
 */
export function jsonSchema(schema: GenericSchema, names: ReadonlyMap<GenericSchema, string> = new Map()): JsonSchema {
  return describe(schema as unknown as Node, names as ReadonlyMap<unknown, string>, true);
}

function describe(node: Node, names: ReadonlyMap<unknown, string>, byName: boolean): JsonSchema {
  const name = names.get(node);
  if (name !== undefined && byName) return { $ref: `#/components/schemas/${name}` };
  switch (node.type) {
    case 'string':
      return { type: 'string', ...pattern(node) };
    case 'number':
    case 'boolean':
      return { type: node.type };
    case 'picklist':
      return { type: 'string', enum: node.options };
    case 'union':
      return { anyOf: (node.options ?? []).map((option) => describe(option as Node, names, true)) };
    case 'array':
      return { type: 'array', items: innerSchema(node.item, names) };
    case 'record':
      return { type: 'object', additionalProperties: innerSchema(node.value, names) };
    case 'exact_optional':
      return innerSchema(node.wrapped, names);
    case 'object':
    case 'strict_object':
      return object(node, names);
    default:
      throw new Error(`no JSON schema for ${node.type}`);
  }
}

/** Describes a named schema itself. */
export function namedJsonSchema(schema: GenericSchema, names: ReadonlyMap<GenericSchema, string>): JsonSchema {
  return describe(schema as unknown as Node, names as ReadonlyMap<unknown, string>, false);
}

function object(node: Node, names: ReadonlyMap<unknown, string>): JsonSchema {
  const entries = Object.entries(node.entries ?? {});
  const required = entries.filter(([, entry]) => entry.type !== 'exact_optional').map(([key]) => key);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, entry]) => [key, innerSchema(entry, names)])),
    ...(required.length === 0 ? {} : { required }),
    ...(node.type === 'strict_object' ? { additionalProperties: false } : {}),
  };
}

function innerSchema(node: Node | undefined, names: ReadonlyMap<unknown, string>): JsonSchema {
  if (node === undefined) throw new Error('a schema that misses one inside');
  return describe(node, names, true);
}

function pattern(node: Node): JsonSchema {
  const check = node.pipe?.find(({ type }) => type === 'regex')?.requirement;
  return check instanceof RegExp ? { pattern: check.source } : {};
}
