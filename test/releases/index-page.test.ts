import { expect, it } from 'vitest';

import { releasesOn } from './index-page.ts';

const hash = (digit: string): string => digit.repeat(64);

function link(file: string, digit: string, attributes = ''): string {
  return `<a href="https://files.example/${file}#sha256=${hash(digit)}" data-requires-python="&gt;=3.7"${attributes}>${file}</a><br/>`;
}

it('releases are told by number, with a hash for each platform that Node runs on', () => {
  const page = [
    '<!DOCTYPE html><html><body><h1>Links for some-bin</h1>',
    link('some_bin-3.9.0-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl', 'a'),
    link('some_bin-3.10.0-py3-none-macosx_11_0_arm64.whl', 'b'),
    link('some_bin-3.10.0-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.whl', 'c'),
    link('some_bin-3.10.0-py3-none-win_amd64.whl', 'd'),
    link('some_bin-3.10.0.tar.gz', 'e'),
  ].join('\n');
  expect(releasesOn(page)).toEqual([
    { version: '3.10.0', sha256: { 'linux-arm64': hash('c'), 'darwin-arm64': hash('b') } },
    { version: '3.9.0', sha256: { 'linux-x64': hash('a') } },
  ]);
});

it.each([
  ['a pre-release', link('some_bin-3.0.4a1-py3-none-macosx_11_0_arm64.whl', 'a')],
  ['a post-release', link('some_bin-1.36.2.post1-py3-none-macosx_15_0_arm64.whl', 'a')],
  ['a wheel of no platform', link('some_bin-1.36.3-py3-none-any.whl', 'a')],
  ['a withdrawn one', link('some_bin-1.0.0-py3-none-macosx_11_0_arm64.whl', 'a', ' data-yanked="broken"')],
])('%s is left out', (_, page) => {
  expect(releasesOn(page)).toEqual([]);
});
