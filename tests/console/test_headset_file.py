"""The sound devices chosen at a machine: kept, laid over the configuration, never in the way of a start."""

from pathlib import Path

from msgspec.structs import replace

from console.headset_file import HeadsetFile
from console.seat import phone_settings, with_headset
from store.config import Config, Phone
from telephony.settings import HeadsetSettings

CONFIGURED = HeadsetSettings(ear="USB", ring_percent=60, hook_hid="/dev/hidraw0")


def test_what_was_chosen_last_is_used_at_the_next_start(tmp_path: Path) -> None:
    file = HeadsetFile(tmp_path / "seat" / "headset.json")
    assert file.over(CONFIGURED) == CONFIGURED
    file.keep(replace(CONFIGURED, ear="pci-0"))
    file.keep(replace(CONFIGURED, ear="usb-2", ring_percent=90, hands_free=True))
    file.stop()
    again = HeadsetFile(tmp_path / "seat" / "headset.json")
    found = again.over(replace(CONFIGURED, hook_hid="/dev/hidraw7"))
    assert found == HeadsetSettings("usb-2", "", "", 90, True, "", "/dev/hidraw7"), "hook keys are configured"
    assert again.over(None) is None, "a machine whose sound is not the telephone's stays so"
    again.keep(CONFIGURED)
    again.stop()


def test_a_broken_file_costs_the_choice_only(tmp_path: Path) -> None:
    (tmp_path / "headset.json").write_text("{")
    file = HeadsetFile(tmp_path / "headset.json")
    assert file.over(CONFIGURED) == CONFIGURED
    file.stop()
    file.keep(CONFIGURED)  # after the end: nothing happens, nobody waits


def test_a_folder_that_cannot_be_written_costs_the_choice_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = HeadsetFile(tmp_path / "file" / "headset.json")
    file.keep(CONFIGURED)
    file.stop()


def test_the_telephone_gets_it(tmp_path: Path) -> None:
    file = HeadsetFile(tmp_path / "headset.json")
    file.keep(HeadsetSettings(ear="pci-0"))
    file.stop()
    config = Config(phone=Phone(headset=True, ear="USB"))
    made = with_headset(phone_settings(config), file)
    assert made.engine.headset is not None
    assert made.engine.headset.ear == "pci-0"
