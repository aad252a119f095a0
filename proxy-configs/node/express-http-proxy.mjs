// express-http-proxy as it comes.
import express from 'express';
import proxy from 'express-http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = express();
app.use(proxy(UPSTREAM));
app.listen(PORT, () => console.log(`express-http-proxy on port ${PORT}, to ${UPSTREAM}`));
