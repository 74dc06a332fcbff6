"""The Debian package of this tree, built once for all tests: `python3 package.py` builds it and prints where it is.

In a build directory of its own, of the release preset without tests. Who calls it again finds everything built, and the
same file: another test may be installing it.
"""
import fcntl
import os
import pathlib
import shutil
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / "build" / "package"


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def is_fresh(deb):
    made_of = [BUILD / "signalbox", BUILD / "CPackConfig.cmake", *(REPOSITORY / "systemd").rglob("*"),
               *(one for one in (BUILD / "systemd").glob("*") if one.is_file())]
    return all(one.stat().st_mtime <= deb.stat().st_mtime for one in made_of if one.is_file())


def build():
    """The .deb; its build directory has the binary and what `cmake --install` installs."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / ".tests-lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment = {**os.environ, "CCACHE_BASEDIR": str(REPOSITORY), "CCACHE_NOHASHDIR": "1"}
        if not (BUILD / "build.ninja").exists():
            run("cmake", "--preset", "release", "-B", BUILD, "-DSIGNALBOX_TESTS=OFF", cwd=REPOSITORY, env=environment)
        run("cmake", "--build", BUILD, cwd=REPOSITORY, env=environment)
        debs = list(BUILD.glob("*.deb"))
        if len(debs) != 1 or not is_fresh(debs[0]):
            for old in debs:
                old.unlink()
            run("cmake", "--build", BUILD, "--target", "package", cwd=REPOSITORY, env=environment)
        return next(BUILD.glob("signalbox_*.deb"))


def field(deb, name):
    return run("dpkg-deb", "--field", deb, name).strip()


def dependencies(deb):
    """Names of the packages that it needs, the first of alternatives."""
    return [one.split("|")[0].split("(")[0].strip() for one in field(deb, "Depends").split(",")]


def older(deb, directory, version="0.0.9"):
    """The same package as it might have been before: an older version, with another default configuration."""
    tree = pathlib.Path(tempfile.mkdtemp(prefix="signalbox-deb-"))
    try:
        run("dpkg-deb", "--raw-extract", deb, tree)
        control = tree / "DEBIAN" / "control"
        control.write_text(control.read_text().replace(f"Version: {field(deb, 'Version')}", f"Version: {version}"))
        with open(tree / "etc/signalbox/signalbox.toml", "a", encoding="utf-8") as configuration:
            configuration.write("\n# as it was then\n")
        made = pathlib.Path(directory) / f"signalbox_{version}.deb"
        run("dpkg-deb", "--root-owner-group", "--build", tree, made)
        return made
    finally:
        shutil.rmtree(tree)


if __name__ == "__main__":
    print(build())
