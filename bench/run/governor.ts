/** More of what mostly waits goes on at once while the machine has nothing to do, and no more than is sure while it has. */

import { cpus } from 'node:os';

import type { RunSlots, Slots } from './schedule.ts';

const LOOKED_AT_MS = 500;
/** Below this share of its cores at work there is room for more, … */
const IDLE_SHARE = 0.82;
/** … and from this on what came on top goes again: streams that are told by their times run beside. */
const BUSY_SHARE = 0.9;
const MOST_FACTOR = 3;
/** One of so many is added at a time, so that what it brings is seen before the next is. */
const STEP_SHARE = 1 / 8;

/** How many slots there are next. @param base how many there are whatever the machine does */
export function nextCount(
  { count, areWanted }: Pick<Slots, 'count' | 'areWanted'>,
  base: number,
  busyShare: number,
): number {
  const step = Math.ceil(base * STEP_SHARE);
  if (busyShare >= BUSY_SHARE) return Math.max(base, count - 2 * step);
  if (busyShare < IDLE_SHARE && areWanted) return Math.min(MOST_FACTOR * base, count + step);
  return count;
}

function coreTimesMs(): { busy: number; idle: number } {
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const all = times.reduce((sum, { user, nice, sys, idle: own, irq }) => sum + user + nice + sys + own + irq, 0);
  return { busy: all - idle, idle };
}

/** Keeps the number of slots to what the machine bears, until it is disposed of. */
export function governed({ waiting, measuring, lanes }: RunSlots): Disposable {
  const all = [waiting, measuring, lanes].map((slots) => ({ slots, base: slots.count }));
  let before = coreTimesMs();
  const timer = setInterval(() => {
    const now = coreTimesMs();
    const [busyMs, idleMs] = [now.busy - before.busy, now.idle - before.idle];
    before = now;
    if (busyMs + idleMs === 0) return;
    for (const { slots, base } of all) slots.resize(nextCount(slots, base, busyMs / (busyMs + idleMs)));
  }, LOOKED_AT_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
