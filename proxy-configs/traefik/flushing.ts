/** When a response is flushed. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const SERVICE = 'https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/load-balancing/service';

export const flushing: VariantDeclaration[] = [
  {
    id: 'default',
    title: 'Traefik as it comes',
    changes: 'nothing',
    files: { dynamic: 'default.yml' },
    docs: [SERVICE, 'https://pkg.go.dev/net/http/httputil#ReverseProxy'],
    lanes: [
      {
        core: true,
        expected: 'streams',
        why: 'Traefik recognises an event stream by its content type, and passes on each write at once.',
      },
      {
        vary: { 'http-version': '2' },
        expected: 'streams',
        why: 'An entry point without TLS speaks HTTP/2 to those who know it beforehand; each write is passed on as a frame.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'The content type text/event-stream is enough: it is passed on at once even when its length is announced.',
      },
      {
        vary: { framing: 'content-length', 'content-type': 'text/event-stream; charset=utf-8' },
        expected: 'streams',
        why: 'A parameter after the content type changes nothing: it is still taken for an event stream.',
      },
      {
        vary: { framing: 'close-delimited' },
        expected: 'streams',
        why: 'The response has no known length, so each write is passed on at once; the client gets it chunked.',
      },
      {
        vary: { format: 'text' },
        expected: 'streams',
        why: 'A chunked response has no known length, and Traefik takes each such response for a stream, whatever its type.',
      },
      {
        vary: { format: 'text', framing: 'close-delimited' },
        expected: 'streams',
        why: 'A response that ends with the connection has no known length either, so it is taken for a stream.',
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        core: true,
        expected: 'delays',
        why: 'A response of known length that is no event stream is flushed only every 100 ms, the default of flushInterval; the headers wait for the first flush too.',
        fix: [
          {
            change: 'responseForwarding.flushInterval: -1',
            provenBy: 'traefik/flush-each-write?format=text&framing=content-length',
          },
          {
            change: 'responseForwarding.flushInterval: 1ms',
            provenBy: 'traefik/flush-1ms?format=text&framing=content-length',
          },
        ],
      },
      {
        vary: { format: 'ndjson', framing: 'content-length' },
        expected: 'delays',
        why: 'NDJSON has no privilege: with a Content-Length it is flushed every 100 ms, as any other response.',
        fix: {
          change: 'responseForwarding.flushInterval: -1',
          provenBy: 'traefik/flush-each-write?format=ndjson&framing=content-length',
        },
      },
    ],
  },
  {
    id: 'flush-each-write',
    title: 'Flush after each write',
    changes: 'responseForwarding.flushInterval: -1',
    files: { dynamic: 'flush-each-write.yml' },
    docs: [SERVICE],
    lanes: [
      {
        expected: 'streams',
        why: 'An event stream was flushed write by write already; a negative interval changes nothing for it.',
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        core: true,
        expected: 'streams',
        why: 'A negative flushInterval means a flush after each write, also for a response of known length.',
      },
      {
        vary: { format: 'ndjson', framing: 'content-length' },
        expected: 'streams',
        why: 'A negative flushInterval means a flush after each write, whatever the content type.',
      },
    ],
  },
  {
    id: 'flush-1s',
    title: 'Flush once a second',
    changes: 'responseForwarding.flushInterval: 1s',
    files: { dynamic: 'flush-1s.yml' },
    docs: [SERVICE],
    lanes: [
      {
        expected: 'streams',
        why: 'flushInterval is ignored for a response that is recognised as a stream, as the documentation says.',
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'delays',
        why: 'The interval runs from the first write after a flush, so a lone chunk waits the whole second.',
        patienceMs: 1500,
        fix: {
          change: 'responseForwarding.flushInterval: -1',
          provenBy: 'traefik/flush-each-write?format=text&framing=content-length',
        },
      },
    ],
  },

  {
    id: 'flush-1ms',
    title: 'Flush each millisecond',
    changes: 'responseForwarding.flushInterval: 1ms',
    files: { dynamic: 'flush-1ms.yml' },
    docs: [SERVICE],
    tags: ['fix'],
    lanes: [
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'A chunk of a response of known length is held for a millisecond, which is less than can be told from no hold at all; words that come faster still share a flush.',
      },
    ],
  },
  {
    id: 'flush-never',
    title: 'A flush interval of zero',
    changes: 'responseForwarding.flushInterval: 0s',
    files: { dynamic: 'flush-never.yml' },
    docs: [SERVICE, 'https://pkg.go.dev/net/http/httputil#ReverseProxy'],
    lanes: [
      { expected: 'streams', why: 'The interval is ignored for a response that is recognised as a stream.' },
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'coalesces',
        why: 'Zero is not “at once” but “no periodic flush”, as in Go’s ReverseProxy: a response of known length, headers too, waits for a full 4 KiB write buffer.',
        fix: {
          change: 'responseForwarding.flushInterval: -1',
          provenBy: 'traefik/flush-each-write?format=text&framing=content-length',
        },
      },
    ],
  },
];
