"""Loads a forwarder that listens on a unix socket and connects to a TCP port of this program.

usage: load.py SOCKET PORT MIB [COMMAND...]     starts COMMAND, measures, ends it; prints one line of JSON

up and down: MiB/s of one connection from the unix side and to it, both: of the two ways at once, in all.
burst: milliseconds until the slowest of 20 connections opened at once has had a byte back, with 20 idle ones open.
"""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

BLOCK = 1 << 20
BURST = 20


def receive(connection, amount):
    buffer = bytearray(BLOCK)
    while amount > 0:
        count = connection.recv_into(buffer)
        if count == 0:
            raise SystemExit("a connection ended early")
        amount -= count


def send(connection, amount):
    block = bytes(BLOCK)
    while amount > 0:
        connection.sendall(block)
        amount -= BLOCK


def serve(listener):
    """The remote side: the first byte says what to do, for as many MiB as the next eight say."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection):
    head = b""
    while len(head) < 9:
        part = connection.recv(9 - len(head))
        if not part:
            return
        head += part
    amount = int.from_bytes(head[1:], "big") * BLOCK
    threads = []
    if head[:1] in b"db":
        threads.append(threading.Thread(target=send, args=(connection, amount)))
    if head[:1] in b"ub":
        threads.append(threading.Thread(target=receive, args=(connection, amount)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.sendall(b".")


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    return connection


def await_listener(path, forwarder):
    while True:
        try:
            connect(path).close()
            return
        except OSError:
            if forwarder.poll() is not None:
                raise SystemExit("the forwarder ended")
            time.sleep(0.01)


def transfer(path, kind, mebibytes):
    """MiB/s, counting both ways."""
    connection = connect(path)
    start = time.monotonic()
    connection.sendall(kind + mebibytes.to_bytes(8, "big"))
    amount = mebibytes * BLOCK
    sender = threading.Thread(target=send, args=(connection, amount if kind in b"ub" else 0))
    sender.start()
    receive(connection, (amount if kind in b"db" else 0) + 1)
    sender.join()
    ways = 2 if kind == b"b" else 1
    return ways * mebibytes / (time.monotonic() - start)


def burst(path):
    idle = [connect(path) for _ in range(BURST)]
    start = time.monotonic()
    busy = [connect(path) for _ in range(BURST)]
    for connection in busy:
        connection.sendall(b"u" + bytes(8))
    for connection in busy:
        receive(connection, 1)
    elapsed = time.monotonic() - start
    for connection in idle + busy:
        connection.close()
    return 1000 * elapsed


def main():
    path, port, mebibytes, command = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    remote = os.fork()
    if remote == 0:
        serve(listener)
    listener.close()
    forwarder = subprocess.Popen(command, start_new_session=True)
    try:
        await_listener(path, forwarder)
        transfer(path, b"b", mebibytes // 4)  # warms it up
        result = {
            "up": transfer(path, b"u", mebibytes),
            "down": transfer(path, b"d", mebibytes),
            "both": transfer(path, b"b", mebibytes // 2),
            "burst_ms": burst(path),
        }
    finally:
        os.killpg(forwarder.pid, signal.SIGTERM)
        forwarder.wait()
        os.kill(remote, signal.SIGKILL)
        os.waitpid(remote, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    result["cpu_s"] = used.ru_utime + used.ru_stime
    print(json.dumps(result))


main()
