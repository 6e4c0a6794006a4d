# benchmarks/report.py - medians of the rounds as a table and as JSON, and the machine they were taken on.
import os
import platform
import statistics
import subprocess

COLUMNS = ("us_per_request", "own_us", "requests_per_second", "p50_us", "p99_us", "core", "waited", "opened_per_1000")


def first_line(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    return ((done.stdout or done.stderr).strip().splitlines() or ["unknown"])[0]


def read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return "unknown"


def describe_machine(settings):
    models = [line.split(":", 1)[1].strip() for line in read("/proc/cpuinfo").splitlines()
              if line.startswith("model name")]
    siblings = read(f"/sys/devices/system/cpu/cpu{settings.cpu}/topology/thread_siblings_list")
    return {"cpu": models[0] if models else platform.machine(), "cores": os.cpu_count(),
            "measured_cpu": settings.cpu, "other_cpu": settings.other_cpu, "threads_of_measured_core": siblings,
            "kernel": platform.release(), "load_before": round(os.getloadavg()[0], 2),
            "tollgate": first_line([settings.tollgate, "--version"]), "nginx": first_line([settings.nginx, "-v"]),
            "haproxy": first_line([settings.haproxy, "-v"]), "wrk": first_line([settings.wrk, "-v"])}


def print_machine(machine, settings):
    print(f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, "
          f"load {machine['load_before']} before")
    print(f"contenders on CPU {settings.cpu} (its core has the threads {machine['threads_of_measured_core']}), "
          f"wrk and the upstream on CPU {settings.other_cpu}")
    for name in ("tollgate", "nginx", "haproxy", "wrk"):
        print(f"  {machine[name]}")
    print(f"medians of {settings.rounds} rounds of {settings.seconds} s, contenders in turn within each round; "
          f"{settings.keep_alive} idle connections kept to the upstream")


def spread(values):
    middle = statistics.median(values)
    return (max(values) - min(values)) / middle if middle else 0


def summarize(row, connections, rounds):
    """One record per contender; `rounds` is contender -> figures of its rounds."""
    records = []
    for name, figures in rounds.items():
        record = {"row": row.name, "connections": connections, "contender": name}
        record |= {column: statistics.median(figure[column] for figure in figures) for column in COLUMNS}
        record["spread"] = spread([figure["us_per_request"] for figure in figures])
        record["stolen"] = max(figure["stolen"] for figure in figures)
        record["errors"] = sum(figure["errors"] for figure in figures)
        if row.idle:
            record["bytes_per_connection"] = statistics.median(figure["bytes_per_connection"] for figure in figures)
        if row.lag_goal_us:
            record["send_lag_p99_us"] = statistics.median(figure["send_lag_p99_us"] for figure in figures)
        record["rounds"] = figures
        records.append(record)
    cost = {record["contender"]: record["us_per_request"] for record in records}
    for record in records:
        record["ratio"] = record["us_per_request"] / cost[row.base] if cost.get(row.base) else None
    judge(row, connections, records)
    return records


def judge(row, connections, records):
    """Says of the first contender which goals the row has for it, and whether it met all."""
    first, others = records[0], {record["contender"]: record for record in records[1:]}
    goals = []
    if connections in row.goals and first["ratio"] is not None:
        goals.append((f"{row.goals[connections]:.2f} of {row.base}", first["ratio"] <= row.goals[connections]))
    if row.below in others:
        met = first["us_per_request"] <= others[row.below]["us_per_request"]
        goals.append((f"not above {row.below}", met))
    if row.above_goal_us is not None and first["ratio"] is not None:
        above = first["us_per_request"] - others[row.base]["us_per_request"]
        goals.append((f"{above:.2f} us above {row.base}, at most {row.above_goal_us:g}", above <= row.above_goal_us))
    if row.load and not row.p99_goal_us and row.above_goal_us is None:
        goals.append((f"p99 not above {row.base}'s", first["p99_us"] <= others[row.base]["p99_us"]))
    if row.p99_goal_us:
        added = first["p99_us"] - others[row.base]["p99_us"]
        goals.append((f"p99 at most {row.p99_goal_us / 1000:g} ms above {row.base}'s", added <= row.p99_goal_us))
    if row.lag_goal_us:
        goals.append((f"send lag p99 below {row.lag_goal_us / 1000:g} ms", first["send_lag_p99_us"] < row.lag_goal_us))
    if row.bytes_goal:
        goals.append((f"{row.bytes_goal} bytes", first["bytes_per_connection"] <= row.bytes_goal))
    first["goals"] = [{"goal": goal, "met": bool(met)} for goal, met in goals]


def head(row, idle):
    columns = (("contender", -16), ("us/request", 10), ("own us", 8), ("spread", 8), ("of " + row.base, 14),
               ("requests/s", 12), ("p50 ms", 9), ("p99 ms", 9), ("core", 6), ("waited", 8), ("opened", 8),
               ("errors", 8))
    text = "".join(name.ljust(-width) if width < 0 else name.rjust(width) for name, width in columns)
    return text + ("  bytes/connection" if idle else "")


def line(record, idle):
    ratio = "-" if record["ratio"] is None else f"{record['ratio']:.2f}"
    text = f"{record['contender']:<16}{record['us_per_request']:>10.2f}{record['own_us']:>8.2f}"
    text += f"{record['spread']:>8.0%}{ratio:>14}{record['requests_per_second']:>12,.0f}"
    text += f"{record['p50_us'] / 1000:>9.2f}{record['p99_us'] / 1000:>9.2f}{record['core']:>6.0%}"
    text += f"{record['waited']:>8.0%}{record['opened_per_1000']:>8.0f}{record['errors']:>8}"
    return text + (f"{record['bytes_per_connection']:>18,.0f}" if idle else "")


def print_row(row, connections, records):
    print(f"\n{row.name}: {row.title}; {connections} connections")
    print("  " + head(row, row.idle))
    for record in records:
        print("  " + line(record, row.idle))
    took = [one for figure in records[0]["rounds"] for one in figure.get("reload_ms", ())]
    if took:
        print(f"  {len(took)} reloads, each within {max(took)} ms, half of them within {statistics.median(took):.0f} ms")
    if row.lag_goal_us:
        print(f"  send lag p99 {records[0]['send_lag_p99_us']:,.0f} us")
    for goal in records[0].get("goals", ()):
        print(f"  goal: {records[0]['contender']}: {goal['goal']}: {'met' if goal['met'] else 'missed'}")


# One line for each row and number of connections, microseconds and ratio for each contender.
def markdown(machine, settings, records):
    columns = ("tollgate", "nginx", "haproxy", "(floor)")
    cells = {}
    for record in records:
        text = f"{record['us_per_request']:.2f}"
        if record["contender"] != "nginx" and record["ratio"] is not None:
            text += f" ({record['ratio']:.2f})"
        cells.setdefault((record["row"], record["connections"]), {})[record["contender"]] = text
    lines = [f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}; {machine['nginx']}, "
             f"{' '.join(machine['haproxy'].split()[:3])}; medians of {settings.rounds} rounds.", "",
             "| us of CPU per request (of nginx) | connections | tollgate | nginx | HAProxy | floor |", "|---|---|---|---|---|---|"]
    for (row, connections), found in cells.items():
        if "tollgate" in found:
            lines.append(f"| `{row}` | {connections} | " + " | ".join(found.get(name, "") for name in columns) + " |")
    return "\n".join(lines) + "\n"


CHECK_GOAL = 1.0  # seconds


def print_check(seconds):
    middle = statistics.median(seconds)
    print(f"\ncheck: tollgate check of 10,000 routes: {middle:.2f} s")
    print(f"  goal: below {CHECK_GOAL:g} s: {'met' if middle < CHECK_GOAL else 'missed'}")


def warnings(records, quiet):
    found = []
    if quiet > 0.02:
        found.append(f"others took {quiet:.0%} of the measured CPU while nothing ran: these figures are too high")
    if any(record["stolen"] > 0.01 for record in records):
        found.append("the host of this machine took more than 1% of the measured CPU in some rounds")
    # Varnish's many threads wait for each other.
    disturbed = sorted({f"{r['row']} at {r['connections']}" for r in records
                        if r["waited"] > 0.05 and r["contender"] != "varnish"})
    if disturbed:
        found.append("contenders had to wait for their CPU, whose busy time is not theirs alone: " +
                     ", ".join(disturbed))
    wide = sorted({f"{r['row']} at {r['connections']}" for r in records if r["spread"] > 0.10})
    if wide:
        found.append(f"rounds differ by more than 10%, take more on a quieter machine: {', '.join(wide)}")
    for record in records:
        if record["errors"]:
            found.append(f"{record['row']} at {record['connections']}: {record['contender']}: "
                         f"{record['errors']} requests had another outcome than this row expects")
    return found
