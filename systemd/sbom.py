#!/usr/bin/python3
"""What the binary is made of, as CycloneDX 1.5: `sbom.py BINARY BUILD_DIRECTORY VERSION > signalbox.cdx.json`.

Two kinds of components, each a Debian package with its version: those whose libraries the binary is linked with (asked
from the loader, not from a list), and those whose headers were compiled into it (asked from the build's dependency log:
Asio, nlohmann-json and CLI11 are nothing but headers). Fails where a library or a header belongs to no package.
The same binary, packages and SOURCE_DATE_EPOCH give the same bytes.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


def linked_libraries(binary):
    """(name, path, whether the binary itself asks for it)."""
    direct = set(re.findall(r"\(NEEDED\).*\[(.+?)\]", run("readelf", "-d", binary)))
    found = dict(re.findall(r"^\s*(\S+) => (/\S+)", run("ldd", binary), re.M))
    found |= {pathlib.Path(loader).name: loader for loader in re.findall(r"^\s*(/\S*ld-linux\S*)", run("ldd", binary), re.M)}
    for name in sorted(direct - found.keys()):
        sys.exit(f"{name} is needed and not found")
    return [(name, path, name in direct) for name, path in sorted(found.items())]


def compiled_headers(build):
    """The headers outside of the source tree, from Ninja's log of what each object was made from."""
    objects = run("ninja", "-C", build, "-t", "deps").split("\n\n")
    ours = (text for text in objects if re.match(r"\S*CMakeFiles/signalbox(_core|_agent)?\.dir/", text))
    return sorted({os.path.realpath(path) for text in ours for path in re.findall(r"^\s+(/usr/\S+)", text, re.M)})


def packages_of(paths):
    """path -> package. The loader's /lib is the package database's /usr/lib, or the other way round."""
    asked = {name: path for path in paths
             for name in {path, os.path.realpath(path), path.removeprefix("/usr"), os.path.realpath(path).removeprefix("/usr")}}
    answer = subprocess.run(["dpkg-query", "-S", *asked], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    owners = {}
    for line in answer.stdout.splitlines():
        if line.startswith("diversion"):
            continue
        package, path = line.split(": ", 1)
        owners[asked[path]] = package.split(",")[0]
    for path in paths:
        if path not in owners:
            sys.exit(f"{path} belongs to no package")
    return owners


def component(package, scope, properties):
    name, version, architecture, source = run(
        "dpkg-query", "-W", "-f", "${Package}\t${Version}\t${Architecture}\t${source:Package}", package).split("\t")
    url = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}&distro=debian-12"
    return {"type": "library", "bom-ref": url, "name": name, "version": version, "scope": scope, "purl": url,
            "properties": [{"name": "signalbox:source-package", "value": source}, *properties]}


def components(binary, build):
    libraries, headers = linked_libraries(binary), compiled_headers(build)
    owners = packages_of([path for _, path, _ in libraries] + headers)
    made = {}
    for name, path, direct in libraries:
        kind = "signalbox:linked" if direct else "signalbox:linked-indirectly"
        made.setdefault(owners[path], []).append({"name": kind, "value": name})
    for package in sorted({owners[path] for path in headers}):
        count = sum(1 for path in headers if owners[path] == package)
        made.setdefault(package, []).append({"name": "signalbox:headers-compiled-in", "value": str(count)})
    return [component(package, "required", properties) for package, properties in sorted(made.items())]


def main():
    binary, build, version = sys.argv[1:]
    parts = components(binary, build)
    made_at = int(os.environ.get("SOURCE_DATE_EPOCH", os.stat(binary).st_mtime))
    itself = {"type": "application", "bom-ref": "signalbox", "name": "signalbox", "version": version}
    json.dump({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([version, parts]))}",
        "metadata": {"timestamp": datetime.datetime.fromtimestamp(made_at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
                     "component": itself},
        "components": parts,
        "dependencies": [{"ref": "signalbox", "dependsOn": [part["bom-ref"] for part in parts]}],
    }, sys.stdout, indent=1)
    print()


main()
