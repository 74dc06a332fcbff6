"""Asks a running agent for every path of the contract and holds the answers against it."""
import http.client
import json
import re
import urllib.parse
import zlib

PATIENCE_S = 45  # over the longest long poll
UNKNOWN_MODEL = "models/nobody-has-this@20260101"

# Requests that must be refused, beside those that the contract's own examples make.
REFUSED = (
    ("/v1/health", "/v1/health?wait_s=soon", 400),
    ("/v1/health", "/v1/health?wait_s=1&generation=-1", 400),
    ("/v1/health/{provider}", "/v1/health/no-such-provider", 404),
    ("/v1/health/{provider}/{model}", "/v1/health/no-such-provider/model", 404),
    ("/v1/check/{provider}", "/v1/check/no-such-provider", 404),
    ("/v1/routes/{route}", "/v1/routes/no-such-route", 404),
    ("/v1/routes/{route}", "/v1/routes/any?key=", 400),
    ("/v1/timeline/{provider}", "/v1/timeline/no-such-provider", 404),
    ("/v1/timeline/{provider}", "/v1/timeline/{provider}?step_s=15", 400),
    ("/v1/timeline/{provider}", "/v1/timeline/{provider}?step_s=10&since=2026-01-01T00:00:00Z", 400),
    ("/v1/transitions", "/v1/transitions?limit=0", 400),
    ("/v1/transitions", "/v1/transitions?since=yesterday", 400),
    ("/v1/transitions", "/v1/transitions?target=No%20Target", 400),
    ("/v1/transitions", "/v1/transitions?cursor=none-of-ours", 400),
    ("/v1/incidents", "/v1/incidents?limit=1001", 400),
    ("/assets/{version}/{file}", "/assets/0123456789abcdef/main.mjs", 404),
)

# Writes that leave nothing behind: a heartbeat, and what must be refused. Over TCP nobody may override.
HEARTBEAT = {"reporter": "contract", "batch_id": "heartbeat", "reports": []}
JSON = {"Content-Type": "application/json"}
EXPORTED_BY_NOBODY = {"scopeMetrics": [{"metrics": [{
    "name": "gen_ai.client.operation.duration", "histogram": {"aggregationTemporality": 1, "dataPoints": [{"count": 1}]}}]}]}
WRITES = (
    ("POST", "/v1/reports", "/v1/reports", HEARTBEAT, JSON, 200),
    ("POST", "/v1/reports", "/v1/reports", {**HEARTBEAT, "reports": [{"provider": "No"}]}, JSON, 400),
    ("POST", "/v1/reports", "/v1/reports", {**HEARTBEAT, "reports": [{}] * 1001}, JSON, 413),
    ("POST", "/v1/reports", "/v1/reports", HEARTBEAT, {"Content-Type": "text/plain"}, 415),
    ("POST", "/v1/reports", "/v1/reports", HEARTBEAT, {**JSON, "Content-Encoding": "br"}, 415),
    ("POST", "/v1/otlp/v1/metrics", "/v1/otlp/v1/metrics", {}, JSON, 200),
    ("POST", "/v1/otlp/v1/metrics", "/v1/otlp/v1/metrics", {"resourceMetrics": [EXPORTED_BY_NOBODY]}, JSON, 200),
    ("POST", "/v1/otlp/v1/metrics", "/v1/otlp/v1/metrics", {"resourceMetrics": 7}, JSON, 400),
    ("POST", "/v1/otlp/v1/metrics", "/v1/otlp/v1/metrics", {}, {"Content-Type": "text/plain"}, 415),
    ("PUT", "/v1/overrides/{provider}", "/v1/overrides/claude", {}, JSON, 403),
    ("PUT", "/v1/overrides/{provider}/{model}", "/v1/overrides/claude/a/model", {}, JSON, 403),
    ("DELETE", "/v1/overrides/{provider}", "/v1/overrides/claude", None, {}, 403),
)


def first_event(response):
    """Up to the empty line that ends it: a stream has no end."""
    lines = []
    while not lines or lines[-1] not in (b"\n", b""):
        lines.append(response.readline())
    return b"".join(lines)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = b""
        self.body = first_event(response) if self.type == "text/event-stream" else response.read()
        if self.body and self.headers.get("Content-Encoding") == "deflate":  # an answer to HEAD has none
            self.body = zlib.decompress(self.body)

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def type(self):
        return self.headers.get("Content-Type", "").split(";")[0]


class Asker:
    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url).netloc

    def ask(self, target, method="GET", headers=None, body=None):
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()


def header_errors(contract, response, answer):
    errors = []
    for name, header in response.get("headers", {}).items():
        header = contract.follow(header)
        value = answer.headers.get(name)
        if value is not None:
            errors += [f"{name}: {error}" for error in contract.errors(header["schema"], value)]
        elif header.get("required"):
            errors.append(f"the header {name} is missing")
    return errors


def event_errors(contract, answer):
    """What the contract has against a stream's first event."""
    fields = dict(line.split(": ", 1) for line in answer.body.decode().splitlines() if line)
    try:
        data = json.loads(fields["data"])
    except (KeyError, ValueError):
        return ["the event's data is not JSON"]
    errors = contract.errors({"$ref": "#/components/schemas/Health"}, data)
    return errors + ([] if fields.get("id") == str(data.get("generation")) else ["the id is not the generation"])


def answer_errors(contract, operation, answer):
    """What the contract has against an answer to `operation`."""
    response = contract.response(operation, answer.status)
    errors = header_errors(contract, response, answer)
    content = response.get("content")
    if content is None:
        return errors + ([f"{answer.status} has a body"] if answer.body else [])
    if answer.type not in content:
        return errors + [f"the type is {answer.type}, not {' or '.join(content)}"]
    if answer.type.startswith(("text/", "image/")):
        errors += contract.errors(content[answer.type]["schema"], answer.body.decode())
        return errors + (event_errors(contract, answer) if answer.type == "text/event-stream" else [])
    value = answer.json()
    if value is None:
        return errors + ["the body is not JSON"]
    return errors + contract.errors(content[answer.type]["schema"], value)


def targets_of(agent):
    """Known providers, and (provider, model) with, for each provider, a model that nobody knows."""
    targets = (agent.ask("/v1/health").json() or {}).get("targets", [])
    providers = [one["provider"] for one in targets if one["model"] is None]
    models = [(one["provider"], one["model"]) for one in targets if one["model"] is not None]
    return providers, models + [(provider, UNKNOWN_MODEL) for provider in providers]


def routes_of(agent):
    """No path lists them; the refusal of another name does."""
    known = re.search(r"configured are (.*)", (agent.ask("/v1/routes/no-such-route").json() or {}).get("detail", ""))
    return known.group(1).split(", ") if known else []


def assets_of(agent):
    """(version, file) of what the dashboard loads."""
    return re.findall(r"assets/([0-9a-f]+)/([a-z_.]+)", agent.ask("/").body.decode())


def filled(path, providers, models, routes, assets=()):
    """`path` with each known target in the place of its parameters; a model's slashes both as they are and as %2F."""
    if "{file}" in path:
        return [path.format(version=version, file=file) for version, file in dict.fromkeys(assets)]
    if "{route}" in path:
        return [path.format(route=route) for route in routes]
    if "{model}" in path:
        spelt = [(provider, urllib.parse.quote(model, safe=safe)) for provider, model in models for safe in ("/", "")]
        return [path.format(provider=provider, model=model) for provider, model in dict.fromkeys(spelt)]
    if "{provider}" in path:
        return [path.format(provider=provider) for provider in providers]
    return [path]


def queries(agent, target, parameters):
    """No query, each example alone, and the next page where there is one."""
    yield target
    for one in parameters:
        if one["in"] == "query" and "example" in one:
            yield f"{target}?{urllib.parse.urlencode({one['name']: one['example']})}"
    if any(one["name"] == "cursor" for one in parameters):
        cursor = (agent.ask(f"{target}?limit=1").json() or {}).get("next_cursor")
        if cursor:
            yield f"{target}?{urllib.parse.urlencode({'limit': 1, 'cursor': cursor})}"


def check_answer(contract, agent, operation, target, tally):
    answer = agent.ask(target)
    errors = answer_errors(contract, operation, answer)
    if str(answer.status) not in operation["responses"]:
        errors.append("the contract does not know this status")
    if answer.status in (400, 404):
        errors.append(f"refused: {answer.body.decode(errors='replace')}")
    tally.add(f"GET {target} {answer.status}", errors)
    return answer


def check_renewal(contract, agent, operation, target, tally):
    """With the answer's own tag: 304 in place of 200, anything else stays, unless the generation rose in between."""
    first = agent.ask(target)
    tag = first.headers.get("ETag")
    if tag is None:
        return
    again = agent.ask(target, headers={"If-None-Match": f'"other", {tag}'})
    errors = answer_errors(contract, operation, again)
    expected = 304 if first.status == 200 else first.status
    if again.status != expected and again.headers.get("ETag") == tag:
        errors.append(f"{expected} was due")
    tally.add(f"GET {target} If-None-Match {again.status}", errors)


def check_head(agent, target, tally):
    """HEAD is as the GET before it or the one after: a state may change in between."""
    before, head, after = (agent.ask(target, method) for method in ("GET", "HEAD", "GET"))
    errors = ["has a body"] if head.body else []
    if (head.status, head.type) not in ((before.status, before.type), (after.status, after.type)):
        errors.append(f"{head.status} {head.type}, where GET has {after.status} {after.type}")
    tally.add(f"HEAD {target} {head.status}", errors)


def check_refused(contract, agent, provider, tally):
    operations = {path: operation for path, operation, _ in contract.operations()}
    for path, target, status in REFUSED:
        answer = agent.ask(target.format(provider=provider))
        errors = answer_errors(contract, operations[path], answer)
        tally.add(f"GET {target} {answer.status}", errors + ([] if answer.status == status else [f"{status} was due"]))


def check_writes(contract, agent, tally):
    operations = {(method, path): operation for method, path, operation, _ in contract.all_operations()}
    for method, path, target, body, headers, status in WRITES:
        answer = agent.ask(target, method, headers, None if body is None else json.dumps(body))
        errors = answer_errors(contract, operations[method, path], answer)
        errors += [] if answer.status == status else [f"{status} was due"]
        tally.add(f"{method} {target} {answer.status}", errors)


def check_agent(contract, url, tally):
    agent = Asker(url)
    try:
        providers, models = targets_of(agent)
        tally.add("the agent has targets", [] if providers else ["/v1/health names none"])
        served = agent.ask("/openapi.json").json()
        tally.add("the agent serves this contract", [] if served == contract.document else ["it serves another one"])
        for path, operation, parameters in contract.operations():
            for target in filled(path, providers, models, routes_of(agent), assets_of(agent)):
                for asked in queries(agent, target, parameters):
                    check_answer(contract, agent, operation, asked, tally)
                check_renewal(contract, agent, operation, target, tally)
                check_head(agent, target, tally)
        check_refused(contract, agent, providers[0] if providers else "none", tally)
        check_writes(contract, agent, tally)
    except (OSError, http.client.HTTPException, KeyError, TypeError) as error:
        tally.add(f"asking {url}", [f"{type(error).__name__}: {error}"])
