import type { GenericSchema } from 'valibot';
import { ID_PATTERN } from '../api/input-schemas.js';
import { errorSchema, reversalSchema, saleSchema, statusSchema } from '../api/output-schemas.js';
import { API_LIMITS } from './api-limits.js';
import type { ApiRoute, RouteAnswer } from './api-route.js';
import { type JsonSchema, jsonSchema, namedJsonSchema } from './json-schema.js';
import { routeAnswers } from './route-answers.js';

const NAMES: ReadonlyMap<GenericSchema, string> = new Map<GenericSchema, string>([
  [saleSchema, 'Sale'],
  [reversalSchema, 'Reversal'],
  [statusSchema, 'Status'],
  [errorSchema, 'Error'],
]);

const ERROR = { content: { 'application/json': { schema: jsonSchema(errorSchema, NAMES) } } };

/** The OpenAPI 3.1 document of a table of routes: what is served is what is described. */
export function openApi(routes: readonly ApiRoute[], version: string, tokenNeeded: boolean): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tillbox local API',
      version,
      description:
        'Amounts are integers of the smallest unit, as strings. Times are ISO 8601 in UTC, to the second. ' +
        `Bodies are JSON of at most ${API_LIMITS.bodyBytes} bytes.`,
    },
    ...(tokenNeeded ? { security: [{ token: [] }] } : {}),
    paths,
    components: {
      schemas: Object.fromEntries([...NAMES].map(([schema, name]) => [name, namedJsonSchema(schema, NAMES)])),
      ...(tokenNeeded ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  };
}

function operation(route: ApiRoute): object {
  const parameters = [
    ...pathParameters(route.path),
    ...queryParameters(route.query),
    ...headerParameters(route.headers),
  ];
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: requestBody(jsonSchema(route.body)) }),
    responses: {
      ...Object.fromEntries(routeAnswers(route).map((answer) => [`${answer.status}`, response(answer)])),
      default: { description: 'refused', ...ERROR },
    },
  };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: ID_PATTERN.source },
  }));
}

function queryParameters(query: GenericSchema | undefined): object[] {
  if (query === undefined) return [];
  const { properties, required } = jsonSchema(query) as {
    readonly properties: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required?.includes(name) ?? false,
    schema,
  }));
}

function headerParameters(headers: ApiRoute['headers'] = {}): object[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

function requestBody(schema: JsonSchema): object {
  return { required: schema.required !== undefined, content: { 'application/json': { schema } } };
}

function response({ description, schema, contentType = 'application/json', codes }: RouteAnswer): object {
  const whole = schema === undefined ? {} : { schema: withCodes(jsonSchema(schema, NAMES), codes) };
  return { description, content: { [contentType]: whole } };
}

/** An error whose code is one of these. */
function withCodes(schema: JsonSchema, codes: RouteAnswer['codes']): object {
  if (codes === undefined) return schema;
  return { allOf: [schema, { properties: { error: { properties: { code: { enum: codes } } } } }] };
}
