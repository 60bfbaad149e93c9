"""Tables and code lists of a city file (`city.sqlite`): what the importer writes and everybody reads.

The graph and the gazetteer keep their own tables in the same file, made by their own steps.
"""

from typing import Final

FORMAT: Final = 1  # raised when an older program could no longer read the file rightly
IMPORTER_VERSION: Final = "1.0"
APPLICATION_ID: Final = 0x4C534359  # "LSCY" in the SQLite header

# Paint order, bottom first.
AREA_LAYERS: Final = ("landuse", "green", "campus", "water")
LAYERS: Final = (*AREA_LAYERS, "waterline", "building", "rail", "road", "boundary", "place")

# Road classes, most important first; a link has its road's class and the flag LINK.
ROAD_CLASSES: Final = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "residential",
    "service",
    "path",
)

# Kinds of the `poi` table; all of them are also points of the layer "place".
POI_KINDS: Final = ("hospital", "station", "aed", "fire", "police", "lamp", "milestone")

# Bits of `feat.flags`.
ONEWAY: Final = 1
BRIDGE: Final = 2
TUNNEL: Final = 4
LINK: Final = 8
ROUNDABOUT: Final = 16
REPAIRED: Final = 32  # closed by the importer where the extract had cut it

META_TABLE: Final = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"

FEAT_TABLE: Final = """CREATE TABLE feat (
    id INTEGER PRIMARY KEY,
    layer TEXT NOT NULL,
    class TEXT NOT NULL,
    minzoom INTEGER NOT NULL,
    name TEXT NOT NULL,
    flags INTEGER NOT NULL,
    geom BLOB NOT NULL
)"""

POI_TABLE: Final = """CREATE TABLE poi (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    lon REAL NOT NULL,
    lat REAL NOT NULL,
    attributes TEXT NOT NULL
)"""


def box_table(layer: str) -> str:
    """The R*Tree of one layer: world pixels, plus the zoom and class so that most rows never leave it."""
    assert layer in LAYERS
    return f"CREATE VIRTUAL TABLE box_{layer} USING rtree_i32(id, minx, maxx, miny, maxy, +minzoom INTEGER)"


def all_tables() -> list[str]:
    """Every statement that makes an empty city file, in order."""
    return [META_TABLE, FEAT_TABLE, POI_TABLE, *map(box_table, LAYERS)]
