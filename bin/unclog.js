#!/usr/bin/env node
// The entry, in plain JavaScript that any Node from 20 on runs: unclog itself needs Node 24, and is
// handed to the one that is bundled where this Node is older.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// A clone has the sources and runs them unbuilt; the package has only what was built.
const source = join(root, 'bench/cli/main.ts');
const main = existsSync(source) ? source : join(root, 'dist/bench/cli/main.js');

/** Node of the optional dependencies, one package for each platform. */
function bundledNode() {
  const { resolve } = createRequire(import.meta.url);
  for (const name of [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]) {
    try {
      return join(dirname(resolve(`${name}/package.json`)), 'bin/node');
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  await import(main);
} else {
  const node = bundledNode();
  if (node === undefined || !existsSync(node)) {
    process.stderr.write(
      `unclog needs Node ${NEEDED_MAJOR}; this is ${process.versions.node}, and none is bundled for ${process.platform}-${process.arch}.\n` +
        `Install Node ${NEEDED_MAJOR} (https://nodejs.org), or install unclog's optional dependencies: npm ci --include=optional\n`,
    );
    process.exit(3);
  }
  // The channel carries nothing: its end tells the child that this process is gone, however it went.
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  // A terminal's Ctrl-C reaches the child by itself; other senders know only this process.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
