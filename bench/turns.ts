/** When what a lane measures has its turn among what other lanes measure. Types only: bench/run/schedule.ts has the slots. */

export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** Each stream is made in a turn of its own; the steady one, of which most is waiting, among others like it; the last of the tries, which decide, when nothing else is measured. */
export interface LaneTurns {
  turn: Turn;
  steady: Turn;
  quiet: Turn;
  /** The same for a stream that mostly waits: beside others of the sort. */
  quietBeside: Turn;
  quietOver: () => Promise<void>;
}
