"""The printer's side of the paper sheet: PDF files in a folder kept small, and the printer if there is one.

Made on a thread of its own: a seat whose disk or printer hangs goes on. Every few minutes all that is open is
saved, so that there is something in the hand when nothing else works.
"""

import html
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QEventLoop, QMarginsF, QObject, QSizeF, QTimer, Signal
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from console.i18n import say
from console.jobs import Jobs
from console.models.ages import local
from console.models.desk import Desk
from console.models.paper import Part, Sheet, all_open, in_hand
from console.theme import FAMILIES

ROUND_EVERY_MS = 300_000
ROUND_FILES_MAX = 12
"""An hour of all that was open."""
SHEET_FILES_MAX = 200
MARGIN_MM = 14
SIZES_PT = (11.0, 10.0, 9.0, 8.0, 7.0, 6.0)
"""The largest letters with which the sheet fits its page."""
STOP_S_MAX = 2.0
DPI = 96
MM_PER_INCH = 25.4

log = logging.getLogger(__name__)


class Told(NamedTuple):
    """What the window says, and what to do about it; "": nothing."""

    what: str
    do: str


class PaperTray(QObject):
    """`folder` None: no paper here. `told` is emitted with a `Told`, for the window's thread."""

    told = Signal(object)

    def __init__(self, folder: Path | None) -> None:
        super().__init__()
        self._folder = folder
        self._jobs = Jobs("paper", self.told.emit) if folder is not None else None
        self._fault = ""
        if self._jobs is not None:
            self._jobs.put(_can_time)

    def stop(self) -> None:
        """Finish what waits; at most `STOP_S_MAX` seconds."""
        if self._jobs is not None:
            self._jobs.finish()
            self._jobs.join(STOP_S_MAX)

    def print_sheet(self, sheet: Sheet, now: int) -> None:
        """Save this page and print it where there is a printer; the answer comes by `told`."""
        stamp = f"{local(now):%Y%m%d-%H%M%S}"
        self._put(f"sheet-{stamp}-{sheet.key[-8:]}.pdf", [sheet], aloud=True)

    def keep_round(self, sheets: list[Sheet], now: int) -> None:
        """Save all that is open, quietly; nothing where nothing is open."""
        if sheets:
            self._put(f"open-{local(now):%Y%m%d-%H%M%S}.pdf", sheets, aloud=False)

    def _put(self, name: str, sheets: list[Sheet], *, aloud: bool) -> None:
        if self._jobs is not None and self._folder is not None:
            self._jobs.put(partial(self._keep, self._folder, name, sheets, aloud))

    # --- below: the thread of the paper ------------------------------------------------------------------

    def _keep(self, folder: Path, name: str, sheets: list[Sheet], aloud: bool) -> Told | None:
        try:
            self._save(folder / name, sheets)
        except OSError as error:
            return self._failed(error.strerror or str(error))
        self._fault = ""
        if not aloud:
            return None
        printed = _printed(sheets)
        words = say("接警单已打印，并存为 {path}") if printed else say("接警单已存为 {path}")
        return Told(words.format(path=folder / name), "" if printed else say("没有打印机，可拷走打印"))

    def _failed(self, why: str) -> Told | None:
        """Said once while it lasts."""
        known, self._fault = self._fault, why
        if why == known:
            return None
        log.warning("the paper sheet was not saved: %s", why)
        return Told(say("接警单未能保存：{text}", text=why), say("请抄写，或检查 seat.paper_dir"))

    def _save(self, path: Path, sheets: list[Sheet]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}")
        fresh.write_bytes(b"")  # says what is wrong with the folder: Qt does not
        write_pdf(fresh, sheets)
        fresh.replace(path)
        for pattern, most in (("open-*.pdf", ROUND_FILES_MAX), ("sheet-*.pdf", SHEET_FILES_MAX)):
            for old in sorted(path.parent.glob(pattern))[:-most]:
                old.unlink(missing_ok=True)


class DeskPaper:
    """The paper of one desk: a sheet on demand, and every few minutes all that is open."""

    def __init__(self, desk: Desk, folder: Path | None) -> None:
        self._desk = desk
        self._tray = PaperTray(folder)
        self._tray.told.connect(lambda told: desk.notice(*told, grave=False))
        self._timer = QTimer(self._tray, interval=ROUND_EVERY_MS)
        self._timer.timeout.connect(self.keep_round)
        self._timer.start()

    def print_sheet(self) -> None:
        """Save and print what is in hand."""
        desk = self._desk
        now = desk.clock()
        found = in_hand(desk, now)
        if found is None:
            desk.notice(say("没有可打印的受理单"), say("先在列表中选一个事件"), grave=False)
        else:
            self._tray.print_sheet(found, now)

    def keep_round(self) -> None:
        now = self._desk.clock()
        self._tray.keep_round(all_open(self._desk, now), now)

    def stop(self) -> None:
        self._timer.stop()
        self._tray.stop()


def _can_time() -> None:
    """A document starts timers as it is laid out: the first loop of a thread brings who keeps them."""
    QEventLoop()


def write_pdf(path: Path, sheets: Sequence[Sheet]) -> None:
    """One A4 page for each sheet. Raises OSError where the file cannot be written."""
    writer = QPdfWriter(str(path))
    writer.setResolution(DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(*[MARGIN_MM] * 4), QPageLayout.Unit.Millimeter)
    writer.setTitle(sheets[0].title)
    document = document_of(sheets)
    document.print_(writer)
    if not path.stat().st_size:
        raise OSError(say("写不进文件夹"))


def _printed(sheets: Sequence[Sheet]) -> bool:
    """True when the printer of this machine has taken it."""
    if QPrinterInfo.defaultPrinter().isNull():
        return False
    printer = QPrinter(QPrinterInfo.defaultPrinter())
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageMargins(QMarginsF(*[MARGIN_MM] * 4), QPageLayout.Unit.Millimeter)
    document_of(sheets).print_(printer)
    return printer.printerState() is not QPrinter.PrinterState.Error


def document_of(sheets: Sequence[Sheet]) -> QTextDocument:
    """All pages; each sheet in the largest letters with which it stays on one page."""
    pages = [_page(sheet, _size_for(sheet)) for sheet in sheets]
    breaks = '<p style="page-break-before:always; font-size:1pt"></p>'
    return _document(breaks.join(pages))


def _document(words: str) -> QTextDocument:
    document = QTextDocument()
    document.setDocumentMargin(0)
    width, height = (mm / MM_PER_INCH * DPI for mm in (210 - 2 * MARGIN_MM, 297 - 2 * MARGIN_MM))
    document.setPageSize(QSizeF(width, height))
    document.setHtml(words)
    return document


def _size_for(sheet: Sheet) -> float:
    fits = (size for size in SIZES_PT if _document(_page(sheet, size)).pageCount() == 1)
    return next(fits, SIZES_PT[-1])


def _page(sheet: Sheet, size_pt: float) -> str:
    families = ", ".join(f"'{family}'" for family in FAMILIES)
    body = "".join(_part(part) for part in sheet.parts)
    return (
        f'<div style="font-family:{families}; font-size:{size_pt}pt; color:#000">'
        f'<p style="margin:0 0 4px 0"><span style="font-size:{size_pt * 1.7}pt; font-weight:bold">'
        f"{html.escape(sheet.title)}　{html.escape(sheet.number)}</span></p>{body}"
        f'<p style="font-size:{size_pt * 0.8}pt; margin-top:6px">{html.escape(sheet.foot)}</p></div>'
    )


def _part(part: Part) -> str:
    rows = "".join(
        f'<tr><td width="16%" style="padding:1px 6px 1px 2px">{html.escape(label)}</td>'
        f'<td width="84%" style="padding:1px 2px; font-weight:600">{html.escape(words)}</td></tr>'
        for label, words in part.lines
    )
    return (
        f'<p style="margin:5px 0 1px 0; font-weight:bold; background-color:#e4e4e4">'
        f"{html.escape(part.heading)}</p>"
        f'<table width="100%" cellspacing="0" cellpadding="0">{rows}</table>'
    )
