/** Speaks the origin's control API (server/control.ts). */

import type { OriginTrace } from '../server/trace.ts';
import type { WorkloadInput } from '../server/workload.ts';
import type { Address } from './client/client.ts';
import { ControlClient, type ClockOffset, type Lines } from './control-client.ts';

export type { ClockOffset } from './control-client.ts';

interface OriginAddress {
  control: Address;
  token?: string;
}

export class OriginClient {
  readonly #control: ControlClient;
  #lines: Lines | undefined;
  /** Streams that the origin has for us, and the highest that was acknowledged of each. */
  readonly #kept = new Map<string, number | undefined>();

  constructor({ control, token }: OriginAddress) {
    this.#control = new ControlClient('the origin', control, token);
  }

  /** @throws BenchError with the origin's own words when it refuses the workload. */
  async create(workload: WorkloadInput): Promise<{ id: string; path: string }> {
    const stream = (await this.#control.ask('POST', '/streams', workload)) as { id: string; path: string };
    this.#kept.set(stream.id, undefined);
    return stream;
  }

  /** One path for several streams, each answering one request, in this order. @throws BenchError where there is no such stream. */
  async alias(streams: readonly string[]): Promise<{ id: string; path: string }> {
    return (await this.#control.ask('POST', '/aliases', { streams })) as { id: string; path: string };
  }

  async deleteAlias(id: string): Promise<void> {
    await this.#control.ask('DELETE', `/aliases/${id}`);
  }

  /** A request for each word of every stream would be a fifth of a run's work. */
  acknowledge(id: string, seq: number): void {
    if (!this.#kept.has(id)) return;
    this.#lines ??= this.#control.lines('/acks');
    this.#lines.send(`${id} ${seq}`);
    this.#kept.set(id, Math.max(seq, this.#kept.get(id) ?? 0));
  }

  /** Whether the origin had the stream's request within this time, and so many bytes of its body, or all of it. */
  async uploadReached(id: string, bytes: number | 'end', withinMs: number): Promise<boolean> {
    const query = `${bytes === 'end' ? '' : `bytes=${bytes}&`}withinMs=${withinMs}`;
    return ((await this.#control.ask('GET', `/streams/${id}/upload?${query}`)) as { reached: boolean }).reached;
  }

  /** Why acknowledgements may not have come to the origin. */
  get lostAcknowledgements(): string | undefined {
    return this.#lines?.lost;
  }

  /** As it is when the stream has ended, or after this time; with all acknowledgements. */
  async trace(id: string, endWithinMs = 0): Promise<OriginTrace> {
    return (await this.#control.ask('GET', `/streams/${id}/trace?${this.#patience(id, endWithinMs)}`)) as OriginTrace;
  }

  /** As it is; and the stream is deleted. Of a run's requests the trace and the deletion apart would be a fourth more. */
  async take(id: string): Promise<OriginTrace> {
    const trace = (await this.#control.ask('POST', `/streams/${id}/take?${this.#patience(id)}`)) as OriginTrace;
    this.#kept.delete(id);
    return trace;
  }

  /** Bytes of the response that the kernel has taken from the origin so far (server/control.ts). */
  async acceptedBytes(id: string): Promise<number> {
    return ((await this.#control.ask('GET', `/streams/${id}`)) as { acceptedBytes: number }).acceptedBytes;
  }

  /** Nothing is left to be done for one that was taken. */
  async delete(id: string): Promise<void> {
    if (!this.#kept.delete(id)) return;
    await this.#control.ask('DELETE', `/streams/${id}`);
  }

  clockOffset(): Promise<ClockOffset> {
    return this.#control.clockOffset();
  }

  #patience(id: string, endWithinMs = 0): string {
    const seq = this.#kept.get(id);
    return `endWithinMs=${endWithinMs}${seq === undefined ? '' : `&acknowledged=${seq}`}`;
  }

  close(): void {
    this.#lines?.[Symbol.dispose]();
    this.#control.close();
  }
}
