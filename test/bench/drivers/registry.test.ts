import type { ServerResponse } from 'node:http';

import { describe, expect, it } from 'vitest';

import { repositoryOf, tagsOf, withoutTag } from '../../../bench/drivers/registry.ts';
import { UnavailableError } from '../../../bench/errors.ts';
import { sendJson, startRegistry, type Registry } from './registry-server.ts';

it.each([
  ['nginx:1.30', 'docker.io', 'library/nginx'],
  ['nginx', 'docker.io', 'library/nginx'],
  ['envoyproxy/envoy:v1.40.0', 'docker.io', 'envoyproxy/envoy'],
  ['docker.io/nginx:1.30', 'docker.io', 'library/nginx'],
  ['registry-1.docker.io/library/nginx', 'docker.io', 'library/nginx'],
  ['ghcr.io/some/proxy:1@sha256:abc', 'ghcr.io', 'some/proxy'],
  ['localhost/nginx', 'localhost', 'nginx'],
  ['127.0.0.1:5000/a/b/nginx:1.30', '127.0.0.1:5000', 'a/b/nginx'],
  ['127.0.0.1:5000/nginx', '127.0.0.1:5000', 'nginx'],
])('%s is of %s, there %s', (image, registry, name) => {
  expect(repositoryOf(image)).toEqual({ registry, name });
});

it('the name of an image goes without its tag and digest, not without its port', () => {
  expect(withoutTag('localhost:5000/nginx:1.30')).toBe('localhost:5000/nginx');
  expect(withoutTag('localhost:5000/nginx')).toBe('localhost:5000/nginx');
  expect(withoutTag('nginx:1.30@sha256:abc')).toBe('nginx');
});

const tagsIn = (registry: Registry, signal?: AbortSignal): Promise<string[]> =>
  tagsOf({ registry: registry.host, name: 'library/nginx' }, signal);

const FIRST = '/v2/library/nginx/tags/list';

describe('the tags of a repository', () => {
  it('are those of all pages, of which each names the next', async () => {
    await using registry = await startRegistry(({ url }, response, host) => {
      if (url === FIRST)
        return sendJson(response, 200, { tags: ['1.28', '1.29'] }, { link: `<${FIRST}?last=1.29&n=2>; rel="next"` });
      // As one that does not know by which name it was asked.
      const link = { link: `<https://elsewhere.example${FIRST}?last=1.31&n=2>; rel=next` };
      if (url === `${FIRST}?last=1.29&n=2`) return sendJson(response, 200, { tags: ['1.30', '1.31'] }, link);
      return sendJson(response, 200, { tags: null }, { link: `<http://${host}/v2/>; rel="prev"` });
    });
    expect(await tagsIn(registry)).toEqual(['1.28', '1.29', '1.30', '1.31']);
    expect(registry.asked).toEqual([FIRST, `${FIRST}?last=1.29&n=2`, `${FIRST}?last=1.31&n=2`]);
  });

  it('are had with a token for anybody, which is asked for once', async () => {
    await using registry = await startRegistry(({ url = '', headers }, response, host) => {
      if (url.startsWith('/token')) return sendJson(response, 200, { access_token: 'any' });
      const scope = 'service="a registry",scope="repository:library/nginx:pull"';
      if (headers.authorization !== 'Bearer any')
        return sendJson(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${host}/token?a=1",${scope}` });
      const next = url === FIRST ? { link: `<${FIRST}?last=1>; rel="next"` } : {};
      return sendJson(response, 200, { tags: [url] }, next);
    });
    expect(await tagsIn(registry)).toEqual([FIRST, `${FIRST}?last=1`]);
    expect(registry.asked).toEqual([
      FIRST,
      '/token?a=1&service=a+registry&scope=repository%3Alibrary%2Fnginx%3Apull',
      `${FIRST} Bearer any`,
      `${FIRST}?last=1 Bearer any`,
    ]);
  });
});

/** Answers every request alike. */
type Answering = (response: ServerResponse, host: string) => void;

describe('who lists none', () => {
  it.each<[string, Answering, string]>([
    [
      'knows no such repository',
      (response) => sendJson(response, 404, { errors: [{ code: 'NAME_UNKNOWN', message: 'no such name' }] }),
      'answered 404 about the tags of library/nginx: no such name',
    ],
    [
      'has a fault',
      (response) => response.writeHead(503).end('<html>'),
      'answered 503 about the tags of library/nginx: Service Unavailable',
    ],
    [
      'wants a name and a password',
      (response) => sendJson(response, 401, {}, { 'www-authenticate': 'Basic realm="mine"' }),
      'lists no tags of library/nginx without a password',
    ],
    [
      'gives nobody a token who has no account',
      (response, host) => sendJson(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${host}/token"` }),
      'lists no tags of library/nginx without a password',
    ],
    [
      'takes no token that it gives',
      (response, host) =>
        sendJson(
          response,
          response.req.url?.startsWith('/token') === true ? 200 : 401,
          { token: 'any' },
          {
            'www-authenticate': `Bearer realm="http://${host}/token"`,
          },
        ),
      'lists no tags of library/nginx without a password',
    ],
    [
      'is no registry',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>'),
      'answered what is no list of the tags of library/nginx',
    ],
    [
      'answers nothing at all',
      (response) => sendJson(response, 200, null),
      'answered what is no list of the tags of library/nginx',
    ],
    [
      'says more than a line',
      (response) => sendJson(response, 429, { errors: [{ message: 'too\n\u001b[31mmany' }] }),
      'answered 429 about the tags of library/nginx: too [31mmany',
    ],
    [
      'names the same page for ever',
      (response) => sendJson(response, 200, { tags: ['1.30'] }, { link: `<${FIRST}?last=1.30>; rel="next"` }),
      'lists the tags of library/nginx without end',
    ],
    ['ends the connection', (response) => void response.socket?.destroy(), 'cannot be reached (other side closed)'],
  ])('since it %s is named with its words', async (_, answering, words) => {
    await using registry = await startRegistry((_request, response, host) => answering(response, host));
    await expect(tagsIn(registry)).rejects.toThrow(new UnavailableError(`${registry.host} ${words}`));
  });

  it('since nobody listens there is said to be out of reach', async () => {
    const registry = await startRegistry();
    await registry[Symbol.asyncDispose]();
    await expect(tagsIn(registry)).rejects.toThrow(
      new UnavailableError(`${registry.host} cannot be reached (connect ECONNREFUSED ${registry.host})`),
    );
  });

  it('since it is silent is waited for a few seconds', async () => {
    await using registry = await startRegistry();
    await expect(tagsIn(registry)).rejects.toThrow(new UnavailableError(`${registry.host} did not answer within 5 s`));
  });

  it('is not waited for once that is aborted', async () => {
    await using registry = await startRegistry();
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const asking = tagsIn(registry, controller.signal);
    while (registry.asked.length === 0) await new Promise(setImmediate);
    controller.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});
