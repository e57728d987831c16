#!/usr/bin/python3
"""A server on a loopback port that does one hostile thing to every SSH client that connects.

usage: hostile_sshd.py MODE      prints its port, and serves until its stdin is closed
       hostile_sshd.py --list    prints the modes
"""

import os
import socket
import struct
import sys
import threading
import time

BANNER = b"SSH-2.0-OpenSSH_9.2\r\n"


def packet(payload):
    """One SSH packet before encryption."""
    padding = 8 - (len(payload) + 5) % 8
    if padding < 4:
        padding += 8
    return struct.pack(">IB", len(payload) + padding + 1, padding) + payload + b"\0" * padding


def names(*lists):
    return b"".join(struct.pack(">I", len(n)) + n for n in lists)


def kexinit():
    lists = (b"curve25519-sha256", b"ssh-ed25519", b"aes128-ctr", b"aes128-ctr", b"hmac-sha2-256", b"hmac-sha2-256",
             b"none", b"none", b"", b"")
    return packet(b"\x14" + os.urandom(16) + names(*lists) + b"\0" + b"\0\0\0\0")


def send_for_ever(c, piece):
    while True:
        c.sendall(piece)


def silent(c):
    while c.recv(4096):
        pass


def close(c):
    pass


def reset(c):
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_after_banner(c):
    c.sendall(BANNER)
    time.sleep(0.1)
    reset(c)


def endless_lines(c):
    send_for_ever(c, b"welcome, this line is not the banner\r\n" * 1000)


def endless_empty_lines(c):
    send_for_ever(c, b"\n" * 65536)


def no_end_of_line(c):
    send_for_ever(c, b"SSH-2.0-" + b"a" * 65536)


def zeros(c):
    send_for_ever(c, b"\0" * 65536)


def garbage(c):
    c.sendall(BANNER)
    send_for_ever(c, os.urandom(65536))


def dribbled_banner(c):
    for byte in BANNER * 100:
        c.sendall(bytes([byte]))
        time.sleep(0.2)


def dribbled_kexinit(c):
    c.sendall(BANNER)
    for byte in kexinit():
        c.sendall(bytes([byte]))
        time.sleep(0.02)
    silent(c)


def silent_after_banner(c):
    c.sendall(BANNER)
    silent(c)


def silent_after_kexinit(c):
    c.sendall(BANNER + kexinit())
    silent(c)


def flood(kind, body=b""):
    def run(c):
        c.sendall(BANNER)
        send_for_ever(c, packet(bytes([kind]) + body) * 2000)
    return run


def flood_after_kexinit(c):
    c.sendall(BANNER + kexinit())
    send_for_ever(c, packet(b"\xfa") * 4000)


def huge_length(value):
    def run(c):
        c.sendall(BANNER + struct.pack(">IB", value, 4))
        send_for_ever(c, b"x" * 65536)
    return run


def bad_kex_reply(c):
    c.sendall(BANNER + kexinit() + packet(b"\x1f" + struct.pack(">I", 0x7fffffff) + b"x" * 64))
    silent(c)


def empty_kexinit(c):
    c.sendall(BANNER + packet(b"\x14"))
    silent(c)


def nothing_in_common(c):
    lists = (b"sntrup761x25519-sha512@openssh.com",) + (b"ssh-dss",) + (b"3des-cbc",) * 2 + (b"hmac-md5",) * 2 + \
        (b"none",) * 2 + (b"",) * 2
    c.sendall(BANNER + packet(b"\x14" + os.urandom(16) + names(*lists) + b"\0" + b"\0\0\0\0"))
    silent(c)


def old_protocol(c):
    c.sendall(b"SSH-1.5-old\r\n")
    silent(c)


def web_server(c):
    c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def disconnect_message(c):
    text = b"\x1b[2Jgo away"
    c.sendall(BANNER + packet(b"\x01" + struct.pack(">I", 2) + names(text, b"")))


MODES = {
    "silent": silent, "close": close, "reset": reset, "reset-after-banner": reset_after_banner,
    "endless-lines": endless_lines, "endless-empty-lines": endless_empty_lines, "no-end-of-line": no_end_of_line,
    "zeros": zeros, "garbage": garbage, "dribbled-banner": dribbled_banner, "dribbled-kexinit": dribbled_kexinit,
    "silent-after-banner": silent_after_banner, "silent-after-kexinit": silent_after_kexinit,
    "flood-unknown": flood(0xfa), "flood-unknown-long": flood(0xfa, b"x" * 8000), "flood-ignore": flood(2, b"\0" * 4),
    "flood-debug": flood(4, b"\0" * 9), "flood-data": flood(94, b"\0" * 8), "flood-global-request":
    flood(80, struct.pack(">I", 5) + b"hello" + b"\1"), "flood-after-kexinit": flood_after_kexinit,
    "length-0": huge_length(0), "length-2g": huge_length(0x7fffffff), "length-4g": huge_length(0xffffffff),
    "length-1m": huge_length(1 << 20), "bad-kex-reply": bad_kex_reply, "empty-kexinit": empty_kexinit,
    "nothing-in-common": nothing_in_common, "old-protocol": old_protocol, "web-server": web_server,
    "disconnect-message": disconnect_message,
}


def serve(c, mode):
    try:
        mode(c)
    except OSError:
        pass
    finally:
        c.close()


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(MODES))
        return
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def accept():
        while True:
            c, _ = listener.accept()
            threading.Thread(target=serve, args=(c, MODES[sys.argv[1]]), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


main()
