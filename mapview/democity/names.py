"""Names of the demo city: ordinary words of Chinese town maps, mixed anew; polyphones on purpose.

Each name is given once, except the pairs that are meant to stand twice.
"""

from typing import Final

from mapview.democity.dice import Dice

ZONE_LAST: Final = ("街道", "街道", "街道", "镇")
RIVER: Final = "铃江"
BROOK: Final = "清溪河"
ISLAND: Final = "白鹭洲"
LAKE: Final = "镜月湖"

DISTRICTS: Final = ("朝阳区", "铃东区", "长乐区", "铃西区", "江南区", "乐安区")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Readings a naive pinyin table gets wrong.
POLYPHONES: Final = _words(
    "朝阳 重庆 长春 长安 乐亭 六安 番禺 蚌埠 单县 曾家 解家 仇家 华家 行知 会计 厦门 "
    "都匀 宿州 重阳 朝晖 长寿 乐业 音乐 银行 洪洞 铅山 台州 丽水 枞阳 莘县 亳州 歙县 "
    "乐清 中行 大夫 尉犁 龟兹 朴家 盖州 燕郊 泌阳 浚县 涡阳"
)
GRAND: Final = _words(
    "人民 中山 解放 建设 红旗 和平 友谊 新华 胜利 光明 文化 迎宾 世纪 科技 滨河 铃声 "
    "振兴 民主 团结 前进 东风 工农 青年 体育 花园 公园 学府 会展 机场 火车站 港口 通江 "
    "望江 凤凰 金水 龙泉 平安 幸福 复兴 劳动"
)
_FIRST: Final = (
    "福寿康宁安泰兴隆昌盛文武明德仁义礼智信和顺祥瑞嘉丰富裕广远春秋松竹梅兰柳杨桂枫云雨霞虹江湖海天金银玉"
)
_SECOND: Final = "民华阳光源泉庆达通运升辉耀景秀丽园林山川水岭岗塘桥湾洲屏峰台城门庄和平安宁远新业成元亭阁苑"
_ESTATE_FIRST: Final = _words(
    "锦绣 阳光 翡翠 金色 碧水 绿洲 书香 水岸 江畔 银河 东方 南湖 北苑 西郊 世纪 宏达 "
    "恒泰 万和 康乐 温馨 盛世 紫金 御景 丽景 龙泽 凤鸣 梧桐 香樟 枫林 海棠 玫瑰 牡丹 "
    "丁香 玉兰 荷塘 星河 月亮 春晓 秋实 长青 学府 铁路 纺织 机械 电业"
)
_ESTATE_LAST: Final = _words("花园 家园 小区 新村 华庭 公馆 名邸 新城 雅苑 佳苑 一期 二期 三期 公寓 大院")
_SHOP_LAST: Final = _words("大厦 广场 商厦 商场 宾馆 酒店 写字楼 购物中心 超市 市场")
BRIDGES: Final = (
    "铃江大桥",
    "朝阳大桥",
    "长虹大桥",
    "白鹭大桥",
    "江南大桥",
    "凤凰大桥",
    "友谊大桥",
    "新江大桥",
    "望江大桥",
    "东渡大桥",
    "清溪大桥",
    "胜利大桥",
)

_SUFFIX: Final = {
    "trunk": ("大道",),
    "primary": ("大道", "大街", "路"),
    "secondary": ("大街", "路", "路"),
    "tertiary": ("路", "街"),
    "residential": ("街", "路", "街", "巷", "胡同"),
    "pedestrian": ("步行街", "巷"),
}


class Names:
    """Hands out names, each once."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "names")
        self._taken: set[str] = set()
        self._grand = self._dice.shuffled(GRAND)
        self._odd = self._dice.shuffled(POLYPHONES)

    def road(self, kind: str) -> str:
        """A name for a street of this class."""
        suffixes = _SUFFIX[kind]
        while True:
            name = self._stem(kind) + self._dice.pick(suffixes)
            if self._take(name):
                return name

    def estate(self) -> str:
        """A residential compound 小区."""
        while True:
            first = self._dice.pick(_ESTATE_FIRST) if self._dice.chance(0.6) else self._pair()
            name = first + self._dice.pick(_ESTATE_LAST)
            if self._take(name):
                return name

    def house(self) -> str:
        """A named building: 大厦, 酒店 ..."""
        while True:
            name = self._pair() + self._dice.pick(_SHOP_LAST)
            if self._take(name):
                return name

    def other(self, last: str) -> str:
        """Any name with this ending."""
        while True:
            name = self._pair() + last
            if self._take(name):
                return name

    def _stem(self, kind: str) -> str:
        if kind in ("trunk", "primary", "secondary") and self._grand:
            return self._grand.pop()
        if self._odd and self._dice.chance(0.12):
            return self._odd.pop()
        return self._pair()

    def _pair(self) -> str:
        first = self._dice.pick(_FIRST)
        second = self._dice.pick(_SECOND)
        return first + second if first != second else first + "阳"

    def _take(self, name: str) -> bool:
        fresh = name not in self._taken
        self._taken.add(name)
        return fresh
