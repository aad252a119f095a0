/** The program that holds taps (main.ts), as the bench speaks to it. */

import type { Workload } from '../../server/workload.ts';
import type { Address } from '../client/client.ts';
import { ControlClient, type ClockOffset } from '../control-client.ts';
import type { ManagedProcess } from '../session/process.ts';
import { ownProgram } from '../programs.ts';
import type { Session } from '../session/session.ts';
import { sightOf, type Sight } from './point.ts';
import type { Flow } from './flow.ts';
import type { TapRecording } from './recording.ts';

const READY_MS = 20_000;
const LOOPBACK = '127.0.0.1';

/** A tap between two hops. */
export interface Tap {
  /** Where the hop before it reaches it, as far as the bench can tell; a client too. */
  address: Address;
  /** What it saw of the stream, which it then forgets: at once, or when it is over there if that is within so long. @throws BenchError when the tap's program fails. */
  take(stream: string, workload: Workload, withinMs?: number): Promise<Sight>;
  /** How much of it has passed so far; `undefined` where it is not open here. @throws BenchError when the tap's program fails. */
  flow(stream: string): Promise<Flow | undefined>;
}

/** A running tap program: it was started on this machine, or in a container whose control port is published here. */
export class TapProgram {
  readonly #control: ControlClient;
  #clock: Promise<ClockOffset> | undefined;

  constructor(control: Address) {
    this.#control = new ControlClient('the taps', control);
  }

  /** @param listen port 0 for any. */
  async add(target: Address, listen: Address): Promise<{ id: number; port: number }> {
    return (await this.#control.ask('POST', '/taps', { listen, target })) as { id: number; port: number };
  }

  async take(id: number, stream: string, workload: Workload, withinMs?: number): Promise<Sight> {
    this.#clock ??= this.#control.clockOffset();
    const clock = await this.#clock;
    const within = withinMs === undefined ? '' : `?within=${withinMs}`;
    const recording = (await this.#control.ask('POST', `/taps/${id}/take/${stream}${within}`)) as TapRecording;
    return sightOf(recording, workload, clock);
  }

  async flow(id: number, stream: string): Promise<Flow | undefined> {
    const flow = (await this.#control.ask('GET', `/taps/${id}/flow/${stream}`)) as Partial<Flow>;
    return flow.receivedBytes === undefined ? undefined : (flow as Flow);
  }

  close(): void {
    this.#control.close();
  }
}

/** Taps on this machine, all in one process. */
export class LocalTaps implements AsyncDisposable {
  readonly #process: ManagedProcess;
  readonly #program: TapProgram;

  private constructor(process: ManagedProcess, controlPort: number) {
    this.#process = process;
    this.#program = new TapProgram({ host: LOOPBACK, port: controlPort });
  }

  static async start(session: Session): Promise<LocalTaps> {
    const cwd = await session.folder('taps');
    const process = await session.start(globalThis.process.execPath, [ownProgram('bench/taps/main'), LOOPBACK, '0'], {
      cwd,
    });
    const { controlPort } = JSON.parse(await process.ready(READY_MS)) as { controlPort: number };
    return new LocalTaps(process, controlPort);
  }

  async add(target: Address): Promise<Tap> {
    const { id, port } = await this.#program.add(target, { host: LOOPBACK, port: 0 });
    return {
      address: { host: LOOPBACK, port },
      take: (...asked) => this.#program.take(id, ...asked),
      flow: (stream) => this.#program.flow(id, stream),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#program.close();
    await this.#process[Symbol.asyncDispose]();
  }
}
