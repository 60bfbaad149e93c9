"""`main.py enrol`: makes the keys of a new machine here, asks with its code and waits for approval."""

import argparse
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from store.bus.enrolment_call import EnrolmentCall
from store.bus.keys import KeyFileError
from store.bus.roster import RosterError
from store.config import Config
from store.core.enrolment import CODE_MS, Enrolled, NotEnrolled, Wait, fingerprint
from store.exits import CannotStartError, ExitCode

ANSWER_MS = 3000
AGAIN_S = 2.0
REASONS = {
    "wrong_code": "登记码不对 wrong code",
    "too_late": "登记码已过期，请管理员重新邀请 the code has run out, ask for a new one",
    "too_many": "错误次数过多，请管理员重新邀请 too many wrong codes, ask for a new one",
    "used": "此登记码已被另一台机器使用，请告知管理员 another machine used it: tell the administrator",
    "struck": "此机已被注销 this machine was struck off",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hub", required=True, metavar="HOST:PORT", help="中枢的登记地址 door of enrolment")
    parser.add_argument("--code", required=True, help="管理员给出的登记码 the code you were given")


def run(options: argparse.Namespace, config: Config) -> int:
    """Until approved, refused, or nobody approved in time. Raises CannotStartError."""
    folder = Path(config.keys.dir)
    try:
        with closing(EnrolmentCall(options.hub, options.code, folder)) as call:
            _print(f"本机指纹 this machine  {call.fingerprint}")
            enrolled = wait_for_approval(call, _show_hub)
            if enrolled is None:
                return ExitCode.FAILED
            call.take_over(enrolled)
    except (RosterError, KeyFileError) as error:
        raise CannotStartError(f"未能登记：{error}", f"not enrolled: {error}") from error
    _print(f"已登记 enrolled: {enrolled.machine}")
    _print(f"中枢地址 hubs: {', '.join(enrolled.hubs)}")
    number = enrolled.machine.removeprefix("seat-")
    if enrolled.machine.startswith("seat-") and number != config.seat.number:
        _print(f'请在 lingsheng.toml 写 in lingsheng.toml: [seat] number = "{number}"')
    return ExitCode.DONE


def wait_for_approval(call: EnrolmentCall, on_wait: Callable[[Wait], None]) -> Enrolled | None:
    """Ask until there is a decision; `on_wait` once, when the code was taken. `None`: not enrolled."""
    until = time.monotonic() + 2 * CODE_MS / 1000
    waiting, silent = False, False
    pause = threading.Event()
    while time.monotonic() < until:
        match call.ask(ANSWER_MS):
            case Enrolled() as enrolled:
                return enrolled
            case NotEnrolled(reason) if reason != "busy":
                _print(f"未登记 not enrolled: {REASONS.get(reason, reason)}")
                return None
            case Wait() as wait if not waiting:
                waiting = True
                on_wait(wait)
            case None if not silent:
                silent = True
                _print("登记端口尚无应答，继续尝试 the door of enrolment does not answer yet, trying on")
            case _:
                pass
        pause.wait(AGAIN_S)
    _print("等待超时 nobody approved in time")
    return None


def _show_hub(wait: Wait) -> None:
    _print(f"中枢指纹 the hub       {fingerprint(wait.hub_public, wait.roster_public)}")
    _print(f"本机名称 name          {wait.machine} {wait.seat_id}".rstrip())
    _print("请与管理员通话核对两个指纹，两边一致才可批准；正在等待… compare both over the telephone; waiting")


def _print(line: str) -> None:
    print(line, flush=True)
