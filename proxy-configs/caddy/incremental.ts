/** What Caddy makes of the field `Incremental` (RFC 10036), which it knows since 2.11.7. */

import type { IncrementalDeclaration } from '../../bench/catalogue/declaration.ts';

const SINCE = '2.11.7';

const HONOURED = {
  'boolean-item': 'honours',
  'unknown-parameters': 'honours',
  'per-message': 'honours',
  'no-whole-buffer': 'honours',
  'headers-first': 'honours',
  'false-value': 'honours',
  'bounded-hold': 'honours',
} as const;

/** Where it is told to buffer it answers 501. */
const REFUSED = {
  ...HONOURED,
  'no-whole-buffer': 'refuses',
  'headers-first': 'refuses',
  'refuse-not-buffer': 'refuses',
  'early-response': 'refuses',
  'bounded-hold': 'refuses',
} as const;

/** What it holds for 4 KiB without the field, and flushes write by write with it. */
const HELD = { format: 'text', framing: 'content-length' } as const;

export const ofDefault: IncrementalDeclaration = {
  vary: HELD,
  since: SINCE,
  expected: { ...HONOURED, 'early-response': 'violates' },
  why: 'A response of known length that is no event stream is held for 4 KiB without the field, and flushed write by write with it. Over HTTP/1.1 an early response loses what of the request was not read before it, as Go’s server does it with or without the field.',
};

export const ofFullDuplex: IncrementalDeclaration = {
  vary: HELD,
  since: SINCE,
  expected: { ...HONOURED, 'early-response': 'honours' },
  why: 'As the default, but Go’s server goes on reading the request when the response has begun.',
};

export const ofRequestBuffers: IncrementalDeclaration = {
  refuses: true,
  since: SINCE,
  // Its responses are forwarded anyway.
  expected: { ...REFUSED, 'refused-501': 'refuses-wrongly', 'bounded-hold': 'streams-anyway' },
  why: 'It is told to collect the body of a request, and refuses one with the field; without proxy_status_name it does not say why.',
};

export const ofResponseBuffers: IncrementalDeclaration = {
  refuses: true,
  since: SINCE,
  expected: { ...REFUSED, 'refused-501': 'refuses-wrongly' },
  why: 'It is told to collect the response, and refuses one with the field; without proxy_status_name it does not say why.',
};

export const ofProxyStatusName: IncrementalDeclaration = {
  refuses: true,
  since: SINCE,
  expected: { ...REFUSED, 'refused-501': 'refuses' },
  why: 'As with response_buffers alone, but the 501 has a Proxy-Status with error=incremental_refused, as RFC 10036 wants it.',
};
