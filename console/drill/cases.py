"""Who calls in a drill, from where and why: drawn from the city by seed, the same every time."""

import random
from collections.abc import Iterator
from pathlib import Path

from pypinyin import lazy_pinyin

from console.drill.script import Case, Trouble
from dispatch.kinds import Answer, Severity
from mapview.geo.sampling import Sample, sample_places

TROUBLES = (
    Trouble("突发胸痛伴大汗半小时", Severity.CRITICAL, Answer.YES, Answer.YES),
    Trouble("车祸外伤，小腿骨折出血", Severity.SEVERE, Answer.YES, Answer.YES),
    Trouble("老人跌倒，髋部疼痛不能行走", Severity.MODERATE, Answer.YES, Answer.YES),
    Trouble("口齿不清，右侧肢体无力", Severity.CRITICAL, Answer.YES, Answer.YES),
    Trouble("孕三十八周，规律腹痛见红", Severity.SEVERE, Answer.YES, Answer.YES),
    Trouble("小儿高热抽搐", Severity.SEVERE, Answer.NO, Answer.YES),
    Trouble("突然倒地，呼之不应", Severity.CRITICAL, Answer.NO, Answer.NO),
    Trouble("腹痛呕吐，头晕", Severity.MILD, Answer.YES, Answer.YES),
    Trouble("哮喘发作，喘不上气", Severity.SEVERE, Answer.YES, Answer.YES),
    Trouble("高处坠落，意识模糊", Severity.CRITICAL, Answer.NO, Answer.YES),
)
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡"
GIVEN = ("先生", "女士", "师傅", "老师", "大姐")


def cases(city: Path, seed: int, count: int) -> Iterator[Case]:
    """`count` different callers."""
    dice = random.Random(seed)  # noqa: S311 - a drill, not a secret
    for place, sample in enumerate(sample_places(city, seed, count)):
        yield Case(
            number=f"139{dice.randrange(10**8):08d}",
            name=dice.choice(SURNAMES) + dice.choice(GIVEN),
            place=sample.name,
            typed=_typed(sample),
            point=sample.point,
            trouble=TROUBLES[place % len(TROUBLES)],
        )


def _typed(sample: Sample) -> str:
    """Estates by pinyin, as a quick hand types; house numbers and crossings as they are written."""
    return "".join(lazy_pinyin(sample.name)) if sample.kind == "estate" else sample.name
