/** How much of an open stream has passed a tap. */

/** Ports of a connection's two ends. */
type Ports = [number, number];

/** Of the response, head and framing included. */
export interface Flow {
  /** Came from upstream, what the tap has not looked at yet included. */
  receivedBytes: number;
  /** Of these the tap could not hand to the kernel yet. */
  waitingBytes: number;
  /** Towards the client, and towards the origin. */
  downstream: Ports;
  upstream: Ports;
}

/** Of each tap of the path, hop 1's first; `undefined` where no such stream is open. @throws BenchError when a tap's program fails. */
export type FlowReader = (stream: string) => Promise<(Flow | undefined)[]>;
