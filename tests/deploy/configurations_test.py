# tests/deploy/configurations_test.py - compose.yaml with each configuration that deploy/env has an environment for.
#
# Their gateways follow each other before the same PostgreSQL, Redis and upstreams: CONFIG=../examples/compat ROUTES=name.
import json
import unittest

import compose_file
from natively import Stack, get, scraped, wait_until

SETTINGS = {**compose_file.made_as_documented(), "UPSTREAM_OPTIONS": "--mock"}
NAMES = sorted(path.stem for path in (compose_file.DEPLOY / "env").glob("*.env"))


def services(name):
    config = "./config" if name == "routes" else "../examples/compat"
    return compose_file.resolved(SETTINGS, ROUTES=name, CONFIG=config)["services"]


class Configurations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(services("routes"))
        cls.addClassCleanup(cls.stack.remove)

    def ask(self, path, method="GET", body=None, **headers):
        return get(self.stack["gateway"].address, path, {name.replace("_", "-"): value for name, value in headers.items()},
                   method=method, body=body)

    def serve(self, name):
        gateway = self.stack["gateway"]
        if gateway.process and gateway.process.poll() is None:
            self.assertEqual(gateway.stop(), 0, gateway.log.read_text())
        self.stack.replace("gateway", services(name)["gateway"])
        ready = ["tollgate", "health", "--ready", "--admin", "127.0.0.1:9180"]
        wait_until("its keys are read", lambda: self.stack["gateway"].run(ready).returncode == 0)

    def key(self, file, *words):
        made = self.stack["gateway"].run(["tollgate", "keys", "create", "--file", f"{file}.lua", "--owner", file, *words])
        self.assertEqual(made.returncode, 0, made.stderr)
        return made.stdout.strip()

    def accepted(self, path, **headers):
        """The answer, once the key in it is known."""
        return wait_until(f"{path} is answered", lambda: next(
            (answer for answer in [self.ask(path, **headers)] if answer[0] not in (401, 503)), None))

    def counted(self, pattern):
        """Whether Redis has a key that begins so: it was asked, and the password was right."""
        redis = self.stack["redis"].run(["redis-cli", "-h", "127.0.0.1", "--scan", "--pattern", pattern])
        return redis.stdout.strip() != ""

    def shows_the_dashboard(self, name):
        """At the published port, that is: where the container says all of its addresses."""
        self.assertEqual(services(name)["gateway"]["environment"]["ADMIN"], "0.0.0.0:9180")
        status, headers, _ = get(self.stack["gateway"].address, "/dashboard/", port=9180)
        self.assertEqual((status, headers["Content-Type"].split(";")[0]), (200, "text/html"))

    def test_there_is_a_case_for_each(self):
        self.assertEqual([name for name in NAMES if not hasattr(self, f"test_{name}")], [])

    def test_routes(self):
        self.serve("routes")
        self.assertEqual(self.ask("/healthz")[0], 200)
        self.assertIn("healthy", self.ask("/status")[2])

    def test_flowguard(self):
        self.serve("flowguard")
        status, _, told = self.ask("/register", "POST", json.dumps({"owner": "a user of FlowGuard"}), Content_Type="application/json")
        self.assertEqual(status, 200, told)
        status, headers, body = self.accepted("/proxy/", X_API_Key=json.loads(told)["api_key"])
        self.assertEqual((status, headers["X-Upstream"][:7]), (200, "server_"), body)
        self.shows_the_dashboard("flowguard")

    def test_rexus(self):
        self.serve("rexus")
        status, _, told = self.ask("/auth/keys", "POST", json.dumps({"user_id": "a user of Rexus"}), Content_Type="application/json")
        self.assertEqual(status, 201, told)
        bearer = "Bearer " + json.loads(told)["api_key"]
        status, headers, body = self.accepted("/proxy/mock_github/users/google", Authorization=bearer)
        self.assertEqual((status, headers["X-RateLimit-Limit"], json.loads(body)["login"]), (200, "100", "google"))
        self.assertEqual(self.ask("/analytics/", Authorization="Bearer " + SETTINGS["TOLLGATE_ADMIN_TOKEN"])[0], 200)
        self.shows_the_dashboard("rexus")

    def test_monitoring(self):
        self.serve("monitoring")
        key = self.key("monitoring")
        status, _, body = self.accepted("/api/service1/users/ann", Authorization="Bearer " + key)
        self.assertEqual((status, json.loads(body)["login"]), (200, "ann"))
        self.assertIn("http_requests_total", self.ask("/metrics")[2])
        self.shows_the_dashboard("monitoring")
        self.stack.replace("prometheus", services("monitoring")["prometheus"])
        self.addCleanup(self.stack["prometheus"].stop)
        wait_until("Prometheus has scraped it", lambda: scraped(self.stack["prometheus"].address))

    def test_rate_limited(self):
        self.serve("rate_limited")
        self.assertEqual(self.ask("/users/ann")[0], 401)
        key = self.key("rate_limited", "--tier", "free")
        status, headers, body = self.accepted("/users/ann", X_API_Key=key)
        self.assertEqual((status, headers["X-RateLimit-Limit"], json.loads(body)["login"]), (200, "5", "ann"))
        wait_until("Redis counts", lambda: self.ask("/users/ann", X_API_Key=key)[0] and self.counted("rate_limit:*"))

    def test_observability(self):
        self.serve("observability")
        # While the Redis is not connected yet each request is counted here, and not there.
        wait_until("Redis counts", lambda: self.ask("/ping")[0] and self.counted("rate_limit:client_ip*"))
        self.stack["redis"].run(["redis-cli", "-h", "127.0.0.1", "FLUSHALL"])
        self.assertEqual([self.ask("/ping")[0] for _ in range(6)], [200] * 5 + [429])


class TheEnd(unittest.TestCase):
    def test_everybody_ends_with_0_when_told_to(self):
        stack = Stack(services("routes"))
        self.addCleanup(stack.remove)
        stack.start("gateway")
        self.assertEqual(stack.end(), dict.fromkeys(["gateway", "postgres", "redis", "upstream-one", "upstream-two",
                                                     "upstream-three"], 0))


if __name__ == "__main__":
    unittest.main(verbosity=2)
