import assert from 'node:assert/strict';
import type { YamlValue } from './read-yaml.js';

type Schema = { readonly [keyword: string]: YamlValue };
type Check = (asked: YamlValue, value: YamlValue, schema: Schema, root: Schema, at: string) => string[];

const isObject = (value: YamlValue | undefined): value is { readonly [key: string]: YamlValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: YamlValue | undefined): value is readonly YamlValue[] => Array.isArray(value);
const schemaOf = (value: YamlValue | undefined): Schema => {
  if (!isObject(value)) throw new Error('the schema has no object where a schema belongs');
  return value;
};
const entries = (value: YamlValue): [string, YamlValue][] => (isObject(value) ? Object.entries(value) : []);
const same = (one: YamlValue, other: YamlValue): boolean => {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
};
const say = (wrong: boolean, at: string, problem: string): string[] =>
  wrong ? [`${at || '(the whole)'} ${problem}`] : [];

const TYPES: Readonly<Record<string, (value: YamlValue) => boolean>> = {
  object: isObject,
  array: isList,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
};

/** The keywords of JSON Schema draft 7 that the schema of balena.yml uses; one that is not here throws. */
const KEYWORDS: Readonly<Record<string, Check>> = {
  $schema: () => [],
  title: () => [],
  definitions: () => [],
  $ref: (asked, value, _schema, root, at) => {
    const name = /^#\/definitions\/(\w+)$/.exec(String(asked))?.[1] ?? '';
    return faults(schemaOf(schemaOf(root.definitions)[name]), value, root, at);
  },
  allOf: (asked, value, _schema, root, at) =>
    isList(asked) ? asked.flatMap((each) => faults(schemaOf(each), value, root, at)) : [],
  type: (asked, value, _schema, _root, at) => {
    const types = isList(asked) ? asked : [asked];
    const fits = types.some((type) => {
      const test = TYPES[String(type)];
      if (test === undefined) throw new Error(`the schema has the type ${String(type)}`);
      return test(value);
    });
    return say(!fits, at, `is no ${types.join(' or ')}`);
  },
  enum: (asked, value, _schema, _root, at) =>
    say(isList(asked) && !asked.some((each) => same(each, value)), at, `is none of ${JSON.stringify(asked)}`),
  const: (asked, value, _schema, _root, at) => say(!same(asked, value), at, `is not ${JSON.stringify(asked)}`),
  pattern: (asked, value, _schema, _root, at) =>
    say(typeof value === 'string' && !new RegExp(String(asked)).test(value), at, `does not fit ${String(asked)}`),
  format: (asked, value, _schema, _root, at) => {
    if (asked !== 'uri') throw new Error(`the schema has the format ${String(asked)}`);
    return say(typeof value === 'string' && !URL.canParse(value), at, 'is no URL');
  },
  minLength: (asked, value, _schema, _root, at) =>
    say(typeof value === 'string' && value.length < Number(asked), at, 'is too short'),
  minItems: (asked, value, _schema, _root, at) => say(isList(value) && value.length < Number(asked), at, 'has too few'),
  uniqueItems: (_asked, value, _schema, _root, at) =>
    say(
      isList(value) && value.some((one, index) => value.slice(index + 1).some((other) => same(one, other))),
      at,
      'has one twice',
    ),
  minProperties: (asked, value, _schema, _root, at) =>
    say(isObject(value) && entries(value).length < Number(asked), at, 'has too few members'),
  maxProperties: (asked, value, _schema, _root, at) =>
    say(isObject(value) && entries(value).length > Number(asked), at, 'has too many members'),
  required: (asked, value, _schema, _root, at) =>
    isList(asked) && isObject(value)
      ? asked.flatMap((name) => say(!Object.hasOwn(value, String(name)), at, `lacks ${String(name)}`))
      : [],
  items: (asked, value, _schema, root, at) =>
    isList(value) ? value.flatMap((each, index) => faults(schemaOf(asked), each, root, `${at}[${index}]`)) : [],
  propertyNames: (asked, value, _schema, root, at) =>
    entries(value).flatMap(([name]) => faults(schemaOf(asked), name, root, `${at}.${name}`)),
  properties: (asked, value, _schema, root, at) =>
    entries(value).flatMap(([name, each]) => {
      const schema = schemaOf(asked)[name];
      return schema === undefined ? [] : faults(schemaOf(schema), each, root, `${at}.${name}`);
    }),
  patternProperties: (asked, value, _schema, root, at) =>
    entries(value).flatMap(([name, each]) =>
      entries(asked)
        .filter(([pattern]) => new RegExp(pattern).test(name))
        .flatMap(([, schema]) => faults(schemaOf(schema), each, root, `${at}.${name}`)),
    ),
  additionalProperties: (asked, value, schema, root, at) =>
    entries(value)
      .filter(([name]) => !Object.hasOwn(schemaOf(schema.properties ?? {}), name))
      .filter(([name]) => !entries(schema.patternProperties ?? {}).some(([pattern]) => new RegExp(pattern).test(name)))
      .flatMap(([name, each]) =>
        asked === false ? [`${at}.${name} is not known`] : faults(schemaOf(asked), each, root, `${at}.${name}`),
      ),
};

/** Everything that a value breaks of a schema; empty where it fits. */
export function schemaFaults(schema: YamlValue, value: YamlValue): string[] {
  return faults(schemaOf(schema), value, schemaOf(schema), '');
}

function faults(schema: Schema, value: YamlValue, root: Schema, at: string): string[] {
  return Object.entries(schema).flatMap(([keyword, asked]) => {
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new Error(`the schema uses ${keyword}, which is not checked here`);
    return check(asked, value, schema, root, at);
  });
}
