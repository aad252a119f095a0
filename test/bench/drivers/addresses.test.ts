import { describe, expect, it } from 'vitest';

import { matchesVersion } from '../../../bench/drivers/version.ts';
import { substituteAddresses } from '../../../bench/drivers/native.ts';

const UPSTREAM = { host: '127.0.0.1', port: 45_678 };

function substituted(text: string): string {
  return substituteAddresses(text, 34_567, UPSTREAM);
}

describe('a native run replaces', () => {
  it('where to listen and where to forward, wherever they stand', () => {
    expect(substituted('listen 8080;\nlisten [::]:8080;\nproxy_pass http://origin:3000;\nserver origin:3000;')).toBe(
      'listen 34567;\nlisten [::]:34567;\nproxy_pass http://127.0.0.1:45678;\nserver 127.0.0.1:45678;',
    );
  });

  it('host and port written apart', () => {
    expect(substituted('address: 0.0.0.0\nport_value: 8080\naddress: origin\nport_value: 3000\n')).toBe(
      'address: 0.0.0.0\nport_value: 34567\naddress: 127.0.0.1\nport_value: 45678\n',
    );
  });

  it('no more than these', () => {
    const text = 'buffer 18080 80800;\n# the origin is at 3000 ms\nproxy_pass http://origin:3000;';
    expect(substituted(text)).toBe(
      'buffer 18080 80800;\n# the origin is at 3000 ms\nproxy_pass http://127.0.0.1:45678;',
    );
    expect(substituted('original: 13000, origins, 30001')).toBe('original: 13000, origins, 30001');
  });

  it('nothing where there is nothing', () => {
    expect(substituted('events {}')).toBe('events {}');
  });
});

describe('a version', () => {
  it.each([
    ['1.30.6', '1.30.6', true],
    ['1.30.6', '1.30', true],
    ['1.30.6', '1', true],
    ['v3.7.15', '3.7', true],
    ['3.7.15', 'v3.7', true],
    ['v3.7.15', 'v3.7.15', true],
    ['1.30.6', '1.3', false],
    ['1.30.6', '1.30.60', false],
    ['1.30', '1.30.6', false],
    ['11.30', '1', false],
  ])('%s is what %s asks for: %s', (version, asked, matches) => {
    expect(matchesVersion(version, asked)).toBe(matches);
  });
});

describe('what went wrong once', () => {
  it('host and port written apart are replaced once, whatever ports were chosen', () => {
    expect(substituteAddresses('listen 8080, to origin port 3000', 3000, UPSTREAM)).toBe(
      'listen 3000, to 127.0.0.1 port 45678',
    );
  });
});
