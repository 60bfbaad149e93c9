"""What can wait while the disk under the store is nearly full: what is neither a call nor dispatch."""

from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.refusals import NotPossible
from dispatch.requests import SendBulletin
from store.core.batch import Work

DISK_LOW = NotPossible("disk_low")
CAN_WAIT = (
    cmd.RegisterStation,
    cmd.RegisterHospital,
    cmd.RegisterVehicle,
    cmd.RegisterDispatcher,
    cmd.RegisterSeat,
    cmd.RegisterSite,
    cmd.CorrectMilestone,
    cmd.ClassifyCall,
    cmd.ArchiveEnded,
    SendBulletin,
)


def spared(work: Work) -> Work:
    """The work as it came, or refused because it can wait until there is room again."""
    if work.order is None or not isinstance(work.order.command, CAN_WAIT):
        return work
    return replace(work, refusal=work.refusal or DISK_LOW)
