# benchmarks/processes.py - programs started for a run: pinned to CPUs, awaited until they listen, ended by pid.
import ctypes
import os
import random
import signal
import socket
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")  # microseconds


class Trouble(Exception):
    """Why there is no figure, in words for whoever ran the benchmark."""


# Below the range from which the kernel takes ports for outgoing connections: those would collide now and then.
def free_port(taken=set()):
    for _ in range(1000):
        port = random.randrange(20000, 32000)
        if port in taken:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        taken.add(port)
        return port
    raise Trouble("no free port of 127.0.0.1 found between 20000 and 32000")


def children_of(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                for child in file.read().split():
                    found += [int(child), *children_of(int(child))]
    except OSError:
        pass  # it has ended meanwhile
    return found


class Process:
    """A program pinned to its CPUs. Ends with its `with`, and with this process, however that ends."""

    def __init__(self, name, command, cpus, folder):
        self.name = name
        self.aside = set()  # threads of it that are on another CPU
        self.output = tempfile.NamedTemporaryFile(dir=folder, prefix=f"{name}-", suffix=".output")
        libc = ctypes.CDLL(None)

        def before_exec():
            os.sched_setaffinity(0, cpus)
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=self.output, preexec_fn=before_exec)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def all_words(self):
        with open(self.output.name, errors="replace") as file:
            return file.read()

    def words(self):
        return self.all_words()[-2000:].strip()

    def move(self, cpus):
        for pid in [self.pid, *children_of(self.pid)]:
            os.sched_setaffinity(pid, cpus)

    # What is not on a request's way (writers, timers, the admin listener) leaves the CPU to the event loops, and does not
    # count any more.
    def move_all_but_loops(self, cpus):
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/comm") as file:
                if not file.read().startswith("loop "):
                    os.sched_setaffinity(int(task), cpus)
                    self.aside.add(task)

    def check_running(self):
        code = self.process.poll()
        if code is not None:
            raise Trouble(f"{self.name} ended by itself with {code}: {self.words() or 'it said nothing'}")

    def wait_until_listening(self, port, seconds=20):
        end = time.monotonic() + seconds
        while True:
            self.check_running()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > end:
                    raise Trouble(f"{self.name} does not listen on port {port} after {seconds} s: {self.words()}")
                time.sleep(0.01)

    # Seconds the program ran, and seconds in which it could have run while another had its CPU.
    def ran_and_waited(self):
        ran = waited = 0
        for pid in [self.pid, *children_of(self.pid)]:
            try:
                for task in set(os.listdir(f"/proc/{pid}/task")) - self.aside:
                    with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                        words = file.read().split()
                        ran, waited = ran + int(words[0]), waited + int(words[1])
            except (OSError, IndexError):
                pass  # a thread that has ended meanwhile, or a kernel that does not tell
        return ran / 1e9, waited / 1e9

    def resident_bytes(self):
        total = 0
        for pid in [self.pid, *children_of(self.pid)]:
            with open(f"/proc/{pid}/status") as file:
                for line in file:
                    if line.startswith("VmRSS:"):
                        total += int(line.split()[1]) * 1024
        return total

    # Twice politely (the second word ends what the first one drains), then for good.
    def stop(self):
        for number, patience in ((signal.SIGTERM, 2), (signal.SIGTERM, 3), (signal.SIGKILL, 10)):
            if self.process.poll() is not None:
                break
            self.process.send_signal(number)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                pass
        self.output.close()


# User + nice + system + irq + softirq. A process's own user + system time leaves out softirq, where much of the work on
# sockets is done, and would be off by a factor of two between programs that do the same.
def cpu_times(cpus):
    names, busy, stolen = {f"cpu{cpu}" for cpu in cpus}, 0, 0
    with open("/proc/stat") as file:
        for line in file:
            words = line.split()
            if words[0] in names:
                names.remove(words[0])
                ticks = [int(word) for word in words[1:]]
                busy, stolen = busy + sum(ticks[i] for i in (0, 1, 2, 5, 6)) * TICK, stolen + ticks[7] * TICK
    if names:
        raise Trouble(f"/proc/stat has no {', '.join(sorted(names))}")
    return busy, stolen
