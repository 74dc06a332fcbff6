"""The contract, schema/openapi.json, as Python sees it: references, schemas, and what they say of a value."""
import datetime
import json
import pathlib
import re
import urllib.parse

import jsonschema

CONTRACT = pathlib.Path(__file__).resolve().parents[2] / "schema" / "openapi.json"
FORMATS = jsonschema.FormatChecker(formats=())


# Debian's python3-jsonschema checks these formats only with packages that it does not depend on.
@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value):
    if not isinstance(value, str):
        return True
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value):
        return False
    datetime.datetime.fromisoformat(value)
    return True


@FORMATS.checks("uri", raises=ValueError)
def is_uri(value):
    if not isinstance(value, str):
        return True
    parts = urllib.parse.urlsplit(value)
    return bool(parts.scheme and parts.netloc) and not re.search(r"\s", value)


class Contract:
    def __init__(self, path=CONTRACT):
        self.document = json.loads(pathlib.Path(path).read_text())
        self.resolver = jsonschema.RefResolver("", self.document)

    def follow(self, value):
        """`value`, or what it refers to."""
        while isinstance(value, dict) and set(value) == {"$ref"}:
            value = self.resolver.resolve(value["$ref"])[1]
        return value

    def errors(self, schema, value):
        """What `schema` has against `value`, a line each."""
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver, format_checker=FORMATS)
        return [f"{error.json_path}: {error.message}"[:400] for error in validator.iter_errors(value)]

    def walk(self, value=None, where="#"):
        """Every object of the document, with its JSON pointer. What stands inside an example is data, not contract."""
        value = self.document if value is None else value
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.walk(item, f"{where}/{index}")
        if not isinstance(value, dict):
            return
        yield where, value
        for key, item in value.items():
            if key in ("example", "value") or isinstance(item, (str, int, float, bool, type(None))):
                continue
            yield from self.walk(item, f"{where}/{key.replace('~', '~0').replace('/', '~1')}")

    def operations(self):
        """(path, operation, its parameters) for each GET."""
        for method, path, operation, parameters in self.all_operations():
            if method == "GET":
                yield path, operation, parameters

    def all_operations(self):
        """(method, path, operation, its parameters) for each operation."""
        for path, item in self.document["paths"].items():
            for method in ("get", "post", "put", "delete"):
                if method in item:
                    operation = item[method]
                    declared = item.get("parameters", []) + operation.get("parameters", [])
                    yield method.upper(), path, operation, [self.follow(one) for one in declared]

    def response(self, operation, status):
        """The response documented for `status`, else the default."""
        responses = operation["responses"]
        return self.follow(responses.get(str(status), responses["default"]))
