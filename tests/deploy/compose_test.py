# tests/deploy/compose_test.py - deploy/compose.yaml: held against rules, and run without containers, by its own words.
#
# By hand: cd tests/deploy && TOLLGATE_BIN=$PWD/../../build/dev/bin python3 -m unittest compose_test
import json
import os
import pathlib
import re
import subprocess
import unittest

import compose_file
from natively import PATIENCE, PROGRAMS, Stack, get, scraped, wait_until

SETTINGS = compose_file.made_as_documented()
SERVICES = compose_file.resolved(SETTINGS)["services"]
UPSTREAMS = ["upstream-one", "upstream-two", "upstream-three"]


def output(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout


def installed_packages():
    """What each package of this machine depends on."""
    told = output("dpkg-query", "-W", "-f", "${Package}\t${Depends}, ${Pre-Depends}\n")
    lines = [line.split("\t") for line in told.splitlines()]
    return {package: re.findall(r"(?:^|[,|] *)([\w.+-]+)", depends) for package, depends in lines}


class TheFile(unittest.TestCase):
    def each(self, check):
        for name, service in SERVICES.items():
            with self.subTest(service=name):
                check(name, service)

    def test_nobody_may_do_more_than_he_must(self):
        def check(name, service):
            self.assertTrue(service["read_only"])
            self.assertEqual(service["cap_drop"], ["ALL"])
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"])
            self.assertTrue(service["init"])
            self.assertLessEqual(service["pids_limit"], 1000)
            for word in ("privileged", "cap_add", "network_mode", "pid", "devices"):
                self.assertNotIn(word, service)
            self.assertFalse([mount for mount in compose_file.mounts(service) if "docker.sock" in mount[0]])
        self.each(check)
        self.assertNotEqual(compose_file.Image().user.split(":")[0], "root")
        self.assertNotEqual(compose_file.Image().user.split(":")[0], "0")

    def test_everybody_has_a_health_check_and_waits_for_those_of_others(self):
        def check(name, service):
            health = service["healthcheck"]
            self.assertIn(health["test"][0], ("CMD", "CMD-SHELL"))
            self.assertTrue(health["interval"] and health["timeout"] and health["retries"])
            for other, how in service.get("depends_on", {}).items():
                self.assertIn(other, SERVICES)
                self.assertEqual(how["condition"], "service_healthy")
        self.each(check)
        self.assertEqual(set(SERVICES["gateway"]["depends_on"]), {"postgres", "redis", *UPSTREAMS})

    def test_only_requests_come_from_outside_and_operators_from_this_machine(self):
        published = {}
        for name, service in SERVICES.items():
            for port in service.get("ports", []):
                # A port for everybody is a table where docker-compose has parsed it, and a text else.
                if isinstance(port, dict):
                    published[name, port["target"]] = ""
                else:
                    host, inner = re.fullmatch(r"(.*):\d+:(\d+)/tcp", port).groups()
                    published[name, int(inner)] = host
        self.assertEqual(published, {("gateway", 8080): "", ("gateway", 9180): "127.0.0.1",
                                     ("prometheus", 9090): "127.0.0.1", ("grafana", 3000): "127.0.0.1"})
        self.assertEqual(compose_file.Image().port, 8080)

    def test_who_keeps_data_is_on_a_network_that_leads_nowhere(self):
        networks = compose_file.resolved(SETTINGS)["networks"]
        for name in ("postgres", "redis", *UPSTREAMS):
            for network in SERVICES[name]["networks"]:
                self.assertTrue(networks[network]["internal"], f"{name}: {network}")
        self.assertEqual(set(SERVICES["gateway"]["networks"]), set(networks))

    def test_every_mounted_file_is_there_and_every_volume_is_declared(self):
        volumes = compose_file.resolved(SETTINGS)["volumes"]
        used = set()
        for name, service in SERVICES.items():
            for source, path, bound in compose_file.mounts(service):
                there = pathlib.Path(source).exists() if bound else source in volumes
                self.assertTrue(there, f"{name}: {source}:{path}")
                used |= set() if bound else {source}
        self.assertEqual(used, set(volumes))
        self.assertIn(compose_file.Image().volume, [path for _, path, _ in compose_file.mounts(SERVICES["gateway"])])

    def test_only_monitoring_is_optional(self):
        profiles = {name: service.get("profiles", []) for name, service in SERVICES.items()}
        self.assertEqual({name for name, said in profiles.items() if said}, {"prometheus", "grafana"})
        self.assertEqual({word for said in profiles.values() for word in said}, {"monitoring"})

    def test_every_variable_is_in_the_example_and_every_secret_must_be_said(self):
        text = compose_file.COMPOSE.read_text()
        used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
        example = compose_file.variables(compose_file.DEPLOY / ".env.example")
        self.assertEqual(used | {"COMPOSE_PROJECT_NAME"}, set(example))
        for name, value in example.items():
            if name.endswith(("TOKEN", "PASSWORD")):
                self.assertEqual(value, "")
                self.assertGreaterEqual(len(SETTINGS[name]), 32, "docs/deploying.md makes it")
                with self.assertRaisesRegex(ValueError, "Missing mandatory value|say it|copy"):
                    compose_file.resolved(SETTINGS, **{name: ""})
            elif name != "COMPOSE_PROJECT_NAME":
                self.assertIn("${" + name + ":-" + value + "}", text)
        self.assertEqual(len({SETTINGS[name] for name in SETTINGS if name.endswith(("TOKEN", "PASSWORD"))}), 4)

    def test_no_secret_is_among_the_words_of_a_process(self):
        secrets = [value for name, value in SETTINGS.items() if name.endswith(("TOKEN", "PASSWORD"))]
        self.assertEqual(len(secrets), 4)
        def check(name, service):
            words = [compose_file.words_of(service, compose_file.Image()), service["healthcheck"]["test"]]
            self.assertFalse([secret for secret in secrets if secret in str(words)])
        self.each(check)

    def test_there_are_as_many_descriptors_as_the_unit_of_systemd_has(self):
        unit = (compose_file.DEPLOY / "systemd/tollgate.service").read_text()
        number = int(re.search(r"^LimitNOFILE=(\d+)$", unit, re.M)[1])
        self.assertEqual(SERVICES["gateway"]["ulimits"]["nofile"], {"soft": number, "hard": number})

    def test_what_is_in_compose_differs_from_what_is_outside_in_names_only(self):
        def lines(name):
            text = (compose_file.DEPLOY / name).read_text().replace("gateway:9180", "127.0.0.1:9180")
            text = text.replace("prometheus:9090", "127.0.0.1:9090")
            told = [line for line in text.splitlines() if not line.strip().startswith("#")]
            return [line for line in told if "authorization" not in line]
        self.assertEqual(lines("prometheus/in-compose.yml"), lines("prometheus/prometheus.yml"))
        self.assertEqual(lines("grafana/in-compose.yml"), lines("grafana/provisioning/datasources/prometheus.yml"))

    def test_programs_know_every_option(self):
        def check(name, service):
            commands = [compose_file.words_of(service, compose_file.Image())] + [service["healthcheck"]["test"][1:]]
            for words in commands:
                if not words or words[0] not in ("tollgate", "loadtester"):
                    continue
                subcommand = [words[1]] if re.fullmatch("[a-z]+", words[1]) else ["run"]
                told = output(PROGRAMS / words[0], *subcommand, "--help")
                for option in [word for word in words if re.fullmatch("--?[a-z]+", word)]:
                    self.assertRegex(told, rf"(?<![\w-]){option}\b")
        self.each(check)

    def test_the_image_has_every_library_that_programs_want(self):
        packages = (compose_file.SOURCE / "scripts/packages").read_text()
        named = re.search(r"runtime_packages=\((.*?)\)", packages, re.S)[1].split()
        libraries = PROGRAMS.parent / "lib"
        plugins = libraries.glob("tollgate/plugins/*.so")
        loaded = output("ldd", PROGRAMS / "tollgate", PROGRAMS / "loadtester", libraries / "libtollgate.so", *plugins)
        paths = {os.path.realpath(path) for path in re.findall(r"=> (/\S+)", loaded)
                 if not path.startswith(str(PROGRAMS.parent))}
        owners = subprocess.run(["dpkg", "-S", *paths], capture_output=True, text=True, timeout=PATIENCE).stdout
        needed = {line.split(":")[0] for line in owners.splitlines()}
        known, more = set(), set(named) | {"libc6", "libgcc-s1"}
        depends = installed_packages()
        while more:
            known |= more
            more = {other for package in more for other in depends.get(package, ())} - known
        sanitizers = {package for package in needed if "clang" in package or "llvm" in package}
        self.assertEqual(needed - known - sanitizers, set())


class Running(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(SERVICES)
        cls.addClassCleanup(cls.stack.remove)
        cls.stack.start("gateway")
        cls.gateway = cls.stack["gateway"]
        ready = ["tollgate", "health", "--ready", "--admin", "127.0.0.1:9180"]
        wait_until("its keys are read", lambda: cls.gateway.run(ready).returncode == 0)

    def ask(self, path, **headers):
        return get(self.gateway.address, path, {name.replace("_", "-"): value for name, value in headers.items()})

    def key(self, tier):
        made = self.gateway.run(["tollgate", "keys", "create", "--owner", tier, "--tier", tier])
        self.assertEqual(made.returncode, 0, made.stderr)
        key = made.stdout.strip()
        wait_until("the key is known", lambda: self.ask("/orders/1", X_API_Key=key)[0] != 401)
        return key

    def test_a_key_of_the_database_lets_in_and_every_upstream_answers(self):
        key = self.key("premium")
        bodies = set()
        for _ in range(12):
            status, _, body = self.ask("/orders/7", X_API_Key=key)
            self.assertEqual(status, 200, body)
            bodies.add(body)
        self.assertEqual(len(bodies), 3, bodies)
        self.assertEqual(self.ask("/healthz")[0], 200)

    def test_without_a_key_it_is_401(self):
        self.assertEqual(self.ask("/orders/7")[0], 401)
        self.assertEqual(self.ask("/orders/7", X_API_Key="tg_0dt26t36ztanrryy_made-up")[0], 401)

    def test_past_the_limit_it_is_429_and_redis_has_counted(self):
        key = self.key("free")
        answers = wait_until("the limit is reached", lambda: next(
            (answer for answer in [self.ask("/orders/7", X_API_Key=key)] if answer[0] == 429), None))
        self.assertGreater(float(answers[1]["Retry-After"]), 0)
        counted = self.stack["redis"].run(["redis-cli", "-h", "127.0.0.1", "--scan", "--pattern", "ratelimit:*"]).stdout
        self.assertIn("ratelimit:", counted)

    def test_an_upstream_that_is_killed_costs_no_request(self):
        key = self.key("premium")
        killed = self.stack["upstream-two"]
        killed.kill()
        bodies = set()
        for _ in range(30):
            status, _, body = self.ask("/orders/7", X_API_Key=key)
            self.assertEqual(status, 200, body)
            bodies.add(body)
        self.assertEqual(len(bodies), 2, bodies)
        killed.start()
        wait_until("it is asked again", lambda: self.ask("/orders/7", X_API_Key=key)[2] not in bodies)

    def test_operators_show_the_token(self):
        port = {"port": 9180}
        self.assertEqual(get(self.gateway.address, "/metrics", **port)[0], 401)
        token = {"Authorization": "Bearer " + SETTINGS["TOLLGATE_ADMIN_TOKEN"]}
        self.assertEqual(get(self.gateway.address, "/metrics", token, **port)[0], 200)
        reloaded = self.gateway.run(["tollgate", "reload", "--admin", "127.0.0.1:9180"])
        self.assertEqual(reloaded.returncode, 0, reloaded.stderr)

    def test_each_request_is_a_line_on_stdout_and_a_row_of_the_database(self):
        self.ask("/healthz?", X_Request_ID="written-down")
        def written():
            lines = [json.loads(line) for line in self.gateway.out.read_text().splitlines()]
            return [line for line in lines if line["path"] == "/healthz"]
        wait_until("it is on stdout", written)
        def row():
            asked = self.gateway.run(["tollgate", "logs", "--admin", "127.0.0.1:9180", "--source", "database",
                                      "--path", "/healthz"])
            return "/healthz" in asked.stdout
        wait_until("it is in the database", row)

    def test_monitoring_scrapes_with_the_token(self):
        self.stack.start("prometheus")
        prometheus = self.stack["prometheus"]
        checked = prometheus.run(["promtool", "check", "config", "/etc/prometheus/in-compose.yml"])
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        wait_until("Prometheus has scraped the gateway", lambda: scraped(prometheus.address))
        datasource = (self.stack["grafana"].folder / "etc_grafana_provisioning_datasources_prometheus.yml")
        self.stack["grafana"].mount()
        self.assertIn(f"http://{prometheus.address}:9090", datasource.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
