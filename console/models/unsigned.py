"""Orders given while nobody is logged in: a call does not wait for a log-in, a log-in may wait for a hub.

They stay on this machine, in the crash copy, with the time they were given; whoever logs in next at this desk
gets them as theirs. That is safe because only facts of this desk's telephone and forms are ever held: they
send nobody anywhere, the person sees them in hand and answers for them, and the journal keeps when they came
beside when they happened. A vehicle sent by voice is such a fact too: the crew was told, this only records
it. Everything else needs somebody logged in first.
"""

from msgspec import Struct

from dispatch import commands as cmd
from dispatch.call_notes import NoteSupervision, ReportCallQuality
from dispatch.whereabouts import ReportLookUp, ReportWhereabouts

HELD = (
    cmd.ReportRinging,
    cmd.ReportAnswered,
    cmd.ReportCallEnded,
    cmd.KeepRecording,
    ReportCallQuality,
    NoteSupervision,
    ReportWhereabouts,
    ReportLookUp,
    cmd.BeginIntake,
    cmd.OpenIncident,
)


def is_held(command: cmd.Command) -> bool:
    """True when it may wait here for somebody to log in."""
    return isinstance(command, HELD) or (isinstance(command, cmd.AssignVehicle) and command.manual)


class Unsigned(Struct, frozen=True):
    """`at`: this machine's clock when it was given, ms."""

    command: cmd.Command
    at: int
