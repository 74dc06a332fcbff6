"""The agent as a process: reload, directories, the database in trouble, the contract, the end."""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import unittest

from harness import BINARY, ONLY_FAKES, REPOSITORY, Agent, AgentTest, json_reply, statuspage, wait_for


class Process(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.config = ONLY_FAKES + self.provider("fake", "/summary.json")

    def test_a_good_reload_takes_effect_and_a_bad_one_keeps_the_old(self):
        agent = self.agent(self.config).start()
        agent.wait_state("fake", "healthy")
        agent.write_config(self.config + '[providers.fake]\nmodels = ["model-one"]\n')
        agent.process.send_signal(signal.SIGHUP)
        wait_for(lambda: agent.get("/v1/health/fake/model-one")[0] == 200
                 and agent.health("fake/model-one")["inherited"] is False, "the new model")
        agent.write_config(self.config + "[policy]\nhold_seconds = 60\n")
        agent.process.send_signal(signal.SIGHUP)
        wait_for(lambda: any("hold_seconds" in line for line in agent.log), "the mistake in the log")
        ready = wait_for(lambda: (lambda r: r if r["status"] == "warn" else None)(json.loads(agent.get("/readyz")[2])),
                         "readyz to warn")
        self.assertIn("hold_seconds", json.dumps(ready))
        self.assertFalse(agent.health("fake/model-one")["inherited"])
        self.assertEqual("healthy", agent.health("fake")["state"])

    def test_a_bad_configuration_is_refused_with_its_place(self):
        agent = self.agent("[policy]\nhold_seconds = 60\n")
        refused = subprocess.run([BINARY, "serve", "--config", str(agent.config)], capture_output=True, text=True,
                                 timeout=60)
        self.assertEqual(78, refused.returncode)
        self.assertIn(f"{agent.config}:6:1", refused.stderr)
        self.assertIn('"hold_s"', refused.stderr)

    def test_the_command_line_opens_nothing_that_the_configuration_would_not(self):
        agent = self.agent(self.config)
        refused = subprocess.run([BINARY, "serve", "--config", str(agent.config), "--listen", "192.0.2.1:0"],
                                 capture_output=True, text=True, timeout=60)
        self.assertEqual(78, refused.returncode, refused.stderr)
        self.assertIn("allow_plaintext", refused.stderr)

    def test_a_corrupt_database_is_set_aside_and_said_everywhere(self):
        agent = self.agent(self.config).start()
        agent.wait_state("fake", "healthy")
        agent.stop()
        database = pathlib.Path(agent.directory, "state", "signalbox.db")
        database.write_bytes(os.urandom(100_000))
        agent.start()
        agent.wait_state("fake", "healthy")
        aside = [name for name in os.listdir(database.parent) if ".corrupt-" in name]
        self.assertEqual(1, len([name for name in aside if not name.endswith(("-wal", "-shm"))]), aside)
        self.assertIn(aside[0].split("-wal")[0], json.dumps(json.loads(agent.get("/readyz")[2])))
        self.assertIn(".corrupt-", agent.cli("status").stdout)
        self.assertTrue(any(".corrupt-" in line for line in agent.log))

    def test_a_database_of_a_newer_version_is_refused_and_left_alone(self):
        agent = self.agent(self.config).start()
        agent.stop()
        database = pathlib.Path(agent.directory, "state", "signalbox.db")
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA user_version = 999")
        connection.close()
        before = database.read_bytes()
        refused = subprocess.run([BINARY, "serve", "--config", str(agent.config)], capture_output=True, text=True,
                                 timeout=60)
        self.assertNotEqual(0, refused.returncode)
        self.assertIn("999", refused.stderr)
        self.assertEqual(before, database.read_bytes())

    def test_two_agents_do_not_share_a_database(self):
        agent = self.agent(self.config).start()
        refused = subprocess.run([BINARY, "serve", "--config", str(agent.config)], capture_output=True, text=True,
                                 timeout=60)
        self.assertNotEqual(0, refused.returncode)
        self.assertIn(str(agent.process.pid), refused.stderr)

    def test_a_disk_that_fails_does_not_stop_the_signal(self):
        # A file-size limit stands in for a full disk: every write beyond it fails.
        agent = self.agent(self.config).start()
        agent.wait_state("fake", "healthy")
        pid = agent.process.pid
        subprocess.run(["prlimit", f"--pid={pid}", "--fsize=4096:unlimited"], check=True)
        self.page.serve("/summary.json", json_reply(statuspage("major_outage")))
        agent.wait_state("fake", "unhealthy")
        wait_for(lambda: agent.json("/v1/health")["persistence"] == "failing", "persistence to be failing")
        self.assertIn("persist", agent.cli("status").stdout.lower())
        subprocess.run(["prlimit", f"--pid={pid}", "--fsize=unlimited:unlimited"], check=True)
        wait_for(lambda: agent.json("/v1/health")["persistence"] == "ok", "persistence to be back")
        changes = agent.json("/v1/transitions?target=fake")["transitions"]
        self.assertEqual("unhealthy", changes[0]["to"])

    def test_real_answers_keep_the_contract(self):
        incident = {"id": "i1", "name": "Elevated errors on Claude Opus 4.6", "status": "investigating",
                    "impact": "major", "created_at": "2026-11-23T10:00:00Z", "updated_at": "2099-11-23T10:00:00Z",
                    "components": [{"id": "api"}], "shortlink": "https://stspg.io/x"}
        self.page.serve("/summary.json", json_reply(statuspage("partial_outage", [incident])))
        agent = self.agent(self.config + '[providers.fake]\nmodels = ["claude-opus-4-6"]\n').start()
        agent.wait_state("fake", "unhealthy")
        checked = subprocess.run(["/usr/bin/python3", str(REPOSITORY / "tests/schema/validate.py"), "--url",
                                  f"http://{agent.address}"], capture_output=True, text=True, timeout=60)
        self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)

    def test_a_backup_is_a_whole_database(self):
        agent = self.agent(self.config).start()
        agent.wait_state("fake", "healthy")
        copy = pathlib.Path(agent.directory, "copy.db")
        made = agent.cli("backup", "--config", str(agent.config), str(copy))
        self.assertEqual(0, made.returncode, made.stderr)
        with sqlite3.connect(copy) as connection:
            self.assertEqual([("ok",)], connection.execute("PRAGMA integrity_check").fetchall())
            self.assertEqual(1, connection.execute("SELECT count(*) FROM transitions").fetchone()[0])
        connection.close()
        again = agent.cli("backup", "--config", str(agent.config), str(copy))
        self.assertNotEqual(0, again.returncode)

    def test_doctor_names_what_is_wrong_with_a_feed(self):
        agent = self.agent(self.config).start()
        agent.wait_state("fake", "healthy")
        well = agent.cli("doctor", "--config", str(agent.config))
        self.assertIn(well.returncode, (0, 1), well.stdout + well.stderr)
        self.page.serve("/summary.json", json_reply(statuspage(page_id="moved")))
        ill = agent.cli("doctor", "--config", str(agent.config))
        self.assertEqual(2, ill.returncode, ill.stdout)
        self.assertIn("moved", ill.stdout)

    def test_term_ends_it_cleanly_and_health_json_stays_for_its_readers(self):
        agent = self.agent(self.config).start()
        agent.wait_state("fake", "healthy")
        self.assertEqual(0, agent.stop())
        self.assertTrue(pathlib.Path(agent.directory, "run", "health.json").exists())
        self.assertFalse(pathlib.Path(agent.directory, "run", "signalbox.sock").exists())


if __name__ == "__main__":
    unittest.main()
