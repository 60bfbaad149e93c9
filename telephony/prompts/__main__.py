"""`python -m telephony.prompts`: speak the prompts into a folder, or check a centre's own."""

import argparse
import sys
from pathlib import Path

from telephony.prompts.making import check_folder, make_all, missing, unknown_names

OK, FLAWED = 0, 1


def main(arguments: list[str] | None = None) -> int:
    """0: everything there can be played, 1: something is missing or cannot."""
    parser = argparse.ArgumentParser(prog="python -m telephony.prompts", allow_abbrev=False)
    verbs = parser.add_subparsers(required=True, dest="verb", metavar="VERB")
    for verb, words in (
        ("make", "用 espeak-ng 生成缺少的提示音 speak what is missing"),
        ("check", "检查文件能否播放 check whether the files can be played"),
    ):
        verbs.add_parser(verb, help=words).add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    if options.verb == "make" and not make_all(options.folder):
        _say("没有 espeak-ng，一段也生成不了 there is no espeak-ng here")
        return FLAWED
    return _check(options.folder)


def _check(folder: Path) -> int:
    checked = check_folder(folder)
    for one in checked:
        if not one.good:
            _say(f"▲ {one.path}: {', '.join(one.faults)}")
    for name in unknown_names(folder):
        _say(f"▲ 不认识的文件名 no prompt is called so: {name}")
    lacking = missing(folder)
    for name in lacking:
        _say(f"▲ 缺少 missing: {name}")
    good = sum(one.good for one in checked)
    _say(f"{good} 段可用 can be played")
    return OK if good == len(checked) and not lacking else FLAWED


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
