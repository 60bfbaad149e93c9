"""`python -m telephony.acd FACTS.toml KAMAILIO.cfg`: write the exchange's configuration (mode 0600)."""

import argparse
import os
import sys
from pathlib import Path

import msgspec

from telephony.acd.hunt_group import HuntGroup, HuntGroupError, configuration

OK, USAGE = 0, 2
OWNER_ONLY = 0o600


def main(arguments: list[str] | None = None) -> int:
    """0: written, 2: the facts do not fit; said which. The keys of the file are the fields of `HuntGroup`."""
    parser = argparse.ArgumentParser(prog="python -m telephony.acd", allow_abbrev=False)
    parser.add_argument("facts", type=Path, help="TOML：listen domain control trunks group seats …")
    parser.add_argument("target", type=Path, help="kamailio.cfg")
    options = parser.parse_args(arguments)
    try:
        group = msgspec.toml.decode(options.facts.read_bytes(), type=HuntGroup)
        text = configuration(group)
        scratch = options.target.with_suffix(f".{os.getpid()}.part")
        scratch.touch(OWNER_ONLY)
        scratch.write_text(text, "utf-8")
        scratch.rename(options.target)
    except (HuntGroupError, msgspec.MsgspecError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"无法生成 cannot: {error}\n")
        return USAGE
    sys.stdout.write(f"{options.target}: {len(group.seats)} 席 seats, kamailio -c -f {options.target}\n")
    return OK


if __name__ == "__main__":
    raise SystemExit(main())
