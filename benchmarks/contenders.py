# benchmarks/contenders.py - the configurations: this gateway, nginx, HAProxy, and the upstream they all forward to.
import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass

from processes import Process, Trouble, free_port

KEY = "correct-horse-battery-staple"
BODY = "x" * 126 + "\n"  # what the upstream answers: 127 bytes
LARGE = "y" * 65535 + "\n"  # what it answers at LARGE_PATH: 64 KiB
LARGE_PATH = "/large"
ANSWER = "ok\n"
FOREVER = 1_000_000_000  # requests per connection: nobody closes for having served enough
IDLE = 300  # seconds a connection may be idle: longer than any measurement


@dataclass(frozen=True)
class Place:
    """Where a contender runs, and with how many loops, workers or threads."""
    cpus: frozenset
    loops: int


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def certificate(settings):
    """A certificate for this run, of the key that most sites have (P-256): one file with the key in it as well."""
    both = os.path.join(settings.folder, "site.pem")
    if not os.path.exists(both):
        key = os.path.join(settings.folder, "site.key")
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                               "-keyout", key, "-out", both, "-days", "2", "-subj", "/CN=bench.test",
                               "-addext", "subjectAltName=DNS:bench.test,IP:127.0.0.1"], capture_output=True, text=True)
        if made.returncode != 0:
            raise Trouble(f"openssl cannot make a certificate: {made.stderr[-300:]}")
        with open(key) as private, open(both, "a") as file:
            file.write(private.read())
    return both


def nginx_file(http, limit, workers):
    user = "user root;\n" if os.geteuid() == 0 else ""
    paths = "".join(f"    {kind}_temp_path {kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""{user}daemon off;
worker_processes {workers};
worker_rlimit_nofile {limit};
pid nginx.pid;
error_log stderr crit;
events {{ worker_connections {limit - 100}; }}
http {{
    access_log off;
    default_type text/plain;
    keepalive_timeout {IDLE}s;
    keepalive_requests {FOREVER};
{paths}{http}}}
"""


def start_nginx(settings, place, name, http, port):
    folder = os.path.join(settings.folder, f"{name}-{port}")
    os.makedirs(folder, exist_ok=True)
    path = write(folder, "nginx.conf", nginx_file(http, settings.descriptors, place.loops))
    command = [settings.nginx, "-p", folder, "-c", path, "-e", "stderr"]
    return started(Process(name, command, place.cpus, folder), port)


def started(process, port):
    try:
        process.wait_until_listening(port)
    except BaseException:
        process.stop()
        raise
    process.port = port
    return process


def start_upstream(settings):
    ports, status = [free_port(), free_port()], free_port()
    listens = "".join(f"listen 127.0.0.1:{port} backlog=4096; " for port in ports)
    large = write(settings.folder, "large", LARGE)
    http = (f'    server {{ {listens}location / {{ return 200 "{"x" * 126}\\n"; }}\n'
            f"        location = {LARGE_PATH} {{ alias {large}; }} }}\n")
    http += f"    server {{ listen 127.0.0.1:{status}; location / {{ stub_status; }} }}\n"
    place = Place(frozenset({settings.other_cpu}), 1)
    process = start_nginx(settings, place, "upstream", http, ports[0])
    process.ports, process.status = ports, status
    return process


# ---- nginx -----------------------------------------------------------------------------------------------------

# `targets`: other lines of the upstream's block than those of its one server.
def nginx(settings, place, server, before="", targets="", secure=""):
    port = free_port()
    targets = targets or f"        server 127.0.0.1:{settings.upstream_ports[0]};\n"
    http = f"""    upstream responder {{
{targets}        keepalive {settings.keep_alive};
        keepalive_requests {FOREVER};
        keepalive_timeout {IDLE}s;
    }}
{before}    server {{
        listen 127.0.0.1:{port} {secure}backlog=4096;
{server}    }}
"""
    return start_nginx(settings, place, "nginx", http, port)


NGINX_PROXY = """            proxy_pass http://responder;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
"""


def nginx_proxy(settings, place, targets=""):
    return nginx(settings, place, f"        location / {{\n{NGINX_PROXY}        }}\n", targets=targets)


def nginx_tls(settings, place):
    pem = certificate(settings)
    return nginx(settings, place, f"        ssl_certificate {pem};\n        ssl_certificate_key {pem};\n"
                 "        ssl_protocols TLSv1.2 TLSv1.3;\n        ssl_session_cache shared:tls:4m;\n"
                 f"        location / {{\n{NGINX_PROXY}        }}\n", secure="ssl ")


def nginx_refusing(settings, place):
    zone = "    limit_req_zone $binary_remote_addr zone=callers:10m rate=1r/m;\n"
    limit = "            limit_req zone=callers;\n            limit_req_status 429;\n"
    return nginx(settings, place, f"        location / {{\n{limit}{NGINX_PROXY}        }}\n", zone)


def nginx_answer(settings, place):
    return nginx(settings, place, '        location / { return 200 "ok\\n"; }\n')


# ---- HAProxy ---------------------------------------------------------------------------------------------------
# It wants two descriptors for each of maxconn and would not start with fewer; idle clients need one.
# With many clients it would also give up its idle connections to the upstream, from a quarter of all descriptors on.

# `balance`: lines of the backend that say how it is balanced; then it has a server `one` and a server `two`, each with
# what `weights` says of it.
def haproxy(settings, place, rules, balance="", weights=("", ""), secure=""):
    port = free_port()
    folder = os.path.join(settings.folder, f"haproxy-{port}")
    os.makedirs(folder, exist_ok=True)
    servers = "".join(f"    server {name} 127.0.0.1:{port_there} pool-max-conn {settings.keep_alive} "
                      f"pool-purge-delay {IDLE}s{weight}\n"
                      for name, port_there, weight in zip(("one", "two") if balance else ("one",),
                                                          settings.upstream_ports, weights))
    path = write(folder, "haproxy.cfg", f"""global
    nbthread {place.loops}
    maxconn {settings.descriptors}
    no strict-limits
    tune.pool-high-fd-ratio 95
    tune.pool-low-fd-ratio 90
defaults
    mode http
    no log
    timeout connect 5s
    timeout client {IDLE}s
    timeout server {IDLE}s
    timeout http-keep-alive {IDLE}s
    http-reuse always
frontend clients
    bind 127.0.0.1:{port} backlog 4096{secure}
{rules}    default_backend responder
backend responder
{balance}{servers}""")
    return started(Process("haproxy", [settings.haproxy, "-db", "-f", path], place.cpus, folder), port)


def haproxy_proxy(settings, place):
    return haproxy(settings, place, "")


def haproxy_tls(settings, place):
    return haproxy(settings, place, "", secure=f" ssl crt {certificate(settings)} alpn http/1.1")


# `return` keeps the connection, as the others do; `deny` would close it.
def haproxy_refusing(settings, place):
    return haproxy(settings, place, """    stick-table type ip size 100k expire 1h store http_req_rate(1h)
    http-request track-sc0 src
    http-request return status 429 content-type text/plain string "refused\\n" if { sc_http_req_rate(0) gt 1 }
""")


def haproxy_answer(settings, place):
    return haproxy(settings, place, '    http-request return status 200 content-type text/plain string "ok\\n"\n')


# ---- the floor -------------------------------------------------------------------------------------------------

# Of the lines and the size that this gateway's have.
REFUSED = "\r\n".join((
    "HTTP/1.1 429 Too Many Requests", "Retry-After: 3600", "Content-Type: application/json",
    "X-Request-Id: 22f8cfcc-cf91-47b0-ad05-832eeb158acb", 'RateLimit-Policy: "client_ip #1";q=1;w=3600',
    'RateLimit: "client_ip #1";r=0;t=3600', "X-RateLimit-Limit: 1", "X-RateLimit-Remaining: 0",
    "X-RateLimit-Reset: 1795323425", "Date: Sun, 22 Nov 2026 00:00:00 GMT", "Content-Length: 134", "",
    '{"error":"rate_limited","message":"too many requests; try again in 3600 seconds",'
    '"request_id":"22f8cfcc-cf91-47b0-ad05-832eeb158acb"}\n'))


def refuser(settings, place):
    port, answer = free_port(), write(settings.folder, "refused", REFUSED)
    command = [settings.copier, str(port), answer, str(place.loops)]
    return started(Process("refuser", command, place.cpus, settings.folder), port)


def copier(settings, place):
    port = free_port()
    command = [settings.copier, str(port), str(settings.upstream_ports[0]), str(place.loops)]
    return started(Process("copier", command, place.cpus, settings.folder), port)


# ---- this gateway ----------------------------------------------------------------------------------------------

def tollgate(settings, place, routes, files=(), secure="", before=()):
    port = free_port()
    folder = os.path.join(settings.folder, f"tollgate-{port}")
    os.makedirs(folder, exist_ok=True)
    for name, text in files:
        write(folder, name, text)
    path = write(folder, "routes.lua",
                 f'listen {{ "127.0.0.1:{port}"{secure} }}\nlimits {{ idle = {IDLE} * seconds }}\n{routes}')
    for words in before:  # commands that work on that configuration
        done = subprocess.run([settings.tollgate, *words, "--file", path], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Trouble(f"tollgate {' '.join(words)}: {done.stderr[-300:]}")
    command = [settings.tollgate, "serve", path, "--loops", str(place.loops), "--admin", "off"]
    process = started(Process("tollgate", command, place.cpus, folder), port)
    process.log = os.path.join(folder, "access.log")
    return process


# keep_alive counts for each target; the sum is what the others keep.
def responder(settings, ports, more=""):
    targets = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
    return f"""local responder = upstream "responder" {{ targets = {{ {targets} }},
    keep_alive = {max(1, settings.keep_alive // len(ports))}, keep_alive_time = {IDLE} * seconds{more} }}
"""


def tollgate_proxy(settings, place):
    return tollgate(settings, place, responder(settings, settings.upstream_ports[:1]) +
                    'route "GET /**" { upstream = responder }\n')


def tollgate_tls(settings, place):
    pem = certificate(settings)
    return tollgate(settings, place, responder(settings, settings.upstream_ports[:1]) +
                    'route "GET /**" { upstream = responder }\n',
                    secure=f', tls = {{ certificate = "{pem}", key = "{pem}" }}')


# A thousand keys, since nobody has one; two targets, since a balancer of one has nothing to do.
def tollgate_plugins(settings, place):
    keys = [KEY] + [f"another-key-{i}" for i in range(999)]
    file = "".join(f"{hashlib.sha256(key.encode()).hexdigest()} owner-{i} bench\n" for i, key in enumerate(keys))
    balance = ', balance = balancer { policy = "round_robin" }'
    return tollgate(settings, place, f"""tier "bench" {{ rate = 1000000 / second, burst = 1000000 }}
{responder(settings, settings.upstream_ports, balance)}
always {{ logging {{ format = "json", to = "access.log" }} }}
route "GET /**" {{ upstream = responder,
    plugins = {{ auth {{ key = header "X-API-Key", file = "keys" }}, ratelimit {{ by = caller }} }} }}
""", [("keys", file)])


# A token as issuers make them, of some 700 bytes; good for the next thousand years.
SECRET = "a shared secret of the benchmarks, long enough for HS256"


def token():
    def b64(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    claims = {"iss": "https://login.example.com", "aud": ["orders", "billing"],
              "sub": "0f8fad5b-d9cb-469f-a165-70867728950e", "iat": 1700000000, "exp": 33000000000,
              "scope": " ".join(f"service-{i}:read" for i in range(20)), "email": "alice@example.com"}
    signed = b64(b'{"alg":"HS256","typ":"JWT"}') + "." + b64(json.dumps(claims).encode())
    return signed + "." + b64(hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest())


# The token goes on to the upstream, as it does without auth: what is compared is knowing it.
def tollgate_jwt(settings, place):
    return tollgate(settings, place, responder(settings, settings.upstream_ports[:1]) +
                    'route "GET /**" { upstream = responder, '
                    f'plugins = {{ auth {{ method = "jwt", secret = "{SECRET}", hide = false }} }} }}\n')


# With one key of a thousand, in a file or in the database.
def tollgate_keys(where):
    keys = [KEY] + [f"another-key-{i}" for i in range(999)]
    hashes = "".join(f"{hashlib.sha256(key.encode()).hexdigest()} owner-{i} -\n" for i, key in enumerate(keys))
    lines = "".join(f"{key} owner-{i}\n" for i, key in enumerate(keys))
    auth = {"file": 'auth { key = header "X-API-Key", hide = false, file = "keys" }',
            "database": 'auth { key = header "X-API-Key", hide = false }'}

    def start(settings, place):
        route = f'route "GET /**" {{ upstream = responder, plugins = {{ {auth[where]} }} }}\n'
        return tollgate(settings, place, responder(settings, settings.upstream_ports[:1]) + route,
                        [("keys", hashes), ("lines", lines)],
                        before=[["keys", "import", "lines"]] if where == "database" else [])
    return start


def tollgate_refusing(settings, place):
    return tollgate(settings, place, responder(settings, settings.upstream_ports[:1]) +
                    'route "GET /**" { upstream = responder, '
                    'plugins = { ratelimit { by = client_ip, rate = 1 / hour, burst = 1 } } }\n')


def tollgate_answer(settings, place):
    return tollgate(settings, place, 'route "GET /**" { answer = { status = 200, body = "ok\\n" } }\n')


# The same with a log. Of a database all of its work on this CPU counts, which SQLite does in the gateway's own threads.
def tollgate_logging(log):
    def start(settings, place):
        return tollgate(settings, place, f'always {{ logging {{ {log} }} }}\n'
                        'route "GET /**" { answer = { status = 200, body = "ok\\n" } }\n')
    return start


def route_path(number, item):
    return f"/service-{number}/items/{item}"


def many_routes(count):
    return f"""for i = 1, {count} do
    route("GET /service-" .. i .. "/items/:id") {{ upstream = responder }}
end
"""


def tollgate_routes(count):
    def start(settings, place):
        return tollgate(settings, place, responder(settings, settings.upstream_ports[:1]) + many_routes(count))
    return start


def reload(process):
    """Has it read its configuration again, and waits until it serves the new one."""
    before = process.all_words().count("reloaded: ")
    process.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + 20
    while process.all_words().count("reloaded: ") == before:
        process.check_running()
        if time.monotonic() > end:
            raise Trouble(f"tollgate: a reload did not end within 20 s: {process.words()}")
        time.sleep(0.01)


def check_log(process, requests):
    """Every request has its line, or the figure was bought with lost lines. Empties the log for the next round."""
    lines, end = 0, time.monotonic() + 5
    while time.monotonic() < end:
        with open(process.log, "rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        if lines >= requests:
            break
        time.sleep(0.05)
    os.truncate(process.log, 0)
    if lines < requests:
        raise Trouble(f"tollgate: {requests} requests were answered, the log has {lines} lines: some were dropped")
