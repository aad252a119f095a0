/** All measures, in the order in which they are reported. */

import { abortMeasure } from './abort.ts';
import { backpressureMeasure } from './backpressure.ts';
import { flushMeasure } from './flush.ts';
import { headersMeasure } from './headers.ts';
import { idleMeasure } from './idle.ts';
import type { AnyMeasure } from './measure.ts';
import { pacedMeasure } from './paced.ts';
import { requestMeasure } from './request.ts';
import { reuseMeasure } from './reuse.ts';
import { thresholdMeasure } from './threshold.ts';
import { truncationMeasure } from './truncation.ts';

export const MEASURES: AnyMeasure[] = [
  thresholdMeasure,
  flushMeasure,
  pacedMeasure,
  headersMeasure,
  requestMeasure,
  abortMeasure,
  backpressureMeasure,
  idleMeasure,
  truncationMeasure,
  reuseMeasure,
];
