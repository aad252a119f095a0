/** All measures, in the order in which they are reported. */

import { abortMeasure } from './abort.ts';
import { headersMeasure } from './headers.ts';
import type { AnyMeasure } from './measure.ts';
import { truncationMeasure } from './truncation.ts';

export const MEASURES: AnyMeasure[] = [headersMeasure, abortMeasure, truncationMeasure];
