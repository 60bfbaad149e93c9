"""`python -m console.record_pdf PAGE.html`: draws the page of a record as PAGE.pdf, without any window.

A process of its own: QPainter holds the interpreter while it draws, and a call may ring meanwhile.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument

NOT_WRITTEN = 1


def write_pdf(page: Path) -> Path:
    """A4 across, beside the page. Needs a QGuiApplication. Raises OSError."""
    file, fresh = page.with_suffix(".pdf"), page.with_suffix(".pdf.new")
    words = page.read_text(encoding="utf-8")
    fresh.write_bytes(b"")  # says what is wrong with the folder: Qt does not
    writer = QPdfWriter(str(fresh))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageOrientation(QPageLayout.Orientation.Landscape)
    writer.setPageMargins(QMarginsF(14, 12, 14, 12), QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setHtml(words)
    document.setPageSize(writer.pageLayout().paintRectPixels(writer.resolution()).size().toSizeF())
    document.documentLayout().setPaintDevice(writer)
    document.print_(writer)
    del writer  # closes the file
    if not fresh.stat().st_size:
        raise OSError("nothing was written")
    return fresh.replace(file)


def main(arguments: list[str]) -> int:
    app = QGuiApplication(["record", "-platform", "offscreen"])
    try:
        write_pdf(Path(arguments[0]))
    except OSError as error:
        print(error.strerror or error, file=sys.stderr)  # noqa: T201 - read by who started it
        return NOT_WRITTEN
    finally:
        del app
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
