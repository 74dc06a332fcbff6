"""What tests need from npm, pinned by the package-lock.json of a folder here, installed into a cache outside of the
repository when it is not there yet."""
import fcntl
import hashlib
import pathlib
import shutil
import subprocess

from machine import CACHE


def node_packages(name):
    """The folder whose node_modules has the packages of the folder `name`, exactly those of its lock file."""
    pins = pathlib.Path(__file__).with_name(name)
    lock_file = pins / "package-lock.json"
    folder = CACHE / f"{name}-{hashlib.sha256(lock_file.read_bytes()).hexdigest()[:16]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for file in ("package.json", "package-lock.json"):
                shutil.copy(pins / file, folder)
            done = subprocess.run(["npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"],
                                  capture_output=True, text=True, timeout=240)
            if done.returncode != 0:
                raise AssertionError(f"npm ci: {done.stderr}")
            (folder / "complete").touch()
    return folder
