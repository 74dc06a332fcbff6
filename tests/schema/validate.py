#!/usr/bin/python3
"""Checks the contract, schema/openapi.json, and answers against it.

    validate.py                        the contract itself: its schemas are schemas, its examples keep them
    validate.py --url http://HOST:PORT the contract, and the answers of a running agent on every path of it
    validate.py --file FILE SCHEMA     the contract, and a file (health.json is a Health)

Writes a line for each check and last "N passed, N failed". Exit 0 when nothing failed, 1 when something did.
"""
import argparse
import json
import pathlib
import sys

import jsonschema
from contract import Contract
from live import check_agent


class Tally:
    """Counts and prints the checks."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def add(self, what, errors):
        if not errors:
            self.passed += 1
            print(f"ok    {what}")
            return
        self.failed += 1
        print(f"FAIL  {what}")
        for error in errors:
            print(f"      {error}")


def check_document(contract, tally):
    """References resolve, every inline schema is one, no two operations share an id, path parameters are declared."""
    broken = []
    for where, value in contract.walk():
        reference = value.get("$ref")
        if isinstance(reference, str):
            try:
                contract.resolver.resolve(reference)
            except jsonschema.RefResolutionError:
                broken.append(f"{where}: {reference} is not there")
    tally.add("references", broken)

    ids = [operation["operationId"] for _, _, operation, _ in contract.all_operations()]
    tally.add("operation ids", [f"{one} twice" for one in sorted(set(ids)) if ids.count(one) > 1])
    for method, path, _, parameters in contract.all_operations():
        declared = {one["name"] for one in parameters if one["in"] == "path"}
        named = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        tally.add(f"path {method} {path}", [] if named == declared else [f"declares {declared}, names {named}"])


def schema_errors(schema):
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        return [f"{error.json_path}: {error.message}"]
    return []


def check_schemas(contract, tally):
    for name, schema in contract.document["components"]["schemas"].items():
        tally.add(f"schema {name}", schema_errors(schema))
    for where, value in contract.walk():
        if "schema" in value and not where.startswith("#/components/schemas"):
            tally.add(f"schema of {where}", schema_errors(value["schema"]))


def check_examples(contract, tally):
    """Each example against the schema beside it; examples that nothing uses are a mistake too."""
    used = set()
    for where, value in contract.walk():
        if "schema" not in value or where.startswith("#/components/schemas"):
            continue
        if "example" in value:
            tally.add(f"example of {where}", contract.errors(value["schema"], value["example"]))
        for name, example in value.get("examples", {}).items():
            used.add(example.get("$ref", "").removeprefix("#/components/examples/"))
            tally.add(f"example {name!r} of {where}", contract.errors(value["schema"], contract.follow(example)["value"]))
    unused = sorted(set(contract.document["components"]["examples"]) - used)
    tally.add("all examples are used", [f"{name} is not" for name in unused])


def check_file(contract, path, name, tally):
    if name not in contract.document["components"]["schemas"]:
        tally.add(path, [f"there is no schema {name}"])
        return
    try:
        value = json.loads(pathlib.Path(path).read_text())
    except (OSError, ValueError) as error:
        tally.add(f"{path} is a {name}", [str(error)])
        return
    tally.add(f"{path} is a {name}", contract.errors({"$ref": f"#/components/schemas/{name}"}, value))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--url", help="of a running agent")
    what.add_argument("--file", nargs=2, metavar=("FILE", "SCHEMA"))
    arguments = parser.parse_args()

    contract = Contract()
    tally = Tally()
    check_document(contract, tally)
    check_schemas(contract, tally)
    check_examples(contract, tally)
    if arguments.url:
        check_agent(contract, arguments.url, tally)
    if arguments.file:
        check_file(contract, *arguments.file, tally)
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
