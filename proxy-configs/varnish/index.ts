import type { Fix, NativeFiles, ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const VARIABLES = 'https://varnish-cache.org/docs/7.7/reference/vcl-var.html';
const BACKEND = 'https://varnish-cache.org/docs/7.7/reference/vcl-backend.html';
const ACTIONS = 'https://varnish-cache.org/docs/7.7/users-guide/vcl-actions.html';
/** `vcl_builtin_backend_response`: what says no-cache, no-store or private is not stored, and requests for it do not wait for each other. */
const BUILTIN = 'https://github.com/varnishcache/varnish-cache/blob/varnish-7.7.0/bin/varnishd/builtin.vcl';
const COMPRESSION = 'https://varnish-cache.org/docs/7.7/users-guide/compression.html';
const GRACE = 'https://varnish-cache.org/docs/7.7/users-guide/vcl-grace.html';
const SOURCE = 'https://github.com/varnishcache/varnish-cache/blob/varnish-7.7.0/bin/varnishd';
/** `vbf_stp_fetch` and what comes before: do_esi unsets do_stream; a fetch that nobody waits for is given up if uncacheable. */
const FETCH = `${SOURCE}/cache/cache_fetch.c`;
/** `v1f_read` returns what came with the head only together with what a further read brings, unless a chunk ends there. */
const READ_BODY = `${SOURCE}/http1/cache_http1_vfp.c`;

/** `vdp_gunzip` passes its buffer on when it is full; `vfp_gunzip_pull` what there is. */
const GZIP = `${SOURCE}/cache/cache_gzip.c`;

const UNPACK_EVENTS = { change: 'set beresp.do_gunzip = true for event streams', id: 'varnish/gunzip' };
const SPARE_EVENTS = { change: 'set beresp.do_gzip for other content types alone', id: 'varnish/gzip-spares-events' };

const NOT_STORED: Fix = {
  change: 'set beresp.uncacheable = true for event streams',
  provenBy: 'varnish/hit-for-miss',
};

/** Storage in memory; no command line, whose port would be one for all; no change of user, which only root could do. */
const OPTIONS = ['-s', 'malloc,256m', '-T', 'none', '-j', 'none'];

/** `-n`: its working folder, with the compiled VCL and the shared memory log, is in the run's. */
function common({ dir, files }: NativeFiles): string[] {
  return ['-f', files['config'] ?? '', '-n', `${dir}/varnish`, ...OPTIONS];
}

export default {
  id: 'varnish',
  name: 'Varnish',
  home: 'https://varnish-cache.org/',
  version: { args: ['-V'], pattern: /varnish-(\d+\.\d+\.\d+)/ },
  native: {
    program: 'varnishd',
    apt: 'varnish',
    args: ({ port, ...at }) => ['-F', '-a', `127.0.0.1:${port}`, ...common(at)],
    checkArgs: (at) => ['-C', ...common(at)],
  },
  docker: {
    image: 'varnish',
    entrypoint: ['varnishd', '-F', '-a', ':8080', '-f', '/etc/varnish/default.vcl', '-n', '/tmp/varnish', ...OPTIONS],
    paths: { config: '/etc/varnish/default.vcl' },
  },
  variants: [
    {
      id: 'default',
      title: 'Varnish as it comes',
      changes: 'nothing',
      files: { config: 'default.vcl' },
      docs: [VARIABLES, READ_BODY, GZIP, BUILTIN],
      tags: ['cache'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'beresp.do_stream is true since Varnish 4: what is stored is passed on while it comes in. It is taken in to its end whatever the client does. A second client of the URL joins the stream, with what it has missed at once; one that asks after it gets the stored words in one lump (“reuse”), for two minutes (default_ttl). What says Cache-Control: no-cache, no-store or private is not stored. A body without chunks streams too, but what came in one packet with the head waits for the next piece: which of the two it is differs from stream to stream, so there is no lane for it.',
          reuseFix: NOT_STORED,
        },
        {
          vary: { 'content-encoding': 'gzip' },
          expected: 'coalesces',
          why: 'For a client that does not accept gzip Varnish unpacks what it stored, into a buffer (gzip_buffer, 32 KiB) that it sends when it is full, whatever the origin flushed: curl sees lumps where a browser sees words.',
          fix: [
            { change: UNPACK_EVENTS.change, provenBy: `${UNPACK_EVENTS.id}?content-encoding=gzip` },
            { change: 'no gzip of event streams in the origin', provenBy: 'varnish/default' },
            {
              change: 'Accept-Encoding: gzip from the client',
              provenBy: 'varnish/default?accept-encoding=gzip&content-encoding=gzip',
            },
          ],
        },
        {
          vary: { 'accept-encoding': 'gzip', 'content-encoding': 'gzip' },
          expected: 'streams',
          why: 'What is stored as gzip is sent as gzip to a client that accepts it, each piece as it comes in.',
        },
        {
          vary: { 'content-type': 'text/html' },
          expected: 'streams',
          why: 'Varnish does not look at the type: only what VCL says of a response (do_esi, do_stream) decides.',
        },
      ],
    },
    {
      id: 'pass',
      title: 'Nothing is stored',
      changes: 'return (pass);',
      files: { config: 'pass.vcl' },
      docs: [ACTIONS, FETCH],
      tags: ['cache', 'abort', 'backpressure', 'reuse'],
      lanes: [
        {
          expected: 'streams',
          why: 'Delivery is the same, and each client has a stream of its own (“reuse”). The origin is told of a client that left, though not while it is silent; a client that does not read does not slow it (transit_buffer is 0, which means no bound).',
        },
      ],
    },
    {
      id: 'hit-for-pass',
      title: 'What turned out to be a stream is not stored',
      changes: 'return (pass(2m));',
      files: { config: 'hit-for-pass.vcl' },
      docs: [ACTIONS, FETCH],
      tags: ['cache', 'abort', 'reuse'],
      lanes: [
        {
          expected: 'streams',
          why: 'As with pass, but decided when the response is there; the URL is remembered for two minutes, so that later requests do not wait for each other: each gets a stream of its own (“reuse”).',
        },
      ],
    },
    {
      id: 'pipe',
      title: 'Bytes are passed on without HTTP',
      changes: 'return (pipe);',
      files: { config: 'pipe.vcl' },
      docs: [ACTIONS],
      tags: ['abort', 'backpressure', 'request', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'After the head of the request Varnish passes on bytes in both directions: the origin is told of a client that left at once, and waits for one that does not read.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'Bytes are passed on as they come, also those that came together with the head.',
        },
      ],
    },
    {
      id: 'do-stream-off',
      title: 'The response is stored before it is sent',
      changes: 'set beresp.do_stream = false;',
      files: { config: 'do-stream-off.vcl' },
      docs: [VARIABLES],
      tags: ['buffering', 'cache', 'reuse'],
      incremental: { why: 'The response is collected to its end.' },
      lanes: [
        {
          core: true,
          expected: 'buffers',
          why: 'With do_stream false, as it was before Varnish 4, the whole response is fetched before even the headers are sent. A second client of the URL waits for that fetch too (“reuse”).',
          fix: { change: 'Remove set beresp.do_stream = false;', provenBy: 'varnish/default' },
        },
      ],
    },
    {
      id: 'hit-for-miss',
      title: 'Event streams are not stored, other responses are',
      changes: 'set beresp.uncacheable = true; where the Content-Type is text/event-stream',
      files: { config: 'hit-for-miss.vcl' },
      docs: [ACTIONS, VARIABLES, BUILTIN],
      tags: ['cache', 'reuse', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'Delivery is the same as by default; each client gets a stream of its own, also while another flows (“reuse”). Only those that ask before the first head of such a URL has come wait for it.',
        },
      ],
    },
    {
      id: 'grace',
      title: 'What is not fresh is given out while it is fetched anew',
      changes: 'set beresp.ttl = 1s; set beresp.grace = 1m;',
      files: { config: 'grace.vcl' },
      docs: [GRACE, VARIABLES],
      tags: ['cache', 'reuse'],
      lanes: [
        {
          expected: 'streams',
          why: 'A client that asks later than the second gets the stored words of an earlier stream in one lump, and the origin makes a new one beside that (“reuse”). By default grace is 10 s: it is so without a word in VCL.',
          reuseFix: NOT_STORED,
        },
      ],
    },
    {
      id: 'no-grace',
      title: 'What is not fresh is gone',
      changes: 'set beresp.ttl = 1s; set beresp.grace = 0s; set beresp.keep = 0s;',
      files: { config: 'no-grace.vcl' },
      docs: [GRACE, VARIABLES],
      tags: ['cache', 'reuse'],
      lanes: [
        {
          expected: 'streams',
          why: 'The second client of a URL joins the first’s stream as by default; the second of freshness counts from the head, and who asks after it gets a stream of its own (“reuse”).',
          reuseFix: NOT_STORED,
        },
      ],
    },
    {
      id: 'gzip',
      title: 'Everything is compressed',
      changes: 'set beresp.do_gzip = true;',
      files: { config: 'gzip.vcl' },
      docs: [VARIABLES, COMPRESSION],
      tags: ['compression'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'coalesces',
          why: 'The compressor is not flushed before the end, so it keeps everything until it has a block worth writing: over 200 KB of these words, less of a text that repeats itself less. A usual stream comes out at its end.',
          fix: { change: SPARE_EVENTS.change, provenBy: `${SPARE_EVENTS.id}?accept-encoding=gzip` },
        },
        {
          expected: 'coalesces',
          why: 'What is stored is compressed for all clients, and unpacked for one that does not take gzip: it waits as long. Plain curl shows the hold that browsers see.',
          fix: { change: SPARE_EVENTS.change, provenBy: SPARE_EVENTS.id },
        },
        {
          vary: { 'accept-encoding': 'gzip', 'response-header': 'cache-control: no-transform' },
          expected: 'coalesces',
          why: 'RFC 9111 (section 5.2.2.6) forbids an intermediary to transform a no-transform response; Varnish does what VCL says.',
          fix: { change: SPARE_EVENTS.change, provenBy: `${SPARE_EVENTS.id}?accept-encoding=gzip` },
        },
      ],
    },
    {
      id: 'gzip-spares-events',
      title: 'Everything but event streams is compressed',
      changes: 'set beresp.do_gzip = true; where the Content-Type is not text/event-stream',
      files: { config: 'gzip-spares-events.vcl' },
      docs: [VARIABLES, COMPRESSION],
      tags: ['compression', 'fix'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'An event stream is stored and passed on as it came.',
        },
        {
          expected: 'streams',
          why: 'An event stream is stored and passed on as it came, whatever the client takes.',
        },
      ],
    },
    {
      id: 'gunzip',
      title: 'Event streams are unpacked',
      changes: 'set beresp.do_gunzip = true; where the Content-Type is text/event-stream',
      files: { config: 'gunzip.vcl' },
      docs: [VARIABLES, COMPRESSION, GZIP],
      tags: ['compression', 'fix'],
      lanes: [
        {
          vary: { 'content-encoding': 'gzip' },
          expected: 'streams',
          why: 'Unpacked on its way in, each piece is stored and passed on as soon as zlib has given it; the coder of the origin is that which must flush.',
        },
      ],
    },
    {
      id: 'esi',
      title: 'Every response is searched for ESI',
      changes: 'set beresp.do_esi = true;',
      files: { config: 'esi.vcl' },
      docs: [VARIABLES, 'https://varnish-cache.org/docs/7.7/users-guide/esi.html', FETCH],
      tags: ['buffering', 'esi'],
      lanes: [
        {
          expected: 'buffers',
          why: 'do_esi unsets do_stream in the source (of which the documentation of neither speaks), before a byte of the body was looked at: an event stream too is fetched whole.',
          fix: { change: 'set beresp.do_esi for text/html alone', provenBy: 'varnish/esi-html' },
        },
      ],
    },
    {
      id: 'esi-html',
      title: 'HTML is searched for ESI',
      changes: 'set beresp.do_esi = true; where the Content-Type is text/html',
      files: { config: 'esi-html.vcl' },
      docs: [VARIABLES, 'https://varnish-cache.org/docs/7.7/users-guide/esi.html', FETCH],
      tags: ['esi', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'An event stream is not searched, and keeps do_stream.',
        },
        {
          vary: { 'content-type': 'text/html' },
          expected: 'buffers',
          why: 'A page that is streamed as HTML is held to its end as soon as it is searched.',
          fix: { change: 'take set beresp.do_esi = true; out', provenBy: 'varnish/default?content-type=text/html' },
        },
      ],
    },
    {
      id: 'between-bytes-timeout-1s',
      title: 'An origin that is silent for a second is given up',
      changes: '.between_bytes_timeout = 1s;',
      files: { config: 'between-bytes-timeout-1s.vcl' },
      docs: [BACKEND],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it; one that pauses longer (60 s by default) is cut, which the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'first-byte-timeout-1s',
      title: 'An origin that has not begun within a second is given up',
      changes: '.first_byte_timeout = 1s;',
      files: { config: 'first-byte-timeout-1s.vcl' },
      docs: [BACKEND],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'The timeout is about the head of the response alone. A model that thinks for longer before it sends even that gets a 503 (60 s by default), which the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'transit-buffer',
      title: 'Nothing is stored, and the origin waits for the client',
      changes: 'set beresp.transit_buffer = 64KB;',
      files: { config: 'transit-buffer.vcl' },
      since: '7.3',
      docs: [VARIABLES, FETCH],
      tags: ['backpressure', 'cache'],
      lanes: [
        {
          expected: 'streams',
          why: 'Delivery is the same as with pass; of what a client does not read only 64 KiB are taken in, and then the origin waits.',
          earlier: {
            before: '7.3',
            expected: 'refused',
            why: 'The variable exists since 7.3; before, Varnish does not compile the VCL and does not start.',
            fix: { change: 'Remove set beresp.transit_buffer = 64KB;', provenBy: 'varnish/pass' },
          },
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
