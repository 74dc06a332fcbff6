"""The packages of package.json, installed by `npm ci` from package-lock.json into ~/.cache/signalbox-tests, once for
each state of the two files."""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
FILES = [HERE / "package.json", HERE / "package-lock.json"]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "signalbox-tests" / "node"


def node_packages():
    """The directory whose node_modules has them. A program reaches them by createRequire(DIRECTORY + "/")."""
    state = hashlib.sha256(b"".join(file.read_bytes() for file in FILES)).hexdigest()[:16]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = CACHE / state
        if not ready.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE) as made:
                for file in FILES:
                    shutil.copy(file, made)
                done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=made,
                                      capture_output=True, text=True, timeout=240)
                if done.returncode != 0:
                    raise AssertionError("npm ci failed: " + done.stderr[-2000:])
                shutil.copytree(made, ready.with_suffix(".new"), symlinks=True, dirs_exist_ok=True)
            ready.with_suffix(".new").rename(ready)
        return ready
