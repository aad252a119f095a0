// Hono’s proxy helper, served by Node.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = new Hono();
app.all('*', (context) => {
  const { pathname, search } = new URL(context.req.url);
  return proxy(UPSTREAM + pathname + search, { raw: context.req.raw });
});
serve({ fetch: app.fetch, port: Number(PORT) }, () => console.log(`Hono’s proxy on port ${PORT}, to ${UPSTREAM}`));
