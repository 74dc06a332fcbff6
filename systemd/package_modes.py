"""Gives each member of an ar archive the mode 100644, in place: `package_modes.py FILE`. Format: ar(5)."""
import sys

MAGIC, HEADER = b"!<arch>\n", 60
MODE, SIZE = slice(40, 48), slice(48, 58)


def main():
    with open(sys.argv[1], "r+b") as file:
        if file.read(len(MAGIC)) != MAGIC:
            sys.exit(f"{sys.argv[1]}: not an ar archive")
        while header := file.read(HEADER):
            size = int(header[SIZE])
            file.seek(MODE.start - HEADER, 1)
            file.write(b"100644  ")
            file.seek(HEADER - MODE.stop + size + size % 2, 1)


main()
