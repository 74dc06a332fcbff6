"""A machine of its own for a test: a real systemd, booted in a throw-away root tree by boot.sh. Needs root.

The tree is built once from Debian's packages and kept in the user's cache, outside the repository; another list of
packages is another tree. What a test changes in it is gone afterwards.
"""
import ctypes
import fcntl
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess

from harness import wait_for

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "signalbox-tests"
SUITE = "bookworm"
# What every tree has; libnss-systemd and the rest are those of an ordinary Debian server.
BASE = ["systemd", "systemd-sysv", "dbus", "libnss-systemd"]
PR_SET_PDEATHSIG = 1


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Lock:
    """Of a tree: shared by who has booted it, exclusive for who builds or removes it."""

    def __init__(self, tree):
        CACHE.mkdir(parents=True, exist_ok=True)
        self.file = open(f"{tree}.lock", "w", encoding="ascii")

    def take(self, how):
        fcntl.flock(self.file, how)

    def close(self):
        self.file.close()


def remove_unused(keep):
    for tree in CACHE.glob("tree-*"):
        if tree == keep or not tree.is_dir():
            continue
        lock = Lock(tree)
        try:
            lock.take(fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(tree)
            os.unlink(f"{tree}.lock")
        except BlockingIOError:
            pass  # somebody has booted it
        finally:
            lock.close()


def build_tree(tree, names):
    remove_unused(tree)
    new = tree.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--include=" + ",".join(names), SUITE, str(new)],
                   check=True, stdin=subprocess.DEVNULL, timeout=600)
    new.rename(tree)


def root_tree(packages):
    """(tree, its lock, shared): built when this list of packages was not asked for before."""
    names = sorted({*BASE, *packages})
    tree = CACHE / ("tree-" + hashlib.sha256("\n".join([SUITE, *names]).encode()).hexdigest()[:12])
    lock = Lock(tree)
    while True:
        lock.take(fcntl.LOCK_SH)  # not more: another test may have it booted for minutes
        if tree.exists():
            return tree, lock
        lock.take(fcntl.LOCK_EX)
        if not tree.exists():
            build_tree(tree, names)


class Machine:
    """Booted when made. Its network is a loopback of its own."""

    def __init__(self, packages=(), binds=None):
        self.tree, self.lock = root_tree(packages)
        arguments = [f"--bind-ro={outside}:{inside}" for inside, outside in (binds or {}).items()]
        self.process = subprocess.Popen([str(pathlib.Path(__file__).with_name("boot.sh")), str(self.tree), *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
        try:
            self.leader = wait_for(self._find_leader, "the machine's first process", 30)
            wait_for(lambda: self.run("systemctl", "is-system-running", "--wait", check=False).stdout.strip()
                     in ("running", "degraded"), "the machine to have booted", 60)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _children(pid):
        try:
            return [int(one) for one in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except FileNotFoundError:
            return []

    def _find_leader(self):
        if self.process.poll() is not None:
            raise AssertionError("it did not boot: " + self.process.stdout.read().decode(errors="replace"))
        for nspawn in self._children(self.process.pid):
            for leader in self._children(nspawn):
                # Not before it is systemd, with namespaces of its own and its sockets.
                ready = pathlib.Path(f"/proc/{leader}/root/run/systemd/private")
                if pathlib.Path(f"/proc/{leader}/comm").read_text().strip() == "systemd" and ready.exists():
                    return leader
        return None

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)
        self.lock.close()

    def run(self, *command, check=True, text=None):
        """A finished command inside."""
        done = subprocess.run(["nsenter", "--target", str(self.leader), "--all", "env", "-i",
                               "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive",
                               "NO_COLOR=1", *map(str, command)], capture_output=True, text=True, timeout=120, input=text or "")
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}\n{self.journal()}")
        return done

    def outside(self, *command):
        """The command line of a program of this host that meets the machine's network."""
        return ["nsenter", "--target", str(self.leader), "--net", *map(str, command)]

    def path(self, inside):
        return pathlib.Path(f"/proc/{self.leader}/root{inside}")

    def show(self, name, unit="signalbox.service"):
        return self.run("systemctl", "show", "--property", name, "--value", unit).stdout.strip()

    def journal(self, unit="signalbox.service"):
        return self.run("journalctl", "--no-pager", "--output=cat", "--unit", unit, check=False).stdout

    def get(self, path, unix=False):
        """(status, body) of a request over its loopback, or over the agent's unix socket."""
        done = subprocess.run(self.outside("/usr/bin/python3", "-c", ASK, path,
                                           self.path("/run/signalbox/signalbox.sock") if unix else ""),
                              capture_output=True, text=True, timeout=60, check=True)
        status, body = done.stdout.split("\n", 1)
        return int(status), body

    def files(self):
        """Every file, link and directory that is there, without what no package answers for."""
        found = self.run("find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path", "/sys", "-o", "-path", "/var/log",
                         "-o", "-path", "/var/lib/dpkg", "-o", "-path", "/tmp", "-o", "-path", "/var/tmp", ")", "-prune",
                         "-o", "-print").stdout.splitlines()
        run = self.run("find", "/run", "-path", "*signalbox*", "-print").stdout.splitlines()
        return set(found) | set(run)


ASK = """
import http.client, socket, sys
connection = http.client.HTTPConnection("127.0.0.1", 9529, timeout=30)
if sys.argv[2]:
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(30)
    connection.sock.connect(sys.argv[2])
connection.request("GET", sys.argv[1])
answer = connection.getresponse()
print(answer.status)
print(answer.read().decode())
"""
