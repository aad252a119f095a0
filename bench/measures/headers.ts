/** What the hop does to the response's head: header fields added, removed and changed, and the framing on each side. */

import { header, type ResponseHead } from '../client/http1.ts';
import { measureStream } from '../measure.ts';
import type { Trace } from '../trace.ts';
import type { Measure } from './measure.ts';

export interface HeaderFigures {
  added: string[];
  removed: string[];
  changed: { name: string; from: string; to: string }[];
  /** How the body was framed, as the origin sent it and as the client got it. */
  framing: { origin: string; client: string };
  /** Responses with a 1xx status that came before. */
  informational: number[];
}

/** What the origin sent besides what HTTP/1.1 makes of each connection anew (RFC 9110, section 7.6.1), and its own clock. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']);

/** Fields that decide about streaming further down the path, or that a hop likes to touch. */
const PROBE_HEADERS = {
  'X-Accel-Buffering': 'no',
  'Cache-Control': 'no-cache',
  'X-Unclog-Probe': 'passed on',
};

/** One short stream. */
const QUICK_MS = 100;

function fields(head: ResponseHead): Map<string, string> {
  const names = new Set(head.headers.map(([name]) => name.toLowerCase()));
  return new Map([...names].filter((name) => !HOP_BY_HOP.has(name)).map((name) => [name, header(head, name) ?? '']));
}

/** The origin's own head, as its workload says. */
function sentFields(trace: Trace): Map<string, string> {
  const { headers, contentType } = trace.origin.workload;
  const lower = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return new Map([['content-type', contentType], ...lower]);
}

function figures(trace: Trace): HeaderFigures {
  const sent = sentFields(trace);
  const { head, informational } = trace.client;
  const got = head === undefined ? new Map<string, string>() : fields(head);
  const changed = [...sent].flatMap(([name, from]) => {
    const to = got.get(name);
    return to === undefined || to === from ? [] : [{ name, from, to }];
  });
  return {
    added: [...got.keys()].filter((name) => !sent.has(name)).toSorted(),
    removed: [...sent.keys()].filter((name) => !got.has(name)).toSorted(),
    changed,
    framing: { origin: trace.origin.framing ?? 'none', client: head?.framing ?? 'none' },
    informational: informational.map(({ head: { status } }) => status),
  };
}

function say({ added, removed, changed, framing }: HeaderFigures): string {
  const parts = [
    ...(removed.length === 0 ? [] : [`removes ${removed.join(', ')}`]),
    ...(added.length === 0 ? [] : [`adds ${added.join(', ')}`]),
    ...changed.map(({ name, from, to }) => `changes ${name} from ${from} to ${to}`),
    ...(framing.origin === framing.client ? [] : [`${framing.origin} becomes ${framing.client}`]),
  ];
  return parts.length === 0 ? 'headers pass unchanged' : parts.join('; ');
}

export const headersMeasure: Measure<Trace, HeaderFigures> = {
  id: 'headers',
  title: 'response headers added, removed and changed, and the framing on each side',
  measure: ({ workload, ...context }) =>
    measureStream({
      ...context,
      workload: {
        ...workload,
        headers: { ...PROBE_HEADERS, ...workload.headers },
        count: 3,
        pace: { mode: 'paced', intervalMs: 0 },
      },
    }),
  takesMs: () => QUICK_MS,
  figures,
  say,
  isHarmless: ({ removed, changed }) => removed.length + changed.length === 0,
  relays: [
    {
      relay: 'transparent',
      expected: 'headers pass unchanged',
      convicted: ({ added, removed, changed }) => added.length + removed.length + changed.length === 0,
    },
    {
      relay: 'strip-header',
      expected: 'removes x-accel-buffering',
      convicted: ({ added, removed, changed }) =>
        removed.join() === 'x-accel-buffering' && added.length + changed.length === 0,
    },
  ],
};
