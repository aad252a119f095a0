/** Colours where there is a terminal. */

import { styleText } from 'node:util';

import type { Paint } from '../report/matrix.ts';

export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream });
