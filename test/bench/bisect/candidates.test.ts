import { describe, expect, it } from 'vitest';

import { candidatesOf, within, type Candidate, type Ends } from '../../../bench/bisect/candidates.ts';
import type { ProxyDeclaration } from '../../../bench/catalogue/declaration.ts';
import type { Driver, Listing } from '../../../bench/drivers/driver.ts';
import { UnavailableError, UsageError } from '../../../bench/errors.ts';

function driver(name: 'native' | 'docker', versions: string[] | UnavailableError): Driver {
  return {
    name,
    releases: async () => {
      if (versions instanceof UnavailableError) throw versions;
      return versions;
    },
  } as unknown as Driver;
}

const PROXY = { id: 'traefik', name: 'Traefik' } as ProxyDeclaration;
const NATIVE = driver('native', ['3.7.15', '3.3.5', '3.3.4', '3.10.0']);
const { signal } = new AbortController();

async function found(drivers: Driver[], versions: string[] = [], ends: Ends = {}): Promise<string[]> {
  const candidates = await candidatesOf(PROXY, { drivers, versions, ends, signal, onUnlisted: () => {} });
  return candidates.map((candidate) => `${candidate.version} ${candidate.driver.name}`);
}

describe('the releases that are halved', () => {
  it('are all that any driver has, by number, each once and by the first that has it', async () => {
    const docker = driver('docker', ['3.3', '3.0', '3.10.0']);
    expect(await found([NATIVE, docker])).toEqual([
      '3.0 docker',
      '3.3.4 native',
      '3.3.5 native',
      '3.7.15 native',
      '3.10.0 native',
    ]);
  });

  it('are those that are named, and one that nobody lists is left to the last driver', async () => {
    const docker = driver('docker', []);
    expect(await found([NATIVE, docker], ['3.3', '3.5'])).toEqual(['3.3.4 native', '3.3.5 native', '3.5 docker']);
  });

  it('are those of the drivers that answer', async () => {
    const docker = driver('docker', new UnavailableError('no Docker engine answers'));
    expect(await found([NATIVE, docker], [], { to: '3.3.5' })).toEqual(['3.3.4 native', '3.3.5 native']);
  });

  it('are looked for at registries where a driver before has too few, and none is named', async () => {
    const asked: unknown[] = [];
    const docker = {
      name: 'docker',
      releases: async (_: unknown, { listing }: { listing?: Listing }) => {
        asked.push(listing?.ends);
        return listing === undefined ? ['3.2'] : ['3.1.0', '3.2.0'];
      },
    } as unknown as Driver;
    expect(await found([docker], [], { to: '3.2' })).toEqual(['3.1.0 docker', '3.2.0 docker']);
    expect(await found([driver('native', ['3.3.4']), docker], [], { to: '3.2' })).toHaveLength(2);
    expect(await found([driver('native', ['3.3.4', '3.3.5']), docker])).toContain('3.2 docker');
    expect(await found([docker], ['3.2', '3.3'])).toEqual(['3.2 docker', '3.3 docker']);
    expect(asked).toEqual([['3.2'], ['3.2'], undefined, undefined]);
  });

  it('are two or more', async () => {
    await expect(found([driver('native', ['3.3.4'])])).rejects.toThrow(
      new UsageError(
        'halving takes two releases of Traefik or more, and here there is only 3.3.4; --proxy traefik@VERSION,VERSION names some to be brought',
      ),
    );
    await expect(found([driver('native', [])])).rejects.toThrow('here there is none');
  });
});

const CANDIDATES: Candidate[] = ['3.3.4', '3.3.5', '3.4.0', '3.4.1', '3.7.15'].map((version) => ({
  version,
  driver: NATIVE,
}));

describe('their ends', () => {
  it.each<[Ends, string, string]>([
    [{}, '3.3.4', '3.7.15'],
    [{ from: '3.3.5' }, '3.3.5', '3.7.15'],
    [{ to: 'v3.4.0' }, '3.3.4', '3.4.0'],
    [{ from: '3.3', to: '3.4' }, '3.3.4', '3.4.1'],
    [{ good: '3.4.0', bad: '3.3.5' }, '3.3.5', '3.4.0'],
    [{ good: '3.3.5', bad: '3.4' }, '3.3.5', '3.4.1'],
  ])('%j are %s and %s', (ends, first, last) => {
    const versions = within(CANDIDATES, ends).map(({ version }) => version);
    expect([versions[0], versions.at(-1)]).toEqual([first, last]);
  });

  it.each<[Ends, string]>([
    [
      { from: '3.5.0' },
      '--from 3.5.0 is no release that can be had here; there are 3.7.15, 3.4.1, 3.4.0, 3.3.5, 3.3.4',
    ],
    [{ good: '3.3.4', bad: '2.0' }, '--bad 2.0 is no release that can be had here'],
    [{ from: '3.4.0', to: '3.3.4' }, '--from 3.4.0 is newer than --to 3.3.4; it takes the older one'],
    [{ from: '3.3.4', to: '3.3.4' }, '--from 3.3.4 and --to 3.3.4 are the same release'],
    [{ good: '3.3.4', bad: '3.3.4' }, '--good 3.3.4 and --bad 3.3.4 are the same release'],
  ])('%j are refused', (ends, message) => {
    expect(() => within(CANDIDATES, ends)).toThrow(message);
    expect(() => within(CANDIDATES, ends)).toThrow(UsageError);
  });
});
