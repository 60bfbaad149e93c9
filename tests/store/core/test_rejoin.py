"""The way back: the fork is found wherever it is, everything is handed in once, whatever gets lost."""

from hypothesis import given
from hypothesis import strategies as st

from store.core.rejoin import ASK_AGAIN_MS, Ask, Phase, ReadTail, Rejoin, Rewind, Step
from store.core.site_messages import Hashes, HashReq, Late, LateDone


class Holder:
    """The other side: rows up to the fork are shared, later ones differ; its journal begins with `begins`."""

    def __init__(self, fork: int, head: int, begins: int) -> None:
        self.fork, self.head, self.begins = fork, head, begins
        self.known: dict[str, str] = {}
        self.order: list[str] = []

    def hash_at(self, seq: int) -> bytes:
        return b"shared%d" % seq if seq <= self.fork else b"theirs%d" % seq

    def hashes(self, asked: HashReq) -> Hashes:
        rows = tuple((seq, self.hash_at(seq)) for seq in asked.seqs if self.begins <= seq <= self.head)
        return Hashes(rows=rows, head_seq=self.head, asked=asked.seqs)

    def take(self, late: Late) -> LateDone | None:
        if late.cid in self.known:
            return LateDone(cid=late.cid, result="repeated")
        if late.after is not None and late.after not in self.known:
            return None
        self.known[late.cid] = "merged"
        self.order.append(late.cid)
        return LateDone(cid=late.cid, result="merged")


def late(n: int) -> Late:
    return Late(cid=f"c{n}", order=b"", site="01", term=1, seq=n, hlc=0)


def ours(fork: int, seq: int) -> bytes:
    return b"shared%d" % seq if seq <= fork else b"ours%d" % seq


@given(
    fork=st.integers(0, 400),
    our_tail=st.integers(0, 60),
    their_tail=st.integers(0, 60),
    begins=st.integers(1, 400),
    start=st.integers(0, 400),
    losses=st.lists(st.booleans(), max_size=200),
)
def test_the_fork_is_found_and_every_order_handed_in_once(
    fork: int, our_tail: int, their_tail: int, begins: int, start: int, losses: list[bool]
) -> None:
    holder = Holder(fork, fork + their_tail, min(begins, fork or 1))
    back = Rejoin(min(start, fork), fork + our_tail, lambda seq: ours(fork, seq))
    lost = iter(losses)
    now, steps = 0, back.start(0)
    rewound: Rewind | None = None
    while back.phase is not Phase.DONE:
        assert back.phase is not Phase.STUCK
        following: list[Step] = []
        for step in steps:
            match step:
                case ReadTail(found):
                    assert found == fork
                    following += back.on_tail([late(n) for n in range(our_tail)], now)
                case Rewind():
                    rewound = step
                    back.on_rewound()
                case Ask(message) if next(lost, False):
                    del message
                case Ask(HashReq() as asked):
                    following += back.on_hashes(holder.hashes(asked), now)
                case Ask(Late() as one):
                    done = holder.take(one)
                    if done is not None and not next(lost, False):
                        following += back.on_late_done(done, now)
        now += ASK_AGAIN_MS
        steps = following or back.on_time(now)
    assert rewound is not None
    assert set(rewound.results) == {f"c{n}" for n in range(our_tail)}
    assert holder.order == [f"c{n}" for n in range(our_tail)]


def test_an_answer_to_an_earlier_question_counts_for_nothing() -> None:
    holder = Holder(fork=300, head=320, begins=1)
    back = Rejoin(0, 310, lambda seq: ours(300, seq))
    (first,) = back.start(0)
    assert isinstance(first, Ask)
    assert isinstance(first.message, HashReq)
    slow = holder.hashes(first.message)
    (second,) = back.on_hashes(slow, 0)
    assert back.on_hashes(slow, 0) == [], "the same answer again, after it was asked twice"
    steps: list[Step] = [second]
    while isinstance(steps[0], Ask):
        message = steps[0].message
        assert isinstance(message, HashReq)
        steps = back.on_hashes(holder.hashes(message), 0)
    assert steps == [ReadTail(300)]


def test_journals_without_a_shared_row_need_a_person() -> None:
    holder = Holder(fork=0, head=50, begins=1)
    back = Rejoin(10, 30, lambda seq: b"ours%d" % seq)
    steps = back.start(0)
    while steps:
        (step,) = steps
        assert isinstance(step, Ask)
        assert isinstance(step.message, HashReq)
        steps = back.on_hashes(holder.hashes(step.message), 0)
    assert back.phase is Phase.STUCK


def test_it_may_begin_anew_at_any_point() -> None:
    holder = Holder(fork=5, head=9, begins=1)
    holder.take(late(0))
    back = Rejoin(0, 8, lambda seq: ours(5, seq))
    steps = back.start(0)
    while isinstance(steps[0], Ask):
        message = steps[0].message
        assert isinstance(message, HashReq)
        steps = back.on_hashes(holder.hashes(message), 0)
    back.on_tail([late(0), late(1)], 0)
    assert back.on_late_done(LateDone(cid="c0", result="repeated"), 0) == []
    (rewind,) = back.on_late_done(LateDone(cid="c1", result="conflict"), 0)
    assert rewind == Rewind(5, {"c0": "repeated", "c1": "conflict"})
