/** Every relay before a real origin, in this process: what a measure is given to measure through one. */

import type { MeasureContext, RelayExpectation } from '../../../bench/measures/measure.ts';
import { OriginClient } from '../../../bench/origin-client.ts';
import { startEach } from '../../../bench/relays/relays.ts';
import { runningOrigin, type RunningOrigin } from '../../server/running-origin.ts';
import { FLOOR } from '../traces.ts';

export interface Relayed extends AsyncDisposable {
  origin: RunningOrigin;
  client: OriginClient;
  through(relay: string, more?: Partial<MeasureContext>): MeasureContext;
}

export async function onRelays(): Promise<Relayed> {
  const origin = await runningOrigin();
  const client = new OriginClient({ control: { host: '127.0.0.1', port: origin.controlPort } });
  const direct = { host: '127.0.0.1', port: origin.dataPort };
  const ports = await startEach(direct);
  const clock = { shared: true, offsetMs: 0, errorMs: 0 };
  return {
    origin,
    client,
    through: (relay, more = {}) => ({
      origin: client,
      clock,
      floor: FLOOR,
      via: { host: '127.0.0.1', port: ports[relay] ?? 0 },
      direct,
      deep: false,
      fullBound: false,
      resets: true,
      workload: {},
      request: {},
      ...more,
    }),
    async [Symbol.asyncDispose]() {
      client.close();
      await origin[Symbol.asyncDispose]();
    },
  };
}

/** Of the relays of a measure, those that are convicted of these figures. */
export function convictedBy<Figures>(relays: RelayExpectation<Figures>[], figures: Figures): string[] {
  return relays.filter(({ convicted }) => convicted(figures)).map(({ relay }) => relay);
}
