"""Certificates that a test makes with openssl: an authority, and what it vouches for."""
import pathlib
import ssl
import subprocess


class Authority:
    def __init__(self, directory, name="authority"):
        self.directory = pathlib.Path(directory)
        self.certificate, self.key = self._path(name, "pem"), self._path(name, "key")
        self._openssl("req", "-x509", *self._new_key(self.key), "-out", self.certificate, "-subj", f"/CN={name}", "-days", 2)

    def issue(self, name, names="IP:127.0.0.1,DNS:localhost", days=90):
        """(certificate, key) for `names`, a subjectAltName; -1 `days`: expired yesterday."""
        certificate, key, request = (self._path(name, kind) for kind in ("pem", "key", "csr"))
        extensions = self._path(name, "ext")
        extensions.write_text(f"subjectAltName={names}\n")
        self._openssl("req", *self._new_key(key), "-out", request, "-subj", f"/CN={name}")
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", days,
                      "-extfile", extensions, "-out", certificate)
        key.chmod(0o600)
        return certificate, key

    def trust(self):
        """For who trusts this authority and nobody else."""
        return ssl.create_default_context(cafile=self.certificate)

    def _path(self, name, kind):
        return self.directory / f"{name}.{kind}"

    @staticmethod
    def _new_key(path):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)
