/** Colours where there is a terminal. */

import { styleText } from 'node:util';

import type { Paint } from '../report/text.ts';

const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream });

export const paint = paintFor(process.stdout);
