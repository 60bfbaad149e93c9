"""What every asker gets: one snapshot shared, encoded the less often the larger the floor is."""

from dispatch.floor import Floor
from dispatch.kinds import VehicleKind
from dispatch.words import Vehicle
from store.core.journal import Head
from store.core.messages import SnapBegin, decode_from_hub
from store.core.outputs import MakeSnapshot, Reply
from store.core.recent import SNAPSHOT_MS, THINGS_AT_ONCE_MAX, THINGS_PER_SNAPSHOT_MS, Recent, portion
from store.core.snapshots import snapshot
from store.core.wire import Entry, Epoch

EPOCH = Epoch(1, "01", 1)


def floor(vehicles: int) -> Floor:
    return Floor(
        vehicles={f"v{n}": Vehicle(f"v{n}", str(n), "A1", VehicleKind.BASIC, "st1") for n in range(vehicles)}
    )


def asked(recent: Recent, of: Floor, epoch: Epoch, seq: int, now: int) -> list[bytes]:
    """The frames one asker gets, whoever encodes them."""
    outputs = recent.ask_snapshot(b"r", of, epoch, Head(seq), now)
    if outputs and isinstance(outputs[0], MakeSnapshot):
        made = outputs[0]
        outputs = [*recent.on_snapshot(made, snapshot(made.floor, made.epoch, made.head))]
    return [output.frame for output in outputs if isinstance(output, Reply)]


def seq_of(frames: list[bytes]) -> tuple[Epoch, int]:
    begin = decode_from_hub(frames[0])
    assert isinstance(begin, SnapBegin)
    return begin.epoch, begin.seq


def test_a_snapshot_is_shared_for_a_moment_and_never_across_epochs() -> None:
    recent, small, later = Recent(), floor(1), Epoch(1, "01", 2)
    assert seq_of(asked(recent, small, EPOCH, 1, 0)) == (EPOCH, 1)
    assert seq_of(asked(recent, small, EPOCH, 2, SNAPSHOT_MS - 1)) == (EPOCH, 1)
    assert seq_of(asked(recent, small, EPOCH, 3, SNAPSHOT_MS)) == (EPOCH, 3)
    assert seq_of(asked(recent, small, later, 3, SNAPSHOT_MS + 1)) == (later, 3)


def test_nothing_happened_means_the_same_snapshot() -> None:
    recent = Recent()
    first = asked(recent, floor(1), EPOCH, 1, 0)
    assert asked(recent, Floor(), EPOCH, 1, 10 * SNAPSHOT_MS) == first


def test_a_large_floor_is_encoded_less_often() -> None:
    things = 4 * SNAPSHOT_MS * THINGS_PER_SNAPSHOT_MS
    recent, large = Recent(), floor(things)
    assert seq_of(asked(recent, large, EPOCH, 1, 0)) == (EPOCH, 1)
    assert seq_of(asked(recent, large, EPOCH, 2, 4 * SNAPSHOT_MS - 1)) == (EPOCH, 1)
    assert seq_of(asked(recent, large, EPOCH, 3, 4 * SNAPSHOT_MS)) == (EPOCH, 3)


def test_a_large_floor_is_encoded_once_elsewhere_for_all_who_wait() -> None:
    recent, large = Recent(), floor(THINGS_AT_ONCE_MAX + 1)
    (made,) = recent.ask_snapshot(b"a", large, EPOCH, Head(1), 0)
    assert isinstance(made, MakeSnapshot)
    assert recent.ask_snapshot(b"b", large, EPOCH, Head(2), 100) == []
    frames = snapshot(large, EPOCH, Head(1))
    answers = recent.on_snapshot(made, frames)
    assert [(reply.route, reply.frame) for reply in answers] == [(r, f) for r in (b"a", b"b") for f in frames]
    assert recent.on_snapshot(made, frames) == []
    assert len(recent.ask_snapshot(b"c", large, EPOCH, Head(3), 101)) == len(frames)


def test_a_slow_encoding_is_waited_for_and_not_begun_anew() -> None:
    """Else nobody would ever get one where it takes longer than it is shared."""
    recent, large = Recent(), floor(THINGS_AT_ONCE_MAX + 1)
    (made,) = recent.ask_snapshot(b"a", large, EPOCH, Head(1), 0)
    assert isinstance(made, MakeSnapshot)
    assert recent.ask_snapshot(b"b", large, EPOCH, Head(2), 10 * SNAPSHOT_MS) == []
    assert [reply.route for reply in recent.on_snapshot(made, [b"frame"])] == [b"a", b"b"]
    assert recent.ask_snapshot(b"c", large, EPOCH, Head(2), 10 * SNAPSHOT_MS + 1) == [
        MakeSnapshot(large, EPOCH, Head(2))
    ]


def test_a_snapshot_of_an_epoch_that_is_over_is_given_to_nobody() -> None:
    recent, large = Recent(), floor(THINGS_AT_ONCE_MAX + 1)
    (old,) = recent.ask_snapshot(b"a", large, EPOCH, Head(1), 0)
    (new,) = recent.ask_snapshot(b"b", large, Epoch(2, "01", 1), Head(1), 1)
    assert isinstance(old, MakeSnapshot)
    assert isinstance(new, MakeSnapshot)
    assert recent.on_snapshot(old, [b"old"]) == []
    assert recent.on_snapshot(new, [b"new"]) == [Reply(b"a", b"new"), Reply(b"b", b"new")]


def test_one_that_could_not_be_made_is_made_anew() -> None:
    recent, large = Recent(), floor(THINGS_AT_ONCE_MAX + 1)
    (made,) = recent.ask_snapshot(b"a", large, EPOCH, Head(1), 0)
    assert isinstance(made, MakeSnapshot)
    assert recent.on_snapshot(made, []) == []
    assert recent.ask_snapshot(b"a", large, EPOCH, Head(1), 1) == [made]


def test_an_order_is_never_cut_in_half() -> None:
    """Whoever takes command with its first row knows it as accepted: the rest would be lost."""
    rows = [Entry(n, EPOCH, cid, n, "k", "", "", "", bytes(400)) for n, cid in enumerate("aabbbc", 1)]
    assert [row.seq for row in portion(rows, 1)] == [1, 2]
    assert [row.seq for row in portion(rows[2:], 900)] == [3, 4, 5]
    assert [row.seq for row in portion(rows, 1700)] == [1, 2, 3, 4, 5]
    assert [row.seq for row in portion(rows, 10_000)] == [1, 2, 3, 4, 5, 6]
