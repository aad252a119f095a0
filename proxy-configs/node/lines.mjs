// A proxy by hand that passes on whole lines: what has no end of line yet is kept.
import { createServer, request as httpRequest } from 'node:http';
import { pipeline, Transform } from 'node:stream';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const whole = () => {
  let rest = '';
  return new Transform({
    decodeStrings: false,
    transform(text, encoding, done) {
      const parts = (rest + text).split('\n');
      rest = parts.pop();
      done(null, parts.map((part) => `${part}\n`).join(''));
    },
    flush(done) {
      done(null, rest);
    },
  });
};

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    pipeline(answer.setEncoding('utf8'), whole(), response, () => {});
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`whole lines on port ${PORT}, to ${UPSTREAM}`));
