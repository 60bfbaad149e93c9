"""The library's echo canceller, for an operator who listens by a loudspeaker. A headset needs none.

The library uses it on its own sound devices only, of which it has none; its C functions do the same here.
"""

import ctypes

import pjsua2 as pj

from telephony.messages import EngineError
from telephony.pjsip import native

POOL_BYTES = 4096
SPEEX = 1  # PJMEDIA_ECHO_SPEEX: 27 dB, the others are not compiled or do nothing
TAIL_MS = 500  # the buffers of both devices alone are 300 ms: with 200 it took 9 dB away, with 500 22
LATENCY_MS = 0  # it looks for the delay itself, within its tail


class EchoCanceller:
    """What the loudspeaker says goes into `playback`, what the microphone hears comes clean out of `capture`.

    Both belong to the library's clock thread.
    """

    def __init__(self, rate_hz: int, frame_bytes: int, tail_ms: int = TAIL_MS) -> None:
        """Raises `EngineError` where this build has none."""
        if not native.has(*native.ECHO_CALLS):
            raise EngineError("this build has no echo canceller")
        library = native.library()
        library.pjsua_pool_create.restype = ctypes.c_void_p
        library.pjsua_pool_create.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t]
        pool = library.pjsua_pool_create(b"echo", POOL_BYTES, POOL_BYTES)
        made = ctypes.c_void_p()
        library.pjmedia_echo_create2.argtypes = [ctypes.c_void_p, *[ctypes.c_uint] * 6, ctypes.c_void_p]
        status = library.pjmedia_echo_create2(
            pool, rate_hz, 1, frame_bytes // 2, tail_ms, LATENCY_MS, SPEEX, ctypes.byref(made)
        )
        if status != pj.PJ_SUCCESS:
            raise EngineError(f"no echo canceller: {status}")
        self._library, self._echo = library, made
        for name in ("pjmedia_echo_playback", "pjmedia_echo_capture"):
            getattr(library, name).restype = ctypes.c_int
        library.pjmedia_echo_playback.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        library.pjmedia_echo_capture.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint]
        library.pjmedia_echo_destroy.argtypes = [ctypes.c_void_p]

    def playback(self, frame: bytes) -> None:
        self._library.pjmedia_echo_playback(self._echo, ctypes.create_string_buffer(frame, len(frame)))

    def capture(self, frame: bytes) -> bytes:
        """The frame without what was played."""
        heard = ctypes.create_string_buffer(frame, len(frame))
        self._library.pjmedia_echo_capture(self._echo, heard, 0)
        return heard.raw

    def close(self) -> None:
        """Before the library is destroyed."""
        self._library.pjmedia_echo_destroy(self._echo)
