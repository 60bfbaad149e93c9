"""Hub and relay as pure logic: copying, catching up, handing on, being cut off, left and forked."""

from msgspec.structs import replace

from store.core.command_messages import EvidenceReq
from store.core.following import LINE_BYTES_MS_MIN, RED_MS, ForkFound, NextHub, Trouble
from store.core.hub_followers import Followers
from store.core.messages import (
    Ack,
    Catch,
    Evs,
    Hello,
    Login,
    LoginOk,
    LoginRefused,
    Nack,
    Resume,
    SnapReq,
    Tick,
    Welcome,
    decode_from_hub,
)
from store.core.outputs import CheckPerson, ForSite, Origin, addressed
from store.core.roster import MachineRole
from store.core.site_messages import Forward, Journal
from store.core.tokens import Token, seal
from store.core.wire import FAR_BEHIND, PART_BYTES_MAX, Epoch, Mode, encode
from tests.store.core.joined_sites import (
    FOREIGN,
    LINE,
    NOW,
    RELAY,
    RELAY_SIGN,
    ROSTER,
    SEAT,
    Sites,
    joined,
    new_hub,
    of,
    seat_order,
)


def test_a_new_district_begins_with_a_snapshot_and_goes_on_with_the_journal() -> None:
    sites = joined()
    assert sites.relay.head == sites.hub.head
    sites.rows(5)
    sites.pump()
    assert (sites.relay.floor, sites.relay.head) == (sites.hub.floor, sites.hub.head)
    assert sites.relay.epoch == sites.hub.identity.epoch
    evs = of(Evs, sites.published)
    assert [ev.seq for message in evs for ev in message.evs] == [4, 5, 6, 7, 8]


def test_nothing_is_shown_before_it_is_durable_in_the_copy() -> None:
    sites = joined()
    sites.copy_now = False
    sites.rows(2)
    sites.pump()
    assert sites.relay.head.seq == 3
    assert not of(Evs, sites.published)
    sites.tick()
    last = of(Tick, sites.published)[-1]
    assert (last.seq, last.behind) == (3, 2)
    sites.rows(FAR_BEHIND)
    sites.tick()
    sites.tick()
    last = of(Tick, sites.published)[-1]
    assert (last.seq, last.behind) == (FAR_BEHIND + 5, FAR_BEHIND + 2), "seats see that it catches up"
    sites.copy_now = True
    sites.pump()
    assert sites.relay.head.seq == FAR_BEHIND + 5


def test_an_ack_waits_for_its_row_in_the_copy() -> None:
    sites = joined()
    sites.copy_now = False
    sites.from_seat(seat_order("o1"))
    assert sites.hub.head.seq == 4
    assert not of(Ack, sites.answers)
    sites.copy_now = True
    sites.pump()
    (ack,) = of(Ack, sites.answers)
    assert (ack.cid, ack.seq, ack.refusal) == ("o1", 4, b"")


def test_only_machines_of_the_relays_own_site_are_handed_on() -> None:
    sites = joined()
    sites.from_seat(seat_order("o1"), FOREIGN)
    assert sites.answers[-1] == Nack(reason="elsewhere", cid="o1")
    smuggled = Forward(machine="seat-31", route=b"", frame=encode(seat_order("o1")))
    sites.hub_out(sites.hub.on_message(Origin(RELAY, LINE), smuggled, NOW))
    assert sites.hub.head.seq == 3
    assert sites.hub.bad_messages["relay-02"] == 1
    centre = replace(FOREIGN, name="seat-01", site="")
    sites.hub.followers.machine_of = {"seat-01": centre}.get
    for_centre = Forward(machine="seat-01", route=b"", frame=encode(seat_order("o3")))
    nowhere = replace(RELAY, site="")
    assert sites.hub.followers.unwrap(Origin(nowhere, LINE), for_centre) is None, "enrolled without its site"
    old_centre = replace(nowhere, name="hub", role=MachineRole.HUB)
    assert sites.hub.followers.unwrap(Origin(old_centre, LINE), for_centre) is not None
    sites.hub.followers.machine_of = ROSTER.get
    inner = encode(Forward(machine="seat-21", route=b"", frame=encode(seat_order("o2"))))
    nested = Forward(machine="seat-21", route=b"", frame=inner)
    assert sites.hub.followers.unwrap(Origin(RELAY, LINE), nested) is None
    assert (
        sites.hub.followers.unwrap(Origin(SEAT, b"x"), replace(nested, frame=encode(seat_order("o2"))))
        is None
    )


def test_the_same_order_again_goes_over_the_line_once() -> None:
    sites = joined()
    sites.cut = True
    sites.from_seat(seat_order("o1"))
    sites.cut = False
    sites.from_seat(seat_order("o1"))
    assert sites.hub.head.seq == 3
    sites.now += 2000
    sites.from_seat(seat_order("o1"))
    assert sites.hub.head.seq == 4
    assert len(of(Ack, sites.answers)) == 1


def test_cut_off_nobody_decides_and_people_still_log_in() -> None:
    sites = joined()
    sites.cut = True
    for _ in range(20):
        sites.tick()
    tick = of(Tick, sites.published)[-1]
    assert tick.mode == Mode.CUT_OFF
    assert tick.relay == "02"
    assert tick.hub_age_ms > RED_MS
    assert of(NextHub, sites.other)[-1].reason == "silent"
    sites.from_seat(seat_order("o1"))
    assert sites.answers[-1] == Nack(reason="cut_off", cid="o1")
    sites.from_seat(Login(id="a" * 32, staff_number="1001", password="x"))
    (check,) = of(CheckPerson, sites.other)
    sites.relay_out(sites.relay.on_person(check, "", 0, NOW))
    ok = sites.answers[-1]
    assert isinstance(ok, LoginOk)
    assert (ok.dispatcher_id, ok.seat_id, ok.journaled) == ("d1", "s21", False)
    sites.from_seat(SnapReq())
    assert sites.answers[-3].seq == 3
    sites.cut = False
    sites.rows(2)
    sites.connect()
    sites.tick()
    assert of(Tick, sites.published)[-1].mode == Mode.NORMAL
    assert sites.relay.head == sites.hub.head


def test_a_log_in_while_cut_off_comes_into_the_journal_under_its_own_id() -> None:
    sites = joined()
    sites.hub.seals.trust({"relay-02": RELAY_SIGN.public})
    token = seal(Token(SEAT.public_key, "d1", "s21", NOW, NOW + 3_600_000), RELAY_SIGN)
    sites.from_seat(Resume(id="a" * 32, token=token))
    ok = sites.answers[-1]
    assert isinstance(ok, LoginOk)
    assert (ok.id, ok.journaled) == ("a" * 32, True)
    assert sites.hub.floor.seats["s21"].dispatcher_id == "d1"
    assert sites.journal[-1].cid == "a" * 32
    assert sites.relay.floor == sites.hub.floor
    stolen = seal(Token("x" * 40, "d1", "s21", NOW, NOW + 3_600_000), RELAY_SIGN)
    sites.from_seat(Resume(id="b" * 32, token=stolen))
    assert sites.answers[-1] == LoginRefused(id="b" * 32, reason="token")


def test_a_log_in_goes_to_the_hub_while_there_is_one() -> None:
    sites = joined()
    sites.from_seat(Login(id="a" * 32, staff_number="1001", password="x"))
    assert not of(CheckPerson, sites.other)


def test_catching_up_reads_what_the_memory_lacks_from_the_store() -> None:
    sites = joined()
    sites.rows(40)
    sites.hub = new_hub(2, sites.hub.floor, sites.hub.head)  # its memory is empty
    sites.to_relay.clear()
    sites.to_hub.clear()
    sites.relay.following.line.follow_bytes = 1000  # many pieces
    sites.connect()
    assert sites.relay.head == sites.hub.head
    assert sites.relay.epoch == Epoch(1, "01", 2)
    assert sites.relay.floor == sites.hub.floor


def test_a_restarted_hub_gives_the_relay_its_new_epoch_without_a_new_row() -> None:
    sites = joined()
    sites.hub = new_hub(2, sites.hub.floor, sites.hub.head)
    sites.connect()
    assert sites.relay.epoch == Epoch(1, "01", 2)
    sites.tick()
    assert of(Tick, sites.published)[-1].epoch == Epoch(1, "01", 2)


def test_a_tail_of_our_own_is_found_and_nothing_more_is_asked() -> None:
    sites = joined()
    other = new_hub(9)
    other.identity = replace(other.identity, epoch=Epoch(2, "03", 1))
    other.followers = Followers(other.identity.epoch, other._recent, ROSTER.get)
    sites.hub, sites.journal = other, []
    sites.rows(5)
    sites.connect()
    (fork,) = of(ForkFound, sites.other)
    assert fork.epoch == Epoch(2, "03", 1)
    assert sites.relay.following.trouble is Trouble.FORK
    assert sites.relay.head.seq == 3
    sites.from_seat(seat_order("o1"))
    assert "o1" in {row.cid for row in sites.journal}
    assert not of(Ack, sites.answers), "the copy has rows enough, but not that one"


def test_rows_that_do_not_continue_the_chain_are_not_taken() -> None:
    sites = joined()
    sites.rows(2)
    first, second = sites.journal[-2:]
    forged = Journal(epoch=Epoch(1, "01", 1), entries=(first, replace(second, machine="x")), head_seq=5)
    sites.to_relay.clear()
    sites.relay_out(sites.relay.on_hub(forged, sites.now))
    assert sites.relay.following.received is not None
    assert sites.relay.following.received.seq == 3
    assert of(NextHub, sites.other)[-1].reason == "broken"


def test_a_hub_of_a_lower_term_a_fenced_one_and_a_relay_are_left() -> None:
    sites = joined()
    for tick, reason in (
        (Tick(epoch=Epoch(1, "01", 0), seq=3, now_at=0, mode="normal"), "older"),
        (Tick(epoch=Epoch(1, "01", 1), seq=3, now_at=0, mode="fenced"), "fenced"),
        (Tick(epoch=Epoch(1, "01", 1), seq=3, now_at=0, mode="normal", relay="03"), "relay"),
    ):
        assert sites.relay.on_hub(tick, sites.now) == [NextHub(reason)]


def test_questions_about_command_go_to_the_site_and_catch_is_answered_here() -> None:
    sites = joined()
    sites.from_seat(EvidenceReq(scope="02"))
    assert isinstance(sites.other[-1], ForSite)
    assert (sites.relay.epoch.site, sites.relay.head.seq, sites.relay.following.heard_seq) == ("01", 3, 3)
    sites.rows(2)
    sites.pump()
    sites.from_seat(Catch(epoch=sites.relay.epoch, from_seq=4))
    assert [ev.seq for ev in sites.answers[-1].evs] == [4, 5]
    sites.from_seat(Hello())
    assert isinstance(sites.answers[-1], Welcome)
    assert (sites.answers[-1].relay, sites.answers[-1].events_port) == ("02", 6571)


def test_a_hub_that_falls_silent_in_the_middle_of_the_first_snapshot_is_left() -> None:
    """The thinnest line has time for one part of it, nobody waits longer."""
    sites = Sites()
    sites.rows(3)
    frames = sites.hub.on_message(Origin(RELAY, LINE), SnapReq(), sites.now)
    sites.relay_out(sites.relay.connected(sites.now))
    begin = decode_from_hub(addressed(frames[0])[1])
    sites.relay_out(sites.relay.on_hub(begin, sites.now))
    part_ms = min(PART_BYTES_MAX, begin.size) // LINE_BYTES_MS_MIN
    sites.relay_out(sites.relay.on_time(sites.now + RED_MS + part_ms))
    assert not of(NextHub, sites.other)
    sites.relay_out(sites.relay.on_time(sites.now + RED_MS + part_ms + 1))
    assert of(NextHub, sites.other) == [NextHub("silent")]
    assert part_ms < RED_MS, "of a small floor"
