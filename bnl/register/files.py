"""A data officer's own files, which no register holds: drafts of mapping profiles."""

from __future__ import annotations

from pathlib import Path

from bnl.domain.identifiers import AgencyId
from bnl.exchange.profile_text import profile_text
from bnl.exchange.suggest import suggest_profile
from bnl.register.clock import civil_day, system_clock


def draft_profile(path: str | Path, agency: str) -> str:
    """Draft a mapping profile from a file's headings and a sample of its rows.

    Args:
        path: The file.
        agency: Whose file it is.

    Returns:
        TOML text with remarks on what was guessed, for a person to correct.

    Raises:
        InputError: The file cannot be read, or none of its columns is recognised.
    """
    suggestion = suggest_profile(path, AgencyId(agency), civil_day(system_clock()))
    remarks = [f"# {remark}" for remark in suggestion.remarks]
    if suggestion.unused:
        remarks.append(f"# columns not read: {', '.join(suggestion.unused)}")
    return "\n".join([*remarks, profile_text(suggestion.profile)])
