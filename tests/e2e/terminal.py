"""A terminal for tests: a pseudo terminal with a program on it, and what a person would see on its screen."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from harness import PATIENCE_S, wait_for

# A control sequence, a character of UTF-8, or a byte. What is cut off at the end waits for the rest.
PIECE = re.compile(rb"\x1b\[([?0-9;]*)([A-Za-z])|([\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]+)|([\x00-\x1f])")


class Screen:
    """The sequences that signalbox uses, as a terminal obeys them; any other is a failure."""

    def __init__(self, columns, rows):
        self.main, self.alternate = {}, {}
        self.is_alternate = False
        self.cursor_shown = True
        self.wraps = True
        self.coloured = False
        self.row = self.column = 1
        self.rest = b""
        self.resize(columns, rows)

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows

    @property
    def cells(self):
        return self.alternate if self.is_alternate else self.main

    def feed(self, data):
        data = self.rest + data
        at = 0
        while at < len(data):
            piece = PIECE.match(data, at)
            if not piece:
                if len(data) - at > 16:
                    raise AssertionError(f"a terminal does not understand {data[at:at + 16]!r}")
                break
            if piece.end() == len(data) and data[at] >= 0x80 and len(data) - at < 4:
                break  # perhaps more of this character is to come
            at = piece.end()
            if piece[2]:
                self.obey(piece[1].decode(), piece[2].decode())
            elif piece[3]:
                self.put(piece[3].decode())
            else:
                self.control(piece[4])
        self.rest = data[at:]

    def obey(self, arguments, command):
        if command == "H":
            self.row, self.column = (int(number) for number in arguments.split(";"))
        elif command == "K" and arguments == "":
            for column in range(self.column, self.columns + 1):
                self.cells.pop((self.row, column), None)
        elif command == "J" and arguments == "":
            for place in [place for place in self.cells if place >= (self.row, self.column)]:
                del self.cells[place]
        elif command == "m":
            self.coloured = self.coloured or arguments != "0"
        elif command in "hl":
            self.set_mode(arguments, command == "h")
        else:
            raise AssertionError(f"a sequence that nobody asked for: {arguments}{command}")

    def set_mode(self, mode, on):
        if mode == "?1049":
            self.is_alternate = on
            if on:
                self.alternate.clear()
        elif mode == "?25":
            self.cursor_shown = on
        elif mode == "?7":
            self.wraps = on
        elif mode != "?2026":
            raise AssertionError(f"a mode that nobody asked for: {mode}")

    def put(self, character):
        if self.column > self.columns and not self.wraps:
            self.column = self.columns
        self.cells[(self.row, self.column)] = character
        self.column += 1

    def control(self, byte):
        if byte == b"\n":
            self.row += 1
        elif byte == b"\r":
            self.column = 1

    def lines(self):
        text = [["" for _ in range(self.columns)] for _ in range(self.rows)]
        for (row, column), character in self.cells.items():
            if row <= self.rows and column <= self.columns:
                text[row - 1][column - 1] = character
        return ["".join(character or " " for character in line).rstrip() for line in text]


class Terminal:
    """`command` on a terminal of its own, as its session's leader."""

    def __init__(self, command, columns, rows, environment):
        self.screen = Screen(columns, rows)
        self.fd, inside = pty.openpty()
        self.set_size(columns, rows)
        self.before = termios.tcgetattr(inside)
        self.inside = inside
        self.process = subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside, env=environment,
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.fd)
        os.close(self.inside)

    def set_size(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        self.screen.resize(columns, rows)
        self.set_size(columns, rows)

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def look(self):
        """What is on the screen now."""
        while select.select([self.fd], [], [], 0)[0]:
            self.screen.feed(os.read(self.fd, 65536))
        return self.screen.lines()

    def wait(self, condition, what, patience_s=None):
        """The screen once `condition(lines)` holds."""
        try:
            return wait_for(lambda: (lambda lines: lines if condition(lines) else None)(self.look()), what, patience_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen is:\n" + "\n".join(self.screen.lines())) from None

    def wait_text(self, text, patience_s=None):
        return self.wait(lambda lines: any(text in line for line in lines), f"{text!r} on the screen", patience_s)

    def wait_end(self):
        """Its exit code. What it wrote last is on the screen."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            self.look()
            if time.monotonic() > deadline:
                raise AssertionError("it does not end:\n" + "\n".join(self.look()))
        self.look()
        return self.process.returncode

    def is_as_before(self):
        screen = self.screen
        return (not screen.is_alternate and screen.cursor_shown and screen.wraps
                and termios.tcgetattr(self.inside) == self.before)

    def signal(self, number):
        self.process.send_signal(number)
