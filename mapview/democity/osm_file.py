"""Numbers the objects and writes the .osm.pbf: ids beyond 2^32, no box in the header, no timestamps."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import osmium
from osmium.osm.mutable import Node, Relation, Way

from mapview.democity.plan import XY, degrees

# Beyond 2^32 on purpose: an importer that cuts ids to 32 bits fails on this city.
_FIRST_NODE: Final = 12_000_000_001
_FIRST_WAY: Final = 5_000_000_001
_FIRST_RELATION: Final = 4_300_000_001
_BUFFER_BYTES: Final = 4 << 20

Tags = dict[str, str]
Member = tuple[str, int, str]  # type n/w/r, id, role


@dataclass(slots=True)
class OsmFile:
    """Objects in order of their ids; add nodes, ways and relations, then write once."""

    nodes: list[tuple[XY, Tags]] = field(default_factory=list)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)
    relations: list[tuple[list[Member], Tags]] = field(default_factory=list)
    _at: dict[tuple[float, float], int] = field(default_factory=dict)

    def node(self, at: XY, tags: Tags | None = None) -> int:
        """A new node; returns its id."""
        self.nodes.append((degrees(at), tags or {}))
        return _FIRST_NODE + len(self.nodes) - 1

    def tag_node(self, node: int, tags: Tags) -> None:
        self.nodes[node - _FIRST_NODE][1].update(tags)

    def shared_node(self, at: XY) -> int:
        """The node at exactly this place, made on first use (border lines meet in it)."""
        key = degrees(at)
        if key not in self._at:
            self._at[key] = self.node(at)
        return self._at[key]

    def way(self, nodes: list[int], tags: Tags) -> int:
        self.ways.append((nodes, tags))
        return _FIRST_WAY + len(self.ways) - 1

    def ring(self, points: list[XY], tags: Tags) -> int:
        """A closed way of its own nodes; the last point repeats the first."""
        nodes = [self.node(point) for point in points[:-1]]
        return self.way([*nodes, nodes[0]], tags)

    def relation(self, members: list[Member], tags: Tags) -> int:
        self.relations.append((members, tags))
        return _FIRST_RELATION + len(self.relations) - 1

    def write(self, path: Path) -> None:
        """Replace the file at `path`."""
        writer = osmium.SimpleWriter(str(path), bufsz=_BUFFER_BYTES, overwrite=True)
        try:
            for number, (location, tags) in enumerate(self.nodes, _FIRST_NODE):
                writer.add_node(Node(id=number, location=location, tags=tags))
            for number, (nodes, tags) in enumerate(self.ways, _FIRST_WAY):
                writer.add_way(Way(id=number, nodes=nodes, tags=tags))
            for number, (members, tags) in enumerate(self.relations, _FIRST_RELATION):
                writer.add_relation(Relation(id=number, members=members, tags=tags))
        finally:
            writer.close()
