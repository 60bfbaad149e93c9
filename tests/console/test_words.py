"""Languages and tables: everything said has its English, every code its word, every verb its act."""

import ast
import string
from pathlib import Path

import pytest

from console import i18n
from console.doing import Doing
from console.english import ENGLISH
from console.models.labels import FIELDS, MILESTONE_LONG, WORDS
from console.models.phone_faults import DEATHS, death_words
from console.models.refused import explain
from console.shortcuts import table
from console.theme import amber_text
from console.verbs import SECTIONS, VERBS
from dispatch import refusals as no
from dispatch.floor import Floor
from dispatch.kinds import CheckItem, MilestoneKind, VehicleState
from dispatch.words import Form
from mapview.canvas.palette import TEXT_CONTRAST_MIN, THEMES, contrast

CONSOLE = Path(__file__).parents[2] / "console"

FRAGMENTS = frozenset(
    {"as", "at", "between", "by", "for", "from", "in", "into", "of", "only", "to", "who", "with"}
)
"""What an English sentence of F1 does not begin with."""

REFUSALS = (
    no.NotFound("vehicle", "x"),
    no.AlreadyThere("call", "x"),
    no.WrongState("mission", "x", "on_scene"),
    no.VehicleTaken("A01", "m", "01-20261121-0001", "02", "李强", 0),
    no.VehicleNotCallable("A01", VehicleState.REPAIR),
    no.MissionsOpen(("1/1",)),
    no.NeedsPlace(),
    no.NeedsReason(),
    no.NeedsSecondPerson(),
    no.StaleForm("i", 2, ("place", "remark")),
    no.StaleIncident("e", 2),
    no.NotAllowed("AssignVehicle"),
    no.TooLate(0),
    no.NotPossible("already_on_this_incident"),
    no.NotPossible("something new"),
    no.NotReady((CheckItem.PHONE,)),
    no.HoldsWork(("01-20261121-0001",), 1, 0),
    no.HeldElsewhere("CITY", "02", 3, 0),
    no.InConflict("k1"),
)


def said() -> set[str]:
    """Every sentence the windows say, from the source."""
    found = set()
    for path in CONSOLE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = any(
            isinstance(node, ast.ImportFrom) and node.module == "console.i18n" for node in ast.walk(tree)
        )
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and imported]
        for node in calls:
            if getattr(node.func, "id", "") == "say" and len(node.args) == 1:
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno} says something computed"
                found.add(node.args[0].value)
    return found


def test_every_sentence_has_its_english_and_none_is_left_over():
    assert said() == set(ENGLISH)


def test_the_same_blanks_in_both_languages():
    for zh, en in ENGLISH.items():
        assert {name for _, name, _, _ in string.Formatter().parse(zh) if name} == {
            name for _, name, _, _ in string.Formatter().parse(en) if name
        }, zh


def test_every_code_has_its_words():
    for kind, words in WORDS.items():
        assert set(words) == {member.value for member in kind}, kind
    assert set(MILESTONE_LONG) == set(MilestoneKind)
    assert set(FIELDS) == set(Form.__struct_fields__)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_says_what_happened_and_what_to_do(refusal, language):
    i18n.use(language)
    told = explain(refusal, Floor())
    assert told.what
    assert told.do
    assert "{" not in told.what + told.do


def test_all_refusals_are_tried():
    assert {type(one) for one in REFUSALS} == set(no.Refusal.__args__)


def test_verbs_are_unique_and_done():
    keys = [verb.key for verb in VERBS if verb.key]
    assert len(keys) == len(set(keys))
    words = [word for verb in VERBS for word in {verb.id, verb.zh, verb.en.lower(), *verb.words}]
    assert sorted(words) == sorted(set(words))
    for verb in VERBS:
        assert callable(getattr(Doing, verb.id)), verb.id
        assert verb.section in SECTIONS
        assert verb.zh
        assert verb.en
    assert set(table().values()) == {verb.id for verb in VERBS if "…" not in verb.key}


def test_f1_says_in_both_languages_what_each_key_does():
    for verb in VERBS:
        assert bool(verb.zh_long) == bool(verb.en_long), verb.id
        assert verb.en_long.partition(" ")[0] not in FRAGMENTS, (
            f"{verb.id}: only beside its name does this say anything"
        )


def test_why_a_telephone_died_is_a_sentence_in_both_languages():
    reason = "pjsua_transport_create(type, &tcfg, &tid): Cannot assign requested address"
    told = {}
    for language in ("zh", "en"):
        i18n.use(language)
        told[language] = death_words(reason)
        for known, words in DEATHS.items():
            assert death_words(f"x: {known}") in words
            assert all(words)
            assert death_words(f"x: {known}") != f"x: {known}"
    assert "sip_host 不是本机的地址" in told["zh"]
    assert "sip_host is no address of this machine" in told["en"]
    assert death_words("something new") == "something new"


def test_the_f_keys_are_all_taken():
    assert {f"F{n}" for n in range(1, 13)} <= {verb.key for verb in VERBS}


@pytest.mark.parametrize("theme", list(THEMES.values()), ids=list(THEMES))
def test_text_on_panels_keeps_wcag_aa(theme):
    window = theme.window
    for ink in (window.text, window.text_quiet, window.fault, window.ok, window.info, amber_text(window)):
        assert contrast(ink, window.panel) >= TEXT_CONTRAST_MIN, ink
