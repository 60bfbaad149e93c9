"""Pinyin for names: the readings of a dictionary and of the places it reads wrongly.

A dictionary's first reading is wrong for many place names, so names also get the readings of the
override table; a search then finds 朝阳 under both chaoyang and zhaoyang. The dictionary takes a second
and 60 MB to load: it belongs into the navigator, never into a window.
"""

import re
from functools import lru_cache
from itertools import accumulate, product
from typing import Final

from pypinyin import lazy_pinyin

from mapview.geo.spelling import is_chinese, units_of

READINGS_MAX: Final = 4
_REMEMBERED_MAX: Final = 4096

PLACE_READINGS: Final[dict[str, str]] = {
    "亳州": "bo zhou", "蚌埠": "beng bu", "泌阳": "bi yang", "秘鲁": "bi lu", "朝阳": "chao yang",
    "朝晖": "zhao hui", "长安": "chang an", "长春": "chang chun", "长乐": "chang le", "长寿": "chang shou",
    "郴州": "chen zhou", "重庆": "chong qing", "重阳": "chong yang", "大夫": "dai fu", "大城": "dai cheng",
    "单县": "shan xian", "单家": "shan jia", "儋州": "dan zhou", "都匀": "du yun", "东阿": "dong e",
    "番禺": "pan yu", "涪陵": "fu ling", "盖州": "gai zhou", "盖家": "ge jia", "高要": "gao yao",
    "哈达": "ha da", "行知": "xing zhi", "洪洞": "hong tong", "鄂州": "e zhou", "华家": "hua jia",
    "浍河": "hui he", "会稽": "kuai ji", "会计": "kuai ji", "济南": "ji nan", "济宁": "ji ning",
    "浚县": "xun xian", "监利": "jian li", "乐亭": "lao ting", "乐清": "yue qing", "乐业": "le ye",
    "乐安": "le an", "丽水": "li shui", "六安": "lu an", "六合": "lu he", "龟兹": "qiu ci",
    "浏阳": "liu yang", "牟平": "mu ping", "宓家": "mi jia", "宁波": "ning bo", "番家": "pan jia",
    "朴家": "piao jia", "繁家": "po jia", "铅山": "yan shan", "覃家": "qin jia", "区家": "ou jia",
    "仇家": "qiu jia", "曲阜": "qu fu", "任家": "ren jia", "任丘": "ren qiu", "歙县": "she xian",
    "莘县": "shen xian", "莘庄": "xin zhuang", "宿州": "su zhou", "宿迁": "su qian", "台州": "tai zhou",
    "天台": "tian tai", "洮南": "tao nan", "涡阳": "guo yang", "尉犁": "yu li", "尉家": "wei jia",
    "汶上": "wen shang", "五大夫": "wu dai fu", "厦门": "xia men", "冼家": "xian jia", "解家": "xie jia",
    "解放": "jie fang", "盱眙": "xu yi", "燕郊": "yan jiao", "燕山": "yan shan", "应县": "ying xian",
    "应城": "ying cheng", "员家": "yun jia", "音乐": "yin yue", "银行": "yin hang", "中行": "zhong hang",
    "枞阳": "zong yang", "曾家": "zeng jia", "查家": "zha jia", "翟家": "zhai jia", "柘城": "zhe cheng",
    "长子": "zhang zi", "中牟": "zhong mu", "尚志": "shang zhi", "阿什河": "a shi he", "阿城": "a cheng",
    "十里堡": "shi li pu", "三十里堡": "san shi li pu", "瓦房店": "wa fang dian", "大栅栏": "da shi lan",
}  # fmt: skip
"""Readings to know besides the dictionary's; a city adds its own here."""

_OVERRIDES: Final = re.compile("|".join(sorted(PLACE_READINGS, key=len, reverse=True)))


@lru_cache(maxsize=_REMEMBERED_MAX)
def _dictionary_reading(text: str) -> tuple[str, ...]:
    """One syllable a character; a character without a reading stands for itself."""
    return tuple(lazy_pinyin(text, errors=list))  # type: ignore[arg-type]  # a list is allowed, not typed


def readings(text: str) -> list[tuple[str, ...]]:
    """Syllables of every known reading, the most likely first; letters and digits read as themselves.

    `text` is normalised already (small letters); one entry for each of its units.
    """
    units = units_of(text)
    plain = "".join(units)
    by_unit = _by_unit(units, plain)
    starts = [0, *accumulate(map(len, units))]
    spots = list(_OVERRIDES.finditer(plain))
    found: dict[tuple[str, ...], None] = {}
    for choice in product((True, False), repeat=min(len(spots), 2)):
        reading = list(by_unit)
        for spot, use in zip(spots, choice, strict=False):
            if use:
                first = starts.index(spot.start())
                reading[first : first + len(spot[0])] = PLACE_READINGS[spot[0]].split()
        found[tuple(reading)] = None
    return list(found)[:READINGS_MAX]


def _by_unit(units: list[str], plain: str) -> list[str]:
    chinese = iter(_dictionary_reading("".join(filter(is_chinese, plain))))
    return [next(chinese) if is_chinese(unit) else unit for unit in units]
