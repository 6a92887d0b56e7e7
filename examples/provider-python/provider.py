#!/usr/bin/env python3
"""A whole patchform provider in one short file: kind `note` is a text file whose content is its patch level.

It speaks JSON-RPC 2.0, one message per line, on stdin and stdout; docs/protocol.md describes every message.
"""

import fcntl
import hashlib
import json
import os
import re
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

DESCRIPTION = {
    "kinds": {
        "note": {
            "summary": "A text file whose content is its patch level.",
            "class": "other",
            "level": "single",
            "scheme": "natural",
            "arguments": {"path": {"type": "string", "required": True, "description": "The file."}},
            "can": {"snapshot": True, "snapshot_early": True, "verify": True, "probe": True},
        }
    }
}


class Error(Exception):
    """An error to answer, with its JSON-RPC code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


# ---------------------------------------------------------------- the component


def path_of(subject):
    return os.path.abspath(subject["arguments"]["path"])


def content(path):
    """The level, or None when the note is absent."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().rstrip("\n")
    except FileNotFoundError:
        return None


def write(path, level):
    """Replaces the note whole, or not at all; None removes it."""
    if level is None:
        if os.path.exists(path):
            os.remove(path)
        return
    fresh = f"{path}.{os.getpid()}.{threading.get_ident()}.new"
    with open(fresh, "w", encoding="utf-8") as file:
        file.write(level + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def digest(level):
    """Of what the component manages: nothing that changes by itself. The keys of this JSON are sorted."""
    return hashlib.sha256(json.dumps({"note": level}).encode()).hexdigest()


def machine():
    try:
        with open("/etc/machine-id", encoding="ascii") as file:
            return file.read().strip() or socket.gethostname()
    except OSError:
        return socket.gethostname()


# ---------------------------------------------------------------- the two promises


class Ledger:
    """One file per component: the same action id acts once, and a token lower than one seen before, in an action or a probe,
    is refused.

    `begun` is on disk before the act and `answered` after it; while an action runs the file is locked."""

    def __init__(self, path):
        folder, name = os.path.split(path)
        self.path = os.path.join(folder, f".{name}.ledger")

    def rows(self, file):
        token, actions = 0, {}
        file.seek(0)
        for line in file.read().splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue  # torn by a crash: its writer never came back from it
            token = max(token, row.get("token", 0))
            if "id" in row:
                actions[row["id"]] = row.get("answer")
        return token, actions

    def append(self, file, **row):
        file.write("\n" + json.dumps(row))
        file.flush()
        os.fsync(file.fileno())

    def once(self, act, work):
        with open(self.path, "a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            token, actions = self.rows(file)
            if act["id"] in actions:
                return actions[act["id"]] or unclear("begun before, and whoever did it was gone before it could answer")
            if act["token"] < token:
                return refused(f"the fencing token {act['token']} is older than {token}: another run took over")
            self.append(file, id=act["id"], token=act["token"])
            answer = work()
            self.append(file, id=act["id"], token=act["token"], answer=answer)
            return answer

    def look(self, act):
        """For a probe: running, begun, or the answer. What it says stays true: the token is kept, and what had not begun
        does not begin any more. Whether it had, only the note can tell then: a ledger may be lost."""
        with open(self.path, "a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Another action runs; this one may wait for its end.
                return self.rows(file)[1].get(act["id"]) or "running"
            token, actions = self.rows(file)
            if act["id"] not in actions:
                self.append(file, id=act["id"], token=act["token"])
                return "begun"
            if act["token"] > token:
                self.append(file, token=act["token"])
            return actions[act["id"]] or "begun"

    def at_work(self):
        """The action that is done right now, by whomever."""
        try:
            with open(self.path, encoding="utf-8") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    begun = [action for action, answer in self.rows(file)[1].items() if answer is None]
                    return begun[-1] if begun else None
        except FileNotFoundError:
            pass
        return None


# ---------------------------------------------------------------- answers


def applied(**done):
    return {"outcome": "applied", **done}


def refused(why):
    """A promise that nothing changed."""
    return {"outcome": "refused", "why": why}


def unclear(why):
    return {"outcome": "unclear", "why": why}


# ---------------------------------------------------------------- the methods


def initialize(params):
    if params["protocol"]["major"] != 1:
        raise Error(-32001, f"this provider speaks protocol 1.0, not {params['protocol']['major']}")
    return {"protocol": {"major": 1, "minor": 0}, "provider": {"name": "note", "version": "0.1.0"}}


def validate(params):
    complaints = []
    for i, desired in enumerate(params["components"]):
        if "\n" in desired["level"] or not desired["level"]:
            complaints.append({"component": i, "path": ["patch_level"], "summary": "a note's level is one line"})
    return {"complaints": complaints}


def read(params):
    return {"readings": [reading(desired["subject"]) for desired in params["components"]]}


def reading(subject):
    path = path_of(subject)
    action = Ledger(path).at_work()
    if action is not None:
        # What is read beside somebody who is at work need not stay.
        return {"status": "unreachable", "unsettled": True, "why": f"the action {action} still goes on"}
    try:
        level = content(path)
    except (OSError, UnicodeError) as error:
        return {"status": "unreachable", "why": f"{path} cannot be read: {error}"}
    common = {"target": machine(), "claims": [f"path:{path}"], "digest": digest(level)}
    return {"status": "absent", **common} if level is None else {"status": "present", "level": level, **common}


def preview(params):
    return {"previews": [preview_one(change) for change in params["changes"]]}


def preview_one(change):
    before, after = (None if level is None else level + "\n" for level in (change.get("from"), change["to"]))
    sha = lambda text: None if text is None else hashlib.sha256(text.encode()).hexdigest()
    file = {"path": path_of(change["subject"]), "before": sha(before), "after": sha(after), "text": [before or "", after]}
    back = {"kind": "restore", "place": "in the state", "survives_target_loss": True}
    return {"status": "ready", "files": [file], "ways_back": [back], "durations": {"patch": 5, "restore": 5}}


def unexpected(act, path):
    expected = act.get("expected")
    if expected is not None and digest(content(path)) != expected:
        return refused(f"{path} has changed since it was read")
    return None


def snapshot(act, path):
    level = content(path)
    return applied(snapshot={"token": {"level": level}, "place": "in the state", "survives_target_loss": True})


def patch(act, path):
    answer = unexpected(act, path)
    if answer is None:
        write(path, act["level"])
    return answer or applied()


def restore(act, path):
    token = (act.get("snapshot") or {}).get("token") or {}
    if "level" not in token:
        return refused("the snapshot's token is missing")
    answer = unexpected(act, path)
    if answer is None:
        write(path, token["level"])
    return answer or applied()


def drop(act, path):
    return applied()  # the snapshot is its token: there is nothing to remove


def verify(act):
    level = content(path_of(act["subject"]))
    well = level == act.get("level")
    return applied(verdict={"is": "healthy"} if well else {"is": "ill", "why": f"the note says {level!r}"})


def effect(do):
    """An action with an effect: once per id, and an error of the system before the effect is `refused`."""

    def work(act):
        path = path_of(act["subject"])

        def guarded():
            try:
                return do(act, path)
            except OSError as error:
                return refused(f"{path}: {error}")  # `write` replaces the note whole or not at all

        return Ledger(path).once(act, guarded)

    return work


def probe(params):
    act, action = params["act"], params["action"]
    path = path_of(act["subject"])
    seen = Ledger(path).look(act)
    if seen == "running":
        return {"stands": "busy"}
    if isinstance(seen, dict) and seen["outcome"] == "applied":
        return {**seen, "stands": "after"}
    if seen == "begun" and action in ("patch", "restore"):
        # Killed before it could answer, or nothing is known of it. The note is replaced by a rename: it is old or new.
        level = content(path)
        wanted = act.get("level") if action == "patch" else act["snapshot"]["token"]["level"]
        untouched = action == "patch" and digest(level) == act.get("expected")
        return {"stands": "after" if level == wanted and not untouched else "before"}
    return {"stands": "before"}


METHODS = {
    "initialize": initialize,
    "describe": lambda params: DESCRIPTION,
    "configure": lambda params: None,
    "validate": validate,
    "read": read,
    "preview": preview,
    "snapshot": effect(snapshot),
    "patch": effect(patch),
    "restore": effect(restore),
    "drop": effect(drop),
    "verify": verify,
    "probe": probe,
}

# ---------------------------------------------------------------- the pipe

WRITING = threading.Lock()


def send(message):
    line = json.dumps({"jsonrpc": "2.0", **message}) + "\n"
    with WRITING:
        sys.stdout.write(line)
        sys.stdout.flush()


def handle(request):
    try:
        method = METHODS.get(request["method"])
        if method is None:
            raise Error(-32601, f"there is no method `{request['method']}`")
        answer = {"result": method(request.get("params") or {})}
    except Error as error:
        answer = {"error": {"code": error.code, "message": str(error)}}
    except (KeyError, TypeError) as error:
        answer = {"error": {"code": -32602, "message": f"the parameters do not fit: {error!r}"}}
    except Exception as error:  # an answer is owed, whatever happens
        answer = {"error": {"code": -32603, "message": f"{type(error).__name__}: {error}"}}
    send({"id": request["id"], **answer})


def main():
    with ThreadPoolExecutor(max_workers=16) as pool:
        for line in sys.stdin.buffer:
            if re.fullmatch(rb"\s*", line):
                continue
            try:
                request = json.loads(line)
            except ValueError as error:
                send({"id": None, "error": {"code": -32700, "message": f"no JSON: {error}"}})
                continue
            if not isinstance(request, dict) or not isinstance(request.get("method"), str):
                send({"id": None, "error": {"code": -32600, "message": "no request"}})
            elif request["method"] == "shutdown":
                if "id" in request:
                    send({"id": request["id"], "result": None})
                return
            elif "id" in request:
                pool.submit(handle, request)
            # A notification (`cancel`) needs no answer; a note is written before anybody can cancel it.


if __name__ == "__main__":
    main()
