// A handler that returns what fetch gives it, as it is written for Hono, Bun, Deno and workers; here Node serves it.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = new Hono();
app.all('*', (context) => {
  const { pathname, search } = new URL(context.req.url);
  return fetch(UPSTREAM + pathname + search, context.req.raw);
});
serve({ fetch: app.fetch, port: Number(PORT) }, () => console.log(`Hono with fetch on port ${PORT}, to ${UPSTREAM}`));
