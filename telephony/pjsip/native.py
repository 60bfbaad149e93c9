"""What the library exports in C but not in Python, by ctypes. Each absence is found out, never assumed."""

import contextlib
import ctypes
import re
from functools import cache
from typing import SupportsInt

import pjsua2 as pj

TRANSACTION_MS_MAX = 8000  # RFC 3261 17.1 says 32,000: a dead exchange would hold every order that long
KEYINGS_MAX = 8
CONFIG_LOG_LEVEL = 3  # where the library says how it was built
CONFIG_LINE = re.compile(rb"(PJ_\w+)\s*: (\d+)")
ECHO_CALLS = (
    "pjsua_pool_create",
    "pjmedia_echo_create2",
    "pjmedia_echo_playback",
    "pjmedia_echo_capture",
    "pjmedia_echo_destroy",
)
LogLine = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_int)


@cache
def library() -> ctypes.CDLL:
    """The library that is loaded already."""
    return ctypes.CDLL(pj._pjsua2.__file__)


def has(*names: str) -> bool:
    """Whether all of these are exported."""
    return all(hasattr(library(), name) for name in names)


def shorten_transactions() -> bool:
    """Requests without an answer fail after 8 s, not 32. Call after `libInit`. False: not exported here."""
    if not has("pjsip_tsx_set_timers"):
        return False
    set_timers = library().pjsip_tsx_set_timers
    set_timers.restype = None
    set_timers.argtypes = [ctypes.c_uint] * 4
    set_timers(0, 0, 0, TRANSACTION_MS_MAX)  # T1, T2, T4 stay as they are
    return True


def limit_transaction(transaction: SupportsInt) -> None:
    """End a request of ours after 8 s that has no final answer by then; `transaction` is pjsua2's pointer.

    Without the export it stays as long as the library keeps it.
    """
    if not has("pjsip_tsx_set_timeout"):
        return
    set_timeout = library().pjsip_tsx_set_timeout
    set_timeout.argtypes = [ctypes.c_void_p, ctypes.c_uint]
    set_timeout(int(transaction), TRANSACTION_MS_MAX)


def calls_max(otherwise: int) -> int:
    """How many calls the library really holds: it clips what it is asked for without a word."""
    return int(library().pjsua_call_get_max_count()) if has("pjsua_call_get_max_count") else otherwise


def offers_dtls() -> bool:
    """Whether audio keys can be agreed by DTLS (RFC 5764)."""
    if not has("pjmedia_srtp_enum_keying"):
        return False
    count, keyings = ctypes.c_uint(KEYINGS_MAX), (ctypes.c_int * KEYINGS_MAX)()
    library().pjmedia_srtp_enum_keying(ctypes.byref(count), keyings)
    return pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP in list(keyings)[: count.value]


def built_with() -> dict[str, int]:
    """The library's build settings in its own words; empty where it does not tell.

    It only tells them to its log, so the log is ours for a moment. Call before anybody else uses the library.
    """
    if not has("pj_dump_config", "pj_log_get_log_func", "pj_log_set_log_func", "pj_log_set_level"):
        return {}
    lines: list[bytes] = []
    listener = LogLine(lambda _level, line, _length: lines.append(line))
    native = library()
    native.pj_log_get_log_func.restype = ctypes.c_void_p
    native.pj_log_set_log_func.argtypes = [ctypes.c_void_p]
    before, level = native.pj_log_get_log_func(), native.pj_log_get_level()
    with contextlib.ExitStack() as restored:
        restored.callback(native.pj_log_set_log_func, before)
        restored.callback(native.pj_log_set_level, level)
        native.pj_log_set_log_func(ctypes.cast(listener, ctypes.c_void_p))
        native.pj_log_set_level(CONFIG_LOG_LEVEL)
        native.pj_dump_config()
    found = (CONFIG_LINE.search(line) for line in lines)
    return {match[1].decode(): int(match[2]) for match in found if match}
