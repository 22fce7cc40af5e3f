import type { GenericSchema } from 'valibot';
import type { ApiRoute, RouteAnswer } from './api-route.js';
import { type JsonSchema, jsonSchema, namedJsonSchema } from './json-schema.js';
import { routeAnswers } from './route-answers.js';
import type { ServiceContract } from './service-contract.js';

/** The OpenAPI 3.1 document of the routes of a service: what is served is what is described. */
export function openApi(
  routes: readonly ApiRoute[],
  contract: ServiceContract,
  version: string,
  tokenNeeded: boolean,
): object {
  const { title, description, limits, schemas } = contract;
  const names: SchemaNames = new Map(Object.entries(schemas).map(([name, schema]) => [schema, name]));
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route, contract, names) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title,
      version,
      description: `${description} Bodies are JSON of at most ${limits.bodyBytes} bytes.`,
    },
    ...(tokenNeeded ? { security: [{ token: [] }] } : {}),
    paths,
    components: {
      schemas: Object.fromEntries([...names].map(([schema, name]) => [name, namedJsonSchema(schema, names)])),
      ...(tokenNeeded ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  };
}

type SchemaNames = ReadonlyMap<GenericSchema, string>;

function operation(route: ApiRoute, { idPattern, limits, schemas }: ServiceContract, names: SchemaNames): object {
  const parameters = [
    ...pathParameters(route.path, idPattern),
    ...queryParameters(route.query),
    ...headerParameters(route.headers),
  ];
  /* A refusal is the service's `Error`. */
  const response = ({ description, schema, contentType = 'application/json', codes }: RouteAnswer): object => {
    const described = schema ?? (codes && schemas.Error);
    const media = described === undefined ? {} : { schema: withCodes(jsonSchema(described, names), codes) };
    return { description, content: { [contentType]: media } };
  };
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: requestBody(jsonSchema(route.body)) }),
    responses: {
      ...Object.fromEntries(routeAnswers(route, limits).map((answer) => [`${answer.status}`, response(answer)])),
      default: response({ status: 0, description: 'refused', schema: schemas.Error }),
    },
  };
}

function pathParameters(path: string, { source }: RegExp): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: source },
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

/** The error whose code is one of these. */
function withCodes(schema: JsonSchema, codes: RouteAnswer['codes']): object {
  if (codes === undefined) return schema;
  return { allOf: [schema, { properties: { error: { properties: { code: { enum: codes } } } } }] };
}
