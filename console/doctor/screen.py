"""Qt, its self-test, Chinese fonts and the display; all tried in child processes."""

import os

from console.doctor.finding import ChildFailedError, Finding, Level, ok, try_script
from store.config import Config

OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
LOST_REFERENCES_MAX = 100  # of 1,000 calls; a good build loses none
SETUP = (
    "运行 make run，它会安装或说明所缺软件包",
    "run `make run`: it installs what is missing or says what",
)

# PySide6 6.12.0 loses a reference of None or True on every call under Python 3.11 and then aborts.
QT_SCRIPT = """
import json, sys
import PySide6
from PySide6 import QtWidgets, QtSvg, QtPrintSupport
application = QtWidgets.QApplication([])
window = QtWidgets.QWidget()
before = sys.getrefcount(None), sys.getrefcount(True)
for _ in range(500):
    window.update()
    window.objectNameChanged.emit("")
lost = [b - a for a, b in zip((sys.getrefcount(None), sys.getrefcount(True)), before)]
print(json.dumps({"version": PySide6.__version__, "lost": max(lost)}))
"""

FONT_SCRIPT = """
import json
from PySide6 import QtGui
application = QtGui.QGuiApplication([])
database = QtGui.QFontDatabase
names = database.families(database.WritingSystem.SimplifiedChinese)
print(json.dumps({"families": names}))
"""

DISPLAY_SCRIPT = """
import json
from PySide6 import QtGui
application = QtGui.QGuiApplication([])
sizes = [f"{s.size().width()}x{s.size().height()}" for s in application.screens()]
print(json.dumps({"platform": application.platformName(), "screens": sizes}))
"""


def qt(_: Config) -> Finding:
    """PySide6 loads with its system libraries and keeps its references."""
    try:
        answer = try_script(QT_SCRIPT, OFFSCREEN)
    except ChildFailedError as error:
        return Finding(Level.FAIL, f"无法加载：{error}", f"does not load: {error}", *SETUP)
    version = f"PySide6 {answer['version']}"
    if answer["lost"] > LOST_REFERENCES_MAX:
        return Finding(
            Level.FAIL,
            f"{version} 会丢失引用，运行数分钟后崩溃",
            f"{version} loses references and aborts after minutes",
            "运行 make clean 再 make run，装回锁定的版本",
            "`make clean`, then `make run`: that puts the pinned version back",
        )
    return ok(f"{version}，自检通过", f"{version}, self-test passed")


def fonts(_: Config) -> Finding:
    """A font with Chinese glyphs."""
    try:
        families = try_script(FONT_SCRIPT, OFFSCREEN)["families"]
    except ChildFailedError as error:
        return Finding(Level.FAIL, f"无法检查：{error}", f"cannot be checked: {error}", *SETUP)
    if not families:
        return Finding(
            Level.FAIL,
            "没有中文字体，汉字会显示为方框",
            "no font with Chinese glyphs: text would be boxes",
            "安装 fonts-noto-cjk",
            "install fonts-noto-cjk",
        )
    shown = next((name for name in families if name.endswith("SC")), families[0])
    return ok(f"{shown} 等 {len(families)} 种", f"{shown} and {len(families) - 1} more")


def display(_: Config) -> Finding:
    """A screen to open windows on; without one the demo still runs by its autopilot."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return Finding(
            Level.WARN,
            "没有显示器（DISPLAY 未设置）",
            "none (DISPLAY is not set)",
            "坐席与大屏须在图形桌面里启动；演示会改用自动调度员",
            "start seat and wall in a graphical session; the demo uses its autopilot",
        )
    try:
        answer = try_script(DISPLAY_SCRIPT)
    except ChildFailedError as error:
        return Finding(
            Level.FAIL,
            f"打不开：{error}",
            f"cannot be opened: {error}",
            "检查 DISPLAY 与 xauth，或在本机桌面里运行",
            "check DISPLAY and xauth, or run inside the desktop",
        )
    words = f"{answer['platform']} {'、'.join(answer['screens'])}"
    return ok(words, words.replace("、", ", "))
