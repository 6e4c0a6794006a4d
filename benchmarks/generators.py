# benchmarks/generators.py - the load testers compared: what a request costs whoever makes it, and whether it is on time.
import json
import os
import subprocess
import time

from processes import Process, Trouble, cpu_times

RATE = 20_000  # a second, of the open loop
LAG_GOAL_US = 1000
LATE = 4  # loadtester's exit code when it could not keep its schedule: what it measured says so, too


def wrk(settings, connections, seconds):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrk.lua")
    return [settings.wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", script,
            f"http://127.0.0.1:{settings.upstream_ports[0]}/bench", "--", "0", "0"]


def loadtester(*more):
    return lambda settings, connections, seconds: [
        settings.loadtester, "-t1", f"-c{connections}", f"-d{seconds}s", "-f", "json", "--quiet", *more,
        f"http://127.0.0.1:{settings.upstream_ports[0]}/bench"]


# What wrk.lua prints, of loadtester's JSON.
def as_wrk_tells(report):
    ledger, fine = report["ledger"], report["status"]["2xx"]
    if not ledger["balanced"]:
        raise Trouble(f"the ledger does not balance: {ledger}")
    if not fine["count"]:
        raise Trouble(f"no request was answered well: {ledger}, {report['errors']}")
    return {"requests": ledger["answered"], "requests_per_second": report["run"]["throughput"],
            "p50_us": fine["response_us"]["p50"], "p99_us": fine["response_us"]["p99"],
            "errors": ledger["sent"] - fine["count"], "send_lag_p99_us": report["valid"]["send_lag_us"].get("p99", 0)}


def read_result(text):
    lines = [line for line in text.splitlines() if line.startswith("{")]
    if not lines:
        raise Trouble(f"no result: {text[-500:]}")
    result = json.loads("\n".join(text.splitlines()[text.splitlines().index(lines[0]):]))
    if "ledger" in result:
        return as_wrk_tells(result)
    return result | {"requests_per_second": result["requests"] * 1e6 / result["duration_us"],
                     "errors": sum(result[name] for name in ("connect", "read", "write", "timeout", "refused"))}


def measure(settings, row, name, connections, _think):
    """One round of one load tester, on the contenders' CPU; the upstream is on the other."""
    command = row.contenders[name](settings, connections, settings.seconds)
    busy, stolen = cpu_times({settings.cpu})
    start, ran, waited = time.monotonic(), 0, 0
    with Process(name, command, {settings.cpu}, settings.folder) as process:
        # Its threads' times are gone with them: the last look before the end is what counts.
        while process.process.poll() is None:
            now = process.ran_and_waited()
            ran, waited = max(ran, now[0]), max(waited, now[1])
            try:
                process.process.wait(0.05)
            except subprocess.TimeoutExpired:
                if time.monotonic() - start > settings.seconds + 30:
                    raise Trouble(f"{name} did not end within {settings.seconds + 30} s")
        if process.process.returncode not in (0, LATE):
            raise Trouble(f"{name} failed with {process.process.returncode}: {process.words()}")
        result = read_result(process.all_words())
    elapsed = (time.monotonic() - start) * 1e6
    busy_after, stolen_after = cpu_times({settings.cpu})
    requests = result["requests"]
    if requests == 0:
        raise Trouble(f"{name} had no answer at all")
    return {"requests": requests, "us_per_request": (busy_after - busy) / requests,
            "requests_per_second": result["requests_per_second"], "p50_us": result["p50_us"], "p99_us": result["p99_us"],
            "core": (busy_after - busy) / elapsed, "stolen": (stolen_after - stolen) / elapsed,
            "own_us": ran * 1e6 / requests, "waited": waited * 1e6 / elapsed, "opened_per_1000": 0,
            "errors": result["errors"], "send_lag_p99_us": result.get("send_lag_p99_us", 0)}
