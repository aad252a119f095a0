import { describe, expect, it } from 'vitest';

import { insteadOf } from '../../../bench/drivers/version.ts';
import nginx from '../../../proxy-configs/nginx/index.ts';

const [wheel] = nginx.native?.wheels ?? [];

describe('in place of a version that is not here', () => {
  it('are an image, and each version that can be had natively, once', () => {
    const advice = `--driver docker brings nginx@1.30 as an image; natively there is --proxy nginx@${wheel?.version}`;
    expect(insteadOf('1.30', nginx, undefined)).toBe(advice);
    expect(insteadOf('1.30', nginx, wheel?.version)).toBe(advice);
    expect(insteadOf('1.30', nginx, '1.22.1')).toBe(`${advice} or nginx@1.22.1`);
  });

  it('is said where there is none', () => {
    expect(insteadOf('1', { id: 'some' }, undefined)).toBe('natively there is none');
  });
});
