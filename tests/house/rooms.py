#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule of the house, checked by a program.

A file may include only headers of its own room and of the rooms that its row allows; nothing below
the two clients knows GTK; names follow rooms; a program built without the lab holds no lab symbol.

usage: rooms.py SOURCE_DIR [PROGRAM ...]
"""
import pathlib
import re
import subprocess
import sys

ROOMS = {
    "core": [],
    "card": ["core"],
    "rsp": ["core"],
    "net": ["core"],
    "lpd": ["core", "card", "rsp", "net"],
    "scan": ["core"],
    "ctl": ["core", "card", "rsp", "net", "lpd", "scan", "lab/euicc"],
    "lab/crypto": ["core"],
    "lab/sim": ["core", "lab/crypto"],
    "lab/euicc": ["core", "card", "rsp", "lab/crypto", "lab/sim"],
    "lab/smdp": ["core", "rsp", "lab/crypto", "lab/sim"],
    "lab/vpcd": ["core"],
    "lab/show": ["core", "card", "rsp", "net", "lpd", "lab/crypto", "lab/sim", "lab/euicc", "lab/smdp",
                 "lab/vpcd"],
}
# Third-party headers that a room may use; what is not named here belongs to no one.
LIBRARIES = {
    "core": [],
    "card": ["winscard.h", "reader.h", "PCSC/"],
    "rsp": ["json-glib/"],
    "net": ["libsoup/", "gnutls/", "gcrypt.h", "json-glib/"],
    "lpd": [],
    "scan": ["zbar.h", "gdk-pixbuf/"],
    "ctl": ["json-glib/"],
    "lab": ["gnutls/", "gcrypt.h", "sqlite3.h", "libsoup/", "json-glib/", "qrencode.h"],
}
WATCHED = ["gtk/", "adwaita.h", "gdk/", "libsoup/", "gnutls/", "gcrypt.h", "sqlite3.h", "json-glib/",
           "winscard.h", "zbar.h", "qrencode.h", "gdk-pixbuf/", "gst/"]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def room_of(path, src):
    parts = path.relative_to(src).parts
    if parts[0] == "lab":
        return "/".join(parts[:2]) if len(parts) > 2 else "lab/show"
    return parts[0]


def check(src):
    where = {}
    problems = []
    files = sorted(p for p in src.rglob("*.[ch]"))
    for path in files:
        if path.suffix == ".h":
            where[path.name] = room_of(path, src)
    for path in files:
        room = room_of(path, src)
        if room not in ROOMS:
            problems.append(f"{path.relative_to(src)}: a room that the house does not know: {room}")
            continue
        text = path.read_text(encoding="utf-8")
        if not text.startswith("/* SPDX-License-Identifier: GPL-3.0-or-later */"):
            problems.append(f"{path.relative_to(src)}: no SPDX line")
        for mark, name in INCLUDE.findall(text):
            target = where.get(name)
            if mark == '"' and target and target != room and target not in ROOMS[room]:
                problems.append(f"{path.relative_to(src)}: {room} may not include {name} of {target}")
            allowed = LIBRARIES[room.split("/")[0]]
            if any(name.startswith(w) for w in WATCHED) and not any(name.startswith(a) for a in allowed):
                problems.append(f"{path.relative_to(src)}: {room} may not use <{name}>")
    return problems


def check_program(program):
    names = subprocess.run(["nm", "-a", program], capture_output=True, text=True, check=False).stdout
    dynamic = subprocess.run(["nm", "-D", program], capture_output=True, text=True, check=False).stdout
    found = sorted(set(re.findall(r"\b(lab_[a-z0-9_]+)", names + dynamic)))
    return [f"{program} holds {name}" for name in found[:5]]


def main():
    src = pathlib.Path(sys.argv[1]) / "src"
    results = [("rooms include what the house allows", check(src))]
    for program in sys.argv[2:]:
        results.append((f"no lab symbol in {pathlib.Path(program).name}", check_program(program)))
    print(f"1..{len(results)}")
    for number, (name, problems) in enumerate(results, 1):
        for problem in problems:
            print(f"# {problem}")
        print(f"{'not ok' if problems else 'ok'} {number} {name}")
    return any(problems for _, problems in results)


sys.exit(main())
