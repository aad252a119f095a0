import { describe, expect, it } from 'vitest';

import { queuedBytesIn } from '../../../bench/measures/sockets.ts';

/** 8080 and 41668 on IPv4, 3000 and 50000 with one side in the table of IPv6. */
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 1 1 0000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:A2C4 01 00001000:00000000 01:00000014 00000000     0        0 2 2 0000 20 4 30 10 -1
   2: 0100007F:A2C4 0100007F:1F90 01 00000000:00010000 00:00000000 00000000     0        0 3 1 0000 20 4 0 10 -1
   3: 0100007F:0BB8 0100007F:C350 01 00000002:00000000 00:00000000 00000000     0        0 4 1 0000 20 4 0 10 -1
  sl  local_address                         remote_address                        st tx_queue rx_queue tr
   0: 0000000000000000FFFF00000100007F:C350 0000000000000000FFFF00000100007F:0BB8 01 00000000:00000005 00:00000000
`;

describe('the bytes that the kernel holds', () => {
  it('are those of both sides, to be sent and to be read', () => {
    expect(queuedBytesIn(TABLE, [[41668, 8080]])).toBe(0x1000 + 0x10000);
  });

  it('are summed over the connections, over IPv4 and IPv6', () => {
    const both: [number, number][] = [
      [8080, 41668],
      [50000, 3000],
    ];
    expect(queuedBytesIn(TABLE, both)).toBe(0x1000 + 0x10000 + 2 + 5);
  });

  it('of one connection named twice, as with no hop between, count once', () => {
    const twice: [number, number][] = [
      [41668, 8080],
      [41668, 8080],
    ];
    expect(queuedBytesIn(TABLE, twice)).toBe(0x1000 + 0x10000);
  });

  it('are not known when a side is missing, nor from no table', () => {
    expect(queuedBytesIn(TABLE, [[41669, 8080]])).toBeUndefined();
    expect(queuedBytesIn(TABLE.replace('A2C4 0100007F:1F90', 'A2C5 0100007F:1F90'), [[41668, 8080]])).toBeUndefined();
    expect(queuedBytesIn('', [[41668, 8080]])).toBeUndefined();
  });
});
