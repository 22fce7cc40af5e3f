import assert from 'node:assert/strict';
import { createApiFixture, jsonOf } from '../api/api-fixture.js';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: InputSchema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

interface InputSchema {
  readonly properties: Readonly<Record<string, { readonly pattern?: string; readonly type?: string }>>;
  readonly required?: readonly string[];
  readonly additionalProperties: boolean;
}

/* The contract with the outside: all of it has to be there, and what is there beyond it is named here too. */
const CALLS = [
  'POST /v1/sales',
  'GET /v1/sales',
  'GET /v1/sales/{saleId}',
  'POST /v1/sales/{saleId}/code',
  'POST /v1/sales/{saleId}/cancel',
  'POST /v1/sales/{saleId}/delivered',
  'POST /v1/sales/{saleId}/receipt',
  'POST /v1/refunds',
  'GET /v1/reversals',
  'GET /v1/reversals/{reversalId}',
  'POST /v1/reversals/{reversalId}/retry',
  'POST /v1/reversals/{reversalId}/settle',
  'GET /v1/status',
  'GET /v1/events',
  'GET /metrics',
  'GET /openapi.json',
];

function documentOf(fixture = createApiFixture()): Document {
  return jsonOf(fixture.get('/openapi.json')) as unknown as Document;
}

function operations(document: Document): [call: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

describe('OpenAPI document of the local API', () => {
  it('describes every call of the contract and no other', () => {
    const document = documentOf();
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(
      operations(document)
        .map(([call]) => call)
        .sort(),
      [...CALLS].sort(),
    );
    const ids = operations(document).map(([, { operationId }]) => operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('describes calls that are served', () => {
    const fixture = createApiFixture();
    for (const [call, operation] of operations(documentOf(fixture))) {
      const [method = '', path = ''] = call.split(' ');
      const target = path.replace(/\{\w+\}/g, 's20261123');
      const answer = method === 'POST' ? fixture.post(target, {}) : fixture.get(target);
      const documented = Object.keys(operation.responses);
      assert.ok(documented.includes(`${answer.status()}`), `${call} answered ${answer.status()}, not documented`);
    }
  });

  it('names the same required fields as the refusals', () => {
    const fixture = createApiFixture();
    const saleId = fixture.startSale();
    let checked = 0;
    for (const [call, { requestBody }] of operations(documentOf(fixture))) {
      const schema = requestBody?.content['application/json']?.schema;
      if (schema === undefined) continue;
      assert.equal(schema.additionalProperties, false, call);
      const path = call.split(' ')[1]?.replace('{saleId}', saleId).replace('{reversalId}', 'c1') ?? '';
      const answer = fixture.post(path, {});
      const [required] = schema.required ?? [];
      if (required === undefined) continue;
      assert.equal((jsonOf(answer).error as { field: string }).field, required, call);
      checked += 1;
    }
    assert.equal(checked, 5);
  });

  it('says which parameters of the query and the path are required', () => {
    const parameters = Object.fromEntries(
      operations(documentOf()).map(([call, operation]) => [
        call,
        operation.parameters?.map(({ name, in: place, required }) => `${place} ${name} ${required}`),
      ]),
    );
    assert.deepEqual(parameters['GET /v1/sales'], ['query orderId true']);
    assert.deepEqual(parameters['GET /v1/reversals'], ['query state false']);
    assert.deepEqual(parameters['POST /v1/reversals/{reversalId}/settle'], ['path reversalId true']);
    assert.equal(parameters['GET /v1/status'], undefined);
    assert.deepEqual(parameters['GET /v1/events'], ['header Last-Event-ID false']);
  });

  it('gives patterns that say yes and no like the terminal', () => {
    const [, operation] = operations(documentOf()).find(([call]) => call === 'POST /v1/sales') ?? [];
    const order = new RegExp(
      operation?.requestBody?.content['application/json']?.schema.properties.orderId?.pattern ?? '',
      'u',
    );
    const fixture = createApiFixture();
    for (const orderId of ['A', 'A 1', ' A', 'A ', '', 'x'.repeat(64), 'x'.repeat(65), 'é']) {
      const answer = fixture.post('/v1/sales', { orderId, amount: { currency: 'CNY', value: '1' } });
      assert.equal(order.test(orderId), answer.status() !== 400, JSON.stringify(orderId));
    }
  });

  it('describes everything that it refers to', () => {
    const text = createApiFixture().get('/openapi.json').text();
    const document = documentOf();
    const references = new Set([...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    assert.deepEqual([...references].sort(), Object.keys(document.components.schemas).sort());
  });

  it('asks for the token where one is configured', () => {
    const open = createApiFixture().get('/openapi.json').text();
    assert.doesNotMatch(open, /bearer/);
    const guarded = createApiFixture({ options: { token: 'secret-token' } });
    const answer = guarded.get('/openapi.json', { authorization: 'Bearer secret-token' });
    assert.match(answer.text(), /"scheme":"bearer"/);
    assert.doesNotMatch(answer.text(), /secret-token/);
  });
});
