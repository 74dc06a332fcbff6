"""Who may do what, with the whole binary: tokens from files, their reload, and that nothing ever tells one."""
import json
import os
import pathlib
import signal
import subprocess
import unittest

from harness import BINARY, ONLY_FAKES, AgentTest, json_reply, statuspage, wait_for

READER = "reader-secret-0123456789abcdef0123456789"
OPERATOR = "operator-secret-0123456789abcdef01234567"
ROUTER = "router-secret-0123456789abcdef0123456789"
OTHER = "other-secret-0123456789abcdef01234567890"
TERMS = {"state": "unhealthy", "reason": "INC-1234", "by": "dana", "ttl_s": 3600}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def batch(reporter, name):
    return {"reporter": reporter, "batch_id": name, "reports": [{"provider": "claude", "outcomes": {"ok": 3}}]}


class Auth(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.providers = (ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "")
                          + self.provider("claude", "/summary.json"))

    def tokens(self, agent, **texts):
        """Files with these tokens beside the agent's configuration; the lines that name them."""
        lines = []
        for key, text in texts.items():
            path = agent.directory / f"{key}.token"
            path.write_text(text)
            path.chmod(0o600)
            lines.append(f'reporter_token_files = {{"router-eu-1" = "{path}"}}' if key == "reporter"
                         else f'{key}_token_file = "{path}"')
        return "\n".join(lines) + "\n"

    def guarded(self, **texts):
        agent = self.agent("")
        agent.write_config(self.tokens(agent, **texts) + self.providers)
        return agent.start()

    def all_guarded(self):
        return self.guarded(reader=READER + "\n", operator=OPERATOR + "\r\n", reporter=ROUTER)

    def test_each_role_may_what_is_its_own_over_tcp_and_over_the_unix_socket(self):
        agent = self.all_guarded()
        for unix in (False, True):
            def ask(method, path, document=None, token=None, headers=None, unix=unix):
                sent = {**(bearer(token) if token else {}), **(headers or {})}
                return agent.send(method, path, document, headers=sent, unix=unix)[0]

            self.assertEqual([401, 200, 200, 200, 401], [ask("GET", "/v1/health", token=token)
                                                         for token in (None, READER, OPERATOR, ROUTER, OTHER)])
            self.assertEqual([200, 200], [ask("GET", "/livez", token=token) for token in (None, OTHER)])
            for path in ("/readyz", "/openapi.json", "/v1/sources", "/v1/reporters", "/v1/overrides", "/v1/transitions"):
                self.assertEqual([401, 200], [ask("GET", path, token=token) for token in (None, READER)], path)
            self.assertEqual([401, 403, 403, 200, 401],
                             [ask("POST", "/v1/reports", batch("router-eu-1", f"b{unix}"), token)
                              for token in (None, READER, OPERATOR, ROUTER, OTHER)])
            self.assertEqual(403, ask("POST", "/v1/reports", batch("router-eu-2", f"c{unix}"), ROUTER))
            self.assertEqual([401, 403, 403, 401, 200], [ask("PUT", "/v1/overrides/claude", TERMS, token)
                                                         for token in (None, READER, ROUTER, OTHER, OPERATOR)])
            self.assertEqual(401, ask("GET", "/v1/health", headers={"X-Forwarded-For": "127.0.0.1"}))
            self.assertEqual(200, ask("GET", "/v1/health", token=READER, headers={"X-Forwarded-For": "127.0.0.1"}))
        reporters = agent.send("GET", "/v1/reporters", headers=bearer(READER))[2]["reporters"]
        self.assertEqual(["router-eu-1"], [reporter["name"] for reporter in reporters])

    def test_who_overrides_is_kept_with_what_is_known_of_them(self):
        agent = self.guarded(operator=OPERATOR)
        by = [agent.send("PUT", "/v1/overrides/claude", TERMS, bearer(OPERATOR), unix)[2]["by"] for unix in (False, True)]
        self.assertEqual(["dana (operator token from 127.0.0.1)", f"dana (uid {os.getuid()})"], by)
        self.assertEqual(200, agent.get("/v1/health")[0])  # reading is as free as it was
        self.assertEqual(401, agent.send("PUT", "/v1/overrides/claude", TERMS, unix=True)[0])

    def test_tokens_are_read_anew_all_or_none(self):
        agent = self.all_guarded()

        def status(token):
            return agent.get("/v1/health", bearer(token))[0]

        def reload(**texts):
            agent.log.clear()
            agent.write_config(self.tokens(agent, **texts) + self.providers)
            agent.process.send_signal(signal.SIGHUP)
            return wait_for(lambda: next((line for line in agent.log if "configuration reloaded" in line
                                          or "reload refused" in line), None), "the reload")

        self.assertIn("reloaded", reload(reader=f"{OTHER}\n{READER}\n", operator=OPERATOR, reporter=ROUTER))
        wait_for(lambda: status(OTHER) == 200, "the new token")
        self.assertEqual((200, 200), (status(OTHER), status(READER)))  # both, while clients change over
        self.assertIn("reloaded", reload(reader=OTHER, operator=OPERATOR, reporter=ROUTER))
        wait_for(lambda: status(READER) == 401, "the old token to end")

        # A new operator's token beside a reporter's that is too short: neither comes into force.
        self.assertIn("refused", reload(reader=OTHER, operator=READER, reporter="too-short"))
        self.assertEqual((401, 200, 200), (status(READER), status(OPERATOR), status(OTHER)))
        ready = wait_for(lambda: (lambda body: body if "too-short" not in body and "shorter than 32" in body else None)(
            agent.get("/readyz", bearer(OTHER))[2].decode()), "readyz to say why")
        self.assertIn("reporter_token_files.router-eu-1", ready)
        self.assertEqual(401, agent.get("/v1/health")[0])

        self.assertIn("reloaded", reload(operator=OPERATOR))
        wait_for(lambda: agent.get("/v1/health")[0] == 200, "reading to be free again")
        wait_for(lambda: json.loads(agent.get("/readyz")[2])["checks"]["config:reload"][0]["status"] == "pass",
                 "readyz to take its word back")

    def test_an_agent_without_its_tokens_does_not_start(self):
        agent = self.agent("")
        credentials = agent.directory / "credentials"
        credentials.mkdir()
        (credentials / "reader").write_text(READER)

        def start(config, environment=None):
            agent.write_config(config + self.providers)
            return subprocess.run([BINARY, "serve", "--config", str(agent.config)], capture_output=True, text=True,
                                  timeout=60, env={**os.environ, **(environment or {})})

        for config, said in (
                ('reader_token_file = "/nonexistent/token"', "cannot read /nonexistent/token: No such file or directory"),
                ('operator_token_file = "operator"', "there is no $CREDENTIALS_DIRECTORY"),
                ({"reader": "hunter2"}, "the token in line 1 is shorter than 32 characters"),
                ({"reader": ""}, "it holds no token"),
                ({"reader": READER, "operator": READER}, "holds a token that another key's file holds")):
            refused = start((self.tokens(agent, **config) if isinstance(config, dict) else config) + "\n")
            self.assertEqual(78, refused.returncode, refused.stderr)
            self.assertIn(said, refused.stderr)
            self.assertNotIn("hunter2", refused.stderr)
            self.assertNotIn(READER, refused.stderr)
        refused = start('operator_token_file = "operator"\n', {"CREDENTIALS_DIRECTORY": str(credentials)})
        self.assertIn(f"cannot read {credentials}/operator: No such file", refused.stderr)

        agent.environment["CREDENTIALS_DIRECTORY"] = str(credentials)
        agent.write_config('reader_token_file = "reader"\n' + self.providers)
        agent.start()
        self.assertEqual((401, 200), (agent.get("/v1/health")[0], agent.get("/v1/health", bearer(READER))[0]))

    def test_a_token_file_for_everybody_is_warned_of(self):
        agent = self.agent("")
        agent.write_config(self.tokens(agent, reader=READER) + self.providers)
        (agent.directory / "reader.token").chmod(0o644)
        agent.start()
        wait_for(lambda: any("can be read by every user" in line for line in agent.log), "the warning")
        self.assertEqual(401, agent.get("/v1/health")[0])

    def test_no_token_is_told_by_the_log_an_answer_or_the_process_list(self):
        agent = self.guarded(reader=READER, operator=OPERATOR, reporter=ROUTER)
        told = []

        def ask(path, headers, method="GET", document=None):
            try:
                status, answer, body = agent.send(method, path, document, headers=headers)
                told.append(f"{status} {answer} {body}")
            except ValueError as trouble:
                told.append(str(trouble))

        for token in (READER, OPERATOR, ROUTER, OTHER):
            for scheme in ("Bearer", "Basic", "bearer  ", ""):
                headers = {"Authorization": f"{scheme} {token}"}
                for path in ("/v1/health", "/v1/transitions?limit=x", "/v1/nothing", "/v1/overrides/acme", "/v1/reports"):
                    ask(path, headers)
                    ask(path, headers, "POST", b"{")
                    ask(path, headers, "PUT", b"{")
            ask(f"/v1/health?token={token}", {})
            ask("/v1/health", {"X-Token": token, "Host": "evil.example", "Authorization": f"Bearer {token}"})
            ask("/v1/reports", bearer(token), "POST", {"reporter": "a", "batch_id": "b", "reports": 7})
            raw = agent.connect()
            raw.connect()
            raw.sock.sendall(f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nauthorization: {token}\r\n\r\n".encode())
            told.append(raw.sock.recv(65536).decode())
            raw.close()
        agent.write_config(self.tokens(agent, reader=READER, operator=READER, reporter=ROUTER[:20]) + self.providers)
        agent.process.send_signal(signal.SIGHUP)
        wait_for(lambda: any("reload refused" in line for line in agent.log), "the reload to be refused")
        told += [body.decode() for body in (agent.get("/readyz", bearer(READER))[2], agent.get("/v1/sources", bearer(READER))[2])]
        cli = agent.cli("status", environment={"SIGNALBOX_TOKEN_FILE": str(agent.directory / "operator.token")})
        told += [cli.stdout, cli.stderr]
        for name in ("cmdline", "environ"):
            told.append(pathlib.Path(f"/proc/{agent.process.pid}/{name}").read_bytes().decode())
        agent.stop()
        everything = "\n".join(told + agent.log)
        self.assertGreater(len(told), 100)
        for token in (READER, OPERATOR, ROUTER, OTHER, ROUTER[:20]):
            self.assertNotIn(token, everything)
            self.assertNotIn(token[8:24], everything)


if __name__ == "__main__":
    unittest.main()
