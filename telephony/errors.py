"""What can go wrong with the telephone, in one tree."""


class TelephonyError(Exception):
    """Base of the package's errors.

    TelephonyError
    ├── BadMessageError   a frame on the pipe is not one of our messages
    ├── EngineError       the native engine cannot start or carry out an order (telephony.pjsip)
    └── NotNowError       an order that the calls, as they stand, do not allow
    """


class BadMessageError(TelephonyError):
    """A frame that is no message of this version."""


class EngineError(TelephonyError):
    """The native engine says no; the text says why in its words."""


class NotNowError(TelephonyError):
    """The order makes no sense with the calls as they are; the text says why."""
