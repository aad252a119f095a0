/** Tries that are judged together, most beside a relay that was not held. */

import { describe, expect, it } from 'vitest';

import type { Verdict } from '../../../bench/verdict/delivery.ts';
import type { Evidence } from '../../../bench/evidence.ts';
import { judgeTrace } from '../../../bench/verdict/trace-verdict.ts';
import type { Trace } from '../../../bench/trace.ts';
import { ENOUGH_TRIES } from '../../../bench/verdict/tries-verdict.ts';
import { judge } from '../../../bench/verdict/verdict.ts';
import {
  arriving,
  broken,
  cut,
  evidenceOf,
  FLOOR,
  holding,
  makeTrace,
  row,
  stalled,
  streamed,
  WORKLOAD,
} from '../traces.ts';

/** The verdict of several tries while the relay was not held. */
function besideAQuietRelay(...tries: Trace[]): Verdict {
  return judge({ ...evidenceOf(...tries), reference: streamed() }, FLOOR).verdict;
}

/** Ten chunks, the first of which are held, none so long that it is worth another look by itself. */
function heldOften(chunks: number): Trace {
  return streamed((seq) => (seq < chunks ? 15 : 0.2));
}

it('that streams has the holds of the try that was held least, of as many words', () => {
  const reference = streamed(0.2);
  const [held, quick] = [streamed(4), streamed(0.3)];
  for (const tries of [evidenceOf(held, quick), evidenceOf(quick, held)])
    expect(judge({ ...tries, reference }, FLOOR)).toMatchObject({
      verdict: 'streams',
      hold: { n: 10, p50Ms: expect.closeTo(0.3) },
    });
  const short = streamed(0.1, { workload: { ...WORKLOAD, count: 4 } });
  expect(judge({ ...evidenceOf(short, quick), reference }, FLOOR)).toMatchObject({
    hold: { n: 10, p50Ms: expect.closeTo(0.3) },
  });
});

describe('inconclusive', () => {
  it('is no doubt when the relay beside it was held half as often', () => {
    const noisy = heldOften(4);
    expect(judge({ ...evidenceOf(noisy, noisy), reference: heldOften(2) }, FLOOR).verdict).toBe('streams');
  });

  it('is a delay when the last try was held more than twice as often as the relay beside it', () => {
    const reference = holding(...row(10, 5));
    const twice = holding(...row(0, 10));
    const more = holding(...row(0, 11));
    expect(judge({ ...evidenceOf(more, more, twice), reference }, FLOOR).verdict).toBe('streams');
    expect(judge({ ...evidenceOf(twice, twice, more), reference }, FLOOR).verdict).toBe('delays');
  });

  it('is a delay of some words when they are many, or the same, each time and the relay was not held', () => {
    const some = heldOften(4);
    const others = streamed((seq) => (seq >= 6 ? 300 : 0.2));
    const few = heldOften(2);
    const fewOthers = streamed((seq) => (seq >= 8 ? 300 : 0.2));
    expect(besideAQuietRelay(some, some, some)).toBe('delays');
    expect(besideAQuietRelay(some, others, some)).toBe('delays');
    expect(besideAQuietRelay(few, few, few)).toBe('delays');
    expect(besideAQuietRelay(few, fewOthers)).toBe('streams');
    expect(besideAQuietRelay(few, few, fewOthers)).toBe('streams');
    expect(besideAQuietRelay(streamed(), few)).toBe('streams');
    expect(judge({ ...evidenceOf(some, some, some), reference: streamed() }, FLOOR)).toMatchObject({ share: 0.4 });
    const more = heldOften(6);
    expect(judge({ ...evidenceOf(some, some, more), reference: streamed() }, FLOOR)).toMatchObject({ share: 0.4 });
    // Of those that were held besides, now these and now others, nothing is said.
    const first = judge(
      { ...evidenceOf(holding(0, 3, 4), holding(0), holding(0, 7, 8, 9, 20, 21, 22)), reference: streamed() },
      FLOOR,
    );
    expect(first).toMatchObject({ verdict: 'delays', words: [0], share: 1 / 20 });
  });

  it('is a delay when half of the words held are the same each time', () => {
    expect(besideAQuietRelay(holding(0, 1, 2, 3), holding(2, 3, 4, 5), holding(2, 3, 6, 7))).toBe('delays');
    expect(besideAQuietRelay(holding(0, 1, 2, 3), holding(3, 4, 5, 6), holding(3, 7, 8, 9))).toBe('streams');
  });

  it('takes that half of the try in which the fewest were held', () => {
    const few = holding(0, 1, 2);
    const many = holding(0, 1, ...row(10, 8));
    expect(besideAQuietRelay(few, many, holding(0, 1, 3))).toBe('delays');
  });

  it('is a delay when a quarter of the words were held in every try, whichever they were', () => {
    const quarter = holding(...row(0, 5));
    expect(besideAQuietRelay(quarter, holding(...row(5, 5)), holding(...row(10, 5)))).toBe('delays');
    expect(besideAQuietRelay(quarter, holding(...row(5, 4)), holding(...row(10, 5)))).toBe('streams');
    expect(besideAQuietRelay(quarter, holding(...row(5, 4)), holding(...row(10, 10)))).toBe('streams');
  });

  it('is what a single try says by itself: a relay is measured beside the second', () => {
    const doubtful = heldOften(3);
    expect(besideAQuietRelay(doubtful)).toBe('inconclusive');
    expect(judge({ ...evidenceOf(doubtful), reference: streamed() }, FLOOR)).toEqual(judgeTrace(doubtful, FLOOR));
    expect(judge({ ...evidenceOf(streamed(80)), reference: streamed(30) }, FLOOR).verdict).toBe('delays');
  });

  it('is what only two tries say of some words: that can be a coincidence', () => {
    const few = heldOften(2);
    expect(besideAQuietRelay(few, few)).toBe('inconclusive');
    const lone = streamed((seq) => (seq === 3 ? 800 : 0.2));
    expect(besideAQuietRelay(lone, lone)).toBe('inconclusive');
    expect(judge({ ...evidenceOf(few, few), reference: streamed() }, FLOOR)).toMatchObject({
      reason: 'some words were held in each of 2 tries',
      tries: 2,
    });
  });

  it('is a stream that was held in one try and not in another', () => {
    const evidence = { ...evidenceOf(streamed(200), streamed()), reference: streamed() };
    expect(judge(evidence, FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason: 'nearly every word was held in 1 of 2 tries, and none in another',
      tries: 2,
    });
    const thrice = { ...evidenceOf(streamed(200), streamed(), streamed(200)), reference: streamed() };
    expect(judge(thrice, FLOOR)).toMatchObject({
      reason: 'nearly every word was held in 2 of 3 tries, and none in another',
    });
  });

  it('is no more, whatever the tries before say, when the last stalls at its first word', () => {
    const last = stalled();
    expect(judge({ ...evidenceOf(streamed(200), streamed(), last), reference: streamed() }, FLOOR)).toEqual(
      judgeTrace(last, FLOOR),
    );
  });

  it('counts the tries, of which the last one decides', () => {
    const noisy = streamed((seq) => (seq < 3 ? 300 : 0.2));
    expect(judge(evidenceOf(noisy), FLOOR)).toMatchObject({ verdict: 'inconclusive', tries: 1 });
    expect(judge(evidenceOf(noisy, noisy, noisy), FLOOR)).toMatchObject({ verdict: 'inconclusive', tries: 3 });
    expect(judge(evidenceOf(noisy, streamed()), FLOOR).verdict).toBe('streams');
    expect(judge(evidenceOf(streamed(), noisy), FLOOR)).toMatchObject({ verdict: 'inconclusive', tries: 2 });
    expect(ENOUGH_TRIES).toBe(3);
  });
});

/** Three of ten words held, and each acknowledgement late. */
function fewHeld(lagMs?: number): Trace {
  return streamed((seq) => (seq < 3 ? 15 : 0.2), lagMs === undefined ? {} : { lagMs });
}

/** The last two of ten. */
function othersHeld(lagMs: number): Trace {
  return streamed((seq) => (seq >= 8 ? 300 : 0.2), { lagMs });
}

describe('words held in an earlier try', () => {
  const busyRelay = streamed((seq) => (seq < 2 ? 30 : 0.2));

  it('by a machine that was not busy, and again beside one that is, are a doubt', () => {
    expect(judge({ ...evidenceOf(fewHeld(1), fewHeld(40)), reference: busyRelay }, FLOOR)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'some words were held in an earlier try, and in the last the machine was busy',
    });
  });

  it('are a doubt whichever says that it is busy now, the relay or late acknowledgements, and none where it is not', () => {
    for (const [last, reference, verdict] of [
      [othersHeld(40), streamed(), 'inconclusive'],
      [othersHeld(1), busyRelay, 'inconclusive'],
      [othersHeld(1), streamed(), 'streams'],
    ] as const)
      expect(judge({ ...evidenceOf(fewHeld(1), last), reference }, FLOOR).verdict).toBe(verdict);
  });

  it('are none where the machine was busy then too, and where nothing says so', () => {
    for (const earlier of [fewHeld(40), fewHeld()])
      expect(judge({ ...evidenceOf(earlier, fewHeld(40)), reference: busyRelay }, FLOOR).verdict).toBe('streams');
  });
});

/** Of twenty words held, so many at the beginning were not. */
function shorterOfTwenty(words: number): Trace {
  return streamed((seq) => (seq < words ? 0.2 : 100), { workload: { ...WORKLOAD, count: 20 } });
}

describe('words held regularly', () => {
  const busyRelay = streamed((seq) => (seq < 4 ? 30 : 0.2));
  const told = (...tries: Trace[]) => judge({ ...evidenceOf(...tries), reference: busyRelay }, FLOOR);

  it('need no third try beside a quiet machine for what a busy one did to those before', () => {
    const busy = streamed((seq) => (seq < 4 ? 6 : 80), { lagMs: 40 });
    expect(besideAQuietRelay(busy, streamed(18, { lagMs: 1 }), streamed(17, { lagMs: 1 }))).toBe('delays');
    expect(besideAQuietRelay(busy, busy, streamed(18, { lagMs: 1 }))).toBe('inconclusive');
  });

  it('are so in each try, and about as long in all', () => {
    expect(told(streamed(100), streamed(100)).verdict).toBe('delays');
    expect(told(streamed(66), streamed(100)).verdict).toBe('delays');
    expect(told(streamed(60), streamed(100), streamed(100))).toMatchObject({
      verdict: 'inconclusive',
      reason:
        'words were held now longer, now shorter, and 40 % of those through the transparent relay beside it too: the machine was busy',
    });
  });

  it('are judged by the shortest of them, wherever in the stream these are', () => {
    const butTwoLater = streamed((seq) => (seq === 5 || seq === 6 ? 0.2 : 100));
    expect(told(butTwoLater, butTwoLater).verdict).toBe('inconclusive');
    const butOneLater = streamed((seq) => (seq === 5 ? 0.2 : 100));
    expect(told(butOneLater, butOneLater).verdict).toBe('delays');
  });

  it('may be but for one in ten of each try', () => {
    const butFirst = streamed((seq) => (seq === 0 ? 0.2 : 100));
    expect(told(butFirst, butFirst, butFirst).verdict).toBe('delays');
    expect(told(stalled(), butFirst, butFirst).verdict).toBe('delays');
    const butTwo = streamed((seq) => (seq < 2 ? 0.2 : 100));
    expect(told(butFirst, butTwo, butFirst).verdict).toBe('inconclusive');
    expect(told(shorterOfTwenty(2), shorterOfTwenty(2)).verdict).toBe('delays');
    expect(told(shorterOfTwenty(3), shorterOfTwenty(3)).verdict).toBe('inconclusive');
  });
});

/** Each word held, and each acknowledgement late. */
function slow(holdMs: number, lagMs: number): Trace {
  return streamed(holdMs, { lagMs });
}

describe('acknowledgements that come late', () => {
  const quietRelay = streamed();
  const told = (holdMs: number, lagMs: number) =>
    judge({ ...evidenceOf(slow(holdMs, lagMs), slow(holdMs, lagMs)), reference: quietRelay }, FLOOR);

  it('are of the machine: words held no more than three times as long are no delay', () => {
    expect(told(60, 21)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'to say that a word had come, which passes no hop, took 21.0 ms as well: the machine was busy',
    });
    expect(told(60, 20).verdict).toBe('delays');
    expect(told(60, 0.5).verdict).toBe('delays');
  });

  it('say less than a relay that was held longer', () => {
    const evidence = { ...evidenceOf(slow(60, 21), slow(60, 21)), reference: streamed(25) };
    expect(judge(evidence, FLOOR)).toMatchObject({
      reason: 'beside it the transparent relay was held 25.0 ms too: the machine was busy',
    });
  });

  it('say no more than a relay that was held as long', () => {
    const evidence = { ...evidenceOf(slow(60, 25), slow(60, 25)), reference: streamed(25) };
    expect(judge(evidence, FLOOR)).toMatchObject({
      reason: 'beside it the transparent relay was held 25.0 ms too: the machine was busy',
    });
  });

  it('in more than a tenth of the words make a try one that does not tell', () => {
    const busy = slow(200, 6);
    expect(judge({ ...evidenceOf(busy, streamed()), reference: quietRelay }, FLOOR).verdict).toBe('streams');
    const onTime = slow(200, 5);
    expect(judge({ ...evidenceOf(onTime, streamed()), reference: quietRelay }, FLOOR).verdict).toBe('inconclusive');
    const oneLate = slow(200, 1);
    Object.assign(oneLate.origin.acks[3] ?? {}, { at: 9999 });
    expect(judge({ ...evidenceOf(oneLate, streamed()), reference: quietRelay }, FLOOR).verdict).toBe('inconclusive');
  });

  it('leave the last try one that tells', () => {
    const late = streamed(0.2, { lagMs: 40 });
    expect(judge({ ...evidenceOf(late, late), reference: quietRelay }, FLOOR).verdict).toBe('streams');
    expect(judge({ ...evidenceOf(slow(200, 1), late), reference: quietRelay }, FLOOR)).toMatchObject({
      reason: 'nearly every word was held in 1 of 2 tries, and none in another',
    });
  });

  it('of a word that came in time are a doubt that the words before it do not settle', () => {
    const late = stalled({ streamedChunks: 2, releasedAfterMs: 4, recipe: { lagMs: 1200 } });
    expect(judge({ ...evidenceOf(late, late), reference: quietRelay }, FLOOR).verdict).toBe('inconclusive');
  });

  it('do not take back what the last try says of other kinds', () => {
    const last = stalled({ recipe: { lagMs: 900 } });
    expect(judge({ ...evidenceOf(last, last), reference: quietRelay }, FLOOR)).toEqual(judgeTrace(last, FLOOR));
  });
});

/** Held in one try and not in the next, then this. */
function afterDoubt(last: Trace): Evidence {
  return { ...evidenceOf(streamed(200), streamed(), last), reference: streamed() };
}

describe('a try beside a relay that was held as well', () => {
  const quiet = { tries: [streamed(200), streamed(200), streamed()], reference: streamed() };

  it('tells nothing of the path, nor does the first, just before it', () => {
    expect(judge({ ...quiet, earlierReferences: [streamed(30)] }, FLOOR).verdict).toBe('streams');
    expect(judge({ ...quiet, earlierReferences: [streamed()] }, FLOOR).verdict).toBe('inconclusive');
    expect(judge(quiet, FLOOR).verdict).toBe('inconclusive');
  });

  it('is left out only where more than an outlier was held', () => {
    expect(judge({ ...quiet, earlierReferences: [heldOften(1)] }, FLOOR).verdict).toBe('inconclusive');
    expect(judge({ ...quiet, earlierReferences: [heldOften(2)] }, FLOOR).verdict).toBe('streams');
  });

  it('is not needed where it is the first, and enough others tell', () => {
    const rest = [streamed(), streamed(), streamed()];
    expect(judge({ tries: [streamed(200), ...rest], reference: streamed() }, FLOOR).verdict).toBe('streams');
    expect(judge({ tries: [streamed(200), ...rest.slice(1)], reference: streamed() }, FLOOR).verdict).toBe(
      'inconclusive',
    );
    const last = [streamed(), streamed(), streamed(200), streamed(200)];
    expect(judge({ tries: last, reference: streamed() }, FLOOR).verdict).toBe('inconclusive');
  });

  it('is left out as one that broke is where the bench was late', () => {
    const some = heldOften(4);
    expect(besideAQuietRelay(some, cut(900), some, some)).toBe('delays');
  });

  it('is not missed where the last tries say the same', () => {
    const delayed = { tries: [streamed(200), streamed(200), streamed(200)], reference: streamed() };
    expect(judge({ ...delayed, earlierReferences: [streamed(30)] }, FLOOR).verdict).toBe('delays');
  });
});

describe('the last try', () => {
  it('decides alone where it breaks, stalls or fails, whatever the holds before it were', () => {
    const lost = makeTrace({ emittedAt: [0, 1, 2], pieces: arriving([1, undefined, 3]), endAt: 4 });
    expect(judge(afterDoubt(lost), FLOOR).verdict).toBe('breaks');
    expect(judge(afterDoubt(stalled({ streamedChunks: 3 })), FLOOR).verdict).toBe('buffers');
    expect(judge(afterDoubt({ ...streamed(), fault: 'x' }), FLOOR).verdict).toBe('harness-error');
    expect(judge(afterDoubt(streamed()), FLOOR).verdict).toBe('inconclusive');
  });
});

describe('what is held to the end', () => {
  const late = stalled({ lateMs: 100 });

  it('and came long after it in each of three tries may have been on its way before', () => {
    expect(judge(evidenceOf(late, late, late), FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason: 'what was held came long after the end, each time: it may have been on its way before',
      tries: 3,
    });
  });

  it('is held where it came at once the last time, and as long as it can be waited for longer', () => {
    expect(judge(evidenceOf(late, late, stalled()), FLOOR).verdict).toBe('buffers');
    expect(judge(evidenceOf(late, late), FLOOR).verdict).toBe('buffers');
  });

  it('is no doubt of a stream that is broken', () => {
    const lost = broken(stalled({ lateMs: 100 }));
    expect(judge(evidenceOf(lost, lost, lost), FLOOR).verdict).toBe('breaks');
  });
});

/** Relays stand beside the last of the tries. */
function besideRelays(tries: Trace[], relays: Trace[]): Evidence {
  return { ...evidenceOf(...tries), reference: relays.at(-1) as Trace, earlierReferences: relays.slice(0, -1) };
}

describe('a word that is held alone', () => {
  const first = streamed((seq) => (seq === 0 ? 800 : 0.2));

  it('is a delay when it is the same each time, and not the relay’s', () => {
    expect(judge({ ...evidenceOf(first, first, first), reference: streamed() }, FLOOR)).toMatchObject({
      verdict: 'delays',
      share: 0.1,
      words: [0],
    });
  });

  it('is an outlier when it is another the next time', () => {
    const second = streamed((seq) => (seq === 1 ? 800 : 0.2));
    expect(judge({ ...evidenceOf(first, second), reference: streamed() }, FLOOR).verdict).toBe('streams');
    expect(judge({ ...evidenceOf(first, first, second), reference: streamed() }, FLOOR).verdict).toBe('streams');
  });

  it('tells nothing when it was the relay’s each time too', () => {
    expect(judge({ ...evidenceOf(first, first), reference: first }, FLOOR)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'word 0 was held each time, beside what the busy machine held',
    });
  });

  it('is none where it was held for less than is clear, the same each time or not', () => {
    expect(besideAQuietRelay(holding(0), holding(0), holding(0))).toBe('streams');
  });

  it('tells nothing, in as many tries as tell otherwise, when it was the relay’s too; and neither do several', () => {
    const both = streamed((seq) => (seq < 2 ? 25 : 0.2), { workload: { ...WORKLOAD, count: 20 } });
    expect(judge({ ...evidenceOf(first, first, first), reference: first }, FLOOR).verdict).toBe('inconclusive');
    expect(judge({ ...evidenceOf(both, both, both), reference: both }, FLOOR)).toMatchObject({
      reason: 'words 0, 1 were held each time, beside what the busy machine held',
    });
  });

  it('tells nothing, and is no stream, where a busy machine held others too, now these and now those', () => {
    const busy = [1, 5].map((at) => streamed((seq) => ({ 0: 27, [at]: 8 })[seq] ?? 0.2, { lagMs: 8 }));
    const relay = streamed((seq) => ({ 3: 8, 7: 8 })[seq] ?? 0.2);
    expect(judge({ ...evidenceOf(...busy), reference: relay }, FLOOR)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'word 0 was held each time, beside what the busy machine held',
    });
  });

  it('is a delay on a busy machine too, held in as many tries as are made and through no relay beside them', () => {
    const busy = [1, 5, 2, 7, 4].map((at) => streamed((seq) => ({ 0: 27, [at]: 8 })[seq] ?? 0.2, { lagMs: 8 }));
    const relay = streamed((seq) => ({ 3: 8, 7: 8 })[seq] ?? 0.2);
    const held = streamed((seq) => ({ 0: 27, 7: 8 })[seq] ?? 0.2);
    const told = (tries: Trace[], earlierReferences: Trace[]): unknown =>
      judge({ ...evidenceOf(...tries), reference: relay, earlierReferences }, FLOOR);
    expect(told(busy, [relay, relay, relay])).toMatchObject({ verdict: 'delays', words: [0], share: 1 / 10 });
    expect(told(busy, [relay, held, relay])).toMatchObject({ verdict: 'inconclusive' });
    expect(judge({ ...evidenceOf(...busy), reference: held }, FLOOR).verdict).toBe('inconclusive');
    expect(told(busy.slice(1), [relay, relay])).toMatchObject({ verdict: 'inconclusive' });
    expect(told([...busy.slice(1), streamed(0.2)], [relay, relay, relay])).toMatchObject({ verdict: 'streams' });
  });

  describe('is a delay held beside two quiet moments, whatever busy ones held', () => {
    const [busy, busyToo, busyAgain, busyLast] = row(2, 6).map((at) =>
      streamed((seq) => ({ 0: 27, [at]: 8 })[seq] ?? 0.2, { lagMs: 8 }),
    ) as [Trace, Trace, Trace, Trace];
    const busyRelay = streamed((seq) => ({ 0: 40, 7: 8 })[seq] ?? 0.2);
    const [quiet, quietToo] = row(0, 2).map(() => streamed((seq) => (seq === 0 ? 27 : 0.2))) as [Trace, Trace];
    it.each([
      ['the last is busy', [busy, busyToo, quiet, quiet, busyLast], [busyRelay, streamed(), streamed(), busyRelay]],
      ['two of four are quiet', [busy, busyToo, quiet, quiet], [busyRelay, streamed(), streamed()]],
      ['all are, but the first', [busy, quiet, quiet], [streamed(), streamed()]],
    ])('%s', (_, tries, relays) => {
      expect(judge(besideRelays(tries, relays), FLOOR)).toMatchObject({ verdict: 'delays', words: [0], share: 0.1 });
    });

    it.each([
      ['one alone is quiet', [busy, busyToo, busyAgain, quiet], [busyRelay, busyRelay, streamed()]],
      ['their acknowledgements were late', [busy, busyToo, busyAgain, busyLast], [busyRelay, streamed(), streamed()]],
      [
        'of two beside a quiet relay one had its acknowledgements late',
        [busy, busyToo, busyAgain, quiet],
        [busyRelay, streamed(), streamed()],
      ],
      ['of two that were on time one was beside a busy relay', [busy, quietToo, quiet], [holding(3, 7, 9), streamed()]],
      ['a relay of a quiet moment held it', [busy, busyToo, quiet, quiet], [busyRelay, quiet, streamed()]],
      [
        'it is another word',
        [busy, busy, quiet, streamed((seq) => (seq === 1 ? 27 : 0.2))],
        [streamed(), streamed(), streamed()],
      ],
    ])('but not where %s', (_, tries, relays) => {
      expect(judge(besideRelays(tries, relays), FLOOR)).not.toMatchObject({ verdict: 'delays' });
    });
  });
});

/** Three of ten held shorter than the others. */
function unequal(shortMs: number): Trace {
  return streamed((seq) => (seq < 3 ? shortMs : 100));
}

describe('delays', () => {
  it('is of every word, not of some, when the tries agree and the relay beside them was not held', () => {
    const evidence = { ...evidenceOf(streamed(200), streamed(200)), reference: streamed() };
    expect(judge(evidence, FLOOR)).toEqual(judgeTrace(streamed(200), FLOOR));
  });

  it('is inconclusive when the transparent relay was held as well', () => {
    const evidence = { ...evidenceOf(streamed(80), streamed(80)), reference: streamed(30) };
    expect(judge(evidence, FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason: 'beside it the transparent relay was held 30.0 ms too: the machine was busy',
      tries: 2,
    });
  });

  it('stays when it is three times what the transparent relay was held', () => {
    expect(judge({ ...evidenceOf(streamed(90), streamed(90)), reference: streamed(30) }, FLOOR).verdict).toBe('delays');
    expect(judge({ ...evidenceOf(streamed(90), streamed(90)), reference: streamed(30.1) }, FLOOR).verdict).toBe(
      'inconclusive',
    );
  });

  it('is inconclusive when words were held unequally while the relay was held now and then', () => {
    const busy = streamed((seq) => (seq < 2 ? 30 : 0.2));
    expect(judge({ ...evidenceOf(unequal(64), unequal(64)), reference: busy }, FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason:
        'words were held now longer, now shorter, and 20 % of those through the transparent relay beside it too: the machine was busy',
      tries: 2,
    });
    expect(judge({ ...evidenceOf(unequal(65), unequal(65)), reference: busy }, FLOOR).verdict).toBe('delays');
  });

  it('is believed of words that were held unequally when three tries say so', () => {
    const quiet = streamed((seq) => (seq < 1 ? 30 : 0.2));
    const [one, two] = [unequal(64), unequal(64)];
    expect(judge({ ...evidenceOf(one, two), reference: quiet }, FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason: 'some words were held in each of 2 tries',
      tries: 2,
    });
    expect(judge({ ...evidenceOf(one, two, unequal(64)), reference: quiet }, FLOOR).verdict).toBe('delays');
  });

  it('is no timer that lets one word in five go much sooner, while the relay was held too', () => {
    const reference = streamed((seq) => (seq < 2 ? 30 : 0.2));
    const sooner = streamed((seq) => (seq < 2 ? 20 : 100));
    expect(judge({ ...evidenceOf(sooner, sooner), reference }, FLOOR).verdict).toBe('inconclusive');
    const first = streamed((seq) => (seq < 1 ? 20 : 100));
    expect(judge({ ...evidenceOf(first, first), reference }, FLOOR).verdict).toBe('delays');
    const ofFive = streamed((seq) => (seq < 1 ? 20 : 100), { workload: { ...WORKLOAD, count: 5 } });
    expect(judge({ ...evidenceOf(ofFive, ofFive), reference }, FLOOR).verdict).toBe('delays');
    const ofFour = streamed((seq) => (seq < 1 ? 20 : 100), { workload: { ...WORKLOAD, count: 4 } });
    expect(judge({ ...evidenceOf(ofFour, ofFour), reference }, FLOOR).verdict).toBe('inconclusive');
    expect(judge({ ...evidenceOf(streamed(100), streamed(100)), reference }, FLOOR).verdict).toBe('delays');
  });

  it('stays when nothing came through the transparent relay', () => {
    const evidence = { ...evidenceOf(streamed(200), streamed(200)), reference: stalled() };
    expect(judge(evidence, FLOOR).verdict).toBe('delays');
  });

  it.each(['streams', 'coalesces', 'buffers'] as const)(
    'is all that a busy reference puts in doubt, not: %s',
    (verdict) => {
      const traces = { streams: streamed(), coalesces: stalled({ releasedAfterMs: 1040 }), buffers: stalled() };
      const trace = traces[verdict];
      expect(judge({ ...evidenceOf(trace, trace), reference: streamed(30) }, FLOOR).verdict).toBe(verdict);
    },
  );
});
