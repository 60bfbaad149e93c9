"""English of the quality figures of a day."""

FIGURES: dict[str, str] = {
    "数值": "Value",
    "中位数": "Median",
    "90 分位": "90th percentile",
    "样本": "Count",
    "缺失": "Left out",
    "定义": "Definition",
    "演练与测试不计入：{n} 条": "Drills and tests left out: {n}",
    "打印于 {day} {at}": "Printed {day} {at}",
    "质控指标 {day}": "Quality figures {day}",
}
