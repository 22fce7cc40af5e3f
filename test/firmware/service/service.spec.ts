import assert from 'node:assert/strict';
import * as v from 'valibot';
import { apiError } from '../../../firmware/service/api-error.js';
import { apiRoute } from '../../../firmware/service/api-route.js';
import { openApi } from '../../../firmware/service/open-api.js';
import { refusal } from '../../../firmware/service/route-answers.js';
import { createService } from '../../../firmware/service/service.js';
import type { ServiceContract } from '../../../firmware/service/service-contract.js';
import { createMemoryHttp } from '../memory-http.js';

const shelf = v.object({ shelfId: v.string(), books: v.array(v.string()) });
const CONTRACT: ServiceContract = {
  name: 'the library',
  tokenSetting: 'LIBRARY_TOKEN',
  title: 'Library',
  description: 'Books on shelves.',
  idPattern: /^\d{3}$/,
  schemas: { Shelf: shelf, Error: v.object({ error: v.object({ code: v.string(), message: v.string() }) }) },
  limits: { bodyBytes: 100, targetChars: 30, connections: 2, requestTimeoutMs: 50 },
};

/** A service that has nothing to do with a terminal. */
function createLibrary() {
  let closed = false;
  const answered: string[] = [];
  const http = createMemoryHttp();
  const routes = [
    apiRoute({
      method: 'POST',
      path: '/shelves/{shelfId}/books',
      operationId: 'addBook',
      summary: 'Put a book on a shelf',
      query: v.strictObject({ at: v.exactOptional(v.picklist(['left', 'right'], 'has to be left or right')) }),
      body: v.strictObject({ title: v.string('has to be a title') }),
      answers: [{ status: 200, description: 'it stands there', schema: shelf }],
      sharedAnswers: [refusal(503, ['closed'], 'the library is closed')],
      whyNot: () => (closed ? { ...apiError(503, 'closed', 'come tomorrow'), details: { opens: '9:00' } } : undefined),
      handle: ({ params, query, body }, reply) =>
        reply.json(200, { shelfId: params.shelfId, books: [`${query.at ?? 'right'}: ${body.title}`] }),
    }),
  ];
  const { options, handler } = createService({
    contract: CONTRACT,
    routes,
    host: '127.0.0.1',
    port: 0,
    token: 'open-sesame',
    answered: (...facts) => answered.push(facts.join(' ')),
  });
  http.host.listen(options, handler, () => undefined);
  const send = (target: string, body = '{"title":"Emma"}', token = 'open-sesame') => {
    const headers = { host: 'localhost', 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = http.send({ method: 'POST', target, headers, body });
    return [answer.status(), JSON.parse(answer.text())];
  };
  return {
    http,
    routes,
    answered,
    send,
    close: () => {
      closed = true;
    },
  };
}

const error = (code: string, message: string, field?: string) => ({
  error: field === undefined ? { code, message } : { code, message, field },
});

describe('a service by its contract', () => {
  it('gives a handler what the schemas of its route let through', () => {
    const { send, answered } = createLibrary();
    assert.deepEqual(send('/shelves/123/books'), [200, { shelfId: '123', books: ['right: Emma'] }]);
    assert.deepEqual(send('/shelves/123/books?at=left'), [200, { shelfId: '123', books: ['left: Emma'] }]);
    assert.deepEqual(answered, Array(2).fill('POST /shelves/{shelfId}/books 200'));
  });

  const REFUSED: readonly (readonly [what: string, target: string, body: string, status: number, answer: object])[] = [
    ['an id of another pattern', '/shelves/x/books', '{}', 404, error('notFound', 'there is no such shelfId')],
    ['a wrong query', '/shelves/123/books?at=top', '{}', 400, error('invalid', 'at: has to be left or right', 'at')],
    ['a wrong body', '/shelves/123/books', '{"title":1}', 400, error('invalid', 'title: has to be a title', 'title')],
  ];
  for (const [what, target, body, status, answer] of REFUSED) {
    it(`refuses ${what}`, () => assert.deepEqual(createLibrary().send(target, body), [status, answer]));
  }

  it('refuses what no route serves, in the order of guard and router', () => {
    const { send } = createLibrary();
    assert.deepEqual(send('/x'), [404, error('unknownPath', 'there is nothing at this path; see /openapi.json')]);
    const tooLong = error('targetTooLong', 'the path and query are too long');
    assert.deepEqual(send(`/${'x'.repeat(30)}`), [414, tooLong]);
    const message = 'the header Authorization has to be Bearer and the token of LIBRARY_TOKEN';
    assert.deepEqual(send('/shelves/123/books', '{}', 'sesame'), [401, error('tokenNeeded', message)]);
  });

  it('asks first whether the route can be served at all', () => {
    const { send, close } = createLibrary();
    close();
    assert.deepEqual(send('/shelves/x/books'), [503, { ...error('closed', 'come tomorrow'), opens: '9:00' }]);
  });

  it('listens within the limits of its contract, and names them where they are exceeded', () => {
    const { bodyLimitBytes, connectionLimit, requestTimeoutMs, refusal: refused } = createLibrary().http.options();
    assert.deepEqual([bodyLimitBytes, connectionLimit, requestTimeoutMs], [100, 2, 50]);
    const body = refused?.(413).body ?? '';
    assert.deepEqual(JSON.parse(body), error('bodyTooLong', 'the body is longer than 100 bytes'));
  });

  it('is described by the same contract and routes', () => {
    const document = JSON.stringify(openApi(createLibrary().routes, CONTRACT, '1.0.0', true));
    for (const part of [
      '"title":"Library"',
      '"pattern":"^\\\\d{3}$"',
      '#/components/schemas/Shelf',
      'at most 100 bytes',
    ]) {
      assert.ok(document.includes(part), part);
    }
    assert.match(document, /"503":\{"description":"the library is closed; or too many requests/);
    assert.doesNotMatch(document, /terminal|sale|reversal/i);
  });
});
