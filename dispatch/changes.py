"""Partial edits of an intake form: only the fields a person touched travel.

Two people may edit one form; edits of different fields merge, edits of the same
field never overwrite silently (see `conflicts`).
"""

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dispatch.kinds import Answer, Need, Severity
from dispatch.words import Form, Place


class FormChanges(Struct, frozen=True, omit_defaults=True):
    """The same fields as `Form`; UNSET means not touched."""

    place: Place | UnsetType = UNSET
    waiting_point: str | UnsetType = UNSET
    contact_name: str | UnsetType = UNSET
    contact_phone: str | UnsetType = UNSET
    patient_count: int | UnsetType = UNSET
    patient_name: str | UnsetType = UNSET
    patient_sex: str | UnsetType = UNSET
    patient_age: str | UnsetType = UNSET
    chief_complaint: str | UnsetType = UNSET
    condition: str | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    conscious: Answer | UnsetType = UNSET
    breathing: Answer | UnsetType = UNSET
    infectious: bool | UnsetType = UNSET
    danger: bool | UnsetType = UNSET
    needs: frozenset[Need] | UnsetType = UNSET
    remark: str | UnsetType = UNSET

    def touched(self) -> dict[str, Any]:
        """The fields that were touched, with their new values."""
        return {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not UNSET}


def changed_form(form: Form, changes: FormChanges) -> Form:
    """The form with the touched fields replaced."""
    return msgspec.structs.replace(form, **changes.touched())


def difference(old: Form, new: Form) -> FormChanges:
    """The smallest change that makes `new` out of `old`."""
    names = [name for name in new.__struct_fields__ if getattr(old, name) != getattr(new, name)]
    return FormChanges(**{name: getattr(new, name) for name in names})


def conflicts(form: Form, touched: dict[str, int], base_rev: int, changes: FormChanges) -> tuple[str, ...]:
    """Fields somebody else set after `base_rev` to something other than what is asked for now."""
    return tuple(
        name
        for name, value in changes.touched().items()
        if touched.get(name, 0) > base_rev and getattr(form, name) != value
    )
