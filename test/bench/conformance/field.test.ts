import { parseItem } from 'structured-headers';
import { describe, expect, it } from 'vitest';

import { proxyError } from '../../../bench/conformance/flow.ts';
import { NOT_BOOLEAN, TRIALS, trialsFor, type FieldLines, type TrialId } from '../../../bench/conformance/trials.ts';
import { REQUIREMENTS } from '../../../bench/conformance/requirements.ts';

/** As a recipient reads the field (RFC 9651, section 4.2): lines joined; `undefined` where it is to be ignored. */
function read(field: FieldLines): boolean | undefined {
  try {
    const [value] = parseItem(field.join(', '));
    return typeof value === 'boolean' ? value : undefined;
  } catch {
    return undefined;
  }
}

function lines(id: TrialId): { request: FieldLines; response: FieldLines } {
  const found = TRIALS.find((trial) => trial.id === id);
  if (found === undefined) throw new Error(`no trial ${id}`);
  return found;
}

describe('what the trials put into the field', () => {
  it.each(NOT_BOOLEAN)('is no Boolean Item where it is called %s', (value) => {
    expect(read(lines(`response ${value}`).response)).toBeUndefined();
    expect(read(lines(`request ${value}`).request)).toBeUndefined();
  });

  it('is true with parameters, and false where it is called so', () => {
    expect(read(lines('response parameters').response)).toBe(true);
    expect(read(lines('request parameters').request)).toBe(true);
    expect(read(lines('response false').response)).toBe(false);
    expect(read(lines('request false').request)).toBe(false);
  });

  it('stands twice in two lines, which is not the same as a list in one', () => {
    expect(lines('request twice').request).toHaveLength(2);
    expect(lines('request list').request).toHaveLength(1);
  });

  it('is told by every trial that there is', () => {
    expect(trialsFor(REQUIREMENTS)).toEqual(TRIALS);
  });
});

describe('the error of a Proxy-Status', () => {
  it.each([
    ['relay; error=incremental_refused', 'incremental_refused'],
    ['"a.example"; error=connection_limit_reached; details="many"', 'connection_limit_reached'],
    ['first, second; error=incremental_refused', 'incremental_refused'],
    ['relay', undefined],
    ['relay; error=', undefined],
    [undefined, undefined],
  ])('%s is %s', (field, error) => {
    expect(proxyError(field)).toBe(error);
  });
});
