"""What the library's thread and the sound thread share: the operator's mouth and ear as bounded buffers."""

from telephony.headset.frames import Frames
from telephony.headset.levels import Meter


class Ends:
    """`mouth`: microphone to call, `ear`: call to earphone; the meters are fed where the frames pass."""

    def __init__(self) -> None:
        self.mouth = Frames()
        self.ear = Frames()
        self.operator = Meter()
        self.caller = Meter()
