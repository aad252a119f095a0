import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';
import { fastcgi } from './fastcgi.ts';

const DOCS = 'https://httpd.apache.org/docs/2.4';
const PROXY = `${DOCS}/mod/mod_proxy.html`;
const PROXY_PASS = `${PROXY}#proxypass`;
const SOURCE = 'https://github.com/apache/httpd/blob/2.4.x/modules';
/** `ap_proxy_http_process_response` reads without blocking, and where nothing is there to be read it passes a flush on. */
const PROXY_HTTP = `${SOURCE}/proxy/mod_proxy_http.c`;
/** `cache_quick_handler` lets a request whose URL is locked through to the origin without storing what it gets. */
const CACHE = `${SOURCE}/cache/mod_cache.c`;
/** `create_entity` declines what has no length. */
const CACHE_SOCACHE = `${SOURCE}/cache/mod_cache_socache.c`;

/** All that is relative in a config, and what httpd writes, is in the hop's own folder. Its log goes through `cat`, since a socket cannot be opened as a file. */
function start(dir: string, config = ''): string[] {
  const before = ['ServerName localhost', 'DefaultRuntimeDir .'].flatMap((directive) => ['-C', directive]);
  const after = ['PidFile httpd.pid', 'ErrorLog "|/bin/cat"'].flatMap((directive) => ['-c', directive]);
  return ['-d', dir, '-f', config, ...before, ...after];
}

export default {
  id: 'apache',
  name: 'Apache httpd',
  home: 'https://httpd.apache.org/',
  version: { args: ['-v'], pattern: /Apache\/(\d+\.\d+\.\d+)/ },
  native: {
    program: 'apache2',
    apt: 'apache2',
    links: { modules: '/usr/lib/apache2/modules' },
    args: ({ dir, files }) => ['-D', 'FOREGROUND', ...start(dir, files['config'])],
    checkArgs: ({ dir, files }) => ['-t', ...start(dir, files['config'])],
  },
  docker: {
    image: 'apache',
    entrypoint: [
      '/usr/local/apache2/bin/httpd',
      '-D',
      'FOREGROUND',
      '-d',
      '/usr/local/apache2',
      '-f',
      'conf/httpd.conf',
      '-C',
      'ServerName localhost',
      '-c',
      'ErrorLog /proc/self/fd/2',
    ],
    paths: {
      config: '/usr/local/apache2/conf/httpd.conf',
      certificate: '/usr/local/apache2/certificate.pem',
      key: '/usr/local/apache2/key.pem',
    },
  },
  variants: [
    {
      id: 'default',
      title: 'Defaults',
      changes: 'nothing',
      files: { config: 'default.conf' },
      docs: [PROXY_PASS, PROXY_HTTP],
      tags: ['buffering', 'framing'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'mod_proxy_http reads what there is, and where the origin pauses it passes a flush down its filters: no directive is needed.',
        },
        {
          vary: { format: 'text' },
          core: true,
          expected: 'streams',
          why: 'It looks at the connection of the origin, not at the content type.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'The flush comes where nothing more can be read, whether or not the length was announced.',
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'streams',
          why: 'The flush comes where nothing more can be read, also when only the closing connection ends the body.',
        },
      ],
    },
    {
      id: 'flushpackets-on',
      title: 'flushpackets, which guides recommend',
      changes: 'flushpackets=on',
      files: { config: 'flushpackets-on.conf' },
      docs: [PROXY_PASS, PROXY_HTTP, 'https://github.com/nextcloud/all-in-one/pull/4343'],
      tags: ['buffering', 'no-effect'],
      lanes: [
        {
          expected: 'streams',
          why: 'The documentation says that the parameter is in effect for AJP and FastCGI only: over HTTP a stream that comes through with it comes through without it. The thread is about PHP behind FastCGI (fcgi-flushpackets-on).',
        },
      ],
    },
    {
      id: 'flushpackets-auto',
      title: 'flushpackets by a timer of 500 ms',
      changes: 'flushpackets=auto flushwait=500',
      files: { config: 'flushpackets-auto.conf' },
      docs: [PROXY_PASS, PROXY_HTTP, 'https://github.com/DOMjudge/domjudge/pull/2740'],
      tags: ['buffering', 'no-effect'],
      lanes: [
        {
          expected: 'streams',
          why: 'Were the parameters in effect, each word would be held for half a second; they are not, over HTTP, and none is. The thread is about FastCGI, where they are (fcgi-flushpackets-auto).',
        },
      ],
    },
    {
      id: 'deflate',
      title: 'gzip for every response',
      changes: 'SetOutputFilter DEFLATE',
      files: { config: 'deflate.conf' },
      docs: [`${DOCS}/mod/mod_deflate.html`, `${SOURCE}/filters/mod_deflate.c`],
      tags: ['compression'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'The flush that the proxy passes down where the origin pauses makes mod_deflate flush its compressor too.',
        },
        {
          vary: { 'accept-encoding': 'gzip', framing: 'content-length' },
          expected: 'streams',
          why: 'The flush does not depend on the framing; the Content-Length is dropped, since the compressed length is not known.',
        },
      ],
    },
    {
      id: 'brotli',
      title: 'Brotli for every response',
      changes: 'SetOutputFilter BROTLI_COMPRESS',
      files: { config: 'brotli.conf' },
      since: '2.4.26',
      docs: [`${DOCS}/mod/mod_brotli.html`, `${SOURCE}/filters/mod_brotli.c`],
      tags: ['compression'],
      lanes: [
        {
          vary: { 'accept-encoding': 'br' },
          expected: 'streams',
          why: 'The flush that the proxy passes down where the origin pauses makes mod_brotli flush its encoder too.',
        },
      ],
    },
    {
      id: 'substitute',
      title: 'A text replaced in every response by mod_substitute',
      changes: 'SetOutputFilter SUBSTITUTE',
      files: { config: 'substitute.conf' },
      docs: [`${DOCS}/mod/mod_substitute.html#substitutemaxlinelength`, `${SOURCE}/filters/mod_substitute.c`],
      tags: ['rewriting', 'buffering'],
      lanes: [
        {
          expected: 'streams',
          why: 'The filter works line by line and passes on whole lines at a flush; an event ends with one.',
        },
        {
          vary: { format: 'ndjson' },
          expected: 'streams',
          why: 'Each line passes at the flush that follows it.',
        },
        {
          vary: { format: 'text' },
          core: true,
          expected: 'buffers',
          why: 'Text without a newline is one line, and the filter waits for its end: up to 1 MiB (SubstituteMaxLineLength), and a line that is longer is an error.',
          fix: {
            change: 'take SetOutputFilter SUBSTITUTE off this path',
            provenBy: 'apache/default?format=text',
          },
        },
      ],
    },
    {
      id: 'sed',
      title: 'Every response edited by mod_sed',
      changes: 'SetOutputFilter Sed',
      files: { config: 'sed.conf' },
      docs: [`${DOCS}/mod/mod_sed.html`, `${SOURCE}/filters/sed1.c`],
      tags: ['rewriting', 'buffering'],
      lanes: [
        {
          expected: 'coalesces',
          why: 'A newline that ends what has come so far is held, because it might end the last line (sed_eval_buffer). In an event stream that is the blank line by which a browser dispatches an event, so each event arrives with the next one.',
          fix: { change: 'mod_substitute in place of mod_sed', provenBy: 'apache/substitute' },
        },
        {
          vary: { format: 'ndjson' },
          expected: 'coalesces',
          why: 'The last line of a write waits until more follows: here each write is one line, which so comes with the next one.',
          fix: { change: 'mod_substitute in place of mod_sed', provenBy: 'apache/substitute?format=ndjson' },
        },
        {
          vary: { format: 'text' },
          expected: 'breaks',
          why: 'Text without a newline is held to its end, and sed then adds the newline that it misses: a byte more than the origin wrote.',
          fix: { change: 'take SetOutputFilter Sed off this path', provenBy: 'apache/default?format=text' },
        },
      ],
    },
    {
      id: 'ext-filter',
      title: 'Every response through a program',
      changes: 'ExtFilterDefine through mode=output cmd=/bin/cat',
      files: { config: 'ext-filter.conf' },
      docs: [
        `${DOCS}/mod/mod_ext_filter.html`,
        `${SOURCE}/filters/mod_ext_filter.c`,
        `${DOCS}/mod/core.html#flushmaxthreshold`,
      ],
      tags: ['rewriting', 'buffering'],
      lanes: [
        {
          expected: 'coalesces',
          why: 'The filter reads each word from the program at once and passes it on without a flush; httpd writes what is not flushed by 4 KiB (THRESHOLD_MIN_WRITE in server/core_filters.c). With FlushMaxThreshold 1 a word waits for the next alone: the program’s answer to the last is not waited for.',
          fix: { change: 'a filter in httpd itself, such as mod_substitute', provenBy: 'apache/substitute' },
        },
      ],
    },
    {
      id: 'include',
      title: 'Server-side includes in the responses of the origin',
      changes: 'SetOutputFilter INCLUDES',
      files: { config: 'include.conf' },
      docs: [`${DOCS}/mod/mod_include.html`],
      tags: ['rewriting'],
      lanes: [
        {
          expected: 'streams',
          why: 'What cannot be the beginning of an element passes at each flush.',
        },
      ],
    },
    {
      id: 'buffer',
      title: 'mod_buffer on the response',
      changes: 'SetOutputFilter BUFFER',
      files: { config: 'buffer.conf' },
      docs: [`${DOCS}/mod/mod_buffer.html`, `${SOURCE}/filters/mod_buffer.c`],
      tags: ['buffering', 'no-effect'],
      lanes: [
        {
          expected: 'streams',
          why: 'In spite of its name it holds no stream: a flush takes precedence over buffering, says its source, and the proxy sends one wherever the origin pauses.',
        },
      ],
    },
    {
      id: 'ratelimit',
      title: 'No more than 400 KiB/s for each response',
      changes: 'SetEnv rate-limit 400',
      files: { config: 'ratelimit.conf' },
      docs: [`${DOCS}/mod/mod_ratelimit.html`, `${SOURCE}/filters/mod_ratelimit.c`],
      tags: ['rate-limit'],
      lanes: [
        {
          expected: 'delays',
          why: 'The filter sleeps for 200 ms (RATE_INTERVAL_MS) between two pieces, however small they are: a stream far below the limit ticks by 200 ms.',
          fix: { change: 'take SetOutputFilter RATE_LIMIT off this path', provenBy: 'apache/default' },
        },
      ],
    },
    {
      id: 'timeout-1s',
      title: 'An origin that is silent for a second is given up',
      changes: 'ProxyTimeout 1',
      files: { config: 'timeout-1s.conf' },
      docs: [`${PROXY}#proxytimeout`, `${DOCS}/mod/core.html#timeout`],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it; one that pauses longer is cut, which the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'shared-worker',
      title: 'The timeout of one path, from another (AH01146)',
      changes: 'timeout=1',
      files: { config: 'shared-worker.conf' },
      docs: [`${PROXY}#workers`, `${SOURCE}/proxy/mod_proxy.c`],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'Two paths of one backend share a worker, which has the parameters of the first; httpd only logs that it ignores those of the second. So a stream that asks for 300 s is cut after the 1 s of the health check, which the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'own-worker',
      title: 'A timeout of its own for each path',
      changes: 'timeout=300',
      files: { config: 'own-worker.conf' },
      docs: [`${PROXY}#workers`],
      tags: ['timeouts', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'Two paths whose backend URLs differ have a worker each, with parameters of its own. Where one URL begins with the other the longer must be listed first, or the worker of the shorter is taken for both. So the second path has its 300 s, and a silent stream on it is not cut.',
        },
      ],
    },
    {
      id: 'h2c',
      title: 'HTTP/2 towards clients without TLS',
      changes: 'Protocols h2c http/1.1',
      files: { config: 'h2c.conf' },
      since: '2.4.17',
      docs: [`${DOCS}/mod/mod_http2.html`, 'https://github.com/icing/mod_h2/issues/147'],
      tags: ['http-version'],
      lanes: [
        {
          vary: { 'http-version': '2' },
          expected: 'streams',
          why: 'mod_http2 buffers what is not flushed; the proxy flushes wherever the origin pauses, so each word is a DATA frame at once.',
        },
      ],
    },
    {
      id: 'tls',
      title: 'TLS and HTTP/2 towards clients',
      changes: 'SSLEngine on',
      files: { config: 'tls.conf', certificate: '../shared/certificate.pem', key: '../shared/key.pem' },
      listens: 'https',
      since: '2.4.17',
      docs: [`${DOCS}/mod/mod_ssl.html#sslengine`, `${DOCS}/mod/mod_http2.html`],
      tags: ['tls', 'http-version'],
      lanes: [
        {
          expected: 'streams',
          why: 'mod_ssl gathers small writes into a record, and a flush ends it: here TLS holds nothing, where nginx holds 16 KiB.',
        },
        {
          vary: { 'http-version': '2' },
          expected: 'streams',
          why: 'mod_http2 passes the flush on through TLS.',
        },
      ],
    },
    {
      id: 'upstream-h2c',
      title: 'HTTP/2 to the origin',
      changes: 'ProxyPass / h2c://origin:3000/',
      files: { config: 'upstream-h2c.conf' },
      upstream: 'h2c',
      since: '2.4.19',
      docs: [`${DOCS}/mod/mod_proxy_http2.html`],
      tags: ['http-version'],
      lanes: [
        {
          expected: 'streams',
          why: 'Each DATA frame of the origin is passed on and flushed.',
        },
      ],
    },
    {
      id: 'upstream-http-1-0',
      title: 'HTTP/1.0 to the origin, a connection for each request',
      changes: 'SetEnv force-proxy-request-1.0 1',
      files: { config: 'upstream-http-1-0.conf' },
      docs: [`${DOCS}/mod/mod_proxy.html#envsettings`],
      tags: ['http-version', 'framing'],
      lanes: [
        {
          expected: 'streams',
          why: 'Asked in HTTP/1.0 the origin answers without chunks and ends by closing the connection; what has come passes all the same, and is chunked towards the client.',
        },
      ],
    },
    {
      id: 'request-length',
      title: 'Requests to the origin with a Content-Length',
      changes: 'SetEnv proxy-sendcl 1',
      files: { config: 'request-length.conf' },
      docs: [`${DOCS}/mod/mod_proxy_http.html#env`],
      tags: ['request'],
      lanes: [
        {
          expected: 'streams',
          why: 'It is about the body of the request alone: one without a length must be taken in whole before the first byte of it is passed on, which the measure “request” shows.',
        },
      ],
    },
    {
      id: 'cache',
      title: 'A cache for every response',
      changes: 'CacheEnable socache /',
      files: { config: 'cache.conf' },
      since: '2.4.5',
      docs: [`${DOCS}/mod/mod_cache.html#cacheenable`, `${DOCS}/mod/mod_cache_socache.html`, CACHE_SOCACHE],
      tags: ['cache', 'abort', 'reuse'],
      lanes: [
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'A response is stored as it passes, up to CacheSocacheMaxSize (102,400 bytes). A second client has a stream of its own while the first’s flows; one that asks after it gets the stored words in one lump (“reuse”).',
          reuseFix: { change: 'CacheDisable /stream', provenBy: 'apache/cache-disable?framing=content-length' },
        },
        {
          expected: 'streams',
          why: 'What does not announce its length is not stored in shared memory, which the module’s documentation does not mention: its log does (“had no explicit size, ignoring”). Each client has a stream of its own.',
        },
      ],
    },
    {
      id: 'cache-lock',
      title: 'A cache that one request at a time fills',
      changes: 'CacheEnable socache /, CacheLock On',
      files: { config: 'cache-lock.conf' },
      since: '2.4.5',
      docs: [`${DOCS}/mod/mod_cache.html#cachelock`, `${DOCS}/mod/mod_cache.html#thunderingherd`, CACHE],
      tags: ['cache', 'reuse'],
      lanes: [
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'Unlike that of nginx the lock makes nobody wait: while the first client’s stream is stored a second one has its own, which is not stored (“reuse”). It counts for 5 s (CacheLockMaxAge), however long a stream lasts. Of what has expired the others get the old words at once, in one lump, while one client fetches it anew. Where httpd’s workers may not write to CacheLockPath nothing is stored at all.',
          reuseFix: { change: 'CacheDisable /stream', provenBy: 'apache/cache-disable?framing=content-length' },
        },
      ],
    },
    {
      id: 'cache-disable',
      title: 'A cache that is not for the paths of streams',
      changes: 'CacheEnable socache /, CacheDisable /stream',
      files: { config: 'cache-disable.conf' },
      since: '2.4.5',
      docs: [`${DOCS}/mod/mod_cache.html#cachedisable`],
      tags: ['cache', 'reuse', 'fix'],
      lanes: [
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'Nothing is stored of them and nothing given: each client has a stream of its own (“reuse”).',
        },
      ],
    },
    ...fastcgi,
  ],
} satisfies ProxyDeclaration;
