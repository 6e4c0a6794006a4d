#!/usr/bin/python3
"""tests/rooms/rooms_depend_one_way.py [FOLDER] - rooms of core/ include only rooms before theirs in CONTRIBUTING.md.

Those between the same two arrows of its chain know nothing of each other. What lies in core/ itself is `main`; public
headers include no room. Prints every include that points the wrong way as file:line: what, and exits 1 if there is any.
"""
import pathlib
import re
import sys

include = re.compile(r'\s*#\s*include\s+"([^"]+)"')


def chain(contributing):
    """Of each room how many arrows stand before it."""
    found = re.search(r"`(support <- [^`]*<-\s+main)`", contributing)
    if not found:
        sys.exit("CONTRIBUTING.md: expected the chain of rooms, `support <- ... <- main`")
    steps = enumerate(found[1].split("<-"))
    return {"include": -1} | {room.strip(): place for place, step in steps for room in step.split(",")}


def room_of(path):  # below core/
    return path.parts[0] if len(path.parts) > 1 else "main"


def wrong_in(file, mine, places):
    for number, line in enumerate(file.read_text().split("\n"), 1):
        found = include.match(line)
        if not found or "/" not in found[1]:  # a neighbour
            continue
        other = found[1].split("/")[0]
        if other not in places:
            yield f"{file}:{number}: {found[1]}: is in no room of the chain"
        elif other != mine and places[other] >= places[mine]:
            yield f"{file}:{number}: {found[1]}: {other} does not come before {mine} in CONTRIBUTING.md's chain"


def wrong_below(folder):
    places = chain((folder / "CONTRIBUTING.md").read_text())
    core = folder / "core"
    rooms = {file: room_of(file.relative_to(core)) for file in sorted(core.rglob("*")) if file.suffix in (".h", ".cpp")}
    for room in sorted(set(rooms.values()) ^ set(places)):
        what = "is in the chain, but no room of core/" if room in places else "is a room, but not in the chain"
        yield f"CONTRIBUTING.md: {room}: {what}"
    for file, room in rooms.items():
        if room in places:
            yield from wrong_in(file, room, places)


wrong = list(wrong_below(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
print("\n".join(wrong) or "rooms depend one way")
sys.exit(1 if wrong else 0)
