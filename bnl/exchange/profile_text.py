"""A profile written back as the TOML a data officer reads and corrects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bnl.exchange.profile import Profile


def profile_text(profile: Profile, *, remarks: tuple[str, ...] = ()) -> str:
    """Return the TOML of a profile; reading it again gives the same profile.

    Args:
        profile: The profile.
        remarks: Lines put above it as comments.
    """
    said = profile.model_dump(exclude_defaults=True)
    tables = {name: said.pop(name) for name in ("names", "splits", "grants") if name in said}
    fields = said.pop("fields", {})
    lines = ["# " + "".join(char if char.isprintable() else " " for char in remark) for remark in remarks]
    lines += [f"{_key(name)} = {_value(value)}" for name, value in said.items()]
    if fields:
        lines += ["", "[fields]"]
        lines += [f"{_key(name)} = {_value(_short(rule))}" for name, rule in fields.items()]
    for name, rules in tables.items():
        for rule in rules:
            lines += ["", f"[[{name}]]"]
            lines += [f"{_key(key)} = {_value(value)}" for key, value in rule.items()]
    return "\n".join(lines) + "\n"


def _short(rule: Mapping[str, Any]) -> Any:
    """Return the short form of a rule that only names its column."""
    if set(rule) != {"column"}:
        return rule
    columns = rule["column"]
    return columns[0] if len(columns) == 1 else columns


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None)
        return f"{{ {inner} }}" if inner else "{}"
    items = sorted(value) if isinstance(value, frozenset) else value
    return "[" + ", ".join(map(_value, items)) + "]"


def _text(text: str) -> str:
    """Write a basic string; JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
