"""One attack of attacks.py on an agent, until standard input closes; then what it met, as JSON.

    attacker.py NAME HOST:PORT

Prints "ready" when half of the crowd has come; an agent may have sent some of it away by then. One thread, from several
loopback addresses, that stands behind everybody else at the processor: what is attacked are the agent's limits, not the
machine.
"""
import collections
import json
import os
import re
import resource
import select
import socket
import sys
import time

from attacks import ATTACKS

ADDRESSES = 20    # 127.0.0.2 and on: a port can be used from each of them
TURN_S = 0.01     # how often new connections and dribbles are looked at
MOST_AT_ONCE = 200
MOST_READ = 2 ** 18
# What the kernel keeps for the attacker counts against the agent.
BUFFER = 2 ** 16
SMALL_BUFFER = 4096  # of who does not read
RESET = b"\1\0\0\0\0\0\0\0"  # struct linger: on, 0 s
IP_BIND_ADDRESS_NO_PORT = 24
FILES = 12000


class Connection:
    def __init__(self, number, address, reads):
        self.number = number
        self.answers = 0
        self.generation = 0  # as the last answer has it
        self.unsent = b""
        self.said_at = 0.0
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER if reads else SMALL_BUFFER)
        self.socket.bind((f"127.0.0.{2 + number % ADDRESSES}", 0))
        self.socket.connect_ex(address)


class Crowd:
    def __init__(self, attack, address):
        self.attack, self.address = attack, address
        self.epoll = select.epoll()
        self.open = {}
        self.dribbling = collections.deque()  # in the order in which they have their turn
        self.number = 0
        self.met = {"opened": 0, "most": 0, "closed": 0, "statuses": collections.Counter(), "served_twice": 0}

    def run(self, stop):
        attack, began, is_ready = self.attack, time.monotonic(), False
        pause_s = 0 if attack.dribble and not attack.dribble_every_s else TURN_S
        while not stop():
            now = time.monotonic()
            self.come(attack.opens_per_s * (now - began + TURN_S))
            self.dribble(now)
            self.met["most"] = max(self.met["most"], len(self.open))
            if not is_ready and self.met["opened"] >= attack.connections / 2:
                is_ready = True
                print("ready", flush=True)
            for descriptor, events in self.epoll.poll(pause_s, 512):
                self.serve(self.open[descriptor], events)

    def come(self, due):
        most = due if self.attack.returns else min(due, self.attack.connections)
        for _ in range(MOST_AT_ONCE):
            if len(self.open) >= self.attack.connections or self.number >= most:
                return
            one = Connection(self.number, self.address, self.attack.reads)
            one.unsent = self.attack.first(one)
            self.number += 1
            self.open[one.socket.fileno()] = one
            self.epoll.register(one.socket, select.EPOLLOUT)

    def serve(self, one, events):
        try:
            if events & select.EPOLLOUT:
                self.go_on(one)
            elif events & select.EPOLLIN and self.attack.reads:
                self.read(one)
            elif events & (select.EPOLLERR | select.EPOLLHUP | select.EPOLLRDHUP):
                self.end(one)
        except OSError:
            self.end(one)

    def go_on(self, one):
        """It is connected, or there is room again."""
        if not one.said_at:
            self.met["opened"] += 1
            one.said_at = time.monotonic()
            if self.attack.leaves:
                one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                return self.end(one)
            if self.attack.dribble:
                self.dribbling.append(one)
        self.send(one)

    def send(self, one):
        if one.unsent:
            one.unsent = one.unsent[one.socket.send(one.unsent):]
        # Who does not read still wants to hear that it was closed.
        wanted = select.EPOLLIN if self.attack.reads else select.EPOLLRDHUP
        self.epoll.modify(one.socket, wanted | (select.EPOLLOUT if one.unsent else 0))

    def read(self, one):
        data = one.socket.recv(MOST_READ)
        if not data:
            return self.end(one)
        statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", data)
        self.met["statuses"].update(status.decode() for status in statuses)
        one.answers += len(statuses)
        self.met["served_twice"] += one.answers > 1
        if generation := re.search(rb'"generation":(\d+)', data):
            one.generation = int(generation[1])
        if statuses and self.attack.repeats and not one.unsent:
            one.unsent = self.attack.first(one)
            self.send(one)

    def dribble(self, now):
        for _ in range(len(self.dribbling)):
            one = self.dribbling[0]
            if one.said_at + self.attack.dribble_every_s > now:
                return
            self.dribbling.popleft()
            if one.socket.fileno() < 0:
                continue
            one.said_at = now
            self.dribbling.append(one)
            try:
                one.socket.send(self.attack.dribble)
            except BlockingIOError:
                pass
            except OSError:
                self.end(one)

    def end(self, one):
        self.met["closed"] += 1
        del self.open[one.socket.fileno()]
        one.socket.close()


def main(name, address):
    os.setpriority(os.PRIO_PROCESS, 0, 10)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, FILES), hard))
    host, port = address.rsplit(":", 1)
    stdin = select.poll()
    stdin.register(sys.stdin, select.POLLIN | select.POLLHUP)
    crowd = Crowd(ATTACKS[name], (host, int(port)))
    crowd.run(lambda: stdin.poll(0))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({**crowd.met, "cpu_s": used.ru_utime + used.ru_stime}))


if __name__ == "__main__":
    main(*sys.argv[1:])
