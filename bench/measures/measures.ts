/** All measures, in the order in which they are reported. */

import { abortMeasure } from './abort.ts';
import { flushMeasure } from './flush.ts';
import { headersMeasure } from './headers.ts';
import type { AnyMeasure } from './measure.ts';
import { requestMeasure } from './request.ts';
import { thresholdMeasure } from './threshold.ts';
import { truncationMeasure } from './truncation.ts';

export const MEASURES: AnyMeasure[] = [
  thresholdMeasure,
  flushMeasure,
  headersMeasure,
  requestMeasure,
  abortMeasure,
  truncationMeasure,
];
