"""Two sites that were apart come together: nothing is lost, no vehicle has two missions, floor == replay.

City and district go on alone from the same floor; what one accepted is handed in at the other, and every
conflict is settled by a person in any way the desk offers.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.kinds import ConflictChoice, IncidentType
from tests.dispatch.test_invariants import AnyOrders, picks, seats, vehicles


class TwoSites(AnyOrders):
    """The orders of `AnyOrders` go to the side that is looked at; `theirs` None: the sites are together."""

    def __init__(self) -> None:
        super().__init__()
        self.ours, self.theirs = self.centre, None
        self.ours.site = "01"
        self.handed_in: set[str] = set()

    @precondition(lambda self: self.theirs is None)
    @rule()
    def the_line_is_cut(self) -> None:
        self.theirs = self.ours.apart("03")

    @precondition(lambda self: self.theirs is not None)
    @rule()
    def we_look_at_the_other_side(self) -> None:
        now = self.centre.now
        self.centre = self.theirs if self.centre is self.ours else self.ours
        self.centre.now = max(self.centre.now, now)

    @precondition(lambda self: self.theirs is not None)
    @rule(vehicle=vehicles, seat=seats)
    def both_send_the_same_vehicle(self, vehicle: str, seat: str) -> None:
        for _ in range(2):
            self.an_emergency_is_taken_in(seat=seat, type_=IncidentType.ON_SCENE)
            newest = max(self.centre.floor.incidents, key=lambda key: int(key[1:]))
            self.give(cmd.AssignVehicle(f"k{next(self.minted)}", newest, vehicle), seat=seat)
            self.we_look_at_the_other_side()

    @precondition(lambda self: self.theirs is not None)
    @rule()
    def the_line_heals(self) -> None:
        theirs, self.theirs = self.theirs, None
        self.centre = self.ours
        self.ours.now = max(self.ours.now, theirs.now)
        for done in self.ours.hand_in(theirs):
            first = done[0]
            assert isinstance(first, ev.CameLate)
            self.handed_in.add(first.cid)
            self.archived |= {key for e in done if isinstance(e, ev.Archived) for key in e.incident_ids}
        self.nothing_of_the_other_side_is_lost({order.cid for order, _ in theirs.accepted})

    def nothing_of_the_other_side_is_lost(self, accepted: set[str]) -> None:
        """Merged, noted, a conflict, or part of one; and every incident there is here or in a conflict."""
        assert accepted <= self.handed_in
        floor = self.ours.floor
        kept = {conflict.cid for conflict in floor.conflicts.values()}
        kept |= {d.cid for conflict in floor.conflicts.values() for d in conflict.dependents}
        carried_out = {e.cid for e in self.ours.history if isinstance(e, ev.CameLate) and not e.note}
        noted = {
            e.cid
            for e in self.ours.history
            if isinstance(e, ev.CameLate) and e.note not in {"", "conflict", "in_conflict"}
        }
        assert accepted <= kept | carried_out | noted

    @precondition(lambda self: self.ours.floor.conflicts)
    @rule(
        pick=picks,
        choice=st.sampled_from(ConflictChoice),
        empty=st.booleans(),
        into=st.none() | picks,
        second=st.sampled_from(["li", None]),
    )
    def a_conflict_is_settled(
        self, pick: int, choice: ConflictChoice, empty: bool, into: int | None, second: str | None
    ) -> None:
        ids = sorted(self.ours.floor.conflicts)
        target = "" if into is None else self.one_of("incidents", into)
        order = cmd.SettleConflict(ids[pick % len(ids)], choice, "核对", target, empty)
        here, self.centre = self.centre, self.ours
        self.give(order, second=second)
        self.centre = here

    def teardown(self) -> None:
        if self.theirs is not None:
            self.the_line_heals()
        super().teardown()


TwoSites.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestTwoSites = TwoSites.TestCase
