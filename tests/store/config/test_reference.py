"""The printed reference and the example file say what the code says."""

from pathlib import Path

import msgspec
import pytest

from dispatch.kinds import MilestoneKind
from store.config import Config, load_config
from store.config.fields import key_texts
from store.config.key_rules import DEFAULT_KEY_RULES, KeyRule
from store.config.reference import EXAMPLE, REFERENCE, example_text, reference_text

SECTIONS = [field.type for field in msgspec.structs.fields(Config)] + [KeyRule]
NOT_MILESTONES = {"refused", "suspended", "assistance", "sos"}


def test_the_reference_is_the_one_in_docs() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference_text(), "run `make docs`"


def test_the_example_is_the_one_in_the_project() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example_text(), "run `make docs`"


def test_the_example_says_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "lingsheng.toml"
    file.write_text(example_text(), encoding="utf-8")
    example = load_config(file)
    file.unlink()
    monkeypatch.chdir(tmp_path)
    assert example == load_config(None)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_is_explained_in_both_languages(section: type[msgspec.Struct]) -> None:
    texts = key_texts(section)
    assert list(texts) == list(section.__struct_fields__)
    for text in texts.values():
        assert text["zh"]
        assert text["en"].isascii()


def test_default_keys_give_moments_of_the_trade() -> None:
    assert {rule.gives for rule in DEFAULT_KEY_RULES} <= set(MilestoneKind) | NOT_MILESTONES
