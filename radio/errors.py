"""Every error of the radio package, in one tree.

    RadioError
    ├── FrameError        a piece between two flags is not a frame: bad escape, checksum, length
    │   └── BodyError     the frame is right, its body does not fit the layout of its message id
    ├── KeyRuleError      a table in the configuration does not describe a status key
    └── OrderTextError    an order cannot be written into a terminal text

The other side's mistakes (FrameError) are counted and survived; the last two are ours.
"""


class RadioError(Exception):
    """Base of everything radio raises."""


class FrameError(RadioError):
    """Bytes that are no frame; the next frame is not affected."""


class BodyError(FrameError):
    """A right frame with a body that cannot be read; answered with result 2 (bad message)."""


class KeyRuleError(RadioError):
    """A key rule of the configuration is incomplete, contradictory or misspelt."""


class OrderTextError(RadioError):
    """An order number or site that would break the tail of the order text."""
