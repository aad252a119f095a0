/** All measures, in the order in which they are reported. */

import { headersMeasure } from './headers.ts';
import type { AnyMeasure } from './measure.ts';

export const MEASURES: AnyMeasure[] = [headersMeasure];
