/** An external processing server, as gateways for AI have it beside Envoy, that changes nothing: how it is shown bodies. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const FILTER = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/ext_proc_filter';
const MODES =
  'https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/ext_proc/v3/processing_mode.proto';

const API = 'https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/ext_proc/v3/ext_proc.proto';

const PROCESSOR = 'ext-proc.mjs';
const STREAMED = 'response_body_mode: STREAMED';

function fix(change: string, provenBy: string) {
  return { change, provenBy };
}

const LOOKS_ON = {
  ...fix('observability_mode: true', 'envoy/ext-proc-observability'),
  loses: 'the processor can neither change a stream nor stop it',
};

export const extProc: VariantDeclaration[] = [
  {
    id: 'ext-proc',
    title: 'An external processor that is shown headers',
    changes: 'envoy.filters.http.ext_proc',
    files: { config: 'ext-proc.yaml', processor: PROCESSOR },
    companion: [PROCESSOR],
    docs: [FILTER, MODES],
    tags: ['ext-proc', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'Unless it is told otherwise (response_body_mode: NONE) the filter asks about the headers alone; the body passes by it as it comes.',
      },
    ],
  },
  {
    id: 'ext-proc-streamed',
    title: 'An external processor that is shown each piece of the response',
    changes: STREAMED,
    files: { config: 'ext-proc-streamed.yaml', processor: PROCESSOR },
    companion: [PROCESSOR],
    docs: [MODES],
    tags: ['ext-proc', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'Each piece waits for the processor’s answer to it, which is as long as that takes, and goes on by itself.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'The length is taken away from the response, as a processor may change it, and the client gets chunks.',
      },
    ],
  },
  {
    id: 'ext-proc-full-duplex',
    title: 'An external processor that takes the response over',
    changes: 'response_body_mode: FULL_DUPLEX_STREAMED',
    files: { config: 'ext-proc-full-duplex.yaml', processor: PROCESSOR },
    companion: [PROCESSOR, '--full-duplex'],
    docs: [MODES, 'https://github.com/envoyproxy/envoy/pull/34942'],
    tags: ['ext-proc'],
    lanes: [
      {
        expected: 'streams',
        why: 'Pieces go to the processor without waiting for the one before, and the client gets what comes back, when it comes back: this one keeps nothing.',
      },
    ],
  },
  {
    id: 'ext-proc-buffered',
    title: 'An external processor that is shown the whole response',
    changes: 'response_body_mode: BUFFERED',
    files: { config: 'ext-proc-buffered.yaml', processor: PROCESSOR },
    companion: [PROCESSOR],
    docs: [MODES, 'https://github.com/rossoctl/cortex/pull/480'],
    tags: ['ext-proc', 'buffering'],
    lanes: [
      {
        expected: 'buffers',
        why: 'Envoy collects the body, as it is told, and shows it to the processor in one piece; the client gets nothing before that, headers included.',
        fix: [fix(STREAMED, 'envoy/ext-proc-streamed'), fix('response_body_mode: NONE', 'envoy/ext-proc')],
      },
    ],
  },
  {
    id: 'ext-proc-buffered-32k',
    title: 'An external processor that is shown the whole response, on an edge proxy',
    changes: 'response_body_mode: BUFFERED and per_connection_buffer_limit_bytes: 32768',
    files: { config: 'ext-proc-buffered-32k.yaml', processor: PROCESSOR },
    companion: [PROCESSOR],
    docs: [MODES, 'https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge'],
    tags: ['ext-proc', 'buffering'],
    lanes: [
      {
        expected: 'breaks',
        why: 'A body that exceeds the buffer limit is an error, as the documentation says: the client gets a 500 and nothing of the stream.',
        fix: fix(STREAMED, 'envoy/ext-proc-streamed'),
      },
    ],
  },
  {
    id: 'ext-proc-buffered-partial',
    title: 'An external processor that is shown the beginning of the response',
    changes: 'response_body_mode: BUFFERED_PARTIAL and per_connection_buffer_limit_bytes: 32768',
    files: { config: 'ext-proc-buffered-partial.yaml', processor: PROCESSOR },
    companion: [PROCESSOR],
    docs: [MODES],
    tags: ['ext-proc', 'buffering'],
    lanes: [
      {
        expected: 'coalesces',
        why: 'The body is collected until the buffer limit, 32 KiB here and 1 MiB unless set, which goes to the processor in one piece; what comes after it passes.',
        fix: fix(STREAMED, 'envoy/ext-proc-streamed'),
      },
    ],
  },
  {
    id: 'ext-proc-slow',
    title: 'An external processor that takes 300 ms for each piece of an event stream',
    changes: 'response_body_mode: STREAMED and no message_timeout',
    files: { config: 'ext-proc-slow.yaml', processor: PROCESSOR },
    companion: [PROCESSOR, '--slow'],
    docs: [API, 'https://github.com/envoyproxy/ai-gateway/pull/1428'],
    tags: ['ext-proc', 'timeouts'],
    lanes: [
      {
        expected: 'breaks',
        why: 'Unless message_timeout says otherwise Envoy cuts a stream when 200 ms after the last piece that it sent to the processor no answer has come. Each further piece starts that time anew (measured): a stream whose words come closer than that passes, each word 300 ms late, and at its first pause is cut, as here, where each word waits for the one before. With more time for it all pass as late (ext-proc-slow-1s).',
        fix: LOOKS_ON,
      },
    ],
  },
  {
    id: 'ext-proc-slow-1s',
    title: 'An external processor that takes 300 ms for each piece of an event stream, and has a second',
    changes: 'response_body_mode: STREAMED and message_timeout: 1s',
    files: { config: 'ext-proc-slow-1s.yaml', processor: PROCESSOR },
    companion: [PROCESSOR, '--slow'],
    docs: [API, 'https://github.com/envoyproxy/ai-gateway/pull/1428'],
    tags: ['ext-proc', 'timeouts'],
    lanes: [
      {
        expected: 'delays',
        why: 'Nothing is cut any more, and each piece waits for its answer, 300 ms.',
        fix: LOOKS_ON,
      },
    ],
  },
  {
    id: 'ext-proc-observability',
    title: 'An external processor that looks on',
    changes: 'observability_mode: true',
    files: { config: 'ext-proc-observability.yaml', processor: PROCESSOR },
    companion: [PROCESSOR, '--slow'],
    docs: [API],
    tags: ['ext-proc', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'The processor gets a copy of each piece, and Envoy goes on without its answer, however late that is: it can change nothing, nor stop a stream.',
      },
    ],
  },
];
