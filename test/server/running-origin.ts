/** A real origin on ports that the system chose, and what the tests ask of it. */

import { pino } from 'pino';
import { vi } from 'vitest';

import { startOrigin, type OriginOptions } from '../../server/origin.ts';
import type { OriginTrace } from '../../server/trace.ts';
import type { WorkloadInput } from '../../server/workload.ts';

export const ANY_PORT = { host: '127.0.0.1', port: 0 };
export const SILENT = pino({ level: 'silent' });

export interface Answer<T> {
  status: number;
  body: T;
}

export interface RunningOrigin extends AsyncDisposable {
  dataPort: number;
  controlPort: number;
  /** One request to the control API. */
  ask<T = { error: string }>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  /** The id of a new stream; throws what the origin has against the workload. */
  create(workload: WorkloadInput): Promise<string>;
  trace(id: string): Promise<OriginTrace>;
  acknowledge(id: string, seq: number): Promise<void>;
  /** The trace, once it is as wanted. */
  traceWhen(id: string, wanted: (trace: OriginTrace) => boolean): Promise<OriginTrace>;
  streamUrl(id: string): string;
}

export async function runningOrigin(options: Partial<OriginOptions> = {}): Promise<RunningOrigin> {
  const origin = await startOrigin({ data: ANY_PORT, control: ANY_PORT, logger: SILENT, ...options });
  const control = `http://127.0.0.1:${origin.controlPort}`;

  async function ask<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(control + path, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }

  const trace = async (id: string): Promise<OriginTrace> =>
    (await ask<OriginTrace>('GET', `/streams/${id}/trace`)).body;
  return {
    dataPort: origin.dataPort,
    controlPort: origin.controlPort,
    ask,
    trace,
    async create(workload) {
      const { status, body } = await ask<{ id: string; error: string }>('POST', '/streams', workload);
      if (status !== 201) throw new Error(body.error);
      return body.id;
    },
    async acknowledge(id, seq) {
      const { status } = await ask('POST', '/acks', `${id} ${seq}`, { 'content-type': 'text/plain' });
      if (status !== 204) throw new Error(`ack answered ${status}`);
    },
    traceWhen: (id, wanted) =>
      vi.waitFor(
        async () => {
          const now = await trace(id);
          if (!wanted(now)) throw new Error(`the trace never became as wanted: ${JSON.stringify(now)}`);
          return now;
        },
        { interval: 5, timeout: 20_000 },
      ),
    streamUrl: (id) => `http://127.0.0.1:${origin.dataPort}/stream/${id}`,
    [Symbol.asyncDispose]: () => origin.close(),
  };
}
