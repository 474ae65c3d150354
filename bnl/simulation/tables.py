"""Events, answers, memberships and what was planted, laid out as tables for files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum

import polars as pl

from bnl.simulation.answers import Answer
from bnl.simulation.exports import Export
from bnl.simulation.happenings import Happening
from bnl.simulation.households import Member
from bnl.simulation.stories import Lost

_MOMENT = pl.Datetime("us", "UTC")


def events_table(happenings: Iterable[Happening]) -> pl.DataFrame:
    """Return one row per event; ``data`` is JSON with its keys in order."""
    rows = [
        {
            "key": one.key,
            "agency": one.agency_id,
            "reference": one.reference,
            "kind": one.kind.value,
            "occurred_on": one.occurred_on,
            "recorded_at": one.recorded_at,
            "data": json.dumps(one.data, sort_keys=True),
            "corrects": one.corrects,
            "withdrawn": one.withdrawn,
        }
        for one in happenings
    ]
    text = dict.fromkeys(("key", "agency", "reference", "kind"), pl.String)
    rest = {"data": pl.String, "corrects": pl.String, "withdrawn": pl.Boolean}
    return pl.DataFrame(rows, schema={**text, "occurred_on": pl.Date, "recorded_at": _MOMENT, **rest})


def answers_table(answers: Iterable[Answer]) -> pl.DataFrame:
    """Return one row per answer; sets are sorted lists, and null where nothing was said."""
    rows = [
        {
            "key": one.key,
            "agency": one.agency_id,
            "reference": one.reference,
            "effect": one.effect.value,
            "hard": one.hard,
            "objection": one.objection,
            "given_on": one.given_on,
            "categories": _values(one.categories),
            "purposes": _values(one.purposes),
            "actions": _values(one.actions),
            "agencies": None if one.agencies is None else sorted(one.agencies),
            "years": one.years,
            "capacity": one.capacity.value,
            "to_council": one.to_council,
            "withdrawn_on": one.withdrawn_on,
            "in_export": one.in_export,
        }
        for one in answers
    ]
    text = dict.fromkeys(("key", "agency", "reference", "effect"), pl.String)
    flags = dict.fromkeys(("hard", "objection"), pl.Boolean)
    sets = dict.fromkeys(("categories", "purposes", "actions", "agencies"), pl.List(pl.String))
    rest = {"years": pl.Int64, "capacity": pl.String, "to_council": pl.String, "withdrawn_on": pl.Date}
    return pl.DataFrame(
        rows, schema={**text, **flags, "given_on": pl.Date, **sets, **rest, "in_export": pl.Boolean}
    )


def members_table(members: Iterable[Member]) -> pl.DataFrame:
    """Return one row per household membership that an agency knows of."""
    rows = [
        (one.household, one.agency_id, one.reference, one.relation, one.beneficiary, one.starts_on)
        for one in members
    ]
    text = dict.fromkeys(("household", "agency", "reference", "relation"), pl.String)
    schema = {**text, "beneficiary": pl.Boolean, "starts_on": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def lost_table(lost: Iterable[Lost]) -> pl.DataFrame:
    """Return one row per person who got lost, with how."""
    rows = [(one.person_id, one.kind) for one in lost]
    return pl.DataFrame(rows, schema=dict.fromkeys(("person", "kind"), pl.String), orient="row")


def faults_table(exports: Iterable[Export]) -> pl.DataFrame:
    """Return one row per planted row that no register can take."""
    rows = [(fault.agency_id, fault.row, fault.kind) for export in exports for fault in export.faults]
    schema = {"agency": pl.String, "row": pl.Int64, "kind": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _values(words: frozenset[StrEnum] | None) -> list[str] | None:
    return None if words is None else sorted(word.value for word in words)
