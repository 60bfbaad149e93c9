"""The crash copy: newest wins, never half a file."""

from console.models.keeping import Begun, Keeper, Kept
from dispatch.changes import FormChanges


def test_what_is_kept_is_read_again(tmp_path):
    keeper = Keeper(tmp_path / "sub" / "drafts.json")
    keeper.start()
    for letters in ("胸", "胸痛"):
        keeper.keep(Kept("i", None, {"i": Begun("c", "138", 5)}, {"i": FormChanges(chief_complaint=letters)}))
    keeper.stop()
    again = Keeper(tmp_path / "sub" / "drafts.json").read()
    assert again.typed == {"i": FormChanges(chief_complaint="胸痛")}
    assert again.begun["i"].number == "138"


def test_no_file_and_a_broken_file_are_an_empty_desk(tmp_path):
    path = tmp_path / "drafts.json"
    assert Keeper(path).read() == Kept()
    path.write_bytes(b'{"intake_id": 5')
    assert Keeper(path).read() == Kept()


def test_a_full_disk_is_told_and_does_not_end_the_thread(tmp_path):
    blocked = tmp_path / "drafts.json"
    keeper = Keeper(blocked)
    keeper.start()
    blocked.with_suffix(".new").mkdir()
    keeper.keep(Kept("i"))
    keeper.stop()
    assert keeper.keep(Kept("i"))
