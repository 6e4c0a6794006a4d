# benchmarks/rows.py - what is compared: each row's contenders, its request, the answer they owe, and the goal.
import http.client
import ssl
from dataclasses import dataclass, field
from typing import Callable

import caches
import contenders
import generators
import policies
from processes import Trouble


@dataclass
class Row:
    name: str
    title: str
    contenders: dict[str, Callable]
    base: str = "nginx"  # whom the ratio compares with
    status: int = 200
    body: str | None = contenders.BODY
    path: str = "/bench"
    routes: dict[str, int] = field(default_factory=dict)  # contender -> number of routes its requests are spread over
    headers: dict[str, str] = field(default_factory=dict)
    # What the first contender is to reach:
    goals: dict[int, float] = field(default_factory=dict)  # connections -> largest ratio
    below: str | None = None  # whose cost it must not exceed either
    above_goal_us: float | None = None  # how much more it may cost than the base
    bytes_goal: int | None = None  # of memory per silent connection
    connections: tuple[int, ...] = (64, 512)
    load: float | None = None  # of what the base can do, by think times; None: as fast as possible
    loops: int = 1  # of each contender; with more than one they have both CPUs, and so have wrk and the upstream
    floor: str | None = None  # a contender that is none: it shows what the kernel's part alone costs
    reloading: tuple[str, ...] = ()  # contenders that are reloaded all the time; what that adds to p99 is limited
    p99_goal_us: int | None = None
    generators: bool = False  # the contenders are load testers: they ask the upstream, and nobody asks them
    lag_goal_us: int | None = None  # of an open loop: how late requests may be sent, p99
    secure: bool = False  # by TLS
    loops_alone: bool = False  # the contender's other threads are on wrk's CPU: the figure is what the request path costs
    cached: bool = False  # all but the first are to come from the contender's cache
    idle: int = 0  # connections that are open and silent meanwhile, and whose memory is measured


PROXIES = {"tollgate": contenders.tollgate_proxy, "nginx": contenders.nginx_proxy, "haproxy": contenders.haproxy_proxy}
PLUGINS = PROXIES | {"tollgate": contenders.tollgate_plugins}
TLS = {"tollgate": contenders.tollgate_tls, "nginx": contenders.nginx_tls, "haproxy": contenders.haproxy_tls}
FLOOR = {"(floor)": contenders.copier}

ROWS = [
    Row("proxy", "forwarded, nothing else", PROXIES | FLOOR, goals={64: 0.78, 512: 0.82}, below="haproxy",
        floor="(floor)"),
    Row("plugins", "forwarded with auth, ratelimit, logging and balancer on; the others bare", PLUGINS,
        headers={"X-API-Key": contenders.KEY}, goals={64: 0.88, 512: 0.88}, below="haproxy"),
    Row("log_database", "answered by the route itself, with each request in the database, in a file, and without a log",
        {"database": contenders.tollgate_logging("database = true"), "file": contenders.tollgate_logging('to = "access.log"'),
         "off": contenders.tollgate_answer},
        base="off", body=contenders.ANSWER, connections=(64,), above_goal_us=0.5, loops_alone=True,
        # One rate for all: SQLite, on wrk's CPU, halves what can be asked, and a loop with less to do has emptier turns.
        load=0.2),
    Row("auth_jwt", "forwarded, with a token that is in the cache of verified ones, and without auth",
        {"token": contenders.tollgate_jwt, "off": contenders.tollgate_proxy}, base="off",
        headers={"Authorization": f"Bearer {contenders.token()}"}, connections=(64,), above_goal_us=0.5),
    Row("auth_key", "forwarded, with a key of a thousand in the database, in a file, and without auth",
        {"database": contenders.tollgate_keys("database"), "file": contenders.tollgate_keys("file"),
         "off": contenders.tollgate_proxy},
        base="off", headers={"X-API-Key": contenders.KEY}, connections=(64,), above_goal_us=0.5),
    Row("refused", "refused with 429 by a rate limit",
        {"tollgate": contenders.tollgate_refusing, "nginx": contenders.nginx_refusing,
         "haproxy": contenders.haproxy_refusing, "(floor)": contenders.refuser},
        status=429, body=None, goals={64: 0.80, 512: 0.80}, floor="(floor)"),
    Row("answer", "answered by the route itself",
        {"tollgate": contenders.tollgate_answer, "nginx": contenders.nginx_answer,
         "haproxy": contenders.haproxy_answer}, body=contenders.ANSWER),
    Row("cached", "answered from the cache, 127 bytes", caches.CACHES, goals={64: 0.60, 512: 0.60}, cached=True),
    Row("cached_large", "answered from the cache, 64 KiB", caches.CACHES, body=contenders.LARGE,
        path=contenders.LARGE_PATH, goals={64: 0.80}, connections=(64,), cached=True),
    Row("routes", "forwarded, requests spread over all routes",
        {"10,000 routes": contenders.tollgate_routes(10_000), "10 routes": contenders.tollgate_routes(10)},
        base="10 routes", routes={"10,000 routes": 10_000, "10 routes": 10}, goals={64: 1.10}, connections=(64,)),
    Row("proxy2", "forwarded by two loops, on both CPUs", PROXIES | FLOOR, loops=2, floor="(floor)"),
    Row("plugins2", "with all plugins by two loops, on both CPUs; the others bare", PLUGINS,
        headers={"X-API-Key": contenders.KEY}, loops=2),
    Row("reload", "10,000 routes at half load, with reloads all the time and without",
        {"with": contenders.tollgate_routes(10_000), "without": contenders.tollgate_routes(10_000)},
        base="without", routes={"with": 10_000, "without": 10_000}, connections=(64,), load=0.5,
        reloading=("with",), p99_goal_us=1000),
    Row("half", "forwarded, at half of what nginx can do", PROXIES, connections=(512,), load=0.5),
    Row("idle", "forwarded, while 10,000 more connections are open and silent", PROXIES, connections=(64,),
        idle=10_000, bytes_goal=1024),
    Row("tls", "forwarded, clients come by TLS and keep their connections", TLS, secure=True),
    Row("handshakes", "forwarded, every request by a TLS connection of its own", TLS, secure=True, connections=(64,),
        headers={"Connection": "close"}),
    *(Row(policy, f"forwarded to two targets by {policy}", policies.of(policy), connections=(64,))
      for policy in policies.POLICIES if policy != "sticky"),
    Row("sticky", "forwarded to two targets; every client is new, each answer sets its cookie", policies.of("sticky"),
        base="haproxy", connections=(64,)),
    Row("generate", "requests made by a load tester, straight to the upstream",
        {"loadtester": generators.loadtester(), "without ids": generators.loadtester("--request-id", "off"),
         "wrk": generators.wrk}, base="wrk", goals={64: 1.00, 512: 1.00}, generators=True),
    Row("schedule", f"an open loop of {generators.RATE:,} requests a second, straight to the upstream",
        {"loadtester": generators.loadtester("-R", str(generators.RATE))}, base="loadtester", connections=(64,),
        generators=True, lag_goal_us=generators.LAG_GOAL_US),
]


def connection_to(port, secure):
    if not secure:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # made for this run
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)


def ask(port, path, headers=(), secure=False):
    connection = connection_to(port, secure)
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace"), answer
    except (OSError, http.client.HTTPException) as error:
        raise Trouble(f"GET {path} on port {port}: {error or type(error).__name__}") from error
    finally:
        connection.close()


def owe(name, what, wanted, got):
    if wanted != got:
        raise Trouble(f"{name}: {what}: wanted {wanted!r}, got {got!r}")


def check_answers(row, name, process):
    """The contender does the work that its figure will stand for."""
    paths = [row.path]
    if name in row.routes:
        paths = [contenders.route_path(number, 42) for number in (1, row.routes[name] // 2, row.routes[name])]
    if row.status == 429 and name != row.floor:  # the limit lets one pass, which also shows what it protects
        status, body, _ = ask(process.port, row.path)
        owe(name, "the first answer", (200, contenders.BODY), (status, body))
    for path in paths:
        status, body, answer = ask(process.port, path, row.headers, row.secure)
        owe(name, f"status of GET {path}", row.status, status)
        if row.body is not None:
            owe(name, f"body of GET {path}", row.body, body)
        closes = row.headers.get("Connection") == "close"
        owe(name, f"GET {path} closes its connection", closes, answer.will_close)
    if "X-API-Key" in row.headers and name == "tollgate":
        owe(name, "X-RateLimit-Limit", "1000000", answer.headers["X-RateLimit-Limit"])
        owe(name, "status without a key", 401, ask(process.port, row.path)[0])
    if name == "token":
        owe(name, "status without a token", 401, ask(process.port, row.path)[0])
    if row.name == "auth_key" and name != "off":
        owe(name, "status without a key", 401, ask(process.port, row.path)[0])
    if row.cached:  # the first request, above, was a miss
        _, body, answer = ask(process.port, row.path)
        owe(name, "a second request is answered from the cache, whole", (row.body, True),
            (body, answer.headers["X-Cache"].upper().startswith("HIT")))
    if row.name == "sticky":
        owe(name, "an answer to a client without a cookie sets it", True, "lb=" in (answer.headers["Set-Cookie"] or ""))
    if row.routes:
        owe(name, "status of a path without a route", 404,
            ask(process.port, contenders.route_path(row.routes[name] + 1, 1))[0])
