#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kaitsuctl as a script and a person use it, against the lab's server and card. TAP on stdout.

usage: test-ctl.py KAITSUCTL KAITSU-LAB
"""
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time

CTL, LAB = sys.argv[1], sys.argv[2]
results = []


def check(name, good, note=""):
    results.append(good)
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}", flush=True)
    if not good:
        for line in str(note).splitlines()[-30:]:
            print(f"# {line}", flush=True)


class World:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.lab = self.folder / "lab"
        self.env = dict(os.environ, LC_ALL="C.UTF-8", HOME=folder, TMPDIR=folder,
                        XDG_STATE_HOME=str(self.folder / "state"),
                        XDG_DATA_HOME=str(self.folder / "data"))
        self.env.pop("G_DEBUG", None)
        self.run_lab("card", "new", "phone", "--dir", str(self.lab), "--pp")
        self.server = subprocess.Popen([LAB, "serve", "--dir", str(self.lab), "--port", "0"],
                                       stdout=subprocess.PIPE, text=True, env=self.env)
        self.address = None
        for line in self.server.stdout:
            found = re.search(r"localhost:\d+", line)
            if found:
                self.address = found.group(0)
            if "Ctrl-C" in line:
                break

    def close(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(timeout=30)

    def run_lab(self, *args):
        done = subprocess.run([LAB, *args], capture_output=True, text=True, env=self.env, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def order(self, *args):
        text = self.run_lab("order", "--dir", str(self.lab), "--address", self.address, *args)
        return re.search(r"LPA:1\S+", text).group(0)

    def ctl(self, *args, stdin=None, card=True):
        where = ["--card", f"lab:{self.lab}/cards/phone"] if card else []
        done = subprocess.run([CTL, *where, *args], input=stdin if stdin is not None else "",
                              capture_output=True, text=True, env=self.env, check=False)
        return done

    def json(self, *args, **kw):
        done = self.ctl("--json", *args, **kw)
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            return done.returncode, {"ok": None, "text": done.stdout + done.stderr}


def test_reading(w):
    rc, out = w.json("chip")
    check("chip: JSON with a valid EID", rc == 0 and out["result"]["eidValid"] and
          len(out["result"]["eid"]) == 32, out)
    rc, out = w.json("list")
    check("list: the set-up connection is in use", rc == 0 and len(out["result"]) == 1 and
          out["result"][0]["class"] == "provisioning" and out["result"][0]["state"] == "enabled", out)
    text = w.ctl("list").stdout
    check("list: words for people", "set-up connection, in use" in text, text)
    rc, out = w.json("rules")
    check("rules: a table", rc == 0 and isinstance(out["result"], list), out)
    rc, out = w.json("server", "smdp.example.com")
    check("server: set", rc == 0 and out["result"]["defaultSmdp"] == "smdp.example.com", out)
    rc, out = w.json("server", "--clear")
    check("server: cleared", rc == 0 and "defaultSmdp" not in out["result"], out)
    rc, out = w.json("server", "not a host")
    check("server: a wrong name is input, 3", rc == 3 and out["error"]["key"] == "input.address", out)


def test_usage(w):
    check("no command is usage, 2", w.ctl(card=False).returncode == 2)
    check("an unknown command is usage, 2", w.ctl("frobnicate", card=False).returncode == 2)
    check("an unknown option is usage, 2", w.ctl("list", "--frob").returncode == 2)
    check("a missing argument is usage, 2", w.ctl("enable").returncode == 2)
    check("--help works for every command", all(
        w.ctl(c, "--help", card=False).returncode == 0 for c in
        ("readers", "chip", "list", "download", "enable", "disable", "delete", "rename",
         "notifications", "server", "rules", "reset", "load-crl", "code")))
    rc, out = w.json("code", "LPA:1$smdp.example.com$AB-1$1.2.3$1", card=False)
    check("code: taken apart", rc == 0 and out["result"]["oid"] == "1.2.3" and
          out["result"]["confirmationCodeRequired"], out)
    rc, out = w.json("code", "https://example.com/", card=False)
    check("code: a web address is named", rc == 3 and out["error"]["key"] == "code.web-address", out)
    check("options may stand behind the command", w.ctl("list", "--json").stdout.startswith('{"ok":true'))
    done = w.ctl("--json", "list", "--frob")
    check("a wrong option with --json is JSON too", done.returncode == 2 and
          json.loads(done.stdout)["error"]["class"] == "usage", done.stdout)
    check("help", w.ctl("help", card=False).returncode == 0)
    with open("/dev/full", "w") as full:
        rc = subprocess.run([CTL, "--json", "code", "LPA:1$smdp.example.com$A"], stdout=full,
                            env=w.env, check=False).returncode
    check("output that cannot be written is a failure, 1", rc == 1)
    rc, out = w.json("--card", "lab:/nowhere", "list", card=False)
    check("a card that is not there is input, 3", rc == 3 and out["ok"] is False, out)


def test_download(w):
    trace = w.folder / "trace.jsonl"
    code = w.order("--name", "Plan S")
    done = w.ctl("download", code)
    check("download: nobody to agree, nothing is downloaded, 9", done.returncode == 9 and
          "--yes" in done.stderr, done.stderr)
    rc, out = w.json("--yes", "--trace", str(trace), "download", "--code-file", "-",
                     "--name", "Travel", stdin=code + "\n")
    check("download: code from standard input", rc == 0 and out["result"]["segments"] > 4, out)
    iccid = out["result"]["profile"]["iccid"]
    eid = w.json("chip")[1]["result"]["eid"]
    text = trace.read_text()
    token = code.split("$")[2]
    check("trace: both edges are there", '"initiateAuthentication' in text.replace("/", '"') or
          "initiateAuthentication" in text)
    check("trace: no identifier and no code", not any(s in text for s in (iccid, eid, token)), text[:500])
    check("trace: every line is JSON", all(json.loads(line) is not None for line in text.splitlines()))
    rc, out = w.json("list")
    mine = [p for p in out["result"] if p["iccid"] == iccid][0]
    check("download: installed, disabled, named", mine["state"] == "disabled" and
          mine["nickname"] == "Travel", out)
    rc, out = w.json("notifications")
    check("download: the operator has been told", rc == 0 and out["result"] == [], out)
    rc, out = w.json("--yes", "download", code)
    check("a used code is the server's no, 7", rc == 7 and out["error"]["code"] == "8.2.6 – 3.8", out)
    return iccid


def test_codes(w):
    secret = w.folder / "cc"
    secret.write_text("4711\n")
    code = w.order("--confirmation-code-file", str(secret), "--name", "Plan CC")
    rc, out = w.json("--yes", "download", code)
    check("a confirmation code is needed, 12", rc == 12, out)
    secret.write_text("0000\n")
    rc, out = w.json("--yes", "download", "-c", str(secret), code)
    check("a wrong confirmation code: tries left are told, 12", rc == 12 and
          out["error"].get("attemptsLeft") == 2, out)
    secret.write_text("4711\n")
    picture = w.folder / "qr.png"
    code2 = w.order("--name", "Plan QR", "--png", str(picture))
    rc, out = w.json("--yes", "download", "--qr", str(picture))
    check("download: code from a picture", rc == 0, out)
    rc, out = w.json("--yes", "download", "-c", str(secret), code)
    check("download: with the right confirmation code", rc == 0, out)


def test_switching(w, iccid):
    rc, out = w.json("enable", iccid)
    check("enable: the chip says so", rc == 0 and
          [p["state"] for p in out["result"] if p["iccid"] == iccid] == ["enabled"], out)
    rc, out = w.json("--yes", "delete", iccid)
    check("a plan in use is not deleted, 5", rc == 5 and out["error"]["key"] == "chip.delete-in-use", out)
    rc, out = w.json("rename", iccid, "家の回線")
    check("rename", rc == 0 and any(p.get("nickname") == "家の回線" for p in out["result"]), out)
    rc, out = w.json("rename", iccid, "n" * 70)
    check("a name of 70 bytes is input, 3", rc == 3 and out["error"]["key"] == "input.nickname", out)
    rc, out = w.json("disable", iccid)
    check("disable", rc == 0 and all(p["state"] == "disabled" for p in out["result"]), out)
    rc, out = w.json("delete", iccid)
    check("delete asks, and without an answer it is protected, 9", rc == 9, out)
    rc, out = w.json("--yes", "delete", iccid)
    check("delete", rc == 0 and all(p["iccid"] != iccid for p in out["result"]), out)
    pp = [p for p in w.json("list")[1]["result"] if p["class"] == "provisioning"][0]["iccid"]
    rc, out = w.json("--yes", "delete", pp)
    check("the set-up connection is protected, 9", rc == 9 and
          out["error"]["key"] == "protected.provisioning", out)
    rc, out = w.json("enable", "8981000000000000000")
    check("an unknown plan is input, 3", rc == 3, out)
    rc, out = w.json("--yes", "reset", "--plans")
    check("a reset of all plans is protected, 9", rc == 9, out)
    rc, out = w.json("--yes", "--override", "reset", "--plans")
    check("reset: only the set-up connection stays", rc == 0 and
          [p["class"] for p in out["result"]] == ["provisioning"], out)


def at_terminal(w, args, answers):
    """Runs kaitsuctl at a terminal of its own; @answers: (what is waited for, what is typed)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(CTL, [CTL, "--card", f"lab:{w.lab}/cards/phone", *args], w.env)
    seen = ""
    answers = list(answers)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data.decode("utf-8", "replace")
        if answers and answers[0][0] in seen:
            typed = answers.pop(0)[1]
            time.sleep(0.2)
            os.write(fd, typed.encode())
    _, status = os.waitpid(pid, 0)
    os.close(fd)
    return os.waitstatus_to_exitcode(status), seen


def order_state(w, name):
    orders = json.loads(w.run_lab("orders", "--dir", str(w.lab), "--json"))["result"]
    return [o["state"] for o in orders if o.get("profileName") == name][0]


def has_terminals():
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError:
        return False
    return True


def test_terminal(w):
    if not has_terminals():
        print("# no terminals here (/dev/pts): what is asked at one is not tried", flush=True)
        return
    secret = w.folder / "cc2"
    secret.write_text("4711\n")
    code = w.order("--confirmation-code-file", str(secret), "--name", "Plan T")
    rc, seen = at_terminal(w, ["download", code], [("refuse]", "not now\n")])
    check("terminal: not now keeps the order, 11", rc == 11 and "Plan T" in seen and
          order_state(w, "Plan T") == "Released", seen)
    rc, seen = at_terminal(w, ["download", code], [("refuse]", "\x03")])
    check("terminal: Ctrl-C at a question cancels properly, 11", rc == 11 and
          order_state(w, "Plan T") == "Released", f"{rc} {seen}")
    rc, seen = at_terminal(w, ["download", code],
                           [("refuse]", "yes\n"), ("now):", "12 34\n"), ("no blanks", "0000\n"),
                            ("tries are left", "4711\n")])
    check("terminal: a mistyped code, a wrong one, the right one", rc == 0 and
          order_state(w, "Plan T") == "Installed", f"{rc} {seen}")
    check("terminal: what is typed as a code is not shown", "4711" not in seen, seen)
    code = w.order("--name", "Plan P")
    done = subprocess.run(f"'{CTL}' --card 'lab:{w.lab}/cards/phone' --steps --yes download '{code}' 2>&1 | true",
                          shell=True, env=w.env, check=False)
    check("a reader of the output that goes away costs nothing", done.returncode == 0 and
          order_state(w, "Plan P") == "Installed")


def test_network(w):
    rc, out = w.json("--yes", "download", "LPA:1$localhost:1$X")
    check("no server there is network, 6", rc == 6, out)
    rc, out = w.json("--yes", "download")
    check("no code and no default server is input, 3", rc == 3 and
          out["error"]["key"] == "download.no-server", out)


def main():
    with tempfile.TemporaryDirectory() as folder:
        w = World(folder)
        try:
            test_reading(w)
            test_usage(w)
            iccid = test_download(w)
            test_codes(w)
            test_switching(w, iccid)
            test_network(w)
            test_terminal(w)
        finally:
            w.close()
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


sys.exit(main())
