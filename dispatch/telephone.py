"""All orders and events about calls, recordings and distribution that have files of their own: two unions."""

from dispatch.archive_notes import ArchiveNoted, NoteArchive
from dispatch.call_notes import CallNoteCommand, CallNoteEvent
from dispatch.distribution import DistributionCommand, DistributionEvent
from dispatch.whereabouts import WhereaboutsCommand, WhereaboutsEvent

TelephoneCommand = NoteArchive | CallNoteCommand | DistributionCommand | WhereaboutsCommand
TelephoneEvent = ArchiveNoted | CallNoteEvent | DistributionEvent | WhereaboutsEvent
