"""A machine that is not enrolled shows a window, not an end: code, both fingerprints, waiting, done."""

from contextlib import closing

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from console.drill.ports import free_ports
from console.enrolment import EnrolmentWindow, is_enrolled
from console.theme import Theme
from store.administration import Administration
from store.config import Config
from store.core.roster import Machine, MachineRole
from tests.store.conftest import City

WAIT_MS = 15_000


def said(window, name):
    return window.findChild(QLabel, name).text()


@pytest.fixture
def opened(qtbot, tmp_path):
    """A window of a machine with a key folder of its own; the hub's door is on a free port."""
    config = Config()
    port = free_ports(1)[0]
    config = replace(
        config,
        hub=replace(config.hub, enrol_port=port),
        keys=replace(config.keys, dir=str(tmp_path / "new")),
    )
    decided = []
    window = EnrolmentWindow(config, Theme(), lambda: decided.append(True))
    qtbot.addWidget(window)
    window.show()
    yield window, config, decided
    window.close()


def test_without_a_code_nothing_is_asked(opened):
    window, config, _ = opened
    QTest.keyClick(window.findChild(QLineEdit, "enrolment.code"), Qt.Key.Key_Return)
    assert "请输入登记码" in said(window, "enrolment.told")
    assert window.findChild(QLineEdit, "enrolment.hub").text() == f"127.0.0.1:{config.hub.enrol_port}"
    assert not is_enrolled(config)


def test_a_closed_door_is_said_and_tried_again(qtbot, opened):
    window, _, decided = opened
    window.findChild(QLineEdit, "enrolment.code").setText("ABCD-EFGH")
    QTest.keyClick(window.findChild(QLineEdit, "enrolment.code"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "没有应答" in said(window, "enrolment.told"), timeout=WAIT_MS)
    assert len(said(window, "enrolment.own").split()) == 6
    window.close()
    assert decided == [True]
    assert not window.is_done


@pytest.mark.process
def test_the_machine_is_enrolled_from_its_window(qtbot, opened, tmp_path):
    window, config, decided = opened
    (tmp_path / "hub").mkdir()
    city = City(tmp_path / "hub", f"sqlite:///{tmp_path}/hub/hub.sqlite")
    words = city.file.read_text(encoding="utf-8")
    city.file.write_text(words.replace("[hub]", f"[hub]\nenrol_port = {config.hub.enrol_port}"), "utf-8")
    try:
        city.start_hub()
        with closing(Administration(city.config)) as office:
            window.findChild(QLineEdit, "enrolment.code").setText("2222-2222")
            code = office.invite(Machine("seat-07", "", MachineRole.SEAT, "07"))
            field = window.findChild(QLineEdit, "enrolment.code")
            QTest.keyClick(field, Qt.Key.Key_Return)
            qtbot.waitUntil(lambda: "登记码不对" in said(window, "enrolment.told"), timeout=WAIT_MS)
            field.setText(code)
            QTest.keyClick(field, Qt.Key.Key_Return)
            qtbot.waitUntil(lambda: "等待批准" in said(window, "enrolment.told"), timeout=WAIT_MS)
            assert said(window, "enrolment.of_hub") == office.hub_fingerprint()
            office.approve("seat-07", said(window, "enrolment.own"), None)
            qtbot.waitUntil(lambda: window.is_done, timeout=WAIT_MS)
        assert decided == [True]
        assert is_enrolled(config)
    finally:
        city.close()
