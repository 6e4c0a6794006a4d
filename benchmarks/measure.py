# benchmarks/measure.py - one figure: wrk against one contender, and what that cost the contender's CPU.
import json
import os
import socket
import subprocess
import threading
import time

import contenders
from processes import Trouble, cpu_times
from rows import ask, check_answers


class Wrk:
    def __init__(self, settings, row, port, connections, routes, think):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrk.lua")
        self.command = [settings.wrk, "-t1", f"-c{connections}", "--timeout", "10s", "-s", script]
        for name, value in row.headers.items():
            self.command += ["-H", f"{name}: {value}"]
        self.end = [f"{'https' if row.secure else 'http'}://127.0.0.1:{port}{row.path}", "--", str(routes), str(think)]

    def run(self, seconds):
        command = [*self.command, f"-d{seconds}s", *self.end]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 20)
        except subprocess.TimeoutExpired as error:
            raise Trouble(f"wrk did not end within {seconds + 20} s") from error
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode != 0 or not lines:
            raise Trouble(f"wrk failed with {done.returncode}: {(done.stderr or done.stdout).strip()[-500:]}")
        return json.loads(lines[-1])


class Silent:
    """Connections that asked once and stay open: what clients of a gateway mostly are."""

    def __init__(self, row, port, count):
        self.sockets = []
        request = f"GET {row.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        for i in range(count):
            try:
                one = socket.create_connection(("127.0.0.1", port), timeout=5)
                self.sockets.append(one)
                one.sendall(request)
                self.read_answer(one)
            except OSError as error:
                self.close()
                raise Trouble(f"silent connection {i + 1} of {count}: {error}") from error

    def read_answer(self, one):
        data = b""
        while not data.endswith(contenders.BODY.encode()):
            piece = one.recv(65536)
            if not piece:
                raise OSError(f"closed after {data[:100]!r}")
            data += piece
        if not data.startswith(b"HTTP/1.1 200"):
            raise OSError(f"answered {data[:100]!r}")

    def closed(self):
        gone = 0
        for one in self.sockets:
            one.setblocking(False)
            try:
                gone += one.recv(1) == b""
            except BlockingIOError:
                pass
            except OSError:
                gone += 1
        return gone

    def close(self):
        for one in self.sockets:
            one.close()
        self.sockets = []


# Errors are what no request of this row should have had; a row of refusals should have nothing but refusals.
def count_errors(row, result, forwarded):
    broken = sum(result[name] for name in ("connect", "read", "write", "timeout"))
    if row.cached:
        broken += forwarded
    if row.status < 400:
        return broken + result["refused"]
    admitted = result["requests"] - result["refused"]
    # nginx cannot refuse everybody for ever: one request a minute is the least it lets pass.
    return broken + max(0, admitted - 2)


def background(cpu, seconds=0.5):
    """The share of the CPU that others take while no contender runs."""
    before, stolen_before = cpu_times({cpu})
    start = time.monotonic()
    time.sleep(seconds)
    after, stolen_after = cpu_times({cpu})
    return (after - before + stolen_after - stolen_before) / 1e6 / (time.monotonic() - start)


class Spread:
    """Where the contenders have both CPUs, so have the upstream and whatever this process starts."""

    def __init__(self, settings, row):
        self.settings, self.both = settings, row.loops > 1
        self.cpus = frozenset({settings.cpu, settings.other_cpu} if self.both else {settings.cpu})

    def move(self, cpus):
        if self.both:
            self.settings.upstream.move(cpus)
            os.sched_setaffinity(0, cpus)

    def __enter__(self):
        self.move(self.cpus)
        return contenders.Place(self.cpus, 2 if self.both else 1)

    def __exit__(self, *_):
        self.move({self.settings.other_cpu})


class Reloads:
    """While wrk runs: one reload after the other, a pause between them."""
    PAUSE = 0.3

    def __init__(self, process):
        self.process, self.stopping, self.took, self.trouble = process, threading.Event(), [], None
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            while not self.stopping.wait(self.PAUSE):
                start = time.monotonic()
                contenders.reload(self.process)
                self.took.append(time.monotonic() - start)
        except Trouble as trouble:
            self.trouble = trouble

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        if self.trouble:
            raise self.trouble


def measure(settings, row, name, connections, think):
    """One round of one contender, from its start to its end."""
    with Spread(settings, row) as place, row.contenders[name](settings, place) as process:
        check_answers(row, name, process)
        silent, memory = None, None
        wrk = Wrk(settings, row, process.port, connections, row.routes.get(name, 0), think)
        if row.loops_alone:
            process.move_all_but_loops({settings.other_cpu})
        wrk.run(1)  # warm: connections to the upstream, caches, the allocator
        try:
            if row.idle:
                before = process.resident_bytes()
                silent = Silent(row, process.port, row.idle)
                memory = (process.resident_bytes() - before) / row.idle
            if hasattr(process, "log"):
                # Lines of the warming may still be on their way; they are not of this round.
                settle(process)
            if name in row.reloading:
                with Reloads(process) as reloads:
                    figure = observe(settings, row, place, wrk, process)
                figure["reload_ms"] = [round(took * 1000) for took in reloads.took]
                if len(reloads.took) < 2:
                    raise Trouble(f"{name}: {len(reloads.took)} reloads in {settings.seconds} s: take more seconds")
            else:
                figure = observe(settings, row, place, wrk, process)
            if silent and silent.closed():
                raise Trouble(f"{name}: {silent.closed()} of {row.idle} silent connections were closed")
        finally:
            if silent:
                silent.close()
        process.check_running()
        if hasattr(process, "log") and os.path.exists(process.log):
            contenders.check_log(process, figure["requests"])
        return figure | {"bytes_per_connection": memory}


def settle(process):
    if not os.path.exists(process.log):
        return
    size, end = -1, time.monotonic() + 5
    while size != os.path.getsize(process.log) and time.monotonic() < end:
        size = os.path.getsize(process.log)
        time.sleep(0.1)
    os.truncate(process.log, 0)


# Connections that the upstream has accepted so far and requests it was asked, but for those that asked this.
def accepted(settings, asked):
    status, body, _ = ask(settings.upstream_status, "/")
    if status != 200:
        raise Trouble(f"the upstream's status: {status} {body!r}")
    connections, _, requests = body.split("requests")[1].split()[:3]
    return int(connections) - asked, int(requests) - asked


def observe(settings, row, place, wrk, process):
    opened, forwarded = accepted(settings, 0)
    ran, waited = process.ran_and_waited()
    busy, stolen = cpu_times(place.cpus)
    start = time.monotonic()
    result = wrk.run(settings.seconds)
    elapsed = (time.monotonic() - start) * 1e6 * len(place.cpus)
    busy_after, stolen_after = cpu_times(place.cpus)
    ran_after, waited_after = process.ran_and_waited()
    opened, forwarded = (after - before for after, before in zip(accepted(settings, 1), (opened, forwarded)))
    if result["requests"] == 0:
        raise Trouble("wrk had no answer at all")
    return {"requests": result["requests"],
            "us_per_request": (busy_after - busy) / result["requests"],
            "requests_per_second": result["requests"] * 1e6 / result["duration_us"],
            "p50_us": result["p50_us"], "p99_us": result["p99_us"],
            "core": (busy_after - busy) / elapsed, "stolen": (stolen_after - stolen) / elapsed,
            "own_us": (ran_after - ran) * 1e6 / result["requests"],
            "waited": (waited_after - waited) * 1e6 / elapsed,
            "opened_per_1000": opened * 1000 / result["requests"],
            "errors": count_errors(row, result, forwarded)}


def check_seconds(settings):
    """How long `tollgate check` takes for 10,000 routes, from its start to its end, on the contenders' CPU."""
    routes = contenders.many_routes(10_000)
    path = contenders.write(settings.folder, "check.lua", 'listen "127.0.0.1:1"\n' +
                            contenders.responder(settings, settings.upstream_ports[:1]) + routes)
    start = time.monotonic()
    done = subprocess.run([settings.tollgate, "check", path], capture_output=True, text=True, timeout=60,
                          preexec_fn=lambda: os.sched_setaffinity(0, {settings.cpu}))
    if done.returncode != 0 or "10000" not in done.stdout.replace(",", ""):
        raise Trouble(f"tollgate check: {done.returncode}: {(done.stdout + done.stderr).strip()[-500:]}")
    return time.monotonic() - start
