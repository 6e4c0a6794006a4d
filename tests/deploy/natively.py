# tests/deploy/natively.py - services of a compose file as processes of this machine: words, environment, order.
#
# Each has two loopback addresses of its own, and so keeps its ports: where its name and its 0.0.0.0 lead, which is what
# others ask, and where its 127.0.0.1 leads. Its mounts are folders below one temporary folder; mounted files are
# copies, in which addresses are replaced as well.
import http.client
import json
import os
import pathlib
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import compose_file

PROGRAMS = pathlib.Path(os.environ["TOLLGATE_BIN"])
PATIENCE = 60
POSTGRES = "/usr/lib/postgresql/15/bin"


def wait_until(what, condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while not (result := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience} s until {what}")
        time.sleep(0.05)
    return result


def get(address, path, headers=None, port=8080, method="GET", body=None):
    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def scraped(prometheus):
    """Whether Prometheus has what it asks for from all it asks."""
    told = json.loads(get(prometheus, "/api/v1/query?query=up", port=9090)[2])["data"]["result"]
    return [one["value"][1] for one in told] == ["1"]


def free_network():
    """127.A.B, of which nobody uses the gateway's address."""
    while True:
        network = f"127.{random.randrange(64, 250)}.{random.randrange(256)}"
        with socket.socket() as attempt:
            try:
                attempt.bind((f"{network}.1", 8080))
                return network
            except OSError:
                continue


class Service:
    def __init__(self, stack, name, said):
        self.stack, self.name, self.said, self.process = stack, name, said, None
        self.folder = stack.folder / name
        self.folder.mkdir(exist_ok=True)
        self.paths = {path: self.folder / path.strip("/").replace("/", "_")
                      for path in [path for _, path, _ in compose_file.mounts(said)] + said.get("tmpfs", [])}
        self.here = self.paths.get(stack.image.folder, self.folder) if "tollgate" in said["image"] else self.folder
        self.log, self.out = self.folder / "log", self.folder / "out"
        self.environment = stack.surroundings()
        own = stack.image.environment if "tollgate" in said["image"] else {}
        for name, value in {**own, **said.get("environment", {})}.items():
            self.environment[name] = self.mapped(str(value))

    @property
    def address(self):
        return self.stack.addresses[self.name]

    @property
    def loopback(self):
        network, number = self.address.rsplit(".", 1)
        return f"{network}.{int(number) + 100}"

    def mapped(self, text):
        text = re.sub(r"\b(?:127\.0\.0\.1|localhost)\b", self.loopback, text)
        text = re.sub(r"\b0\.0\.0\.0\b", self.address, text)
        names = "|".join(sorted(self.stack.addresses, key=len, reverse=True))
        text = re.sub(rf"(?<![\w.-])({names})(?=:\d)", lambda found: self.stack.addresses[found[1]], text)
        if not self.paths:
            return text
        paths = "|".join(re.escape(path) for path in sorted(self.paths, key=len, reverse=True))
        return re.sub(rf"(?<![\w/])({paths})(?![\w-])", lambda found: str(self.paths[found[1]]), text)

    def mount(self):
        for source, path, bound in sorted(compose_file.mounts(self.said), key=lambda mount: len(mount[1])):
            if bound:
                self.copy(pathlib.Path(source), self.paths[path])
            else:
                self.paths[path].mkdir(exist_ok=True)
        for path in self.said.get("tmpfs", []):
            self.paths[path].mkdir(exist_ok=True)

    def copy(self, source, destination):
        if source.is_dir():
            destination.mkdir(exist_ok=True)
            for child in source.iterdir():
                self.copy(child, destination / child.name)
        else:
            destination.write_text(self.mapped(source.read_text()))

    def words(self):
        return [self.mapped(word) for word in compose_file.words_of(self.said, self.stack.image)]

    def start(self):
        self.mount()
        words = self.words()
        if self.said["image"].startswith("postgres:"):
            words = self.postgres()
        if self.said["image"].startswith("redis:"):
            data = self.folder / "data"
            data.mkdir(exist_ok=True)
            # The folder is the image's to say, and a container has its addresses for itself.
            words += ["--bind", self.address, "--dir", str(data)]
        with open(self.log, "ab") as log, open(self.out, "ab") as out:
            self.process = subprocess.Popen(words, env=self.environment, cwd=self.here, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=log)
        wait_until(f"{self.name} is healthy", self.healthy)

    # What the image's entrypoint does: a new data folder by POSTGRES_*, and another user than root.
    def postgres(self):
        data, password = self.folder / "data", self.folder / "password"
        as_user = []
        if os.geteuid() == 0:
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        said = self.environment
        if not data.exists():
            password.write_text(said["POSTGRES_PASSWORD"])
            password.chmod(0o644)
            initdb = [f"{POSTGRES}/initdb", "-D", data, "-U", said["POSTGRES_USER"], f"--pwfile={password}",
                      "--no-sync", "--auth-host=scram-sha-256", "--auth-local=trust", "-E", "UTF8", "--locale=C"]
            subprocess.run(as_user + initdb, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE * 5)
            single = as_user + [f"{POSTGRES}/postgres", "--single", "-D", data, "-j", "postgres"]
            subprocess.run(single, input=f"CREATE DATABASE {said['POSTGRES_DB']}\n", text=True, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE * 5)
        return as_user + [f"{POSTGRES}/postgres", "-D", str(data), "-k", str(data), "-c", "fsync=off",
                          "-c", f"listen_addresses={self.address}"]

    def reached(self, found):
        """Where 127.0.0.1[:PORT] leads from inside: who listens on 0.0.0.0 is there, too."""
        if port := found[1]:
            with socket.socket() as attempt:
                if attempt.connect_ex((self.loopback, int(port))) == 0:
                    return f"{self.loopback}:{port}"
            return f"{self.address}:{port}"
        return self.address

    def run(self, words, **options):
        """As `docker compose exec` would."""
        words = [re.sub(r"\b127\.0\.0\.1\b(?::(\d+))?", self.reached, word) for word in words]
        return subprocess.run([self.mapped(word) for word in words], env=self.environment, cwd=self.here, text=True,
                              capture_output=True, timeout=PATIENCE, **options)

    def healthy(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.log.read_text()}")
        kind, *words = self.said["healthcheck"]["test"]
        return self.run(["sh", "-c", *words] if kind == "CMD-SHELL" else words).returncode == 0

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self):
        """By the image's signal; the exit code."""
        self.process.send_signal(signal.SIGINT if self.said["image"].startswith("postgres:") else signal.SIGTERM)
        return self.process.wait(PATIENCE)


class Stack:
    def __init__(self, services):
        self.image = compose_file.Image()
        network = free_network()
        names = ["gateway"] + sorted(set(services) - {"gateway"})
        self.addresses = {name: f"{network}.{number}" for number, name in enumerate(names, 1)}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="compose-"))
        self.folder.chmod(0o755)
        self.services = {name: Service(self, name, said) for name, said in services.items()}

    def __getitem__(self, name):
        return self.services[name]

    def surroundings(self):
        """Nothing of this process's environment but where programs are, and how sanitizers report."""
        clean = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        tools = compose_file.SOURCE / "build/tools"
        return {**clean, "PATH": f"{PROGRAMS}:{tools}:{POSTGRES}:/usr/local/bin:/usr/bin:/bin"}

    def start(self, *names):
        for name in names:
            for other in self[name].said.get("depends_on", {}):
                if self[other].process is None:
                    self.start(other)
            self[name].start()

    def replace(self, name, said):
        """Another configuration of a service that has ended; what it kept stays."""
        self.services[name] = Service(self, name, said)
        self.start(name)

    def end(self):
        """Those that depend on others first. What each exited with."""
        codes = {}
        running = [service for service in self.services.values() if service.process and service.process.poll() is None]
        for service in sorted(running, key=lambda service: -len(service.said.get("depends_on", {}))):
            codes[service.name] = service.stop()
        return codes

    def remove(self):
        for service in self.services.values():
            if service.process and service.process.poll() is None:
                service.kill()
        shutil.rmtree(self.folder)
