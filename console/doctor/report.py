"""The table of all checks, and the report: one line a check, and under it what to do."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from console.doctor import distribution, hub_clock, machine, phone, recordings, screen, site, telephone
from console.doctor.finding import Finding, Level
from store.config import Config
from store.exits import ExitCode

MARKS = {Level.OK: ("正常", "ok  "), Level.WARN: ("注意", "warn"), Level.FAIL: ("故障", "FAIL")}


class Check(NamedTuple):
    """One row of the table."""

    zh: str
    en: str
    look: Callable[[Config], Finding]


CHECKS: tuple[Check, ...] = (
    Check("Python", "Python", machine.python),
    Check("时钟", "clock", machine.clock),
    Check("磁盘", "disk", machine.disk),
    Check("文件夹", "folder", machine.folder),
    Check("界面库", "Qt", screen.qt),
    Check("中文字体", "fonts", screen.fonts),
    Check("显示器", "display", screen.display),
    Check("电话库", "PJSIP", phone.pjsip),
    Check("电话能力", "abilities", telephone.abilities),
    Check("电话端口", "SIP port", phone.sip_port),
    Check("交换机", "exchange", telephone.exchange),
    Check("话务分配", "distribution", distribution.distribution),
    Check("可信来源", "trusted sources", distribution.trust),
    Check("班长监听", "supervision", distribution.supervision),
    Check("耳机", "headset", telephone.headset),
    Check("摘挂机键", "hook key", telephone.hook),
    Check("录音", "recordings", recordings.recordings),
    Check("提示音", "prompts", recordings.prompts),
    Check("中枢", "hub", site.hub),
    Check("中枢时钟", "hub clock", hub_clock.hub_clock),
    Check("中枢端口", "hub ports", site.hub_ports),
    Check("数据库", "store", site.store),
    Check("备份", "backup", site.backups),
    Check("密钥", "keys", site.keys),
    Check("城市地图", "city", site.city),
    Check("网关端口", "gateway", site.gateway_port),
)


def run(config: Config, lang: str, checks: Sequence[Check] = CHECKS) -> ExitCode:
    """Prints every finding; FAILED when at least one thing cannot work."""
    findings = []
    for check in checks:
        finding = check.look(config)
        findings.append(finding)
        print("\n".join(lines(check, finding, lang)), flush=True)
    print(summary(findings, lang))
    return ExitCode.FAILED if any(f.level is Level.FAIL for f in findings) else ExitCode.DONE


def lines(check: Check, finding: Finding, lang: str) -> list[str]:
    """A finding as it is printed: mark, name, state, and what to do on a line of its own."""
    chinese = lang == "zh"
    mark = MARKS[finding.level][0 if chinese else 1]
    name, state = (check.zh, finding.zh) if chinese else (check.en, finding.en)
    advice = finding.do_zh if chinese else finding.do_en
    head = f"[{mark}] {name}: {state}"
    return [head, f"       → {advice}"] if advice else [head]


def summary(findings: Sequence[Finding], lang: str) -> str:
    """The last line: how many of each."""
    counts = [sum(f.level is level for f in findings) for level in Level]
    if lang == "zh":
        return "共 {} 项：正常 {}，注意 {}，故障 {}".format(len(findings), *counts)
    return "{} checks: {} ok, {} warnings, {} failed".format(len(findings), *counts)
