"""Takes a spoken or typed address apart: crossings, door numbers, posts, words of nearness. Pure text.

Every function offers possible readings; the gazetteer decides which of them exist.
"""

import re
import unicodedata
from typing import Final, NamedTuple

QUERY_CHARACTERS_MAX: Final = 60

_NO_MEANING: Final = " .,。，；;:：!！?？\"'“”（）()"
_SPACES: Final = re.compile(r"\s+")
_NEARNESS: Final = re.compile(
    r"(?:的?(?:附近|旁边|旁|对面|门口|门前|楼下|路口|那边|这边|里面|院内|跟前|以东|以西|以南|以北"
    r"|[东西南北]{1,2}(?:角|侧|边|面|口)|(?:往|向)?[东西南北]{1,2}(?:约|大概)?\d+(?:多)?(?:米|公里)))+$"
)
_CROSSING_END: Final = re.compile(
    r"(?:的?(?:十字|丁字|三岔|交叉|交汇|相交|交界|交口)(?:路口|口|处)?|路口|口)+$"
)
_CROSSING_WORD: Final = re.compile(r"\s*(?:与|和|跟|同|及|到|交|×|&|/|、|,|\+|(?<![a-z])x(?![a-z]))\s*")
_ROAD_END: Final = re.compile(r"大街|大道|街|路|道|巷|胡同|公路|高速|环线|环|线|桥")
_CHINESE_NUMBER: Final = re.compile(r"[一二三四五六七八九十百千零〇两]+(?=号|弄|院)")
_DOOR: Final = re.compile(r"^(?P<street>.*?\D)\s*(?P<number>\d{1,5})(?:[-之]\d+)?(?:(?:号|弄|#|hao).*)?$")
_POST_WORDS: Final = re.compile(r"灯杆|路灯杆|路灯|灯柱|里程桩|公里桩|公里牌|里程碑|百米桩|桩号|编号|号杆")
_NOT_IN_CODES: Final = re.compile(r"[^0-9a-z\u3400-\u9fff]")
_MILESTONE: Final = re.compile(
    r"^(?P<road>.*?)(?:(?P<k>k)|(?<!\d))(?P<km>\d{1,4})"
    r"(?:(?:\+|公里加?|千米加?)(?P<metres>\d{0,3})米?|\.(?P<tenths>\d{1,3})(?:公里)?|(?(k)|(?!)))处?$"
)
_REGION: Final = re.compile(r"^(?:\S{2,8}?(?:省|自治区))?(?:\S{2,6}?市)?(?=\S)")

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_SPOKEN: Final = str.maketrans("0123456789", "零一二三四五六七八九")


class Door(NamedTuple):
    """A street as typed and a house number."""

    street: str
    number: int


class Kilometre(NamedTuple):
    """A road as typed ("" where none was) and kilometres along it."""

    road: str
    km: float


def normal(text: str) -> str:
    """One spelling: half-width, small letters, single spaces, no punctuation at the ends, not too long."""
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", text).lower())
    return text.strip(_NO_MEANING)[:QUERY_CHARACTERS_MAX].rstrip(_NO_MEANING)


def without_nearness(query: str) -> str:
    """Without 附近, 对面, 东北角 … at its end; the whole query where nothing else would be left."""
    return _NEARNESS.sub("", query) or query


def crossing_of(query: str) -> list[tuple[str, str]]:
    """Pairs of roads this may be the crossing of: A与B交叉口, A×B, `A B`, AB路口."""
    bare = _CROSSING_END.sub("", query).strip()
    pairs = [
        (bare[: word.start()].strip(), bare[word.end() :].strip()) for word in _CROSSING_WORD.finditer(bare)
    ]
    if bare.count(" ") == 1:
        first, _, second = bare.partition(" ")
        pairs.append((first, second))
    pairs += [(bare[: end.end()].strip(), bare[end.end() :].strip()) for end in _ROAD_END.finditer(bare)]
    return [(a, b) for a, b in dict.fromkeys(pairs) if len(a) > 1 and len(b) > 1 and not b[:1].isdigit()]


def has_crossing_word(query: str) -> bool:
    """True where the query says itself that it means a crossing of two roads."""
    bare = _CROSSING_END.sub("", query).strip()
    spaced = " " in bare and not bare.isascii()
    return spaced or bare != query or _CROSSING_WORD.search(bare) is not None


def door_of(query: str) -> Door | None:
    """Street and number of 中山路66号, 中山路六十六号院3单元, `zhongshanlu 66`."""
    counted = _CHINESE_NUMBER.sub(lambda match: str(number_of(match[0])), query)
    match = _DOOR.match(counted)
    return Door(match["street"].strip(), int(match["number"])) if match else None


def number_of(spoken: str) -> int:
    """六十六 -> 66, 一百零八 -> 108, 二〇六 -> 206."""
    if not any(c in _TENS for c in spoken):
        return int("".join(str(_DIGITS[c]) for c in spoken))
    total, digit = 0, 0
    for c in spoken:
        if c in _TENS:
            total += (digit or 1) * _TENS[c]
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit


def code_of(text: str) -> str:
    """A post's code as it is compared: small letters, digits and Chinese without marks and post words."""
    return _NOT_IN_CODES.sub("", _POST_WORDS.sub("", normal(text)).removesuffix("号"))


def says_post(query: str) -> bool:
    return _POST_WORDS.search(query) is not None


def kilometre_of(query: str) -> Kilometre | None:
    """G1 K12+300, 绕城高速12公里300米, 绕城高速12.3公里."""
    match = _MILESTONE.match(_POST_WORDS.sub("", query).replace(" ", ""))
    if match is None:
        return None
    decimals = match["tenths"] or (match["metres"] or "").zfill(3)
    return Kilometre(match["road"], float(f"{match['km']}.{decimals}"))


def without_region(query: str) -> str:
    """Without province and city before it."""
    return _REGION.sub("", query, count=1)


def spoken_digits(query: str) -> str:
    """群力第5大道 -> 群力第五大道."""
    return query.translate(_SPOKEN)
