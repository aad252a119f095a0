// A model server of one's own, behind the route for what the gateway has no route for.
// The gateway forwards; what its clients have to send with each request is put in here: node --import ./default.mjs node_modules/@portkey-ai/gateway/build/start-server.js --port=8080
import { subscribe } from 'node:diagnostics_channel';

const config = { provider: 'openai', api_key: 'none', custom_host: 'http://origin:3000' };

subscribe('http.server.request.start', ({ request }) => {
  request.url = `/v1${request.url}`;
  request.rawHeaders.push('x-portkey-config', JSON.stringify(config));
});
