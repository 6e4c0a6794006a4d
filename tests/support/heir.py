# tests/support/heir.py - a process that takes a gateway's place half-way, and then fails as it is told.
#
#   heir.py HOW ARGUMENTS...      as the program at the gateway's path, with the gateway's arguments
#
# HOW is the last thing that it does:
#   end         is told that all is its, writes the process file, and ends
#   say_nothing is told that all is its, and says nothing more
#   not_settle  says that it has taken over, and nothing more
#   orphan      kills the gateway once that has given all, and becomes the real program (the second argument)
import os
import signal
import socket
import sys

how, arguments = sys.argv[1], sys.argv[2:]
descriptor = int(os.environ["TOLLGATE_UPGRADE"])
old = socket.socket(fileno=descriptor)

estate = []
while not estate or estate[-1][0] != b"all":
    text, descriptors, _, _ = socket.recv_fds(old, 1 << 16, 4)
    if not text:
        sys.exit("the gateway has hung up")
    estate.append((text, descriptors))

if how == "orphan":
    gateway = os.getppid()
    os.kill(gateway, signal.SIGKILL)
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for text, descriptors in estate:
        if descriptors:
            socket.send_fds(here, [text], descriptors)
        else:
            here.send(text)
        for given in descriptors:
            os.close(given)
    os.dup2(there.fileno(), descriptor)
    os.execv(arguments[0], arguments)

old.send(b"ready\n1.2.3")
if old.recv(1 << 16) != b"yours":
    sys.exit("expected yours")
if how == "end":
    with open(arguments[arguments.index("--pid-file") + 1], "w") as file:
        file.write(f"{os.getpid()}\n")
    sys.exit(3)
if how == "not_settle":
    old.send(b"mine")
signal.pause()
