"""What a handler is and what it answers; shared by all `decide_*` files."""

from collections.abc import Callable
from typing import Any

from dispatch.events import Event
from dispatch.floor import Floor
from dispatch.order import Order
from dispatch.refusals import Refusal

Decision = tuple[Event, ...] | Refusal
"""The events that follow from an order (none: nothing to do), or why it was not carried out."""

Handler = Callable[[Floor, Order, Any, int], Decision]
"""(floor, order, its command, time it counts from in ms) -> decision."""
