# tests/deploy/compose_file.py - compose.yaml as docker-compose understands it, and the image as its Dockerfile has it.
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile

import yaml

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = SOURCE / "deploy"
COMPOSE = DEPLOY / "compose.yaml"


def variables(path):
    """The NAME=VALUE lines of a file like .env."""
    lines = [line.strip() for line in pathlib.Path(path).read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def made_as_documented():
    """deploy/.env as the commands of docs/deploying.md make it of .env.example."""
    blocks = re.findall(r"```sh\n(.*?)```", (SOURCE / "docs/deploying.md").read_text(), re.S)
    commands = [block for block in blocks if "deploy/.env.example deploy/.env\n" in block]
    assert len(commands) == 1, "docs/deploying.md has one block that makes deploy/.env"
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "deploy").mkdir()
        example = pathlib.Path(folder) / "deploy/.env.example"
        example.write_text((DEPLOY / ".env.example").read_text())
        subprocess.run(["bash", "-euc", commands[0].split("docker compose")[0]], cwd=folder, check=True, timeout=60)
        made = pathlib.Path(folder) / "deploy/.env"
        assert made.stat().st_mode & 0o777 == 0o600, "nobody else reads its secrets"
        return variables(made)


def resolved(settings, **changed):
    """The whole file with all profiles, variables filled in; docker-compose refuses what it does not know."""
    with tempfile.NamedTemporaryFile("w", suffix=".env") as file:
        file.write("".join(f"{name}={value}\n" for name, value in {**settings, **changed}.items()))
        file.flush()
        finished = subprocess.run(
            ["docker-compose", "-f", str(COMPOSE), "--env-file", file.name, "--profile", "monitoring", "config"],
            capture_output=True, text=True, timeout=300, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
    if finished.returncode != 0:
        raise ValueError(finished.stderr)
    return unescaped(yaml.safe_load(finished.stdout))


def unescaped(value):
    """What is printed could be read again: each $ is $$."""
    if isinstance(value, dict):
        return {name: unescaped(member) for name, member in value.items()}
    if isinstance(value, list):
        return [unescaped(member) for member in value]
    return value.replace("$$", "$") if isinstance(value, str) else value


def raw():
    return yaml.safe_load(COMPOSE.read_text())


class Image:
    """What the Dockerfile's last stage says: the lines of JSON, and ENV."""

    def __init__(self):
        text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
        stage = re.split(r"^FROM ", text, flags=re.M)[-1]
        lines = [line for line in stage.splitlines() if line and not line.startswith("#")]
        said = dict(line.split(None, 1) for line in lines[1:])
        self.entrypoint, self.command = json.loads(said["ENTRYPOINT"]), json.loads(said["CMD"])
        self.health = json.loads(said["HEALTHCHECK"].split("CMD", 1)[1])
        self.user, self.stop_signal = said["USER"], said["STOPSIGNAL"]
        self.volume, self.port, self.folder = said["VOLUME"], int(said["EXPOSE"]), said["WORKDIR"]
        self.environment = dict(line.split(None, 1)[1].split("=", 1) for line in lines if line.startswith("ENV "))


def mounts(service):
    """(source, path in the container, whether it is a path of this machine) for each volume."""
    for text in service.get("volumes", []):
        source, path = text.split(":")[:2]
        yield source, path, source.startswith("/")


def words_of(service, image):
    """What is run: the service's words, or else the image's where it is ours."""
    own = "tollgate" in service["image"]
    entrypoint = service.get("entrypoint", image.entrypoint if own else [])
    # As Docker has it: who says another entrypoint does not get the image's command.
    default = image.command if own and "entrypoint" not in service else []
    return split(entrypoint) + split(service.get("command", default))


def split(words):
    return shlex.split(words) if isinstance(words, str) else list(words)
