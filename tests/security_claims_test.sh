#!/bin/sh
# Each claim of the README's section on security names the tests that show it: `FILE`: "NAME", "NAME". They exist.
# With an argument another README is read.
set -eu
cd "$(dirname "$0")/.."
/usr/bin/python3 - "${1:-README.md}" <<'P'
import pathlib
import re
import sys

text = pathlib.Path(sys.argv[1]).read_text()
section = re.search(r"^## Security\n(.*?)^## ", text, re.M | re.S)
if not section:
    sys.exit("there is no section on security")
claims = [(path, name) for path, names in re.findall(r'`(tests/\S+)`:((?:\s+"[^"]+",?)+)', section.group(1))
          for name in re.findall(r'"([^"]+)"', names)]
quoted = len(re.findall(r'"[^"]+"', section.group(1)))
if quoted != len(claims):
    sys.exit(f"{quoted} names in quotation marks, {len(claims)} of them with a file")


def exists(path, name):
    source = pathlib.Path(path)
    if not source.is_file():
        return False
    # A name that was broken over two lines is two literals.
    whole = re.sub(r'"\s*\n\s*"', "", source.read_text())
    return f'"{name}"' in whole or f"def {name}(" in whole


missing = [f"{path}: {name}" for path, name in claims if not exists(path, " ".join(name.split()))]
print(f"{len(claims)} tests named, {len(missing)} of them missing")
sys.exit("\n".join(["missing:", *missing]) if missing else 0)
P
