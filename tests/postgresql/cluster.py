# SPDX-License-Identifier: MIT
"""A PostgreSQL cluster of a test's own: a folder in /tmp, a Unix socket in it, no network."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
DATABASE = "stagedoor"
OWNER = "postgres"  # who runs it where the test is root's, which PostgreSQL refuses to be
COMMAND_SECONDS = 60

INITDB = ("-A", "trust", "-U", DATABASE, "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
# What it holds is gone with the test.
SETTINGS = {"fsync": "off", "listen_addresses": "''"}


class SqlError(Exception):
    """What PostgreSQL says of a text that it does not take."""


class Cluster:
    """`with Cluster() as cluster: cluster.run("SELECT 1")`. Stopped and removed at the end."""

    def __enter__(self):
        assert PROGRAMS.is_dir(), f"there is no {PROGRAMS}: scripts/setup installs it"
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        try:
            if os.geteuid() == 0:
                account = pwd.getpwnam(OWNER)
                os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._call("initdb", "-D", self.folder / "data", *INITDB)
            self._start()
            self._call("createdb", *self._where, DATABASE)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure):
        if (self.folder / "data" / "postmaster.pid").exists():
            self._call("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder)

    def run(self, sql):
        """Runs statements, each row of what they find a line. Raises SqlError."""
        done = self._start_program("psql", *self._where, "-d", DATABASE, "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-",
                                   text=sql)
        if done.returncode != 0:
            raise SqlError(done.stderr.strip())
        return done.stdout.splitlines()

    @property
    def _where(self):
        return "-h", self.folder, "-U", DATABASE

    def _start(self):
        settings = SETTINGS | {"unix_socket_directories": self.folder}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._call("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-o", options, "-w", "start")

    def _call(self, program, *arguments):
        done = self._start_program(program, *arguments)
        assert done.returncode == 0, f"{program}: {done.stderr}"

    def _start_program(self, program, *arguments, text=""):
        as_owner = ("setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups") if os.geteuid() == 0 else ()
        # Files and no pipes: a server that pg_ctl has started would keep those open.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run([*as_owner, PROGRAMS / program, *map(str, arguments)], input=text, stdout=out,
                                  stderr=err, text=True, cwd=self.folder, timeout=COMMAND_SECONDS, check=False)
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())
