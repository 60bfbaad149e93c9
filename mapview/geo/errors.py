"""The errors of mapview.geo.

GeoError
├── CityFileError         the city file cannot be used
│   ├── NotACityError          not a city file at all, or damaged
│   └── CityTooNewError        written by a newer importer than this program knows
└── SourceError           an input of the import cannot be used at all (bad rows are only counted)
"""


class GeoError(Exception):
    """Base of everything mapview.geo raises on purpose."""


class CityFileError(GeoError):
    """The city file cannot be used."""


class NotACityError(CityFileError):
    """The file is missing, is not a city file or is damaged."""


class CityTooNewError(CityFileError):
    """The file's format is newer than this program: install the newer program."""


class SourceError(GeoError):
    """The .osm.pbf or a CSV file is missing or unreadable."""
