"""What stands first and why; what is missing is said."""

from dispatch import commands as cmd
from dispatch import recommend
from dispatch.kinds import Centre, MilestoneKind, Role, Severity, SuspendReason
from dispatch.recommend import Caution, Reason, Shortfall, Travel, Wants
from dispatch.words import Form
from tests.dispatch.trade import Centre120


def test_a_critical_patient_gets_the_intensive_vehicle_though_another_is_nearer(centre: Centre120) -> None:
    travel = {"a1": Travel(300), "a2": Travel(120), "a3": Travel(None)}
    ranked = recommend.vehicles(centre.floor, Wants(Severity.CRITICAL), travel)
    assert [pick.id for pick in ranked.picks] == ["a1", "a3", "a2"]
    assert Reason.KIND_FITS in ranked.picks[0].reasons
    assert ranked.picks[2].reasons == (Reason.FASTEST,)
    assert ranked.picks[2].cautions == (Caution.KIND_TOO_LOW,)
    assert ranked.picks[1].cautions == (Caution.POSITION_UNKNOWN,)


def test_a_mild_case_goes_by_time_alone(centre: Centre120) -> None:
    travel = {"a1": Travel(300), "a2": Travel(120), "a3": Travel(200)}
    ranked = recommend.vehicles(centre.floor, Wants(Severity.MILD), travel)
    assert [pick.id for pick in ranked.picks] == ["a2", "a3", "a1"]
    assert ranked.shortfalls == ()


def test_isolation_wants_negative_pressure(centre: Centre120) -> None:
    centre.must(cmd.SuspendVehicle("a3", SuspendReason.FAULT))
    ranked = recommend.vehicles(centre.floor, Wants(isolation=True), {"a1": Travel(1), "a2": Travel(2)})
    assert ranked.shortfalls == (Shortfall.NO_ISOLATION,)


def test_a_busy_vehicle_is_offered_last_and_only_while_it_may_be_turned(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    travel = {"a1": Travel(10), "a2": Travel(500), "a3": Travel(600)}
    ranked = recommend.vehicles(centre.floor, Wants(), travel, "i2")
    assert [pick.id for pick in ranked.picks] == ["a2", "a3", "a1"]
    own = recommend.vehicles(centre.floor, Wants(), travel, "i1")
    assert [pick.id for pick in own.picks] == ["a2", "a3"]
    key = cmd.RecordVehicleKey("a1", MilestoneKind.ON_SCENE, centre.now)
    centre.must(key, roles=frozenset({Role.GATEWAY}))
    at_scene = recommend.vehicles(centre.floor, Wants(), travel, "i2")
    assert [pick.id for pick in at_scene.picks] == ["a2", "a3"]


def test_an_old_position_makes_the_time_doubtful(centre: Centre120) -> None:
    travel = {"a1": Travel(10, estimated=True, position_age_s=61)}
    first = recommend.vehicles(centre.floor, Wants(), travel).picks[0]
    assert first.cautions == (Caution.ESTIMATED, Caution.POSITION_STALE)


def test_nobody_left(centre: Centre120) -> None:
    for vehicle in ("a1", "a2", "a3"):
        centre.must(cmd.SuspendVehicle(vehicle, SuspendReason.FAULT))
    ranked = recommend.vehicles(centre.floor, Wants(), {})
    assert ranked.picks == ()
    assert ranked.shortfalls == (Shortfall.NO_VEHICLE, Shortfall.NO_PLACE)


def test_the_form_is_read_for_gravity_isolation_and_centre() -> None:
    form = Form(chief_complaint="突发胸痛伴大汗", severity=Severity.CRITICAL, infectious=True)
    assert recommend.wants(form) == Wants(Severity.CRITICAL, True, Centre.CHEST_PAIN)


def test_the_hospital_that_can_treat_it_stands_before_the_nearest(centre: Centre120) -> None:
    travel = {"h1": Travel(600), "h2": Travel(60)}
    ranked = recommend.hospitals(centre.floor, Wants(centre=Centre.CHEST_PAIN), travel)
    assert [(pick.id, pick.reasons) for pick in ranked.picks] == [
        ("h1", (Reason.CENTRE_FITS,)),
        ("h2", (Reason.NEAREST,)),
    ]
