import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const MANUAL = 'https://docs.haproxy.org/3.2/configuration.html';
const NO_DELAY = `${MANUAL}#4.2-option%20http-no-delay`;
/** Rules had no section of their own yet. */
const RULES = 'https://docs.haproxy.org/2.6/configuration.html';
/** `sc_conn_send` passes MSG_MORE while `htx_expect_more` or SC_FL_SND_EXP_MORE says that a message is not at its end. */
const STCONN = 'https://github.com/haproxy/haproxy/blob/v3.0.0/src/stconn.c';
/** `http_action_store_cache`: an entry is in the tree before it is complete, and is given out only then. */
const CACHE = 'https://github.com/haproxy/haproxy/blob/v3.0.0/src/cache.c';
const SSE_TIMEOUTS = 'https://github.com/haproxy/haproxy/issues/182';
const CLOSE_GUIDE = 'https://errorhandle.ai/how-can-i-configure-haproxy-to-work-with-server-sent-events';
/** What it says of an option that is gone. */
const OPTIONS = 'https://github.com/haproxy/haproxy/blob/v3.0.0/src/cfgparse-listen.c';
const TOKENS_HELD =
  'https://dev.to/rlnorthcutt/haproxys-200-ms-llm-token-delay-is-a-smart-default-heres-when-to-change-it-3eah';

const NO_TRANSFORM = 'cache-control: no-transform';

function noDelay(provenBy = 'haproxy/no-delay') {
  return { change: 'option http-no-delay', provenBy };
}

/** With the rule gone, what HAProxy does as it comes is left: each piece waits in the kernel for up to 200 ms. */
const NOT_WAITING = {
  change: 'Remove http-response wait-for-body, and keep option http-no-delay',
  provenBy: 'haproxy/no-delay',
};

export default {
  id: 'haproxy',
  name: 'HAProxy',
  home: 'https://www.haproxy.org/',
  version: { args: ['-v'], pattern: /HAProxy version (\d+\.\d+\.\d+)/ },
  native: {
    program: 'haproxy',
    apt: 'haproxy',
    // -db: in the foreground, whatever the config says.
    args: ({ files }) => ['-db', '-f', files['config'] ?? ''],
    checkArgs: ({ files }) => ['-c', '-f', files['config'] ?? ''],
  },
  docker: {
    image: 'haproxy',
    entrypoint: ['haproxy', '-db', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
    paths: {
      config: '/usr/local/etc/haproxy/haproxy.cfg',
      certificate: '/usr/local/etc/haproxy/certificate.pem',
      // Where `crt certificate.pem` looks for a key that is not in that file.
      key: '/usr/local/etc/haproxy/certificate.pem.key',
    },
    workingDir: '/usr/local/etc/haproxy',
  },
  variants: [
    {
      id: 'default',
      title: 'HAProxy as it comes',
      changes: 'nothing',
      files: { config: 'default.cfg' },
      docs: [NO_DELAY, STCONN, TOKENS_HELD],
      tags: ['timer', 'framing'],
      lanes: [
        {
          core: true,
          expected: 'delays',
          why: 'As long as the end of a message is announced and not there yet, HAProxy sends each piece with MSG_MORE, and the kernel keeps what does not fill a TCP segment for up to 200 ms. That is documented, with the figure, under option http-no-delay; HAProxy itself holds nothing.',
          fix: [
            { change: 'option http-no-delay', provenBy: 'haproxy/no-delay' },
            { change: 'option http-no-delay in the backend alone', provenBy: 'haproxy/no-delay-in-backend' },
            { change: 'mode tcp', provenBy: 'haproxy/mode-tcp' },
          ],
        },
        {
          vary: { framing: 'content-length' },
          expected: 'delays',
          why: 'A Content-Length announces that more is to come as chunks do, and each piece waits in the kernel for up to 200 ms.',
          fix: noDelay('haproxy/no-delay?framing=content-length'),
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'streams',
          why: 'Of a body that only the closing connection ends HAProxy does not know that more is to come, so it does not tell the kernel to wait.',
        },
        {
          vary: { 'http-version': '2' },
          expected: 'streams',
          why: 'A client that speaks HTTP/2 gets each piece as a DATA frame at once: that multiplexer does not pass MSG_MORE on. A browser streams over HTTP/2 where curl --http1.1 shows bursts.',
        },
      ],
    },
    {
      id: 'no-delay',
      title: 'Each piece is sent at once',
      changes: 'option http-no-delay',
      files: { config: 'no-delay.cfg' },
      since: '1.5',
      docs: [NO_DELAY, 'https://github.com/ray-project/ray/pull/63353', TOKENS_HELD],
      tags: ['timer', 'fix'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'Nothing is sent with MSG_MORE any more. The manual advises against it for its small packets; for an event stream a packet for each event is what is wanted.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'The option does not depend on how the end of the body is marked.',
        },
      ],
    },
    {
      id: 'no-delay-in-backend',
      title: 'Each piece from one backend is sent at once',
      changes: 'option http-no-delay in the backend alone',
      files: { config: 'no-delay-in-backend.cfg' },
      since: '1.5',
      docs: [NO_DELAY],
      tags: ['timer', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'It is enough that one of frontend and backend has the option, so the other backends of the same frontend keep their full segments.',
        },
      ],
    },
    {
      id: 'compression',
      title: 'Compression of event streams',
      changes: 'compression algo gzip, compression type text/event-stream text/plain',
      files: { config: 'compression.cfg' },
      since: '1.5',
      docs: [`${MANUAL}#4.2-compression%20algo`, NO_DELAY],
      tags: ['compression', 'timer'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'delays',
          why: 'The compressor is flushed with each piece; what it gives is sent with MSG_MORE, as without compression, and waits for up to 200 ms.',
          fix: noDelay('haproxy/compression-no-delay?accept-encoding=gzip'),
          earlier: {
            before: '3.0',
            expected: 'coalesces',
            why: 'In 2.6 the compressor is not flushed to its last bits: the end of each piece comes out only with the next one, however long that takes. 3.0 and 3.2 flush it; what lies between was not measured.',
            fix: {
              change: 'Cache-Control: no-transform from the origin, and option http-no-delay',
              provenBy: 'haproxy/compression-no-delay?accept-encoding=gzip&response-header=cache-control:no-transform',
            },
          },
        },
        {
          vary: { 'accept-encoding': 'gzip', framing: 'close-delimited' },
          expected: 'streams',
          why: 'A body without a length and without chunks is not compressed, and not held either: the same stream, the same config, another framing.',
        },
      ],
    },
    {
      id: 'compression-no-delay',
      title: 'Compression of event streams, each piece sent at once',
      changes: 'option http-no-delay, compression algo gzip, compression type text/event-stream text/plain',
      files: { config: 'compression-no-delay.cfg' },
      since: '1.5',
      docs: [`${MANUAL}#4.2-compression%20algo`, NO_DELAY],
      tags: ['compression', 'fix'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'The compressor is flushed with each piece, and what it gives is sent at once.',
          earlier: {
            before: '3.0',
            expected: 'coalesces',
            why: 'In 2.6 the compressor is not flushed to its last bits: the end of each piece comes out only with the next one, and option http-no-delay does nothing against that.',
            fix: {
              change: 'Cache-Control: no-transform from the origin',
              provenBy: 'haproxy/compression-no-delay?accept-encoding=gzip&response-header=cache-control:no-transform',
            },
          },
        },
        {
          vary: { 'accept-encoding': 'gzip', 'response-header': NO_TRANSFORM },
          expected: 'streams',
          why: 'HAProxy obeys Cache-Control: no-transform (RFC 9111, section 5.2.2.6) and does not compress: an origin can spare its streams by itself.',
        },
      ],
    },
    {
      id: 'wait-for-body',
      title: 'The response is held until it is whole',
      changes: 'option http-no-delay, http-response wait-for-body time 30s',
      files: { config: 'wait-for-body.cfg' },
      since: '2.4',
      docs: [`${RULES}#4.2-http-response%20wait-for-body`, `${MANUAL}#3.2-tune.bufsize`],
      tags: ['buffering'],
      lanes: [
        {
          core: true,
          expected: 'coalesces',
          why: 'The rule waits until the response is whole or its buffer full: tune.bufsize (16 KiB) less what is kept free for rewriting headers (tune.maxrewrite, 1 KiB), with the head in it. A stream that is slower than the time given becomes a 504.',
          fix: NOT_WAITING,
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'coalesces',
          why: 'The rule does not look at how the end of the body is marked.',
          fix: { change: 'Remove http-response wait-for-body', provenBy: 'haproxy/default?framing=close-delimited' },
        },
      ],
    },
    {
      id: 'wait-for-body-200ms',
      title: 'The response is held for 200 ms at most',
      changes: 'option http-no-delay, http-response wait-for-body time 200ms',
      files: { config: 'wait-for-body-200ms.cfg' },
      since: '2.4',
      docs: [`${RULES}#4.2-http-response%20wait-for-body`],
      tags: ['buffering', 'timeouts'],
      lanes: [
        {
          expected: 'breaks',
          why: 'The time is not for how long the response is held before it passes: when it is over, the client gets a 504 in place of a stream that had begun well, of which the manual says nothing.',
          fix: NOT_WAITING,
        },
      ],
    },
    {
      id: 'wait-for-body-1k',
      title: 'The first KiB of a response is held',
      changes: 'option http-no-delay, http-response wait-for-body time 30s at-least 1k',
      files: { config: 'wait-for-body-1k.cfg' },
      since: '2.4',
      docs: [`${RULES}#4.2-http-response%20wait-for-body`],
      tags: ['buffering'],
      lanes: [
        {
          expected: 'coalesces',
          why: 'Nothing passes before 1,024 bytes of the body are there; then everything does, piece by piece. To look into the start of a body is enough to delay the first token.',
          fix: NOT_WAITING,
        },
      ],
    },
    {
      id: 'wait-for-body-bufsize',
      title: 'The response is held, in buffers of 64 KiB',
      changes: 'tune.bufsize 65536, option http-no-delay, http-response wait-for-body time 30s',
      files: { config: 'wait-for-body-bufsize.cfg' },
      since: '2.4',
      docs: [`${MANUAL}#3.2-tune.bufsize`, `${RULES}#4.2-http-response%20wait-for-body`],
      tags: ['buffering'],
      lanes: [
        {
          expected: 'coalesces',
          why: 'What the rule waits for is a full buffer, so a tune.bufsize that was raised for large headers raises the hold with it: 64 KiB less 1 KiB and the head.',
          fix: NOT_WAITING,
        },
      ],
    },
    {
      id: 'timeout-server-1s',
      title: 'An origin that is silent for a second is given up',
      changes: 'option http-no-delay, timeout server 1s',
      files: { config: 'timeout-server-1s.cfg' },
      docs: [`${MANUAL}#4.2-timeout%20server`, SSE_TIMEOUTS],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'Each piece from the origin starts the timeout anew, so a stream that flows is not touched by it; one that pauses longer is cut, which the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'timeout-client-1s',
      title: 'A client that is silent for a second is given up',
      changes: 'option http-no-delay, timeout client 1s',
      files: { config: 'timeout-client-1s.cfg' },
      docs: [`${MANUAL}#4.2-timeout%20client`, SSE_TIMEOUTS],
      tags: ['timeouts', 'no-effect'],
      lanes: [
        {
          expected: 'streams',
          why: 'Guides set it along with timeout server, and issue 182 has both for what cuts; but while a response is silent nothing is expected from the client, so it does not cut: of the two, timeout server decides, which the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'timeout-tunnel-1h',
      title: 'A long timeout for tunnels, a short one for the origin',
      changes: 'option http-no-delay, timeout tunnel 1h, timeout server 1s',
      files: { config: 'timeout-tunnel-1h.cfg' },
      since: '1.5',
      docs: [`${MANUAL}#4.2-timeout%20tunnel`, SSE_TIMEOUTS],
      tags: ['timeouts', 'no-effect'],
      lanes: [
        {
          expected: 'streams',
          why: 'Guides set timeout tunnel for event streams; it is for connections that were upgraded, and a response is none. A silent stream is cut after timeout server all the same, which the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'abortonclose',
      title: 'The request is given up when the client leaves',
      changes: 'option http-no-delay, option abortonclose',
      files: { config: 'abortonclose.cfg' },
      docs: [
        `${MANUAL}#4.2-option%20abortonclose`,
        'https://github.com/haproxy/haproxy/issues/811',
        'https://github.com/haproxy/haproxy/issues/1505',
        'https://github.com/haproxy/haproxy/issues/2344',
      ],
      tags: ['abort'],
      lanes: [
        {
          expected: 'streams',
          why: 'Delivery is the same. The origin is told at once of a client that left, by RST; without the option only when it writes again, and while it is silent not at all. From 3.3 on that is the default (issue 811).',
        },
      ],
    },
    {
      id: 'http-buffer-request',
      title: 'The request is held until its body is whole',
      changes: 'option http-no-delay, option http-buffer-request',
      files: { config: 'http-buffer-request.cfg' },
      since: '1.6',
      docs: [`${MANUAL}#4.2-option%20http-buffer-request`, `${MANUAL}#3.2-tune.bufsize`],
      tags: ['request'],
      lanes: [
        {
          expected: 'streams',
          why: 'The option is about the body of the request alone: it is sent on once it is whole or fills the buffer (16 KiB). The response passes as without it.',
        },
      ],
    },
    {
      id: 'request-wait-for-body-1k',
      title: 'The first KiB of a request is held',
      changes: 'option http-no-delay, http-request wait-for-body time 30s at-least 1k',
      files: { config: 'request-wait-for-body-1k.cfg' },
      since: '2.4',
      docs: [`${RULES}#4.2-http-request%20wait-for-body`],
      tags: ['request'],
      lanes: [
        {
          expected: 'streams',
          why: 'The rule holds the request until 1,024 bytes of its body are there, and lets the rest pass as it comes; the response passes as without it.',
        },
      ],
    },
    {
      id: 'retry',
      title: 'A request that failed is sent again',
      changes: 'option http-no-delay, option redispatch, retries 3, retry-on all-retryable-errors',
      files: { config: 'retry.cfg' },
      since: '2.0',
      docs: [`${MANUAL}#4.2-retry-on`, STCONN],
      tags: ['request'],
      lanes: [
        {
          expected: 'streams',
          why: 'To send a request again HAProxy keeps a copy of it, of what fits into one buffer; of the response it keeps none, and nothing is tried again once any of it was there.',
        },
      ],
    },
    {
      id: 'http-server-close',
      title: 'The connection to the origin is closed after each response',
      changes: 'option http-server-close',
      files: { config: 'http-server-close.cfg' },
      docs: [`${MANUAL}#4.2-option%20http-server-close`, NO_DELAY, CLOSE_GUIDE],
      tags: ['timer', 'no-effect'],
      lanes: [
        {
          expected: 'delays',
          why: 'Guides set it for event streams, some of them to “disable response buffering”; it is about when a connection is closed, and every piece waits for 200 ms as before.',
          fix: noDelay(),
        },
      ],
    },
    {
      id: 'http-tunnel',
      title: 'An option that is gone',
      changes: 'option http-tunnel',
      files: { config: 'http-tunnel.cfg' },
      docs: [`${MANUAL}#4.1`, OPTIONS],
      tags: ['refused'],
      lanes: [
        {
          expected: 'refused',
          why: 'It is in configs of the time of HAProxy 1.x, whose default mode it was until 1.5. It is gone since 2.1, and HAProxy does not start with it.',
          fix: {
            change: 'take option http-tunnel out, and write option http-no-delay in its place',
            provenBy: 'haproxy/no-delay',
          },
        },
      ],
    },
    {
      id: 'upstream-h2c',
      title: 'HTTP/2 to the origin',
      changes: 'server origin origin:3000 proto h2',
      files: { config: 'upstream-h2c.cfg' },
      since: '1.9',
      upstream: 'h2c',
      docs: [`${MANUAL}#5.2-proto`, 'https://github.com/haproxy/haproxy/issues/3447'],
      tags: ['http-version', 'timer'],
      lanes: [
        {
          expected: 'delays',
          why: 'What HAProxy speaks to the origin makes no difference to how it sends: each DATA frame is passed on as a chunk with MSG_MORE. Issue 3447, which is mended, is about the end of a response with a Content-Length, and not about its pieces.',
          fix: noDelay('haproxy/upstream-h2c-no-delay'),
        },
      ],
    },
    {
      id: 'upstream-h2c-no-delay',
      title: 'HTTP/2 to the origin, each piece sent at once',
      changes: 'option http-no-delay, server origin origin:3000 proto h2',
      files: { config: 'upstream-h2c-no-delay.cfg' },
      since: '1.9',
      upstream: 'h2c',
      docs: [`${MANUAL}#5.2-proto`, NO_DELAY],
      tags: ['http-version', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'Each DATA frame of the origin is passed on at once.',
        },
      ],
    },
    {
      id: 'tls',
      title: 'TLS towards clients',
      changes: 'bind :8080 ssl crt certificate.pem alpn h2,http/1.1',
      files: { config: 'tls.cfg', certificate: '../shared/certificate.pem', key: '../shared/key.pem' },
      listens: 'https',
      since: '2.2',
      docs: [`${MANUAL}#5.1-crt`, NO_DELAY],
      tags: ['tls', 'http-version', 'timer'],
      lanes: [
        {
          expected: 'delays',
          why: 'A TLS record is sent with MSG_MORE as plain bytes are, and waits for up to 200 ms.',
          fix: noDelay('haproxy/tls-no-delay'),
          earlier: {
            before: '3.0',
            expected: 'streams',
            why: 'In 2.6 what is encrypted is sent at once, so TLS alone frees the stream; in 3.0 and 3.2 it does not. What lies between was not measured.',
          },
        },
        {
          vary: { 'http-version': '2' },
          expected: 'streams',
          why: 'Over HTTP/2 each piece is a DATA frame that is sent at once, over TLS as without: browsers, which speak HTTP/2 here, see a stream.',
        },
      ],
    },
    {
      id: 'tls-no-delay',
      title: 'TLS towards clients, each piece sent at once',
      changes: 'option http-no-delay, bind :8080 ssl crt certificate.pem alpn h2,http/1.1',
      files: { config: 'tls-no-delay.cfg', certificate: '../shared/certificate.pem', key: '../shared/key.pem' },
      listens: 'https',
      since: '2.2',
      docs: [`${MANUAL}#5.1-crt`, NO_DELAY],
      tags: ['tls', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'Each piece is a TLS record that is sent at once.',
        },
      ],
    },
    {
      id: 'mode-tcp',
      title: 'Bytes are passed on without HTTP',
      changes: 'mode tcp',
      files: { config: 'mode-tcp.cfg' },
      docs: [`${MANUAL}#4.2-mode`],
      tags: ['timer', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'Without HTTP HAProxy does not know that a message has an end, so it does not tell the kernel to wait for it. No route, header or timeout of HTTP can be had then.',
        },
      ],
    },
    {
      id: 'cache',
      title: 'A cache for what says how long it is fresh',
      changes: 'http-request cache-use app, http-response cache-store app, and option http-no-delay',
      files: { config: 'cache.cfg' },
      docs: [`${MANUAL}#6`, `${MANUAL}#6.1`, CACHE],
      tags: ['cache', 'reuse'],
      lanes: [
        {
          vary: { 'response-header': 'cache-control: max-age=60' },
          expected: 'streams',
          why: 'A response is stored as it passes, and no request waits for it: a second client has a stream of its own; one that asks after it gets the stored words in one lump (“reuse”).',
          reuseFix: {
            change: 'http-response cache-store app unless { res.hdr(Content-Type) -m beg text/event-stream }',
            provenBy: 'haproxy/cache-spares-events?response-header=cache-control:max-age=60',
          },
        },
        {
          expected: 'streams',
          why: 'What does not say how long it is fresh, nor has a validator, is not stored: the manual says so among the limitations.',
        },
      ],
    },
    {
      id: 'cache-spares-events',
      title: 'A cache that event streams are kept out of',
      changes: 'http-response cache-store app unless the Content-Type begins with text/event-stream',
      files: { config: 'cache-spares-events.cfg' },
      docs: [`${MANUAL}#6`, CACHE],
      tags: ['cache', 'reuse', 'fix'],
      lanes: [
        {
          vary: { 'response-header': 'cache-control: max-age=60' },
          expected: 'streams',
          why: 'Each client gets a stream of its own, whatever the origin says of how long it is fresh (“reuse”).',
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
