import { expect, it } from 'vitest';

import { checkAll } from '../../../bench/cli/complaints.ts';
import { UsageError } from '../../../bench/errors.ts';

function complaining(message: string): () => never {
  return () => {
    throw new UsageError(message);
  };
}

it('says all that is wrong in one go, each on a line and none twice', () => {
  expect(() => checkAll([complaining('one'), () => 'right', complaining('other'), complaining('one')])).toThrow(
    new UsageError('one\nunclog: other'),
  );
});

it('lets right words pass, and other faults as they are', () => {
  expect(() => checkAll([() => 'right'])).not.toThrow();
  const fault = new TypeError('a fault of ours');
  expect(() =>
    checkAll([
      complaining('one'),
      () => {
        throw fault;
      },
    ]),
  ).toThrow(fault);
});
