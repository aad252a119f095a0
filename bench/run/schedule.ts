/** In what order lanes are measured, and how many at a time. */

import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import type { Lane } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import type { LaneTurns } from '../turns.ts';

/** So many at a time, the others by their rank, and of one rank in the order in which they came. */
export class Slots {
  #count: number;
  #used = 0;
  readonly #waiting: { rank: number; begin: () => void }[] = [];
  #onLeave: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** @param rank the lowest is let in first. */
  async use<T>(work: () => Promise<T>, rank = 0): Promise<T> {
    if (this.#used < this.#count) this.#used += 1;
    else await new Promise<void>((begin) => this.#wait({ rank, begin }));
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** For whoever has one and has to wait for what does not need it: another may have it meanwhile. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    this.#leave();
    try {
      return await work();
    } finally {
      // At once, though there may be more for a while than there are to be.
      this.#used += 1;
    }
  }

  get count(): number {
    return this.#count;
  }

  get areUsed(): boolean {
    return this.#used > 0;
  }

  /** Whether any waits for one. */
  get areWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Of fewer than are used those that are left stay unused. */
  resize(count: number): void {
    this.#count = count;
    while (this.#used < count && this.#waiting.length > 0) {
      this.#used += 1;
      this.#waiting.shift()?.begin();
    }
  }

  /** Resolves when one is left the next time. */
  left(): Promise<void> {
    return new Promise((resolve) => this.#onLeave.push(resolve));
  }

  #wait(one: { rank: number; begin: () => void }): void {
    const after = this.#waiting.findIndex(({ rank }) => rank > one.rank);
    this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, one);
  }

  #leave(): void {
    const next = this.#used > this.#count ? undefined : this.#waiting.shift();
    if (next === undefined) this.#used -= 1;
    else next.begin();
    for (const resolve of this.#onLeave.splice(0)) resolve();
  }
}

/** Work off `items` in their order, each in a slot; the first failure is thrown once all have ended. */
export async function workOff<T>(items: readonly T[], slots: Slots, work: (item: T) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(items.map((item) => slots.use(() => work(item))));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Of what mostly waits, each begins so long after another: by then the first words of that are through. */
const BESIDE_APART_MS = 100;

interface Sounds {
  /** In which streams flow, hops start, and more is done than waiting. */
  loud: Slots[];
  /** In which mostly is waited. */
  waiting: Slots;
  /** In which lanes are begun: those that wait for one will be loud. */
  lanes: Slots;
}

/** For what is in doubt: on a busy machine it stays so. */
export class Quiet {
  readonly #sounds: Sounds;
  /** What has quiet for itself, and what has it beside others. */
  readonly #alone = new Slots(1);
  readonly #beside = new Slots(Infinity);
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** Not begun, what mostly waits. */
  #waiters: (() => Promise<void>)[] = [];
  #onOver: (() => void)[] = [];

  constructor(sounds: Sounds) {
    this.#sounds = sounds;
  }

  /** One after another, each when nothing else goes on. Whoever calls this must hold none of the slots. */
  use<T>(work: () => Promise<T>): Promise<T> {
    const { loud, waiting } = this.#sounds;
    const mine = this.#last.then(() =>
      whenNone(
        () => [...loud, waiting, this.#beside].find(({ areUsed }) => areUsed),
        () => this.#alone.use(work),
      ),
    );
    this.#last = mine.catch(() => {});
    return this.#waitFor(mine);
  }

  /** For what mostly waits: beside others of the sort, when all lanes are begun and nothing is loud. */
  async useBeside<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (this.#waiters.push(() => work().then(resolve, reject)) === 1) void this.#letIn();
    return this.#waitFor(promise);
  }

  #letIn(): Promise<void> {
    const { loud, lanes } = this.#sounds;
    return whenNone(
      () => (lanes.areWanted ? lanes : [...loud, this.#alone].find(({ areUsed }) => areUsed)),
      () => {
        for (const [index, begin] of this.#waiters.splice(0).entries())
          void this.#beside.use(() => delay(index * BESIDE_APART_MS).then(begin));
      },
    );
  }

  /** Resolves when nobody waits for quiet any more: for whoever has had it, and would break it for the next. */
  async over(): Promise<void> {
    if (this.#waiting > 0) await new Promise<void>((resolve) => this.#onOver.push(resolve));
  }

  async #waitFor<T>(work: Promise<T>): Promise<T> {
    this.#waiting += 1;
    try {
      return await work;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) for (const resolve of this.#onOver.splice(0)) resolve();
    }
  }
}

/** While one is waited for another may be taken again; none can between the last look and the beginning. */
async function whenNone<T>(inTheWay: () => Slots | undefined, begin: () => T | Promise<T>): Promise<T> {
  for (let slots; (slots = inTheWay()) !== undefined;) await slots.left();
  return begin();
}

/**
 * A stream that flows keeps a core busy for a moment, and too many at once delay each other's words. One that is held,
 * and much that is measured besides delivery, only waits: of these more may run beside.
 */
export interface RunSlots {
  flowing: Slots;
  waiting: Slots;
  /** For what is measured besides delivery and does more than wait: some of it is many streams, or megabytes. */
  measuring: Slots;
  /** Hops of which each is seconds of work for a core to start: the sooner the first are there, the sooner they are waited for. */
  starting: Slots;
  quiet: Quiet;
  /** Lanes begun that do not wait for quiet. */
  lanes: Slots;
}

export const WAITING_FACTOR = 4;
const LANES_FACTOR = 6;

export function slotsFor(jobs: number): RunSlots {
  const [flowing, waiting, measuring] = [new Slots(jobs), new Slots(jobs * WAITING_FACTOR), new Slots(jobs)];
  const starting = new Slots(availableParallelism());
  const lanes = new Slots(jobs * LANES_FACTOR);
  const quiet = new Quiet({ loud: [flowing, measuring, starting], waiting, lanes });
  return { flowing, waiting, measuring, starting, quiet, lanes };
}

/** By what is expected; what was not expected to stall takes a slot a little longer. */
export function slotOf({ expected }: Pick<Lane, 'expected'>, { flowing, waiting }: RunSlots): Slots {
  return expected === undefined || expected === 'streams' ? flowing : waiting;
}

function startsSlowly({ native }: ProxyDeclaration): boolean {
  return native?.packages !== undefined;
}

/** In which the lane's hop is started: a turn as for its streams, so that what starts leaves streams beside it alone. */
export function startingSlotsOf(lane: Pick<Lane, 'expected' | 'variant'>, slots: RunSlots): Slots {
  return startsSlowly(lane.variant.proxy) ? slots.starting : slotOf(lane, slots);
}

/** The turns of a lane or a chain whose streams take these slots. */
export function turnsIn(slots: Slots, { waiting, quiet, lanes }: RunSlots, rank = 0): LaneTurns {
  return {
    turn: (work) => slots.use(work, rank),
    steady: (work) => waiting.use(work, rank),
    // Quiet comes when all lanes have been begun.
    quiet: (work) => lanes.without(() => quiet.use(work)),
    quietBeside: (work) => lanes.without(() => quiet.useBeside(work)),
    quietOver: () => quiet.over(),
  };
}

/** What does not stream is waited for: the deadline, the raising, the freezing. */
const STALL_MS = 1000;
/** A hop that is known for what it does with those who leave, or with silence, is waited for longest. */
const SLOW_TAGS = new Set(['abort', 'timeouts']);
const SLOW_MS = 5000;
/** What comes as packages is mostly a development server or Python, of which some take seconds to be ready. */
const PACKAGES_START_MS = 2000;
/** The threshold of what a coder holds: some fifty questions, each of up to a megabyte of text. */
const CODER_MS = 6000;

function waitedMs({ patienceMs, expected, vary = {}, variant: { proxy, tags = [] } }: Lane): number {
  const stallMs = expected === 'streams' || expected === 'refused' ? 0 : STALL_MS;
  const isCoded = stallMs > 0 && (vary['accept-encoding'] ?? vary['content-encoding']) !== undefined;
  const codedMs = isCoded ? CODER_MS : 0;
  const startMs = startsSlowly(proxy) ? PACKAGES_START_MS : 0;
  return startMs + (patienceMs ?? 0) + stallMs + codedMs + (tags.some((tag) => SLOW_TAGS.has(tag)) ? SLOW_MS : 0);
}

/**
 * The longest first, so that none is left over at the end of a run; the lanes of a variant in one version together, so
 * that its hop need not stay for one that comes late.
 */
export function longestFirst(lanes: readonly Lane[]): [Lane, ...Lane[]][] {
  const hops = Map.groupBy(lanes, ({ variant, version = '' }) => `${variant.id}@${version}`).values();
  return [...hops]
    .map((members) => members.toSorted((a, b) => waitedMs(b) - waitedMs(a)) as [Lane, ...Lane[]])
    .toSorted(([a], [b]) => waitedMs(b) - waitedMs(a));
}
