"""Agreement files: a data-sharing agreement as TOML that a governance lead writes and reviews."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from pydantic import ValidationError

from bnl.consent.ages import midnight
from bnl.domain.agreement import Agreement
from bnl.errors import InvalidValue

_RENAMED: Final = {"agreement": "agreement_id"}
_DIMENSIONS: Final = ("agencies", "roles", "purposes", "actions", "categories", "onward_recipients")
_GROUP: Final = "@"


def parse_agreement(text: str, *, recorded_at: datetime, sequence: int = 0) -> Agreement:
    """Read an agreement from the text of its file.

    Args:
        text: TOML, as `docs/consent.md` describes it.
        recorded_at: When the register learns of it (UTC).
        sequence: Log sequence that makes it known; 0 before it is stored.

    Returns:
        The agreement.

    Raises:
        InvalidValue: If it is no TOML, or says something an agreement cannot say; the text says where.
    """
    try:
        return agreement_from(tomllib.loads(text), recorded_at=recorded_at, sequence=sequence)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue(f"The agreement is not readable TOML: {error}.") from None


def agreement_from(data: Mapping[str, Any], *, recorded_at: datetime, sequence: int = 0) -> Agreement:
    """Read an agreement from the table its file holds.

    Args:
        data: The table; groups named ``@group`` are spelled out in its clauses.
        recorded_at: When the register learns of it (UTC).
        sequence: Log sequence that makes it known.

    Raises:
        InvalidValue: If it says something an agreement cannot say; the text says where.
    """
    fields = {_RENAMED.get(key, key): value for key, value in data.items()}
    groups = _table(fields.pop("groups", {}), "groups")
    emergency = _table(fields.pop("break_glass", {}), "break_glass")
    clauses = [_clause(_table(one, "clause"), groups) for one in fields.pop("clause", [])]
    documents = [
        _renamed(_table(one, "policy_document"), "id", "document_id")
        for one in fields.pop("policy_document", [])
    ]
    unknown = emergency.keys() - {"roles", "categories"}
    if unknown:
        raise InvalidValue(f"break_glass says {', '.join(sorted(unknown))}, which it cannot.")
    for bound in ("valid_from", "valid_until"):
        if bound in fields:
            fields[bound] = _instant(fields[bound], bound)
    fields |= {
        "parties": _spelled_out(fields.get("parties", []), groups),
        "clauses": clauses,
        "policy_documents": documents,
        "break_glass_roles": emergency.get("roles", []),
        "emergency_categories": emergency.get("categories", []),
        "recorded_at": recorded_at,
        "sequence": sequence,
    }
    try:
        return Agreement.model_validate(fields)
    except ValidationError as error:
        raise InvalidValue(f"The agreement cannot stand. {_problems(error)}") from None


def _clause(data: dict[str, Any], groups: Mapping[str, Any]) -> dict[str, Any]:
    clause = _renamed(data, "id", "clause_id")
    for dimension in _DIMENSIONS:
        if dimension in clause:
            clause[dimension] = _spelled_out(clause[dimension], groups)
    clause["citations"] = [
        {**one, "categories": _spelled_out(one.get("categories", []), groups)}
        for one in (_table(one, "clause.condition") for one in clause.pop("condition", []))
    ]
    return clause


def _table(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidValue(f"{name} is not a table.", f"Write it under [{name}] or [[{name}]].")
    return dict(value)


def _renamed(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if key == old else key: value for key, value in data.items()}


def _spelled_out(values: Any, groups: Mapping[str, Any]) -> Any:
    """Return a dimension with each ``@group`` replaced by its members."""
    if not isinstance(values, list):
        return values
    spelled: list[object] = []
    for value in values:
        if isinstance(value, str) and value.startswith(_GROUP):
            members = groups.get(value.removeprefix(_GROUP))
            if not isinstance(members, list):
                raise InvalidValue(f"The group {value} is not defined.", "List its members under [groups].")
            spelled.extend(_spelled_out(members, _without(groups, value)))
        else:
            spelled.append(value)
    return spelled


def _without(groups: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the groups but one, so that a group that names itself is an error and not for ever."""
    return {key: members for key, members in groups.items() if key != name.removeprefix(_GROUP)}


def _instant(value: object, name: str) -> datetime:
    """Return the instant a bound names; a bare date is the midnight in London that begins it."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidValue(f"{name} has a time without a zone.", "Add Z for UTC, or give a date only.")
        return value.astimezone(UTC)
    if isinstance(value, date):
        return midnight(value)
    raise InvalidValue(f"{name} is not a date.", "Write it as 2026-04-01, without quotation marks.")


def _problems(error: ValidationError) -> str:
    found = []
    for problem in error.errors():
        where = ".".join(
            str(part) for part in problem["loc"] if not str(part).startswith(("frozenset", "str-"))
        )
        found.append(f"{where}: {problem['msg']}." if where else f"{problem['msg']}.")
    return " ".join(dict.fromkeys(found))
