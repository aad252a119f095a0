// Hono’s proxy helper behind Hono’s compress.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { proxy } from 'hono/proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = new Hono();
app.use(compress());
app.all('*', (context) => {
  const { pathname, search } = new URL(context.req.url);
  return proxy(UPSTREAM + pathname + search, { raw: context.req.raw });
});
serve({ fetch: app.fetch, port: Number(PORT) }, () =>
  console.log(`Hono’s proxy with compression on port ${PORT}, to ${UPSTREAM}`),
);
