"""Where the network says the callers in hand are, for the map: each with its doubt, the taken one marked."""

from console.i18n import say
from console.models import whereabouts
from console.models.desk import Desk
from console.models.map_marks import doubt_marks, ring_of
from console.models.whereabouts_words import short_words
from dispatch.shapes import Shape, centre_of
from dispatch.whereabouts import CallerPlace
from mapview.canvas.marks import AreaLook, AreaMark


def area_marks(desk: Desk) -> list[AreaMark]:
    """Where the network says callers are: of the calls in hand each place, of other incidents their doubt."""
    offered, taken = whereabouts.current(desk), desk.form().place
    marks = []
    for place in whereabouts.candidates(desk):
        look = AreaLook.OFFERED if place is offered else AreaLook.OTHER
        look = AreaLook.TAKEN if whereabouts.is_taken(taken, place) else look
        if place.shape is not None:
            marks.append(_area(place, place.shape, look))
    return [*marks, *doubt_marks(desk.floor, desk.incident_id())]


def _area(place: CallerPlace, shape: Shape, look: AreaLook) -> AreaMark:
    middle, words = centre_of(shape), short_words(place)
    if look is AreaLook.TAKEN:
        words = say("已采用 {words}", words=words)
    return AreaMark(
        place.id, ring_of(shape), middle.lon, middle.lat, "" if look is AreaLook.OTHER else words, look
    )
