#!/usr/bin/env python3
"""A provider that misbehaves in the way its first argument names; tests/provider_session.rs says what must follow."""
import json
import os
import sys
import time

WAY = sys.argv[1]
STARTS = sys.argv[2] if len(sys.argv) > 2 else None


def send(**message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def raw(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def reading(digest="d"):
    return {"status": "absent", "target": "t", "digest": digest}


def started():
    """How often this provider was started, kept in a file."""
    n = (int(open(STARTS).read()) if os.path.exists(STARTS) else 0) + 1
    open(STARTS, "w").write(str(n))
    return n


def hello(id):
    major = 2 if WAY == "other-version" else 1
    if WAY == "nonsense-greeting":
        return raw("Welcome to my provider!")
    if WAY == "hang":
        time.sleep(600)
    send(id=id, result={"protocol": {"major": major, "minor": 7}, "provider": {"name": "bad", "version": "1"}, "new": 1})


def read(id, params):
    answer = {"readings": [reading() for _ in params["components"]]}
    if WAY == "nonsense":
        raw("Traceback (most recent call last): \x1b[31moh no")
    elif WAY == "not-a-message":
        raw("[1, 2]")
    elif WAY == "late":
        time.sleep(0.5)
        send(id=id, result=answer)
    elif WAY == "twice":
        send(id=id, result=answer)
        send(id=id, result=answer)
    elif WAY == "wrong-id":
        send(id=4711, result=answer)
        send(id="x", result=answer)
        send(id=id, result=answer)
    elif WAY == "flood":
        for i in range(200000):
            send(method="progress", params={"id": "nobody", "message": "x" * 50})
        for i in range(2000):
            send(method="weather", params={"is": "fine"})
        send(id=id, result=answer)
    elif WAY == "long-line":
        raw("y" * 20_000_000)
    elif WAY == "shape":
        send(id=id, result={"readings": [{"status": "somewhere"}]})
    elif WAY == "too-few":
        send(id=id, result={"readings": []})
    elif WAY == "error":
        send(id=id, error={"code": -32603, "message": "the disk is on fire"})
    elif WAY == "complains":
        send(id=None, error={"code": -32700, "message": "what?"})
        send(id=id, result=answer)
    elif WAY == "dies-reading":
        print("last words", file=sys.stderr, flush=True)
        os._exit(3)
    elif WAY == "dies-twice" and started() <= 2:
        os._exit(4)
    elif WAY == "chatty":
        for i in range(5000):
            print(f"line {i} of the log", file=sys.stderr, flush=False)
        sys.stderr.flush()
        send(id=id, result=answer)
    elif WAY == "slow-reader":
        time.sleep(600)
    elif WAY == "callbacks":
        for i in range(100):
            send(id=i, method="target/get", params={"connection": {"type": "local"}, "path": "/no/such/file"})
        got = sum(json.loads(sys.stdin.readline())["result"]["content"] is None for _ in range(100))
        send(id=900, method="target/fly", params={})
        code = json.loads(sys.stdin.readline())["error"]["code"]
        send(id=id, result={"readings": [reading(f"{got} {code}") for _ in params["components"]]})
    else:
        send(id=id, result=answer)


def patch(id, params):
    if WAY == "dies-in-action":
        print("cut off", file=sys.stderr, flush=True)
        os.kill(os.getpid(), 9)
    if WAY == "nonsense-in-action":
        raw("a stray print")
        time.sleep(0.2)
    if WAY == "hangs-in-action":
        time.sleep(600)
    if WAY == "progress-flood":
        for i in range(100000):
            send(method="progress", params={"id": params["id"], "message": "on it", "fraction": 0.5})
    send(id=id, result={"outcome": "applied"})


if WAY == "crash":
    print("no licence found", file=sys.stderr, flush=True)
    sys.exit(1)
if WAY == "closes":
    os.close(1)
    time.sleep(600)

while line := sys.stdin.readline():
    request = json.loads(line)
    method, id = request.get("method"), request.get("id")
    if method == "initialize":
        hello(id)
    elif method == "read":
        read(id, request["params"])
    elif method == "patch":
        patch(id, request["params"])
    elif method == "configure":
        if WAY == "dies-twice":
            assert request["params"]["arguments"] == {"colour": "blue"}
        send(id=id, result=None)
    elif method == "shutdown" and WAY != "never-ends":
        send(id=id, result=None)
        break
    elif method == "shutdown":
        time.sleep(600)
