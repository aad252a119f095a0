"""When the kernel received each TCP packet of one port on the loopback interface.

usage: kernel-time.py PORT        root on Linux; Python 3, nothing but its standard library

Prints one JSON object a line:
  {"ready": true, "clock": {...}}   packets are being kept and stamped from now on
  {"from": 40000, "to": 8080, "seq": 1, "bytes": 32, "monotonicMs": 1.5}   one for each data packet
  {"done": true, "clock": {...}, "seen": 10, "dropped": 0}

It sleeps until its stdin closes and only then takes the packets out of the kernel's queue: the
stamps are the kernel's, and a helper that woke for each packet would disturb what is measured.
"""

import ctypes
import json
import signal
import socket
import struct
import sys
import time

# linux/if_packet.h, asm-generic/socket.h, linux/if_ether.h: none of them is in Python's socket module.
SOL_PACKET, PACKET_STATISTICS, PACKET_IGNORE_OUTGOING = 263, 6, 23
SO_TIMESTAMPNS, SO_ATTACH_FILTER, SO_RCVBUFFORCE = 35, 26, 33
ETH_P_IP, ETHERNET_HEADER = 0x0800, 14
QUEUE_BYTES = 64 * 1024 * 1024
SNAP_BYTES = 128
CLOCK_SAMPLES = 200


def clock():
    """Realtime minus monotonic, from the narrowest of many brackets; the error is half of that bracket."""
    best = None
    for _ in range(CLOCK_SAMPLES):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        real = time.clock_gettime_ns(time.CLOCK_REALTIME)
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        if best is None or after - before < best[0]:
            best = (after - before, real - (before + after) // 2)
    return {"realtimeMinusMonotonicNs": best[1], "errorNs": best[0] / 2}


def port_filter(port):
    """TCP over IPv4 from or to the port (classic BPF, linux/filter.h), so that nothing else fills the queue."""
    program = [
        (0x28, 0, 0, 12),  # ethertype
        (0x15, 0, 10, ETH_P_IP),
        (0x30, 0, 0, ETHERNET_HEADER + 9),  # protocol
        (0x15, 0, 8, socket.IPPROTO_TCP),
        (0x28, 0, 0, ETHERNET_HEADER + 6),  # a fragment has no ports
        (0x45, 6, 0, 0x1FFF),
        (0xB1, 0, 0, ETHERNET_HEADER),  # X = length of the IP header
        (0x48, 0, 0, ETHERNET_HEADER),  # source port
        (0x15, 2, 0, port),
        (0x48, 0, 0, ETHERNET_HEADER + 2),  # destination port
        (0x15, 0, 1, port),
        (0x06, 0, 0, SNAP_BYTES),
        (0x06, 0, 0, 0),
    ]
    return ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program)), len(program)


def wait_for_stamps():
    """The kernel begins to stamp some time after it was asked: until a stamp is older than its reading."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        probe.bind(("127.0.0.1", 0))
        while True:
            probe.sendto(b"?", probe.getsockname())
            sent = time.clock_gettime_ns(time.CLOCK_REALTIME)
            time.sleep(0.002)
            _, control, _, _ = probe.recvmsg(16, 64)
            if stamp_ns(control) <= sent:
                return


def stamp_ns(control):
    for level, kind, data in control:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("qq", data[:16])
            return seconds * 1_000_000_000 + nanoseconds
    raise SystemExit("the kernel gave a packet without its time")


def listen(port):
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    program, length = port_filter(port)
    packets.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", length, ctypes.addressof(program))
    )
    packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, QUEUE_BYTES)
    # On loopback each packet passes twice, sent and received; only the second is the receive time.
    packets.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    packets.bind(("lo", ETH_P_IP))
    return packets


def data_packet(frame):
    """Ports, sequence number and payload length. Of a large (GRO, TSO) packet too: its IP length says it."""
    ip = ETHERNET_HEADER
    (total,) = struct.unpack_from("!H", frame, ip + 2)
    tcp = ip + (frame[ip] & 15) * 4
    source, target, seq = struct.unpack_from("!HHI", frame, tcp)
    payload = total - (tcp - ip) - (frame[tcp + 12] >> 4) * 4
    return {"from": source, "to": target, "seq": seq, "bytes": payload} if payload > 0 else None


def say(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main():
    # Ctrl-C reaches the whole terminal; who started this helper ends it, by closing its stdin.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    packets = listen(int(sys.argv[1]))
    wait_for_stamps()
    before = clock()
    say({"ready": True, "clock": before})
    sys.stdin.read()
    packets.setblocking(False)
    while True:
        try:
            frame, control, _, address = packets.recvmsg(SNAP_BYTES, 64)
        except BlockingIOError:
            break
        packet = data_packet(frame)
        if packet is None or address[2] == socket.PACKET_OUTGOING:
            continue
        packet["monotonicMs"] = (stamp_ns(control) - before["realtimeMinusMonotonicNs"]) / 1e6
        print(json.dumps(packet))
    seen, dropped = struct.unpack("II", packets.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
    say({"done": True, "clock": clock(), "seen": seen, "dropped": dropped})


try:
    main()
except PermissionError as error:
    raise SystemExit(f"AF_PACKET needs root or CAP_NET_RAW and CAP_NET_ADMIN: {error}") from None
