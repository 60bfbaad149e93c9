"""What one check says, and the ways of looking that several checks share."""

import json
import os
import socket
import subprocess
import sys
from enum import Enum
from typing import Any, NamedTuple

CHILD_S_MAX = 20.0
CONNECT_S_MAX = 2.0


class Level(Enum):
    """OK; WARN: works, but not as a centre should run; FAIL: cannot work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(NamedTuple):
    """The state of one thing and, unless it is OK, what to do about it."""

    level: Level
    zh: str
    en: str
    do_zh: str = ""
    do_en: str = ""


class ChildFailedError(Exception):
    """A script tried in a child process did not come to its end; the message is its last line."""


def ok(zh: str, en: str) -> Finding:
    """Nothing to do."""
    return Finding(Level.OK, zh, en)


def try_script(script: str, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Runs a Python script in a child process and gives the JSON object it prints.

    Raises ChildFailedError when it dies, hangs for `CHILD_S_MAX` or says something else.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=CHILD_S_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailedError(f"{CHILD_S_MAX:.0f} s") from error
    if child.returncode != 0:
        said = child.stderr.strip().splitlines() or [f"exit code {child.returncode}"]
        raise ChildFailedError(next((line for line in said if line.startswith("Fatal")), said[-1]))
    return answer_in(child.stdout)


def answer_in(output: str) -> dict[str, Any]:
    """The JSON object among the lines a child wrote; libraries may write theirs before and after it.

    Raises ChildFailedError when there is none.
    """
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            answer: dict[str, Any] = json.loads(line)
            return answer
    raise ChildFailedError("no answer")


def port_error(kind: socket.SocketKind, host: str, port: int) -> str | None:
    """Why a port cannot be opened here; None when it is free."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as trial:
            if kind == socket.SOCK_STREAM:  # as servers do: a port in TIME_WAIT is free
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as error:
        return error.strerror or str(error)
    return None


def connect_error(host: str, port: int) -> str | None:
    """Why nothing answers at a TCP address; None when something does."""
    try:
        socket.create_connection((host, port), CONNECT_S_MAX).close()
    except OSError as error:
        return error.strerror or str(error)
    return None
