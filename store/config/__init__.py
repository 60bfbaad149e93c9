"""lingsheng.toml: one frozen struct per section, read once at start, passed to the part that needs it.

sections.py   every key: default, limits, text in two languages; a new key is one new line
phone.py      the section [phone]; acd.py the section [acd]
key_rules.py  what the status keys of a vehicle terminal mean
fields.py     what a key is made of: texts, limits, shared types
words.py      types and values in plain Chinese and English, for refusals and for the reference
reading.py    load_config: unknown keys and wrong values are refused all at once, in plain words
reference.py  docs/configuration.md and lingsheng.example.toml, written from sections.py
"""

from store.config.acd import Acd
from store.config.key_rules import DEFAULT_KEY_RULES, KeyRule
from store.config.phone import Phone
from store.config.reading import DEFAULT_FILE, ConfigError, load_config, load_struct
from store.config.sections import (
    Backup,
    Cluster,
    Config,
    Gateway,
    Hub,
    Keys,
    Log,
    Map,
    Recordings,
    Relay,
    Seat,
    Site,
    Store,
)

__all__ = [
    "DEFAULT_FILE",
    "DEFAULT_KEY_RULES",
    "Acd",
    "Backup",
    "Cluster",
    "Config",
    "ConfigError",
    "Gateway",
    "Hub",
    "KeyRule",
    "Keys",
    "Log",
    "Map",
    "Phone",
    "Recordings",
    "Relay",
    "Seat",
    "Site",
    "Store",
    "load_config",
    "load_struct",
]
