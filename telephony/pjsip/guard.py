"""Callbacks from native code: an exception there would be printed and forgotten, here it is reported."""

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from telephony.messages import PhoneFault

S = TypeVar("S", bound=Any)
log = logging.getLogger(__name__)


def guarded(callback: Callable[[S, Any], None]) -> Callable[[S, Any], None]:
    """For one-argument callbacks of an object whose `emit` takes events."""

    @functools.wraps(callback)
    def guard(self: S, param: Any) -> None:
        try:
            callback(self, param)
        except Exception as error:
            log.exception("callback %s", callback.__name__)
            self.emit(PhoneFault(f"{callback.__name__}: {error}"))

    return guard
