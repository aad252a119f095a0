/** Proxies in a row, as they stand in front of real apps. Hop 1 is nearest the client. */

import type { ChainDeclaration } from '../bench/catalogue/declaration.ts';

const NO_BUFFERING = 'x-accel-buffering: no';

export default [
  {
    id: 'two-nginx',
    title: 'Two nginx in a row, the origin asks for no buffering',
    path: ['nginx/default', 'nginx/default'],
    vary: { framing: 'content-length', 'response-header': NO_BUFFERING },
    expected: 'coalesces',
    guilty: [1],
    why: 'The nginx next to the origin obeys X-Accel-Buffering: no and takes the header out of its answer, so the nginx in front of it never sees it and waits for a full buffer.',
    fix: { change: 'proxy_pass_header X-Accel-Buffering;', provenBy: 'chain/two-nginx-header-passed' },
    tags: ['buffering', 'framing', 'headers'],
  },
  {
    id: 'two-nginx-header-passed',
    title: 'Two nginx in a row, the inner one passes X-Accel-Buffering on',
    path: ['nginx/default', 'nginx/pass-x-accel-buffering'],
    vary: { framing: 'content-length', 'response-header': NO_BUFFERING },
    expected: 'streams',
    guilty: [],
    why: 'proxy_pass_header lets the header through, so both of the two obey it.',
    tags: ['buffering', 'framing', 'headers', 'fix'],
  },
  {
    id: 'nginx-before-traefik',
    title: 'nginx in front of Traefik, as they come',
    path: ['nginx/default', 'traefik/default'],
    vary: { framing: 'content-length' },
    expected: 'coalesces',
    guilty: [1],
    why: 'Traefik flushes an event stream write by write, also one of known length; nginx waits for a full buffer of it.',
    fix: {
      change: 'customResponseHeaders: { X-Accel-Buffering: "no" } in Traefik',
      provenBy: 'chain/nginx-before-traefik-header-added',
    },
    tags: ['buffering', 'framing'],
  },
  {
    id: 'nginx-before-traefik-header-added',
    title: 'nginx in front of a Traefik that asks for no buffering',
    path: ['nginx/default', 'traefik/x-accel-buffering'],
    vary: { framing: 'content-length' },
    expected: 'streams',
    guilty: [],
    why: 'Traefik adds X-Accel-Buffering: no in the origin’s name, and nginx obeys it.',
    tags: ['buffering', 'framing', 'headers', 'fix'],
  },
  {
    id: 'one-guilty-of-three',
    title: 'nginx, Traefik and Caddy, of which the one in the middle buffers',
    path: ['nginx/default', 'traefik/buffering', 'caddy/default'],
    core: true,
    expected: 'buffers',
    guilty: [2],
    why: 'The buffering middleware reads the whole response before it sends any of it: Caddy gives it word by word, and nginx never gets anything to pass on before the end.',
    fix: { change: 'Remove the buffering middleware.', provenBy: 'chain/three-that-stream' },
    tags: ['buffering'],
  },
  {
    id: 'guilty-in-the-middle',
    title: 'Traefik, an nginx that speaks HTTP/1.0 to its upstream, Caddy',
    path: ['traefik/default', 'nginx/upstream-http-1-0', 'caddy/default'],
    expected: 'coalesces',
    guilty: [2],
    why: 'Asked in HTTP/1.0, Caddy answers without chunks and closes the connection at the end; nginx waits for a full buffer of that.',
    fix: { change: 'proxy_http_version 1.1;', provenBy: 'chain/three-that-stream' },
    tags: ['buffering', 'framing', 'http-version'],
  },
  {
    id: 'three-that-stream',
    title: 'Traefik, an nginx that speaks HTTP/1.1 to its upstream, Caddy',
    path: ['traefik/default', 'nginx/upstream-http-1-1', 'caddy/default'],
    expected: 'streams',
    guilty: [],
    why: 'Each of them passes a chunked event stream piece by piece, and none makes the next answer without chunks.',
    tags: ['fix'],
  },
] satisfies ChainDeclaration[];
