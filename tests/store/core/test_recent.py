"""What every asker gets: one snapshot shared, encoded the less often the larger the floor is."""

from dispatch.floor import Floor
from dispatch.kinds import VehicleKind
from dispatch.words import Vehicle
from store.core.journal import Head
from store.core.recent import SNAPSHOT_MS, THINGS_PER_SNAPSHOT_MS, Recent, portion
from store.core.wire import Entry, Epoch

EPOCH = Epoch(1, "01", 1)


def floor(vehicles: int) -> Floor:
    return Floor(
        vehicles={f"v{n}": Vehicle(f"v{n}", str(n), "A1", VehicleKind.BASIC, "st1") for n in range(vehicles)}
    )


def test_a_snapshot_is_shared_for_a_moment_and_never_across_epochs() -> None:
    recent, small = Recent(), floor(1)
    first = recent.snapshot(small, EPOCH, Head(1), 0)
    assert recent.snapshot(small, EPOCH, Head(2), SNAPSHOT_MS - 1) is first
    assert recent.snapshot(small, EPOCH, Head(2), SNAPSHOT_MS) is not first
    assert recent.snapshot(small, Epoch(1, "01", 2), Head(2), SNAPSHOT_MS + 1) is not first


def test_nothing_happened_means_the_same_snapshot() -> None:
    recent, small = Recent(), floor(1)
    assert recent.snapshot(small, EPOCH, Head(1), 0) is recent.snapshot(
        small, EPOCH, Head(1), 10 * SNAPSHOT_MS
    )


def test_a_large_floor_is_encoded_less_often() -> None:
    things = 4 * SNAPSHOT_MS * THINGS_PER_SNAPSHOT_MS
    recent, large = Recent(), floor(things)
    first = recent.snapshot(large, EPOCH, Head(1), 0)
    assert recent.snapshot(large, EPOCH, Head(2), 4 * SNAPSHOT_MS - 1) is first
    assert recent.snapshot(large, EPOCH, Head(2), 4 * SNAPSHOT_MS) is not first


def test_an_order_is_never_cut_in_half() -> None:
    """Whoever takes command with its first row knows it as accepted: the rest would be lost."""
    rows = [Entry(n, EPOCH, cid, n, "k", "", "", "", bytes(400)) for n, cid in enumerate("aabbbc", 1)]
    assert [row.seq for row in portion(rows, 1)] == [1, 2]
    assert [row.seq for row in portion(rows[2:], 900)] == [3, 4, 5]
    assert [row.seq for row in portion(rows, 1700)] == [1, 2, 3, 4, 5]
    assert [row.seq for row in portion(rows, 10_000)] == [1, 2, 3, 4, 5, 6]
