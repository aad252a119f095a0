// A FastCGI application that streams, in the place of PHP-FPM with a script that flushes: node fcgi-app.mjs, in the
// folder of httpd, which reaches it at fcgi-app.sock. What the upstream writes it sends on at once, in a record each.
// FastCGI 1.0 (https://fastcgi-archives.github.io/FastCGI_Specification.html): a record is 8 bytes (version, type,
// request, length of its content and of its padding, a reserved one), its content and its padding.
import { chmodSync } from 'node:fs';
import { request as requestUpstream } from 'node:http';
import { createServer } from 'node:net';

const SOCKET = 'fcgi-app.sock';
const HEAD_BYTES = 8;
const LONGEST_CONTENT = 65_535;
const [ABORT_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT] = [2, 3, 4, 5, 6];
const OF_ONE_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function record(type, id, content = Buffer.alloc(0)) {
  const head = Buffer.from([1, type, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(id, 2);
  head.writeUInt16BE(content.length, 4);
  return Buffer.concat([head, content]);
}

/** Names and values, each pair after its two lengths: of one byte, or of four where its first bit is set. */
function* paramsIn(bytes) {
  for (let at = 0; at < bytes.length;) {
    const lengths = [0, 0].map(() => {
      const isLong = bytes[at] > 0x7f;
      const length = isLong ? bytes.readUInt32BE(at) & 0x7fffffff : bytes[at];
      at += isLong ? 4 : 1;
      return length;
    });
    const [name, value] = lengths.map((length) => bytes.toString('latin1', at, (at += length)));
    yield [name, value];
  }
}

function fieldsOf(params) {
  const fields = {};
  for (const [name, value] of params) {
    const field = /^(?:HTTP_(.+)|(CONTENT_(?:TYPE|LENGTH)))$/.exec(name);
    const key = (field?.[1] ?? field?.[2])?.replaceAll('_', '-').toLowerCase();
    if (key !== undefined && value !== '' && !OF_ONE_CONNECTION.has(key)) fields[key] = value;
  }
  return fields;
}

/** One request to the upstream, whose answer goes to the client's end as it comes. */
function ask(params, id, client) {
  const { REQUEST_METHOD: method, REQUEST_URI: path } = Object.fromEntries(params);
  const upstream = requestUpstream('http://origin:3000', { method, path, headers: fieldsOf(params) });
  upstream.on('response', (answer) => {
    const lines = [`Status: ${answer.statusCode} ${answer.statusMessage}`];
    for (let at = 0; at < answer.rawHeaders.length; at += 2) {
      const [name, value] = answer.rawHeaders.slice(at, at + 2);
      if (!OF_ONE_CONNECTION.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
    }
    client.write(record(STDOUT, id, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')));
    answer.on('data', (part) => {
      let isTaken = true;
      for (let at = 0; at < part.length; at += LONGEST_CONTENT)
        isTaken = client.write(record(STDOUT, id, part.subarray(at, at + LONGEST_CONTENT)));
      if (!isTaken) answer.pause();
    });
    client.on('drain', () => answer.resume());
    answer.on('end', () => client.end(Buffer.concat([record(STDOUT, id), record(END_REQUEST, id, Buffer.alloc(8))])));
    answer.on('error', () => client.destroy());
  });
  upstream.on('error', () => client.destroy());
  client.on('close', () => upstream.destroy());
  upstream.flushHeaders();
  return upstream;
}

const server = createServer((client) => {
  let unread = Buffer.alloc(0);
  const params = [];
  let upstream;
  client.on('error', () => {});
  client.on('data', (part) => {
    unread = Buffer.concat([unread, part]);
    while (unread.length >= HEAD_BYTES) {
      const [type, id, length] = [unread[1], unread.readUInt16BE(2), unread.readUInt16BE(4)];
      const end = HEAD_BYTES + length + unread[6];
      if (unread.length < end) return;
      const content = unread.subarray(HEAD_BYTES, HEAD_BYTES + length);
      unread = unread.subarray(end);
      if (type === ABORT_REQUEST) client.destroy();
      else if (type === PARAMS && length > 0) params.push(content);
      else if (type === PARAMS) upstream = ask([...paramsIn(Buffer.concat(params))], id, client);
      else if (type === STDIN && length > 0) upstream.write(content);
      else if (type === STDIN) upstream.end();
    }
  });
});
server.listen(SOCKET, () => {
  // httpd's workers run as another user.
  chmodSync(SOCKET, 0o666);
  console.log('ready');
});
