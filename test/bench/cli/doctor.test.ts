import { expect, it } from 'vitest';

import type { ProxyDeclaration } from '../../../bench/catalogue/declaration.ts';
import { othersOf } from '../../../bench/cli/doctor.ts';
import type { Driver } from '../../../bench/drivers/driver.ts';
import { BenchError, UnavailableError } from '../../../bench/errors.ts';

const PROXY = { id: 'nginx' } as ProxyDeclaration;

function having(...versions: string[]): Driver {
  return { name: 'native', releases: async () => versions } as unknown as Driver;
}

function failing(error: Error): Driver {
  const failed = async (): Promise<string[]> => {
    throw error;
  };
  return { name: 'docker', releases: failed } as unknown as Driver;
}

it('tells of every release that can be asked for beside the one that a run takes', async () => {
  const drivers = [failing(new UnavailableError('no Docker engine answers')), having('1.31.3', '1.22.1')];
  expect(await othersOf(PROXY, '1.31.3', drivers)).toBe('; with --proxy nginx@VERSION also 1.22.1');
  expect(await othersOf(PROXY, '1.30.2', [having('1.30'), having('1.31.3', '1.22.1')])).toBe(
    '; with --proxy nginx@VERSION also 1.31.3, 1.22.1',
  );
});

it('of many the first and the last, and nothing where there is no other or none can be told', async () => {
  const many = Array.from({ length: 42 }, (_, index) => `3.${index}.0`);
  expect(await othersOf(PROXY, '3.41.0', [having(...many)])).toBe(
    '; with --proxy nginx@VERSION also 41 from 3.0.0 to 3.40.0',
  );
  expect(await othersOf(PROXY, '1.31.3', [having('1.31.3')])).toBe('');
  expect(await othersOf(PROXY, '1.31.3', [failing(new BenchError('is not the nginx it claims to be'))])).toBe('');
});
