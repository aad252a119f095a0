/**
 * `npm run bench`: the figures that the project claims, measured here and now. They are printed and
 * never asserted: a figure belongs to the machine that it was taken on, and its noise stands beside it.
 */

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { Interruption } from '../../bench/cli/interruption.ts';
import { machine } from '../../bench/cli/document.ts';
import { BenchError, ProxyError, UnavailableError, UsageError } from '../../bench/errors.ts';
import { packageVersion } from '../../bench/programs.ts';
import { Session } from '../../bench/session/session.ts';
import { duration } from './duration.ts';
import { floor } from './floor.ts';
import { jobs } from './jobs.ts';
import { kernel } from './kernel.ts';
import { origin } from './origin.ts';
import { repeat } from './repeat.ts';
import { print, watchLoad, type Context } from './shared.ts';
import { taps } from './taps.ts';

const USAGE = `usage: npm run bench -- [SECTIONS] [--json FILE]

  --floor      hold on loopback, direct and through the transparent relay
  --taps       what a tap between two hops adds, beside a relay written in C
  --jobs       whether lanes that are measured at once disturb each other
  --origin     what the origin itself carries (autocannon)
  --duration   native runs of the core set and of all lanes against their goals
  --kernel     reported arrivals against the kernel's receive times (root, Linux)
  --repeat N   the whole native matrix N times, every second one on a busy machine
  --spinning N processes that make it busy (default: one for each processor)
  --keep DIR   keep the results and traces of --repeat there
  --json FILE  write all figures there as JSON

Without sections: --floor --taps --jobs --origin --duration.`;

const BY_DEFAULT = ['floor', 'taps', 'jobs', 'origin', 'duration'] as const;
const MOST = 1000;

function parse() {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      options: {
        floor: flag,
        taps: flag,
        jobs: flag,
        origin: flag,
        duration: flag,
        kernel: flag,
        repeat: { type: 'string' },
        spinning: { type: 'string' },
        keep: { type: 'string' },
        json: { type: 'string' },
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

function wholeNumber(flag: string, text: string | undefined): number | undefined {
  const value = Number(text);
  if (text === undefined || (Number.isInteger(value) && value > 0 && value <= MOST))
    return text === undefined ? undefined : value;
  throw new UsageError(`--${flag} takes a whole number from 1 to ${MOST}; got "${text}"\n${USAGE}`);
}

type Section = [name: string, title: string, measure: (context: Context) => Promise<object>];

function sections(values: ReturnType<typeof parse>): Section[] {
  const times = wholeNumber('repeat', values.repeat) ?? 0;
  const spinning = wholeNumber('spinning', values.spinning);
  if (times === 0 && (spinning ?? values.keep) !== undefined)
    throw new UsageError(`--spinning and --keep belong to --repeat N\n${USAGE}`);
  const asked = values.kernel || times > 0 || BY_DEFAULT.some((name) => values[name]);
  const wanted = (name: (typeof BY_DEFAULT)[number] | 'kernel'): boolean =>
    values[name] || (!asked && name !== 'kernel');
  const all: [boolean, ...Section][] = [
    [wanted('floor'), 'floor', 'Floor', floor],
    [wanted('taps'), 'taps', 'What a tap adds', taps],
    [wanted('jobs'), 'jobs', 'Several lanes at once', jobs],
    [wanted('kernel'), 'kernel', 'Arrivals against the kernel', kernel],
    [wanted('origin'), 'origin', 'The origin by itself', origin],
    [wanted('duration'), 'duration', 'Native runs', duration],
    [
      times > 0,
      'repeat',
      `The whole native matrix, ${times} times`,
      (context) => repeat(context, { times, spinning, keep: values.keep }),
    ],
  ];
  return all.filter(([take]) => take).map(([, ...section]) => section);
}

async function main(interruption: Interruption): Promise<void> {
  const values = parse();
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  const chosen = sections(values);
  const { signal } = interruption;
  const about = machine();
  const startedAt = new Date().toISOString();
  print(
    `unclog ${packageVersion()}, Node ${about.node}, ${about.platform} ${about.kernel} ${about.arch}, ${about.cpus} x ${about.cpu}, ${about.memoryMiB} MiB, ${startedAt}`,
  );
  await using session = await Session.open();
  const measured: Record<string, object> = {};
  for (const [name, title, measure] of chosen) {
    process.stdout.write(`\n${title}\n`);
    const watched = await watchLoad(signal);
    const figures = await measure({ session, signal });
    measured[name] = { load: await watched(), figures };
  }
  if (values.json === undefined) return;
  const document = { schema: 'unclog/figures@1', unclog: packageVersion(), startedAt, machine: about, measured };
  await writeFile(values.json, `${JSON.stringify(document, null, 2)}\n`).catch((error: Error) => {
    throw new BenchError(`--json ${values.json} cannot be written: ${error.message}`);
  });
}

const interruption = new Interruption();
try {
  await main(interruption);
} catch (error) {
  const known = [UsageError, BenchError, ProxyError, UnavailableError].some((kind) => error instanceof kind);
  const said = interruption.reason ?? (known ? (error as Error).message : ((error as Error).stack ?? String(error)));
  process.stderr.write(`bench: ${said}\n`);
  process.exitCode = interruption.reason !== undefined ? interruption.exitCode : error instanceof UsageError ? 2 : 3;
}
