// Requests are taken for ones that ask for a stream, as a chat completion does with "stream": true in its JSON.
// The gateway forwards; what its clients have to send with each request is put in here: node --import ./stream-true.mjs node_modules/@portkey-ai/gateway/build/start-server.js --port=8080
import { subscribe } from 'node:diagnostics_channel';

const config = {
  provider: 'openai',
  api_key: 'none',
  custom_host: 'http://origin:3000',
  override_params: { stream: true },
};

subscribe('http.server.request.start', ({ request }) => {
  request.url = `/v1${request.url}`;
  request.rawHeaders.push('x-portkey-config', JSON.stringify(config));
  if (!request.rawHeaders.some((word) => /^content-type$/i.test(word)))
    request.rawHeaders.push('content-type', 'application/json');
});
