/** What the origin learns of a departure, in a phrase. Pure. */

import { milliseconds } from '../verdict/because.ts';
import type { AbortFigures, PhaseFigures, Seen } from './abort-figures.ts';
import type { Moment, Range } from './abort-moment.ts';

type When = Moment['when'];

/** Rounded down: a bound may not be said to be longer than it was. */
function sayBound(boundMs: number): string {
  return `${Math.floor(boundMs / 100) / 10} s`;
}

function sayRange({ min, max }: Range): string {
  const [from, to] = [milliseconds(min), milliseconds(max)];
  return from === to ? to : `${from} to ${to}`;
}

function sayWrite({ min, max }: Range): string {
  return min === max ? `write ${max}` : `write ${min} or ${max}`;
}

function sayLater({ since, ms }: Extract<Moment, { when: 'later' }>): string {
  if (since === undefined) return `only ${sayRange(ms)} later, at no fixed moment`;
  switch (since) {
    case 'client-left':
      return `only ${sayRange(ms)} later`;
    case 'last-write':
      return `only ${milliseconds(ms.min)} after its last write, whether the client is there or not`;
    case 'request':
      return `only ${milliseconds(ms.min)} after the request, whether the client is there or not`;
  }
}

function sayWhen(found: PhaseFigures): string {
  switch (found.when) {
    case 'at-once':
      return `at once (within ${milliseconds(found.ms.max)})`;
    case 'next-write':
      return `only when it writes again (within ${milliseconds(found.ms.max)} of ${sayWrite(found.write)}, one each ${found.intervalMs} ms)`;
    case 'later':
      return sayLater(found);
    case 'never': {
      const bound = `a zombie: not within ${sayBound(found.boundMs)}, nor by ${found.writes} small writes`;
      return found.told === 0
        ? `never (${bound})`
        : `not always (${bound} in ${found.tries - found.told} of ${found.tries})`;
    }
    case 'inconclusive':
      return `at a moment that could not be told (${found.reason})`;
  }
}

const SIGNS = { fin: 'FIN', rst: 'RST', nothing: 'the end of its connection' } as const;

function saySign(seen: Seen): string {
  return seen in SIGNS ? SIGNS[seen as keyof typeof SIGNS] : seen.replace('rst-stream', 'RST_STREAM');
}

/** What it saw, where it was told. */
function saySeen(phases: PhaseFigures[]): string {
  const signs = [...new Set(phases.filter(({ told }) => told > 0).flatMap(({ seen }) => seen))];
  return signs.length === 0 ? '' : `, by ${signs.map(saySign).join(' or ')}`;
}

function sayLate({ tries, of }: NonNullable<AbortFigures['late']>): string {
  return `in ${tries} of ${of} tries the origin had written nothing when the client left: the hop, or the machine, was late`;
}

/** Why there is no figure: most often it is a timeout of the hop's own that comes first. */
function sayMissing({ over, late }: Pick<AbortFigures, 'over' | 'late'>): string {
  if (late !== undefined) return sayLate(late);
  if (over === undefined) return 'the stream was over, or not as it was to be, before the client could leave';
  const what = over.status === undefined ? 'the stream was over' : `the hop gave a ${over.status} of its own`;
  return `${what} after ${sayRange(over.afterMs)}, before the client could leave`;
}

function sayPhases({ writing, idle, ...missing }: Omit<AbortFigures, 'by' | 'byReset'>, learns: string): string {
  const phases = [writing, idle].filter((phase) => phase !== undefined);
  if (phases.length === 0) return `could not be told: ${sayMissing(missing)}`;
  const seen = saySeen(phases);
  if (writing?.told === 0 && idle?.told === 0 && writing.when === 'never' && idle.when === 'never') {
    const boundMs = Math.min(writing.boundMs, idle.boundMs);
    return `${learns.replace('learns', 'never learns')} (a zombie: not within ${sayBound(boundMs)}, nor by ${writing.writes} small writes)`;
  }
  if (writing?.when === 'at-once' && idle?.when === 'at-once')
    return `${learns} ${sayWhen(writing.ms.max > idle.ms.max ? writing : idle)}${seen}`;
  const parts = [
    ...(writing === undefined ? [] : [`${sayWhen(writing)} while it writes`]),
    ...(idle === undefined ? [] : [`${sayWhen(idle)} while it is silent`]),
  ];
  return `${learns} ${parts.join(', ')}${seen}`;
}

/** That a reset is told otherwise than a FIN is worth a phrase; that it is told alike is not. */
function differs(one: PhaseFigures | undefined, other: PhaseFigures | undefined): boolean {
  return one !== undefined && other !== undefined && one.when !== other.when;
}

/** Of a hop that told nothing on in the silence of all behind it. */
function sayUntoldWithoutWords({ wordless, idle, byReset }: AbortFigures): string | undefined {
  const silent = [idle, byReset?.idle].filter((phase) => phase?.when === 'never');
  if (wordless !== true || silent.length === 0) return undefined;
  const boundMs = Math.min(...silent.map(({ boundMs: ms }) => ms));
  return `not told of a departure within ${sayBound(boundMs)} while nothing comes to the hop; with a word it may tell`;
}

export function say(found: AbortFigures): string {
  const untold = sayUntoldWithoutWords(found);
  if (untold !== undefined) return `the origin is ${untold}`;
  const { by, byReset, ...ends } = found;
  const what = by === 'fin' ? 'that the client left' : 'of the client’s RST_STREAM';
  const plain = sayPhases(ends, `the origin learns ${what}`);
  if (byReset === undefined) return plain;
  if (!differs(ends.writing, byReset.writing) && !differs(ends.idle, byReset.idle)) return plain;
  return `${plain}; ${sayPhases(byReset, 'by RST the origin learns that the client left')}`;
}

/** How bad it is for the origin; of what could not be told nothing is said. */
const RANKS: Record<When, number> = { inconclusive: -1, 'at-once': 0, 'next-write': 1, later: 2, never: 3 };

function sayFlaw(found: PhaseFigures): string | undefined {
  switch (found.when) {
    case 'at-once':
    case 'inconclusive':
      return undefined;
    case 'next-write':
      return 'the origin is told of a departure only when it writes again';
    case 'later':
      return 'the origin is told late of a departure';
    case 'never':
      // A hop that holds bytes tells when more of them have come.
      return `zombie: the origin is not told of a departure within ${sayBound(found.boundMs)}, nor by ${found.writes} small writes`;
  }
}

/** The worst of all that was seen. */
export function flaw(found: AbortFigures): string | undefined {
  const untold = sayUntoldWithoutWords(found);
  if (untold !== undefined) return `zombie: the origin is ${untold}`;
  const { byReset = {}, writing, idle } = found;
  const seen = [writing, idle, byReset.writing, byReset.idle].filter((phase) => phase !== undefined);
  const [worst] = seen.toSorted((a, b) => RANKS[b.when] - RANKS[a.when]);
  return worst === undefined ? undefined : sayFlaw(worst);
}

/** Why a moment could not be told: tries of one hop disagree by what the machine did to them. */
export function noise({ byReset = {}, writing, idle, late }: AbortFigures): string | undefined {
  if (late !== undefined) return sayLate(late);
  const seen = [writing, idle, byReset.writing, byReset.idle].filter((phase) => phase !== undefined);
  return seen.find((phase) => phase.when === 'inconclusive')?.reason;
}
