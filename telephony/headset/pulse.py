"""Is a device of the sound server still there? Qt 6.11 hears of devices that come, not of those that go.

Where the sound server is PulseAudio (or PipeWire in its place) it is asked by name, over its own library;
elsewhere nobody knows better than Qt, and everything Qt lists is taken to be there.
"""

import contextlib
import ctypes

LIBRARY = "libpulse.so.0"
NAME = b"lingsheng-headset"
READY, FAILED_FROM = 4, 5  # pa_context_state_t: 5 failed, 6 terminated
RUNNING = 0  # pa_operation_state_t
TURNS_MAX = 2000  # of its main loop, each waits at most a millisecond
TURN_US = 1000
Answer = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
POINTERS = ("pa_mainloop_new", "pa_mainloop_get_api", "pa_context_new")


class PulseServer:
    """One connection, made when it is first needed and again when it broke. One thread uses it."""

    def __init__(self) -> None:
        self._library: ctypes.CDLL | None = None
        with contextlib.suppress(OSError):
            self._library = ctypes.CDLL(LIBRARY)
        self._loop: ctypes.c_void_p | None = None
        self._context: ctypes.c_void_p | None = None

    def lacks(self, device_id: str, *, output: bool) -> bool:
        """True when the server says that it has no such device; False also when it cannot be asked."""
        library = self._library
        if library is None or not self._connected(library):
            return False
        heard: list[bool] = []

        def take(_context: int | None, found: int | None, end: int, _user: int | None) -> None:
            if found or end < 0:
                heard.append(bool(found))

        answer = Answer(take)
        ask = library.pa_context_get_sink_info_by_name
        if not output:
            ask = library.pa_context_get_source_info_by_name
        ask.restype = ctypes.c_void_p
        operation = ask(self._context, device_id.encode(), answer, None)
        if not operation:
            return False
        state = library.pa_operation_get_state
        turns = 0
        while state(ctypes.c_void_p(operation)) == RUNNING and turns < TURNS_MAX and self._turn(library):
            turns += 1
        library.pa_operation_unref(ctypes.c_void_p(operation))
        return heard == [False]

    def close(self) -> None:
        if self._library is not None and self._loop is not None:
            if self._context is not None:
                self._library.pa_context_disconnect(self._context)
                self._library.pa_context_unref(self._context)
            self._library.pa_mainloop_free(self._loop)
        self._loop = self._context = None

    def _connected(self, library: ctypes.CDLL) -> bool:
        if self._context is not None and library.pa_context_get_state(self._context) == READY:
            return True
        self.close()
        for name in POINTERS:
            getattr(library, name).restype = ctypes.c_void_p
        self._loop = ctypes.c_void_p(library.pa_mainloop_new())
        api = ctypes.c_void_p(library.pa_mainloop_get_api(self._loop))
        self._context = ctypes.c_void_p(library.pa_context_new(api, NAME))
        library.pa_context_connect(self._context, None, 0, None)
        for _ in range(TURNS_MAX):
            state = library.pa_context_get_state(self._context)
            if state == READY or state >= FAILED_FROM or not self._turn(library):
                break
        return bool(library.pa_context_get_state(self._context) == READY)

    def _turn(self, library: ctypes.CDLL) -> bool:
        """False when the connection's loop has ended."""
        if library.pa_mainloop_prepare(self._loop, TURN_US) < 0:
            return False
        polled, done = library.pa_mainloop_poll(self._loop), library.pa_mainloop_dispatch(self._loop)
        return bool(polled >= 0 and done >= 0)
