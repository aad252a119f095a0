/**
 * Milliseconds on the monotonic clock, with sub-microsecond digits. Processes of one kernel,
 * containers too, share it (clock_gettime(2), CLOCK_MONOTONIC), so emission and arrival compare.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
