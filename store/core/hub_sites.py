"""What the hub that commands does for the other sites: it takes in the orders they accepted while apart."""

import msgspec

from dispatch.order import Late as Provenance
from dispatch.order import Order
from store.core.batch import Work
from store.core.site_messages import Late
from store.core.wire import BadMessage, typed

NEVER_MS = 2**62
"""A late order has no deadline: it happened."""

_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)


def late_work(late: Late) -> Work | None:
    """The order as it was given there, with where it comes from; `None`: it cannot be read here.

    One that had come late there already keeps its first provenance.
    """
    try:
        order = typed(_orders, late.order)
    except BadMessage:
        return None
    if order.cid != late.cid:
        return None
    numbers, mission_id = late.numbers, late.mission_id
    fresh = Provenance(late.site, late.term, late.seq, late.hlc, numbers, mission_id)
    order = msgspec.structs.replace(order, late=order.late or fresh)
    return Work(late.cid, order.machine, order, NEVER_MS, late.after)
