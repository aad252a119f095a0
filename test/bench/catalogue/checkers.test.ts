/** Every config of proxy-configs/ before the real program: what is to run is accepted, and what is to be refused is refused. */

import { afterAll, describe, expect, it } from 'vitest';

import { loadCatalogue, type Variant } from '../../../bench/catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../../../bench/catalogue/declaration.ts';
import { isBefore } from '../../../bench/drivers/version.ts';
import { Session } from '../../../bench/session/session.ts';
import { checkerOf, type Checker } from './own-checker.ts';

const { lanes } = await loadCatalogue();
const session = await Session.open();
afterAll(() => session[Symbol.asyncDispose]());

/** Of each program: variants of one proxy may be served by several. */
const checkers = new Map<ProxyDeclaration, Checker>();
for (const { variant } of lanes)
  if (!checkers.has(variant.proxy)) checkers.set(variant.proxy, await checkerOf(variant.proxy, session));

const MUST_ALL = process.env['UNCLOG_REQUIRE_DOCKER'] === '1' || process.env['CI'] !== undefined;

/** Why the program that is here cannot be asked about this variant; `undefined` where it can. */
function whyNot({ since, until }: Variant, checker: Checker): string | undefined {
  if (checker.how === 'none') return checker.reason;
  const { version } = checker;
  if (version === undefined) return undefined;
  if (since !== undefined && isBefore(version, since)) return `${version} is here, and it needs ${since}`;
  return until !== undefined && isBefore(until, version)
    ? `${version} is here, and it is gone after ${until}`
    : undefined;
}

describe.each([...checkers.keys()])('$id', (proxy) => {
  const checker = checkers.get(proxy) as Checker;

  it(`can be asked ${checker.how === 'asks' ? `(${checker.by})` : `(skipped: ${checker.reason})`}`, ({ skip }) => {
    skip(checker.how === 'none' && !MUST_ALL, checker.how === 'none' ? checker.reason : '');
    expect(checker).toHaveProperty('how', 'asks');
  });

  const own = Map.groupBy(
    lanes.filter(({ variant }) => variant.proxy === proxy),
    ({ variant }) => variant,
  );
  for (const [variant, members] of own) {
    const isAccepted = members.every(({ expected }) => expected !== 'refused');
    const reason = whyNot(variant, checker);
    const note = reason === undefined ? '' : ` (skipped: ${reason})`;

    it.skipIf(reason !== undefined)(`${isAccepted ? 'accepts' : 'refuses'} ${variant.id}${note}`, async () => {
      const answer = checker.how === 'asks' ? await checker.check(variant) : undefined;
      expect(answer?.accepted, answer?.said).toBe(isAccepted);
    });
  }
});
