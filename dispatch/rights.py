"""Which role may give which order. A table, so that an administrator can read it."""

from collections.abc import Iterable

from dispatch import commands as cmd
from dispatch import requests as req
from dispatch import reserve_commands as reserve
from dispatch.administration import NoteAdministration
from dispatch.archive_notes import NoteArchive
from dispatch.call_notes import NoteSupervision, ReportCallQuality
from dispatch.distribution import FollowUpMissed, ReportGaveUp, ReportQueue
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.whereabouts import ReportLookUp, ReportWhereabouts

_WORK: frozenset[type] = frozenset(
    {
        cmd.ReportRinging,
        cmd.ReportAnswered,
        cmd.ReportCallEnded,
        cmd.KeepRecording,
        ReportCallQuality,
        NoteSupervision,
        ReportWhereabouts,
        ReportLookUp,
        cmd.ClassifyCall,
        cmd.BeginIntake,
        cmd.ChangeIntake,
        cmd.JoinIncident,
        cmd.EndIntake,
        cmd.OpenIncident,
        cmd.ChangeIncident,
        cmd.TakeIncident,
        cmd.HoldIncident,
        cmd.ResumeIncident,
        cmd.CloseIncident,
        cmd.ReopenIncident,
        cmd.AssignVehicle,
        cmd.RecordMilestone,
        cmd.CorrectMilestone,
        cmd.ChooseHospital,
        cmd.AbortMission,
        cmd.EndEmptyRun,
        cmd.EndAtScene,
        cmd.RefuseMission,
        cmd.SuspendVehicle,
        cmd.SetVehicleState,
        cmd.AnswerCrewCall,
        cmd.LogOut,
        cmd.SetSeatState,
        cmd.SettleConflict,
        NoteArchive,
        req.OfferIncident,
        req.AskHelp,
        req.SendBulletin,
        req.SignRequest,
        req.ReturnRequest,
        req.WithdrawRequest,
        FollowUpMissed,
    }
)

_OF_THE_SEAT: frozenset[type] = frozenset(
    {
        reserve.ReportActivationShown,
        reserve.ReportReadiness,
        reserve.ReportSelfTest,
        reserve.FinishStandDown,
        ReportQueue,
        ReportGaveUp,
    }
)
"""What a seat reports also with nobody logged in."""

_RESERVE: frozenset[type] = _OF_THE_SEAT | {
    reserve.ConfirmActivation,
    reserve.BecomeReady,
    reserve.RecordCallOut,
}

_TALKING: frozenset[type] = frozenset(
    {
        cmd.ReportRinging,
        cmd.ReportAnswered,
        cmd.ReportCallEnded,
        cmd.KeepRecording,
        ReportCallQuality,
        NoteSupervision,
        ReportWhereabouts,
        ReportLookUp,
        cmd.ClassifyCall,
        cmd.BeginIntake,
        cmd.ChangeIntake,
        cmd.JoinIncident,
        cmd.EndIntake,
        cmd.LogOut,
        cmd.SetSeatState,
        FollowUpMissed,
    }
)
"""Calls are taken in and answered; who goes where is decided by others."""

_STATION: frozenset[type] = frozenset(
    {cmd.RecordMilestone, cmd.SuspendVehicle, cmd.SetVehicleState, cmd.LogOut, cmd.SetSeatState}
)

_LEADING: frozenset[type] = frozenset({reserve.OrderActivation, reserve.ExtendActivation, reserve.StandDown})

_MASTER_DATA: frozenset[type] = frozenset(
    {
        cmd.RegisterStation,
        cmd.RegisterHospital,
        cmd.RegisterVehicle,
        cmd.RegisterDispatcher,
        cmd.RegisterSeat,
        cmd.RegisterSite,
    }
)

RIGHTS: dict[Role, frozenset[type]] = {
    Role.DISPATCHER: _WORK | _RESERVE,
    Role.SHIFT_LEADER: _WORK | _RESERVE | _LEADING,
    Role.RESERVE_DISPATCHER: _WORK | _RESERVE,
    Role.CONSULTANT: _TALKING | _RESERVE,
    Role.HEAD_OF_DISPATCH: _LEADING
    | {cmd.CorrectMilestone, cmd.ReopenIncident, cmd.SettleConflict, cmd.LogOut, cmd.SetSeatState}
    | {NoteArchive},
    Role.STATION_DUTY: _STATION,
    Role.QUALITY_REVIEWER: frozenset({cmd.LogOut, NoteArchive}),
    Role.LEADER: frozenset({cmd.LogOut}),
    Role.ADMINISTRATOR: _MASTER_DATA | {cmd.LogOut},
    Role.OBSERVER: frozenset(),
    Role.SEAT: _OF_THE_SEAT,
    Role.GATEWAY: frozenset(
        {
            cmd.ReportOrderDelivered,
            cmd.ReportOrderTimedOut,
            cmd.RecordVehicleKey,
            cmd.SuspendVehicle,
            cmd.ReportCrewCall,
            ReportQueue,
            ReportGaveUp,
        }
    ),
    Role.HUB: _MASTER_DATA
    | {cmd.LogIn, cmd.LogOut, cmd.ArchiveEnded, cmd.MoveAuthority, NoteAdministration, NoteArchive},
}

# Roles whose holder may stand as the second person of a two-person decision.
SECOND_PERSON = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER, Role.HEAD_OF_DISPATCH})
_OVER_EVERY_SEAT = frozenset({Role.SHIFT_LEADER, Role.HEAD_OF_DISPATCH, Role.ADMINISTRATOR, Role.HUB})


def may(roles: Iterable[Role], command: type) -> bool:
    """True when any of the roles includes this order."""
    return any(command in RIGHTS[role] for role in roles)


def second_person(floor: Floor, order: Order) -> str | None:
    """The second person's id when it is somebody else with the right to stand for it, else None."""
    person = floor.dispatchers.get(order.second_id or "")
    if person is None or person.id == order.dispatcher_id or not person.roles & SECOND_PERSON:
        return None
    return person.id


def over_seat(order: Order, seat_id: str) -> bool:
    """True when the giver may speak for this seat: their own, or any seat for those who lead or run it."""
    return order.seat_id == seat_id or bool(order.roles & _OVER_EVERY_SEAT)
