// An external processing server that changes nothing: node ext-proc.mjs, in the folder of Envoy, which reaches it at
// ext-proc.sock. With --full-duplex it takes each piece of a body over and sends it back, as FULL_DUPLEX_STREAMED wants;
// with --slow it takes 300 ms for each piece of an event stream, as one that asks a model about it.
// gRPC is HTTP/2, each message with 5 bytes before it: whether it is compressed, its length.
import { rmSync } from 'node:fs';
import { createServer } from 'node:http2';

const SOCKET = 'ext-proc.sock';
const isFullDuplex = process.argv.includes('--full-duplex');
const isSlow = process.argv.includes('--slow');
const SLOW_MS = 300;
const HEAD_BYTES = 5;
/** Fields of a ProcessingRequest, one of which comes first; what is asked in field n is answered in n - 1 of a ProcessingResponse. */
const RESPONSE_HEADERS = 3;
const REQUEST_BODY = 4;
const RESPONSE_BODY = 5;

function varint(value) {
  const bytes = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** A field of Protocol Buffers that holds bytes or a message. */
function field(number, bytes) {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
}

/** The message in the first field of another. */
function firstOf(message) {
  let [at, length, shift] = [1, 0, 0];
  do {
    length |= (message[at] & 0x7f) << shift;
    shift += 7;
  } while (message[at++] & 0x80);
  return message.subarray(at, at + length);
}

/**
 * An empty answer is "go on, unchanged". A body that is sent back stands in BodyResponse.response.body_mutation.streamed_response,
 * whose fields are those that it came with.
 */
function answer(request) {
  const number = request[0] >> 3;
  const isSentBack = isFullDuplex && (number === REQUEST_BODY || number === RESPONSE_BODY);
  return field(number - 1, isSentBack ? field(1, field(3, field(3, firstOf(request)))) : Buffer.alloc(0));
}

function framed(message) {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const server = createServer();
server.on('stream', (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.on('error', () => {});
  stream.on('end', () => stream.end());
  let read = Buffer.alloc(0);
  let isEvents = false;
  stream.on('data', (data) => {
    read = Buffer.concat([read, data]);
    while (read.length >= HEAD_BYTES && read.length >= HEAD_BYTES + read.readUInt32BE(1)) {
      const end = HEAD_BYTES + read.readUInt32BE(1);
      const request = read.subarray(HEAD_BYTES, end);
      const say = () => stream.writable && stream.write(framed(answer(request)));
      const number = request[0] >> 3;
      if (number === RESPONSE_HEADERS) isEvents = request.includes('text/event-stream');
      if (isSlow && isEvents && number === RESPONSE_BODY) setTimeout(say, SLOW_MS);
      else say();
      read = read.subarray(end);
    }
  });
});
rmSync(SOCKET, { force: true });
server.listen(SOCKET, () => console.log(`listening at ${SOCKET}`));
