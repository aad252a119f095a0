/** When a response is flushed. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { ofDefault } from './incremental.ts';

const REVERSE_PROXY = 'https://caddyserver.com/docs/caddyfile/directives/reverse_proxy';
const STREAMING = 'https://github.com/caddyserver/caddy/blob/v2.11.7/modules/caddyhttp/reverseproxy/streaming.go';
const INCREMENTAL = 'https://github.com/caddyserver/caddy/pull/8020';

const BEFORE_INCREMENTAL = {
  before: '2.11.7',
  expected: 'coalesces',
  why: 'Caddy before 2.11.7 does not know the field: a response of known length waits for a full 4 KiB write buffer.',
  fix: { change: 'flush_interval -1', provenBy: 'caddy/flush-each-write?format=text&framing=content-length' },
} as const;

export const flushing: VariantDeclaration[] = [
  {
    id: 'default',
    title: 'Caddy as it comes',
    changes: 'nothing',
    files: { config: 'default.Caddyfile' },
    docs: [REVERSE_PROXY, STREAMING, INCREMENTAL],
    incremental: ofDefault,
    lanes: [
      {
        core: true,
        expected: 'streams',
        why: 'Caddy recognises an event stream by its content type, and flushes each write at once.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'The content type text/event-stream is enough: it is flushed at once even when its length is announced.',
      },
      {
        vary: { framing: 'close-delimited' },
        expected: 'streams',
        why: 'An event stream is flushed at once; the client gets it chunked.',
      },
      {
        vary: { 'response-header': 'incremental: ?1' },
        expected: 'streams',
        why: 'An event stream is flushed at once, with “Incremental: ?1” (RFC 10036) as without it, in a version that knows the field or not.',
      },
      {
        vary: { format: 'text' },
        expected: 'streams',
        why: 'A chunked response has no known length, and Caddy flushes each such response write by write, whatever its type.',
      },
      {
        vary: { format: 'text', framing: 'close-delimited' },
        expected: 'streams',
        why: 'A response that ends with the connection has no known length either, and is flushed write by write.',
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        core: true,
        expected: 'coalesces',
        why: 'A response of known length that is no event stream is never flushed: it comes out, headers too, when a 4 KiB write buffer is full.',
        fix: [
          {
            change: '“Incremental: ?1” from the origin',
            provenBy: 'caddy/default?format=text&framing=content-length&response-header=incremental: ?1',
          },
          { change: 'flush_interval -1', provenBy: 'caddy/flush-each-write?format=text&framing=content-length' },
          { change: 'flush_interval 1ms', provenBy: 'caddy/flush-1ms?format=text&framing=content-length' },
        ],
      },
      {
        vary: { format: 'text', framing: 'content-length', 'response-header': 'incremental: ?1' },
        core: true,
        expected: 'streams',
        why: 'Since 2.11.7 a response with “Incremental: ?1” (RFC 10036) is flushed write by write.',
        earlier: BEFORE_INCREMENTAL,
      },
      {
        vary: { format: 'text', framing: 'content-length', 'response-header': 'x-accel-buffering: no' },
        expected: 'coalesces',
        why: 'X-Accel-Buffering is a header of nginx; Caddy does not look at it.',
        fix: [
          {
            change: '“Incremental: ?1” from the origin',
            provenBy: 'caddy/default?format=text&framing=content-length&response-header=incremental: ?1',
          },
          { change: 'flush_interval -1', provenBy: 'caddy/flush-each-write?format=text&framing=content-length' },
        ],
      },
    ],
  },
  {
    id: 'flush-each-write',
    title: 'Flush after each write',
    changes: 'flush_interval -1',
    files: { config: 'flush-each-write.Caddyfile' },
    docs: [REVERSE_PROXY],
    lanes: [
      {
        expected: 'streams',
        why: 'An event stream was flushed write by write already; the setting changes nothing for it.',
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        core: true,
        expected: 'streams',
        why: 'A negative interval means a flush after each write, also for a response of known length.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'Without encode nothing is compressed that the origin did not, whatever the client takes.',
      },
      {
        vary: { 'accept-encoding': 'zstd', format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'Without encode nothing is compressed that the origin did not, whatever the client takes.',
      },
    ],
  },
  {
    id: 'flush-500ms',
    title: 'Flush every half second',
    changes: 'flush_interval 500ms',
    files: { config: 'flush-500ms.Caddyfile' },
    docs: [REVERSE_PROXY],
    lanes: [
      { expected: 'streams', why: 'The interval is ignored for an event stream, as the documentation says.' },
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'delays',
        why: 'A response of known length is flushed by the interval, which runs from the first write after a flush: a lone chunk waits all of it.',
        patienceMs: 1000,
        fix: { change: 'flush_interval -1', provenBy: 'caddy/flush-each-write?format=text&framing=content-length' },
      },
    ],
  },
  {
    id: 'incremental',
    title: 'A response declared incremental',
    changes: 'header_down Incremental ?1',
    files: { config: 'incremental.Caddyfile' },
    docs: [REVERSE_PROXY, INCREMENTAL],
    tags: ['headers', 'fix'],
    lanes: [
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'The field is set before Caddy decides how to flush, and “Incremental: ?1” (RFC 10036) means a flush after each write since 2.11.7; hops in front of it that know the field are told too.',
        earlier: BEFORE_INCREMENTAL,
      },
    ],
  },
  {
    id: 'content-type',
    title: 'A response declared an event stream',
    changes: 'header_down Content-Type text/event-stream',
    files: { config: 'content-type.Caddyfile' },
    docs: [REVERSE_PROXY, STREAMING],
    tags: ['headers'],
    lanes: [
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'The type is set before Caddy decides how to flush, so what is called an event stream is flushed write by write.',
      },
    ],
  },
  {
    id: 'flush-1ms',
    title: 'Flush each millisecond',
    changes: 'flush_interval 1ms',
    files: { config: 'flush-1ms.Caddyfile' },
    docs: [REVERSE_PROXY],
    tags: ['fix'],
    lanes: [
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'A chunk of a response of known length is held for a millisecond, which is less than can be told from no hold at all; words that come faster still share a flush.',
      },
    ],
  },
];
