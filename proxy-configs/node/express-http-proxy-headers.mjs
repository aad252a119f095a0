// express-http-proxy that changes a header of the response, which has it collect the body first.
import express from 'express';
import proxy from 'express-http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const userResHeaderDecorator = (headers) => ({ ...headers, 'x-handled': 'yes' });

const app = express();
app.use(proxy(UPSTREAM, { userResHeaderDecorator }));
app.listen(PORT, () => console.log(`express-http-proxy with a header on port ${PORT}, to ${UPSTREAM}`));
