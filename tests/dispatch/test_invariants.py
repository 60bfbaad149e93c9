"""No sequence of orders, from anybody, in any order, may break what must always be true.

Hypothesis plays two seats, a terminal gateway and the hub's housekeeping; after each order all
invariants are checked, and at the end the floor must be the fold of its events.
"""

from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dispatch import commands as cmd
from dispatch import distribution as dis
from dispatch import kinds
from dispatch import requests as req
from dispatch.apply import apply
from dispatch.changes import FormChanges
from dispatch.decide_authority import next_term
from dispatch.events import Archived, IncidentChanged, IncidentOpened, IncidentTaken
from dispatch.floor import Floor
from dispatch.kinds import EMERGENCY_TYPES, IncidentState, RequestKind, RequestState, Role, VehicleState
from dispatch.sites import Authority, Site
from dispatch.stages import STAGE_RANK, vehicle_came
from dispatch.words import Place, Seat
from tests.dispatch.trade import SEATS, VEHICLES, Centre120

GATEWAY = frozenset({Role.GATEWAY})
seats = st.sampled_from(SEATS)
seconds = st.sampled_from(["wang", "li", None])
vehicles = st.sampled_from(VEHICLES)
picks = st.integers(0, 5)
states = st.sampled_from(VehicleState)
milestones = st.sampled_from(kinds.MilestoneKind)


class AnyOrders(RuleBasedStateMachine):
    """New ids are minted by a counter; what an order is about is picked from what exists."""

    def __init__(self) -> None:
        super().__init__()
        self.centre = Centre120()
        self.archived: set[str] = set()
        self.minted = count(1)
        for command in (
            cmd.RegisterSite(Site("01", "中心")),
            cmd.RegisterSite(Site("02", "江北", ("江北区",))),
            cmd.RegisterSeat(Seat("seat-2", "2", "02")),
        ):
            self.give(command, roles=frozenset({Role.HUB}))

    def give(self, command: cmd.Command, **how: object) -> None:
        self.centre.later(1)
        decision = self.centre.give(command, **how)
        for event in decision if isinstance(decision, tuple) else ():
            if isinstance(event, Archived):
                self.archived |= set(event.incident_ids)

    def one_of(self, table: str, pick: int) -> str:
        ids = sorted(getattr(self.centre.floor, table))
        return ids[pick % len(ids)] if ids else "nothing"

    @rule(seat=seats, address=st.sampled_from(["", "解放路"]))
    def a_call_is_taken(self, seat: str, address: str) -> None:
        key = f"k{next(self.minted)}"
        self.give(cmd.ReportRinging(key, "139"), seat=seat)
        self.give(cmd.ReportAnswered(key), seat=seat)
        self.give(cmd.BeginIntake(key, key), seat=seat)
        self.give(cmd.ChangeIntake(key, 1, FormChanges(place=Place(address=address))), seat=seat)

    @rule(seat=seats, type_=st.sampled_from(kinds.IncidentType))
    def an_emergency_is_taken_in(self, seat: str, type_: kinds.IncidentType) -> None:
        self.a_call_is_taken(seat=seat, address="建设路")
        newest = max(self.centre.floor.intakes, key=lambda key: int(key[1:]))
        self.give(cmd.OpenIncident(f"k{next(self.minted)}", newest, type_), seat=seat)

    @rule(pick=picks, seat=seats, rev=st.integers(1, 4), address=st.sampled_from(["", "中山路"]))
    def somebody_types(self, pick: int, seat: str, rev: int, address: str) -> None:
        changes = FormChanges(place=Place(address=address))
        self.give(cmd.ChangeIntake(self.one_of("intakes", pick), rev, changes), seat=seat)

    @rule(pick=picks, seat=seats, type_=st.sampled_from(kinds.IncidentType))
    def an_incident_is_opened(self, pick: int, seat: str, type_: kinds.IncidentType) -> None:
        key = f"k{next(self.minted)}"
        self.give(cmd.OpenIncident(key, self.one_of("intakes", pick), type_), seat=seat)

    @rule(
        seat=seats, lost=st.booleans(), depth=st.integers(0, 30), outcome=st.sampled_from(dis.MissedOutcome)
    )
    def nobody_answers(self, seat: str, lost: bool, depth: int, outcome: dis.MissedOutcome) -> None:
        key, now = f"k{next(self.minted)}", self.centre.now
        self.give(dis.ReportQueue("120", depth), seat=seat, roles=frozenset({Role.SEAT}))
        if lost:
            gave_up = dis.ReportGaveUp(key, "120", "139", now - 60_000, now)
            self.give(gave_up, seat=seat, roles=frozenset({Role.SEAT}))
        else:
            self.give(cmd.ReportRinging(key, "139"), seat=seat)
            self.give(cmd.ReportCallEnded(key, kinds.CallResult.NOT_ANSWERED), seat=seat)
        self.give(dis.FollowUpMissed(key, outcome, 60), seat=seat)

    @rule(seat=seats, state=st.sampled_from(kinds.SeatState), reason=st.sampled_from(["", "meal"]))
    def a_seat_changes_its_state(self, seat: str, state: kinds.SeatState, reason: str) -> None:
        self.give(cmd.SetSeatState(seat, state, reason), seat=seat)

    @rule(pick=picks, incident=picks)
    def a_caller_joins(self, pick: int, incident: int) -> None:
        self.give(cmd.JoinIncident(self.one_of("intakes", pick), self.one_of("incidents", incident)))

    @rule(pick=picks, outcome=st.sampled_from(kinds.IntakeOutcome), remark=st.sampled_from(["", "说明"]))
    def an_intake_ends(self, pick: int, outcome: kinds.IntakeOutcome, remark: str) -> None:
        key = self.one_of("intakes", pick)
        self.give(cmd.ReportCallEnded(key, kinds.CallResult.TALKED))
        self.give(cmd.EndIntake(key, outcome, remark))

    @rule(incident=picks, vehicle=vehicles, seat=seats, mission=st.none() | picks)
    def a_vehicle_is_sent(self, incident: int, vehicle: str, seat: str, mission: int | None) -> None:
        running = None if mission is None else self.one_of("missions", mission)
        key = f"k{next(self.minted)}"
        order = cmd.AssignVehicle(key, self.one_of("incidents", incident), vehicle, supersedes=running)
        self.give(order, seat=seat)

    @rule(vehicle=vehicles, seat=seats)
    def an_ambulance_goes_to_a_new_emergency(self, vehicle: str, seat: str) -> None:
        self.an_emergency_is_taken_in(seat=seat, type_=kinds.IncidentType.ON_SCENE)
        newest = max(self.centre.floor.incidents, key=lambda key: int(key[1:]))
        self.give(cmd.AssignVehicle(f"k{next(self.minted)}", newest, vehicle), seat=seat)

    @rule(vehicle=vehicles, kind=milestones, shift=st.integers(-30_000, 30_000))
    def a_key_is_pressed(self, vehicle: str, kind: kinds.MilestoneKind, shift: int) -> None:
        self.give(cmd.RecordVehicleKey(vehicle, kind, self.centre.now + shift), roles=GATEWAY)

    @rule(mission=picks, kind=milestones, shift=st.integers(-30_000, 0))
    def a_time_is_entered_or_corrected(self, mission: int, kind: kinds.MilestoneKind, shift: int) -> None:
        at, key = self.centre.now + shift, self.one_of("missions", mission)
        self.give(cmd.RecordMilestone(key, kind, at, kinds.MilestoneSource.SEAT))
        self.give(cmd.CorrectMilestone(key, kind, at, "核对"))

    @rule(mission=picks, second=seconds, which=st.integers(0, 3))
    def a_mission_ends_otherwise(self, mission: int, second: str | None, which: int) -> None:
        key = self.one_of("missions", mission)
        ends: tuple[cmd.Command, ...] = (
            cmd.AbortMission(key, kinds.AbortReason.OTHER),
            cmd.EndEmptyRun(key, kinds.EmptyRunReason.OTHER),
            cmd.EndAtScene(key, kinds.SceneReason.TREATED),
            cmd.RefuseMission(key, kinds.RefuseReason.FAULT),
        )
        self.give(ends[which], second=second)

    @rule(pick=picks, remark=st.sampled_from(["", "误报"]), second=seconds)
    def an_incident_is_closed(self, pick: int, remark: str, second: str | None) -> None:
        close = cmd.CloseIncident(self.one_of("incidents", pick), kinds.CloseReason.OTHER, remark)
        self.give(close, second=second)

    @rule(pick=picks, what=st.integers(0, 3))
    def an_incident_is_held_resumed_reopened_taken(self, pick: int, what: int) -> None:
        key = self.one_of("incidents", pick)
        orders: tuple[cmd.Command, ...] = (
            cmd.HoldIncident(key, kinds.HoldReason.OTHER, self.centre.now + 60_000),
            cmd.ResumeIncident(key),
            cmd.ReopenIncident(key, "又来电"),
            cmd.TakeIncident(key),
        )
        self.give(orders[what])

    @rule(pick=picks, rev=st.integers(1, 3), type_=st.sampled_from(kinds.IncidentType), second=seconds)
    def an_incident_is_corrected(
        self, pick: int, rev: int, type_: kinds.IncidentType, second: str | None
    ) -> None:
        self.give(cmd.ChangeIncident(self.one_of("incidents", pick), rev, type=type_), second=second)

    @rule(vehicle=vehicles, state=states, suspend=st.booleans())
    def a_vehicle_state_is_set(self, vehicle: str, state: VehicleState, suspend: bool) -> None:
        self.give(cmd.SetVehicleState(vehicle, state))
        if suspend:
            self.give(cmd.SuspendVehicle(vehicle, kinds.SuspendReason.FUEL))

    @rule(minutes=st.integers(-1, 5))
    def the_hub_archives(self, minutes: int) -> None:
        before = self.centre.now - minutes * 60_000
        self.give(cmd.ArchiveEnded(before), roles=frozenset({Role.HUB}))

    @rule(pick=picks, seat=seats, what=st.integers(0, 2))
    def a_site_asks_another(self, pick: int, seat: str, what: int) -> None:
        key, to = f"k{next(self.minted)}", "02" if seat == "seat-1" else "01"
        incident = self.one_of("incidents", pick)
        orders: tuple[cmd.Command, ...] = (
            req.OfferIncident(key, incident, to),
            req.AskHelp(key, to, 2, "", incident),
            req.SendBulletin(key, to, "封路"),
        )
        self.give(orders[what], seat=seat)

    @rule(seat=seats)
    def a_new_incident_is_offered(self, seat: str) -> None:
        self.an_emergency_is_taken_in(seat=seat, type_=kinds.IncidentType.ON_SCENE)
        newest = max(self.centre.floor.incidents, key=lambda key: int(key[1:]))
        to = "02" if seat == "seat-1" else "01"
        self.give(req.OfferIncident(f"k{next(self.minted)}", newest, to), seat=seat)

    @rule(pick=picks, seat=seats, what=st.integers(0, 2))
    def a_request_is_answered(self, pick: int, seat: str, what: int) -> None:
        key = self.one_of("requests", pick)
        orders: tuple[cmd.Command, ...] = (
            req.SignRequest(key),
            req.ReturnRequest(key, "无车"),
            req.WithdrawRequest(key),
        )
        self.give(orders[what], seat=seat)

    @rule(site=st.sampled_from(["01", "02"]))
    def command_of_the_district_moves(self, site: str) -> None:
        word = Authority("02", site, next_term(self.centre.floor), self.centre.now)
        self.give(cmd.MoveAuthority(word), roles=frozenset({Role.HUB}))

    def _emergencies(self) -> set[str]:
        """Ids of incidents that are emergencies, or were and nobody second agreed that they are not."""
        found: set[str] = set()
        for event in self.centre.history:
            if isinstance(event, IncidentOpened) and event.incident.type in EMERGENCY_TYPES:
                found.add(event.incident.id)
            if isinstance(event, IncidentChanged) and event.type in EMERGENCY_TYPES:
                found.add(event.incident_id)
            if isinstance(event, IncidentChanged) and event.second_id is not None and event.type is not None:
                found -= {event.incident_id} if event.type not in EMERGENCY_TYPES else set()
        return found

    @invariant()
    def one_active_mission_a_vehicle(self) -> None:
        active = [m for m in self.centre.floor.missions.values() if m.active]
        assert len(active) == len({m.vehicle_id for m in active})
        for mission in active:
            vehicle = self.centre.floor.vehicles[mission.vehicle_id]
            assert (vehicle.mission_id, vehicle.state) == (mission.id, VehicleState.BUSY)
        for vehicle in self.centre.floor.vehicles.values():
            assert (vehicle.state is VehicleState.BUSY) == (vehicle.mission_id is not None)

    @invariant()
    def milestones_in_order(self) -> None:
        for mission in self.centre.floor.missions.values():
            steps = [step for step in mission.milestones if not step.late]
            assert [s.at for s in steps] == sorted(s.at for s in steps)
            ranks = [STAGE_RANK[s.kind] for s in steps]
            assert ranks == sorted(set(ranks))
            assert mission.stage is steps[-1].kind
            assert all(mission.ordered_at <= step.at for step in mission.milestones)

    @invariant()
    def no_incident_is_lost(self) -> None:
        floor = self.centre.floor
        opened = {e.incident.id for e in self.centre.history if isinstance(e, IncidentOpened)}
        assert opened - self.archived <= set(floor.incidents)
        for incident in floor.incidents.values():
            missions = [floor.missions[key] for key in incident.mission_ids]
            assert all(floor.intakes[key].incident_id == incident.id for key in incident.intake_ids)
            if incident.state is IncidentState.CLOSED:
                assert not any(mission.active for mission in missions)
            if incident.state is IncidentState.HELD:
                assert incident.hold is not None
                assert not any(mission.active for mission in missions)

    @invariant()
    def no_emergency_is_closed_alone(self) -> None:
        """What was ever called an emergency needs two people to be sent nobody."""
        floor = self.centre.floor
        for incident in floor.incidents.values():
            served = any(vehicle_came(floor.missions[key]) for key in incident.mission_ids)
            if incident.closing is None or served or incident.id not in self._emergencies():
                continue
            assert incident.closing.second_id not in {None, incident.closing.dispatcher_id}
            assert incident.closing.remark

    @invariant()
    def numbers_are_never_used_twice(self) -> None:
        numbers = [e.incident.number for e in self.centre.history if isinstance(e, IncidentOpened)]
        assert len(numbers) == len(set(numbers))

    @invariant()
    def nothing_points_nowhere(self) -> None:
        floor = self.centre.floor
        for intake in floor.intakes.values():
            assert intake.incident_id is None or intake.incident_id in floor.incidents
        for mission in floor.missions.values():
            assert mission.incident_id in floor.incidents
        for call in floor.calls.values():
            assert call.intake_id is None or call.intake_id in floor.intakes

    @invariant()
    def a_request_ends_once_and_an_incident_has_one_owner(self) -> None:
        """Its site is that of whoever opened it, or of the last who signed for it; one offer at a time."""
        history = self.centre.history
        answers = [e for e in history if isinstance(e, req.RequestAnswered)]
        ends = [e.request_id for e in answers if e.state is not RequestState.UNDELIVERED]
        assert len(ends) == len(set(ends))
        requests = {e.request.id: e.request for e in history if isinstance(e, req.RequestMade)}
        signed = [
            (requests[e.request_id].incident_id, requests[e.request_id].to_site)
            for e in answers
            if e.state is RequestState.SIGNED and requests[e.request_id].kind is RequestKind.INCIDENT
        ]
        taken = [(e.incident_id, e.site) for e in history if isinstance(e, IncidentTaken) and e.site]
        assert taken == signed
        owners = {e.incident.id: e.incident.site for e in history if isinstance(e, IncidentOpened)}
        owners |= dict(taken)
        floor = self.centre.floor
        assert all(incident.site == owners[incident.id] for incident in floor.incidents.values())
        standing = [it for it in floor.requests.values() if not it.ended]
        about = [it.incident_id for it in standing if it.incident_id]
        assert all(floor.incidents[key].state is not IncidentState.CLOSED for key in about)
        offers = [
            it.incident_id
            for it in standing
            if it.kind is RequestKind.INCIDENT and it.state is RequestState.OPEN
        ]
        assert len(offers) == len(set(offers))

    def teardown(self) -> None:
        again = Floor()
        for event in self.centre.history:
            apply(again, event)
        assert again == self.centre.floor


AnyOrders.TestCase.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
TestAnyOrders = AnyOrders.TestCase
