"""TLS of the front, with the whole binary: certificates from files, their renewal, the open address, the command line."""
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import unittest
import warnings

from certificates import Authority
from harness import BINARY, ONLY_FAKES, PATIENCE_S, AgentTest, UnixConnection, json_reply, statuspage, wait_for

READER = "reader-secret-0123456789abcdef0123456789"
OPERATOR = "operator-secret-0123456789abcdef01234567"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class Tls(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.providers = (ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "")
                          + self.provider("claude", "/summary.json"))
        self.made = self.agent("")
        self.directory = self.made.directory
        self.authority = Authority(self.directory)
        self.made.trust = self.authority.trust()

    def token(self, name, text):
        path = self.directory / f"{name}.token"
        path.write_text(text)
        path.chmod(0o600)
        return path

    def pair(self, certificate, key):
        return f'tls_cert_file = "{certificate}"\ntls_key_file = "{key}"\n'

    def configure(self, lines):
        self.made.write_config(lines + self.providers)

    def secured(self, name="agent", more="", **shape):
        """An agent with a certificate from tls.pem and tls.key."""
        self.install(*self.authority.issue(name, **shape))
        self.configure(self.pair(self.directory / "tls.pem", self.directory / "tls.key") + more)
        return self.made.start()

    def install(self, certificate, key):
        """Puts a pair into place as a renewal does."""
        for source, name in ((certificate, "tls.pem"), (key, "tls.key")):
            shutil.copy(source, self.directory / "new")
            os.replace(self.directory / "new", self.directory / name)

    def ask_to_reload(self):
        self.made.process.send_signal(signal.SIGHUP)

    def reload(self):
        """Once in a test: what the log said in the last minute it does not say again."""
        self.ask_to_reload()
        wait_for(lambda: any("configuration reloaded" in line for line in self.made.log), "the reload")

    def refused_start(self, lines, *arguments, environment=None):
        self.configure(lines)
        done = subprocess.run([BINARY, "serve", "--config", str(self.made.config), *arguments], capture_output=True,
                              text=True, timeout=60, env={**os.environ, **(environment or {})})
        self.assertEqual(78, done.returncode, done.stderr)
        return done.stderr

    def shown(self):
        """The name in the certificate that a new connection is shown."""
        with socket.create_connection(self.made.address.split(":"), timeout=PATIENCE_S) as raw:
            with self.authority.trust().wrap_socket(raw, server_hostname="127.0.0.1") as secured:
                return dict(part[0] for part in secured.getpeercert()["subject"])["commonName"]

    def test_everything_is_answered_over_tls_and_the_unix_socket_stays_plain(self):
        agent = self.secured()
        self.assertTrue(agent.url.startswith("https://"))
        agent.wait_state("claude", "healthy")
        for path in ("/v1/check/claude", "/readyz", "/openapi.json", "/v1/transitions", "/"):
            self.assertEqual(200, agent.get(path)[0], path)
        batch = {"reporter": "a", "batch_id": "1", "reports": [{"provider": "claude", "outcomes": {"ok": 3}}]}
        self.assertEqual(200, agent.send("POST", "/v1/reports", batch)[0])
        self.assertEqual(200, agent.send("GET", "/v1/health", unix=True)[0])
        metrics = agent.get("/metrics")[2].decode()
        self.assertIn("signalbox_tls_certificate_expires_timestamp_seconds ", metrics)
        generation = agent.json("/v1/health")["generation"]
        waiting = agent.connect()
        self.addCleanup(waiting.close)
        waiting.request("GET", f"/v1/health?wait_s=30&generation={generation}")
        agent.send("PUT", "/v1/overrides/claude", {"state": "unhealthy", "reason": "r", "by": "b", "ttl_s": 60}, unix=True)
        self.assertGreater(json.loads(waiting.getresponse().read())["generation"], generation)
        self.assertEqual(0, agent.stop())

    def test_a_renewed_certificate_is_shown_after_a_reload_and_kept_connections_live_on(self):
        agent = self.secured("first")
        kept = agent.connect()
        self.addCleanup(kept.close)

        def ask_kept():
            kept.request("GET", "/v1/health")
            answer = kept.getresponse()
            answer.read()
            return answer.status, kept.sock.getpeercert()["subject"][0][0][1]

        self.assertEqual((200, "first"), ask_kept())
        own = kept.sock
        self.install(*self.authority.issue("second"))
        self.assertEqual("first", self.shown())  # not before it is told
        self.ask_to_reload()
        wait_for(lambda: self.shown() == "second", "the renewed certificate")
        self.assertEqual((200, "first"), ask_kept())
        self.assertIs(own, kept.sock)  # it was not opened again

    def test_a_bad_pair_at_a_reload_keeps_the_old_one_and_the_old_tokens(self):
        reader = self.token("reader", READER)
        agent = self.secured("first", f'reader_token_file = "{reader}"\n')
        certificate, key = self.authority.issue("second")
        other_key = self.authority.issue("third")[1]
        broken = self.directory / "broken.pem"
        for pair, said in (((certificate, other_key), "it is not the key of the first certificate"),
                           ((broken, key), "it holds no certificate in PEM")):
            broken.write_text("nonsense")
            reader.write_text(OPERATOR)
            self.install(*pair)
            self.ask_to_reload()
            wait_for(lambda: said in agent.get("/readyz", bearer(READER))[2].decode(), f"readyz to say that {said}")
            self.assertTrue(any(said in line for line in agent.log), agent.log)
            self.assertEqual("first", self.shown())
            self.assertEqual((200, 401), (agent.get("/v1/health", bearer(READER))[0], agent.get("/v1/health", bearer(OPERATOR))[0]))
        (self.directory / "tls.pem").unlink()
        self.ask_to_reload()
        wait_for(lambda: "tls.pem: No such file" in agent.get("/readyz", bearer(READER))[2].decode(), "readyz to miss it")
        self.assertEqual("first", self.shown())
        self.install(certificate, key)
        self.ask_to_reload()
        wait_for(lambda: self.shown() == "second", "the renewed certificate")
        wait_for(lambda: agent.get("/v1/health", bearer(OPERATOR))[0] == 200, "the new token")

    def test_a_reload_neither_opens_nor_closes_a_port_to_plain_text(self):
        agent = self.secured("first")
        self.configure("")
        self.reload()
        self.assertTrue(any("takes effect at the next start" in line for line in agent.log), agent.log)
        self.assertEqual("first", self.shown())

    def test_a_handshake_that_stalls_is_closed_at_its_deadline_and_holds_nobody_up(self):
        agent = self.secured()
        host, port = agent.address.split(":")
        stalled = [socket.create_connection((host, int(port)), timeout=3 * PATIENCE_S) for _ in range(20)]
        for number, one in enumerate(stalled):
            self.addCleanup(one.close)
            one.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[:number % 12])
        self.assertEqual(200, agent.get("/v1/health")[0])
        for one in stalled:
            self.assertEqual(b"", one.recv(1))
        metrics = agent.get("/metrics")[2].decode()
        self.assertIn("signalbox_tls_handshakes_failed_total 20\n", metrics)

    def test_plain_http_on_the_tls_port_is_told_so_and_closed(self):
        agent = self.secured()
        with socket.create_connection(agent.address.split(":"), timeout=PATIENCE_S) as plain:
            plain.sendall(b"GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            answer = b"".join(iter(lambda: plain.recv(4096), b""))
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
        self.assertIn(b"https://", answer)
        self.assertNotIn(b"claude", answer)

    def test_old_versions_of_tls_and_other_protocols_are_refused(self):
        agent = self.secured()

        def version(change):
            context = self.authority.trust()
            change(context)
            with socket.create_connection(agent.address.split(":"), timeout=PATIENCE_S) as raw:
                with context.wrap_socket(raw, server_hostname="127.0.0.1") as secured:
                    return secured.version(), secured.selected_alpn_protocol()

        def old(context):
            warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1

        def weak(context):
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers("AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")

        for refused in (old, weak, lambda context: context.set_alpn_protocols(["h2"])):
            with self.assertRaises(ssl.SSLError):
                version(refused)
        self.assertEqual(("TLSv1.3", None), version(lambda context: None))
        self.assertEqual(("TLSv1.3", "http/1.1"), version(lambda context: context.set_alpn_protocols(["h2", "http/1.1"])))

    def test_an_agent_without_its_certificate_does_not_start(self):
        certificate, key = self.authority.issue("agent")
        other = self.authority.issue("other")[1]
        encrypted = self.directory / "encrypted.key"
        subprocess.run(["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:x", "-out", encrypted], check=True,
                       capture_output=True, timeout=60)
        missing = self.directory / "missing"
        for lines, said in (
                (f'tls_cert_file = "{certificate}"\n', "tls_cert_file needs tls_key_file beside it"),
                (f'tls_key_file = "{key}"\n', "tls_key_file needs tls_cert_file beside it"),
                (self.pair(missing, key), f"tls_cert_file: cannot read {missing}: No such file"),
                (self.pair(certificate, missing), f"tls_key_file: cannot read {missing}: No such file"),
                (self.pair(certificate, other), "it is not the key of the first certificate in tls_cert_file"),
                (self.pair(certificate, encrypted), "it is encrypted"),
                (self.pair(certificate, certificate), "it holds no private key in PEM"),
                (self.pair("cert", key), "there is no $CREDENTIALS_DIRECTORY")):
            self.assertIn(said, self.refused_start(lines))
        credentials = self.directory / "credentials"
        credentials.mkdir()
        shutil.copy(certificate, credentials / "token_tls.pem")
        shutil.copy(key, credentials / "token_tls.key")
        self.made.environment["CREDENTIALS_DIRECTORY"] = str(credentials)
        self.configure(self.pair("token_tls.pem", "token_tls.key"))
        self.made.start()
        self.assertEqual("agent", self.shown())

    def test_a_certificate_that_expires_soon_or_has_is_a_warning(self):
        for days, said in ((-1, "clients will refuse it: it expired at"), (13, "renew it: it expires at"), (20, None)):
            agent = self.secured(days=days)
            warnings = [line for line in agent.log if "tls_cert_file" in line]
            self.assertEqual([said] if said else [], [said for line in warnings if said and said in line], agent.log)
            agent.stop()

    def test_an_address_in_the_open_needs_a_token_and_tls_or_a_word(self):
        reader = self.token("reader", READER)
        pair = self.pair(*self.authority.issue("agent"))
        asks = f'reader_token_file = "{reader}"\n'
        for lines in ("", asks, pair, pair + f'operator_token_file = "{self.token("operator", OPERATOR)}"\n'):
            said = self.refused_start(lines, "--listen", "0.0.0.0:0")
            self.assertIn('"0.0.0.0:0" is not loopback', said)
            self.assertIn("reader_token_file" if asks not in lines else "tls_cert_file", said)
            self.assertIn("allow_plaintext", said)
        self.configure(pair + asks)
        self.made.arguments = ["--listen", "0.0.0.0:0"]
        agent = self.made.start()
        self.assertTrue(any("listening on https://0.0.0.0:" in line for line in agent.log), agent.log)
        self.assertEqual((401, 200, 401), tuple(agent.get("/v1/health", headers)[0] for headers in (
            {}, bearer(READER), {"X-Forwarded-For": "127.0.0.1"})))
        self.assertEqual((401, 200), tuple(agent.get("/metrics", headers)[0] for headers in ({}, bearer(READER))))

    def guarded(self):
        """An agent with a certificate and tokens, and what its command line is told of them."""
        self.reader, self.operator = self.token("reader", READER), self.token("operator", OPERATOR)
        agent = self.secured(more=f'reader_token_file = "{self.reader}"\noperator_token_file = "{self.operator}"\n')
        return agent, ("--ca-file", str(self.authority.certificate), "--token-file")

    def test_every_command_that_asks_an_agent_does_so_with_its_token_and_authority(self):
        agent, how = self.guarded()
        wait_for(lambda: json.loads(agent.get("/v1/health/claude", bearer(READER))[2])["state"] == "healthy", "the page")
        for command, code in ((("status",), 0), (("status", "claude", "--json"), 0), (("why", "claude"), 0),
                              (("history",), 0), (("guard", "claude"), 0),
                              (("report", "--provider", "claude", "ok=1"), 0),
                              (("override", "set", "claude", "unhealthy", "--reason", "r", "--ttl", "1h"), 0),
                              (("override", "list"), 0), (("guard", "claude"), 1), (("override", "clear", "claude"), 0)):
            done = agent.cli(*command, *how, str(self.operator))
            self.assertEqual((code, ""), (done.returncode, done.stderr if code == 0 else ""), (command, done.stdout))
        doctor = agent.cli("doctor", "--config", str(agent.config), *how, str(self.reader))
        self.assertIn(f"agent at {agent.url}: answers, HTTP 200", " ".join(doctor.stdout.split()))
        self.assertIn("claude", agent.cli("status", environment={"SIGNALBOX_TOKEN_FILE": str(self.reader),
                                                                 "SIGNALBOX_CA_FILE": str(self.authority.certificate)}).stdout)
        denied = agent.cli("override", "set", "claude", "unhealthy", "--reason", "r", "--ttl", "1h", *how, str(self.reader))
        self.assertEqual(77, denied.returncode, denied.stderr)
        self.assertIn("wants a token", agent.cli("status", *how[:2]).stderr)

    def requests(self):
        """What the agent was asked, by its own count; over the unix socket, where no certificate is in the way."""
        connection = UnixConnection(str(self.directory / "run" / "signalbox.sock"))
        self.addCleanup(connection.close)
        connection.request("GET", "/metrics", headers=bearer(READER))
        return [line for line in connection.getresponse().read().decode().splitlines()
                if line.startswith("signalbox_http_requests_total") and '"/metrics"' not in line]

    def test_the_command_line_says_what_is_wrong_with_a_certificate_and_sends_it_nothing(self):
        agent, how = self.guarded()
        other = Authority(self.directory, "somebody-else")
        untrusted = agent.cli("status", "--ca-file", str(other.certificate), "--token-file", str(self.reader))
        self.assertEqual(3, untrusted.returncode)
        self.assertIn(f"is of nobody who is in {other.certificate}: unable to get local issuer certificate", untrusted.stderr)
        self.assertIn("this system trusts", agent.cli("why", "claude", "--token-file", str(self.reader)).stderr)
        port = agent.address.split(":")[1]
        before = self.requests()
        for shape, url, said in (({"days": -1}, agent.url, "has expired"),
                                 ({"names": "DNS:signalbox.example"}, agent.url, "is not for 127.0.0.1"),
                                 ({"names": "DNS:l*calhost"}, f"https://localhost:{port}", "is not for localhost")):
            self.install(*self.authority.issue("next", **shape))
            self.ask_to_reload()
            refused = wait_for(lambda: (lambda done: done if said in done.stderr else None)(
                agent.cli("status", *how, str(self.operator), url=url)), f"status to say {said}")
            self.assertEqual(3, refused.returncode, refused.stderr)
        for command in (("why", "claude"), ("guard", "claude"), ("override", "clear", "claude")):
            refused = agent.cli(*command, *how, str(self.operator))
            self.assertEqual(69, refused.returncode, refused.stderr)
            self.assertIn("is not for 127.0.0.1", refused.stderr)
        self.assertEqual(before, self.requests())

    def test_a_token_is_not_sent_over_plain_http_to_another_host(self):
        reader = self.token("reader", READER)
        for url in ("http://192.0.2.1:9529", "http://signalbox.example", "http://127.0.0.1.example"):
            for by in ({"SIGNALBOX_TOKEN_FILE": str(reader)}, None):
                done = subprocess.run([BINARY, "--url", url, "status", *(() if by else ("--token-file", str(reader)))],
                                      capture_output=True, text=True, timeout=60, env={**os.environ, **(by or {})})
                self.assertEqual(3, done.returncode)
                self.assertIn("is not sent over plain http to another host", done.stderr)
                self.assertNotIn(READER, done.stdout + done.stderr)

    def test_no_token_is_told_by_the_agent_or_the_command_line(self):
        agent, how = self.guarded()
        told = []
        for command in (("status",), ("why", "nosuch"), ("guard", "claude"), ("report", "--provider", "claude", "ok=1"),
                        ("override", "clear", "x/y"), ("doctor", "--config", str(agent.config)), ("status", "--no-such-option")):
            for url in (agent.url, "http://192.0.2.1:1", "https://127.0.0.1:1"):
                done = agent.cli(*command, *how, str(self.reader), url=url)
                told += [done.stdout, done.stderr]
        told.append(agent.cli("status", *how, str(self.operator), url=agent.url.replace("https", "http")).stderr)
        told.append(agent.cli("status", "--token-file", str(self.directory / "tls.key")).stderr)
        self.install(*self.authority.issue("renewed"))
        self.ask_to_reload()
        wait_for(lambda: self.shown() == "renewed", "the renewed certificate")
        told += [agent.get(path, bearer(READER))[2].decode() for path in ("/readyz", "/metrics", "/v1/sources", "/v1/overrides")]
        key = (self.directory / "tls.key").read_text().splitlines()[1]
        told.append(pathlib.Path(f"/proc/{agent.process.pid}/cmdline").read_bytes().decode())
        agent.stop()
        everything = "\n".join(told + agent.log)
        self.assertGreater(len(everything), 5_000)
        for secret in (READER, OPERATOR, READER[8:24], key):
            self.assertNotIn(secret, everything)


if __name__ == "__main__":
    unittest.main()
