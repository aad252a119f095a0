import { expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import { laneOf } from '../../../bench/catalogue/lane-of.ts';
import { UsageError } from '../../../bench/errors.ts';

const catalogue = await loadCatalogue();

it('an id names a lane of the catalogue, or one made of its dimensions', () => {
  expect(laneOf(catalogue, 'nginx/default?framing=content-length').expected).toBe('coalesces');
  const made = laneOf(catalogue, 'nginx/default?content-encoding=br&chunk=77');
  expect(made).toMatchObject({ id: 'nginx/default?chunk=77&content-encoding=br' });
  expect(made.expected).toBeUndefined();
});

it('an id of a stream that the origin cannot send is refused, and it is said why', () => {
  const id = 'nginx/default?content-encoding=gzip&framing=piecewise';
  expect(() => laneOf(catalogue, id)).toThrow(UsageError);
  expect(() => laneOf(catalogue, id)).toThrow(
    `"${id}": the origin cannot send this stream: dimension "content-encoding"`,
  );
});
