"""The travel-time fields of open incidents: computed once, then every moving vehicle is a look-up."""

from collections import OrderedDict
from typing import Final

from mapview.geo.eta import EtaField, RoadNetwork
from mapview.navigator.messages import LonLat

FIELDS_MAX: Final = 32
"""About 1 MB each in a city of 30,000 edges; the least recently asked goes first."""


class FieldsOfIncidents:
    """Newest field of each incident; a moved target or a closed road makes it anew."""

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._fields: OrderedDict[str, tuple[LonLat, EtaField]] = OrderedDict()

    def field(self, incident: str, target: LonLat) -> EtaField:
        known = self._fields.get(incident)
        if known is None or known[0] != target or known[1].version != self._network.version:
            known = (target, EtaField(self._network, *target))
            self._fields[incident] = known
        self._fields.move_to_end(incident)
        while len(self._fields) > FIELDS_MAX:
            self._fields.popitem(last=False)
        return known[1]
