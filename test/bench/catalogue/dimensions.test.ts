import { describe, expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import type { DimensionId } from '../../../bench/catalogue/declaration.ts';
import { DIMENSION_IDS, DIMENSIONS, streamFault, valueFault, varied } from '../../../bench/catalogue/dimensions.ts';
import { faultOf } from '../../../server/payload.ts';
import { resolveWorkload } from '../../../server/workload.ts';

const { lanes } = await loadCatalogue();

describe.each(DIMENSION_IDS)('the dimension %s', (id) => {
  const { title, values, apply } = DIMENSIONS[id];

  it('is told in one line, and has more than one value', () => {
    expect(title).toMatch(/^\S.*\S$/);
    expect(values.length).toBeGreaterThan(1);
    expect(new Set(values).size).toBe(values.length);
  });

  it('has a default that changes nothing that the origin emits', () => {
    const { workload, request } = varied({ [id]: values[0] });
    expect(resolveWorkload(workload)).toEqual(resolveWorkload({}));
    expect({ method: 'GET', httpVersion: '1.1', ...request }).toEqual({
      method: 'GET',
      httpVersion: '1.1',
      headers: {},
    });
  });

  it('has other values that each change something, and that the origin takes', () => {
    const seen = values.map((value) => JSON.stringify(apply(value, { workload: {}, request: { headers: {} } })));
    expect(new Set(seen).size).toBe(values.length);
    for (const value of values) {
      expect(faultOf(resolveWorkload(varied({ [id]: value }).workload))).toBeUndefined();
      expect(valueFault(DIMENSIONS[id], value)).toBeUndefined();
    }
  });
});

describe('values', () => {
  it('of every lane of the catalogue are ones that there are', () => {
    const faults = lanes.flatMap(({ id, vary = {} }) =>
      (Object.entries(vary) as [DimensionId, string][]).flatMap(([dimension, value]) =>
        valueFault(DIMENSIONS[dimension], value) === undefined ? [] : [`${id}: ${dimension}=${value}`],
      ),
    );
    expect(faults).toEqual([]);
  });

  it.each([
    ['chunk', '1', true],
    ['chunk', '1048576', true],
    ['chunk', '1048577', false],
    ['chunk', '0', false],
    ['chunk', '1e3', false],
    ['first', '999999', true],
    ['accept-encoding', 'gzip, br', true],
    ['accept-encoding', 'gzp', false],
    ['content-type', 'text/html', true],
    ['content-type', 'html', false],
    ['response-header', 'x-a: b', true],
    ['response-header', 'x a: b', false],
    ['response-header', 'x-a', false],
    ['content-encoding', 'zstd', true],
    ['content-encoding', 'deflate', false],
    ['content-encoding', 'gzip, br', false],
    ['framing', 'chunks', false],
    ['http-version', '3', false],
    ['request-body', '1048576', true],
    ['request-body', '1048577', false],
    ['request-body', 'json', false],
  ] as const)('of %s: whether "%s" is one is %s', (id, value, isOne) => {
    expect(valueFault(DIMENSIONS[id], value) === undefined).toBe(isOne);
  });
});

describe('what is asked for', () => {
  it('a content type brings its format, unless a format is asked for', () => {
    expect(varied({ 'content-type': 'application/json; charset=utf-8' }).workload).toEqual({
      contentType: 'application/json; charset=utf-8',
      format: 'ndjson',
    });
    expect(varied({ 'content-type': 'text/plain', format: 'sse' }).workload).toEqual({
      contentType: 'text/plain',
      format: 'sse',
    });
    expect(varied({ 'content-type': 'image/png' }).workload).toEqual({ contentType: 'image/png' });
  });

  it('the first chunk stands before those of the dimension, or of the preset', () => {
    expect(varied({ first: '1024' }).workload.chunkBytes).toEqual([1024, 32]);
    expect(varied({ chunk: '16', first: '1024' }).workload.chunkBytes).toEqual([1024, 16]);
    expect(varied({ first: '1024' }, { chunkBytes: [7, 8] }).workload.chunkBytes).toEqual([1024, 7, 8]);
    expect(varied({ first: 'same' }, { chunkBytes: [7, 8] }).workload.chunkBytes).toEqual([7, 8]);
  });

  it('a content coding of the origin is one of its workload, and asks nothing of the client', () => {
    expect(varied({ 'content-encoding': 'br' })).toEqual({
      workload: { contentCoding: 'br' },
      request: { headers: {} },
    });
    expect(varied({ 'content-encoding': 'identity' }).workload).toEqual({});
  });

  it('that the origin cannot send is said, and why', () => {
    expect(streamFault(varied({ 'content-encoding': 'gzip', framing: 'piecewise' }))).toBe(
      'the origin cannot send this stream: dimension "content-encoding" must be "identity" where "framing" is "content-length" or "piecewise", which announce a length; of a coded body it is not known before',
    );
    expect(streamFault(varied({ 'content-encoding': 'gzip', framing: 'close-delimited' }))).toBeUndefined();
    expect(streamFault(varied({ framing: 'piecewise' }))).toBeUndefined();
  });

  it('a body is that of a POST, of another method where one is named, and what the origin waits for', () => {
    expect(varied({ 'request-body': '64' })).toEqual({
      workload: { answer: 'request-end' },
      request: { method: 'POST', bodyBytes: 64, headers: {} },
    });
    expect(varied({ method: 'PUT', 'request-body': '64' }).request).toEqual({
      method: 'PUT',
      bodyBytes: 64,
      headers: {},
    });
    expect(varied({ 'request-body': '1' }).request.bodyBytes).toBe(22);
    expect(varied({ 'request-body': 'none' })).toEqual({ workload: {}, request: { headers: {} } });
  });

  it('of the client stands in its request', () => {
    expect(varied({ method: 'PUT', 'http-version': '2', 'accept-encoding': 'browser' }).request).toEqual({
      method: 'PUT',
      httpVersion: '2',
      headers: { 'content-length': '0', 'accept-encoding': 'gzip, deflate, br, zstd' },
    });
  });
});
