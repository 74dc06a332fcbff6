#!/usr/bin/python3
"""The first inputs of the fuzz targets: `seeds.py DIRECTORY [TARGET...]` writes them to DIRECTORY/TARGET.

They come from tests/fuzz/seeds and tests/fuzz/regressions, from what else the tests have (pages, recordings, titles,
the default configuration), and from captured pages in ../shared/samples where there are any.
"""
import gzip
import hashlib
import json
import pathlib
import sys

FUZZ = pathlib.Path(__file__).resolve().parent
TOP = FUZZ.parent.parent
DATA = TOP / "tests" / "data"
CAPTURES = TOP.parent / "shared" / "samples"
# Of a list that is longer the first so many: enough for every shape, small enough to be mutated.
FIRST = 5


def shortened(value):
    if isinstance(value, list):
        return [shortened(each) for each in value[:FIRST]]
    if isinstance(value, dict):
        return {key: shortened(each) for key, each in value.items()}
    return value


def whole_and_short(path):
    """The page, where it is small, and a page with only the first of each list."""
    text = path.read_bytes()
    if len(text) <= 16384:
        yield text
    yield json.dumps(shortened(json.loads(text)), separators=(",", ":")).encode()


def captures(words):
    return sorted(CAPTURES.glob(f"*{words}*.json")) if CAPTURES.is_dir() else []


def pages(of_ours, words):
    for path in [DATA / of_ours, *captures(words)]:
        yield from whole_and_short(path)


def incidentio():
    components, incidents = (list(whole_and_short(DATA / f"incidentio_{name}.json")) for name in ("components", "incidents"))
    yield from components
    yield from (one + b"\0" + other for one, other in zip(components, incidents))
    for path in captures("incidentio"):
        yield from whole_and_short(path)


def recordings():
    for path in sorted((TOP / "tests" / "replay").glob("*.jsonl")):
        lines = path.read_bytes().splitlines(keepends=True)
        for start in range(0, min(len(lines), 60), 12):
            yield b"".join(lines[start:start + 12])[:8192]


def configurations():
    yield (TOP / "systemd" / "signalbox.toml").read_bytes()
    # With the keys in force that the default file has as comments.
    text = (TOP / "systemd" / "signalbox.toml").read_text()
    yield "\n".join(line[1:].strip() if line.startswith("#") and ("=" in line or line.startswith("#[")) else line
                    for line in text.splitlines()).encode()


def titles():
    return [line.split("\t")[1].encode() for line in (DATA / "titles.tsv").read_text().splitlines() if "\t" in line]


def made():
    return {
        "page_atlassian": pages("atlassian_summary.json", "claude_statuspage"),
        "page_incidentio": incidentio(),
        "page_google_cloud": pages("google_cloud_incidents.json", "google_cloud"),
        "page_ai_studio": pages("ai_studio_incidents.json", "aistudio"),
        "replay_lines": recordings(),
        "configuration": configurations(),
        "title": titles(),
        "text": [b"\x40" + title for title in titles()[:50]],
        "gunzip_body": [b"\x10" + gzip.compress(path.read_bytes(), mtime=0) for path in sorted(DATA.glob("*_summary.json"))],
    }


def main():
    into = pathlib.Path(sys.argv[1])
    built = made()
    for target in sys.argv[2:]:
        folder = into / target
        folder.mkdir(parents=True, exist_ok=True)
        inputs = list(built.get(target, []))
        for source in ("seeds", "regressions"):
            inputs += [path.read_bytes() for path in sorted((FUZZ / source / target).glob("*"))]
        if not inputs:
            sys.exit(f"no seeds for {target}: put some into tests/fuzz/seeds/{target}")
        for one in inputs:
            (folder / hashlib.sha256(one).hexdigest()[:16]).write_bytes(one)


main()
