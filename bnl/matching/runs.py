"""The pure part of `bnl match`: columns by role go in; pairs, clusters, review and facts come out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import polars as pl

from bnl.errors import MatchingError
from bnl.matching.columns import LIST_COLUMNS, NAME_COLUMNS, VALUE_COLUMNS, readable, role_of
from bnl.matching.found import Found
from bnl.matching.linker import Linker
from bnl.matching.pairing import Progress
from bnl.matching.truth import LINK_TYPES

ROLES: Final = (*NAME_COLUMNS, *VALUE_COLUMNS)
_TWO = 2
# Rows named in a note.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """Which columns of a file are matched, and how.

    Attributes:
        roles: Role (a standard column) to the columns of the file that play it, in order.
        id_column: Column that identifies a record, or None to number the rows from 1.
        source_column: Column that says which list a record is from; needed to link.
        link_type: ``dedupe`` (within one list), ``link`` (two lists, pairs between them only) or ``both``
            (several lists, within and between).
    """

    roles: Mapping[str, tuple[str, ...]]
    id_column: str | None = None
    source_column: str | None = None
    link_type: str = "dedupe"

    def columns(self) -> list[str]:
        """Return the columns that are read, each once; no other column is ever looked at."""
        played = (name for names in self.roles.values() for name in names)
        named = [self.id_column, self.source_column, *played]
        return list(dict.fromkeys(name for name in named if name is not None))


@dataclass(frozen=True, slots=True)
class MatchTables:
    """What a run writes.

    Attributes:
        pairs: ``unique_id_l``, ``unique_id_r``, ``match_weight`` (bits), ``match_probability``.
        clusters: ``unique_id``, ``cluster_id``; every record once.
        review: The columns of ``pairs``, ``reason`` and the level of every comparison, most doubtful first.
    """

    pairs: pl.DataFrame
    clusters: pl.DataFrame
    review: pl.DataFrame


def parse_roles(given: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Read ``role=column`` as a person writes it.

    Args:
        given: ``given_names=first_name``, ``phones=mobile``, ``phones=landline`` …; common other names of a
            role are understood (``dob`` is ``date_of_birth``).

    Returns:
        Role to columns, in the order given.

    Raises:
        MatchingError: When there is none, one is not ``role=column``, a role is unknown, or a role that
            holds one value is given two columns.
    """
    roles: dict[str, tuple[str, ...]] = {}
    for text in given:
        role, equals, column = (part.strip() for part in text.partition("="))
        if not (role and equals and column):
            raise MatchingError(f"{text!r} is not role=column.", "Write it as given_names=first_name.")
        standard = role_of(role)
        if standard not in ROLES:
            raise MatchingError(f"there is no role {role!r}.", f"The roles are {', '.join(ROLES)}.")
        if standard in roles and standard not in LIST_COLUMNS:
            raise MatchingError(f"the role {standard} is given twice.", "Name one column for it.")
        roles[standard] = (*roles.get(standard, ()), column)
    if not roles:
        raise MatchingError("no column has a role.", "Name some: --role given_names=first_name …")
    return MappingProxyType(roles)


def make_plan(
    roles: Iterable[str],
    *,
    id_column: str | None = None,
    source_column: str | None = None,
    link_type: str = "dedupe",
) -> MatchPlan:
    """Check and put together what a run needs to know.

    Args:
        roles: ``role=column`` texts.
        id_column: Column that identifies a record, or None.
        source_column: Column that says which list a record is from, or None.
        link_type: ``dedupe``, ``link`` or ``both``.

    Raises:
        MatchingError: When a role cannot be read, the link type is unknown, or a link names no source.
    """
    if link_type not in LINK_TYPES:
        raise MatchingError(f"link type {link_type!r} is unknown.", f"Use one of {', '.join(LINK_TYPES)}.")
    if link_type == "link" and source_column is None:
        raise MatchingError("linking needs to know which list a record is from.", "Name a source column.")
    return MatchPlan(parse_roles(roles), id_column, source_column, link_type)


def _as_text(frame: pl.DataFrame, column: str) -> pl.Series:
    """Return a column as text; whole numbers that a spreadsheet made decimal are whole again."""
    return readable(frame.get_column(column)).cast(pl.String)


def _holds_several(values: pl.Series) -> bool:
    """Tell whether a column holds lists, or texts with several values in a cell."""
    if isinstance(values.dtype, pl.List):
        return True
    return values.dtype == pl.String and bool(values.str.contains("[;|]").any())


def _as_list(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.Series:
    """Gather the values of several columns into one list of texts per row, nulls left out.

    A cell of a file without lists holds several values apart by ``;`` or ``|``.
    """
    parts: list[pl.Series] = []
    for column in columns:
        values = frame.get_column(column)
        if not isinstance(values.dtype, pl.List):
            values = _as_text(frame, column).str.replace_all("|", ";", literal=True).str.split(";")
        parts.append(values.cast(pl.List(pl.String)).alias(f"part{len(parts)}"))
    joined = pl.DataFrame(parts).with_columns(pl.all().fill_null([]))
    return joined.select(pl.concat_list(pl.all()).list.drop_nulls().alias("all")).get_column("all")


def _ids(frame: pl.DataFrame, plan: MatchPlan) -> pl.Series:
    """Return the record ids of a file as text, distinct and none missing; if need be after their source."""
    if plan.id_column is None:
        return pl.Series("record_id", [str(row) for row in range(1, frame.height + 1)], dtype=pl.String)
    ids = _as_text(frame, plan.id_column)
    if ids.null_count():
        raise MatchingError(
            f"{ids.null_count()} rows have no {plan.id_column}.", "Fill it, or number the rows instead."
        )
    if not (repeated := len(ids) - ids.n_unique()):
        return ids
    if plan.source_column is not None:
        # Two lists that each number their own people; within a list an id is still of one record.
        ids = _as_text(frame, plan.source_column) + ":" + ids
        if ids.n_unique() == len(ids):
            return ids
    raise MatchingError(
        f"{repeated} rows repeat a {plan.id_column}.",
        "Give each row an id of its own, or leave --id out.",
    )


def standard_records(frame: pl.DataFrame, plan: MatchPlan) -> pl.DataFrame:
    """Take the columns that play a role, under their standard names, as text.

    Args:
        frame: A file, one row per record, in any types.
        plan: Which columns play which role.

    Returns:
        ``record_id``, ``agency`` (the source, where one is named) and a column per role. Where two sources
        use the same ids, a record is identified as ``source:id``.

    Raises:
        MatchingError: When a named column is not there, an id is missing or repeated, or a source is missing.
    """
    absent = [name for name in plan.columns() if name not in frame.columns]
    if absent:
        raise MatchingError(
            f"there is no column {', '.join(absent)}.", f"The file has {', '.join(frame.columns)}."
        )
    columns = {"record_id": _ids(frame, plan)}
    if plan.source_column is not None:
        columns["agency"] = _as_text(frame, plan.source_column)
        if missing := columns["agency"].null_count():
            raise MatchingError(
                f"{missing} rows have no {plan.source_column}.", "Say which list they are from."
            )
    for role, names in plan.roles.items():
        many = role in LIST_COLUMNS and (len(names) > 1 or _holds_several(frame.get_column(names[0])))
        columns[role] = _as_list(frame, names) if many else _as_text(frame, names[0])
    return pl.DataFrame([values.alias(name) for name, values in columns.items()])


def match_records(
    records: pl.DataFrame, plan: MatchPlan, linker: Linker, progress: Progress | None = None
) -> Found:
    """Fit a linker to standard records and find who is who, as the plan's link type asks.

    Args:
        records: What `standard_records` returns.
        plan: The plan of the run.
        linker: An unfitted linker, or one fitted before to be used as it is.
        progress: Called with a phase, what is done and what there is to do.

    Raises:
        MatchingError: When there are no records, or linking and they are not of exactly two sources.
    """
    if records.is_empty():
        raise MatchingError("there are no records.", "Give a file that has rows under its headings.")
    if plan.link_type != "link":
        if linker.fitted is None:
            linker.fit(records)
        return linker.dedupe(records, progress=progress)
    if "agency" not in records.columns:
        raise MatchingError(
            "linking is between two lists, and this is one file.",
            "Give two files, or name the column that says which list a record is from.",
        )
    lists = records.partition_by("agency", maintain_order=True)
    if len(lists) != _TWO:
        raise MatchingError(
            f"linking is between two lists, and the records are of {len(lists)}.",
            "Name a source column with two values, or use --link-type both.",
        )
    left, right = lists
    if linker.fitted is None:
        linker.fit(left, right)
    return linker.link(left, right, progress=progress)


def _renamed(pairs: pl.DataFrame) -> pl.DataFrame:
    """Give pairs the column names that linkage files usually have."""
    names = {
        "left": "unique_id_l",
        "right": "unique_id_r",
        "weight": "match_weight",
        "probability": "match_probability",
    }
    return pairs.rename(names)


def match_tables(found: Found) -> MatchTables:
    """Lay out what a run found as the tables it writes."""
    pairs = _renamed(found.pairs).select("unique_id_l", "unique_id_r", "match_weight", "match_probability")
    clusters = found.clusters.select(pl.col("record_id").alias("unique_id"), "cluster_id")
    review = _renamed(found.possible_links)
    first = [*pairs.columns, *(name for name in ("reason",) if name in review.columns)]
    rest = [name for name in review.columns if name not in first and name != "linked"]
    return MatchTables(pairs, clusters, review.select(*first, *rest))


def values_given(records: pl.DataFrame) -> dict[str, int]:
    """Count the records with a value in each column that is not part of a name.

    Args:
        records: What `standard_records` returns.
    """

    def given(values: pl.Series) -> int:
        if isinstance(values.dtype, pl.List):
            return int((values.list.len() > 0).sum())
        return int((values.str.strip_chars() != "").sum())

    return {name: given(records.get_column(name)) for name in records.columns if name in VALUE_COLUMNS}


def ids_carry_source(records: pl.DataFrame, ids: pl.Series) -> bool:
    """Tell whether records are identified as ``source:id``, because two sources use the same ids.

    Args:
        records: What `standard_records` returns.
        ids: The file's own ids.
    """
    return ids.n_unique() < records.height


def notes_of(found: Found, given: Mapping[str, int], broken: Mapping[str, Sequence[int]]) -> list[str]:
    """Say in sentences what a person should know before relying on a run; no value of a record is shown.

    Args:
        found: What the run found.
        given: Records with a value, by column, as `values_given` counts them.
        broken: Rows that could not be read, by file.
    """
    notes = []
    for file, rows in broken.items():
        if rows:
            shown = ", ".join(map(str, rows[:_SHOWN])) + (", …" if len(rows) > _SHOWN else "")
            what = "row" if len(rows) == 1 else "rows"
            notes.append(f"{len(rows)} {what} of {file} could not be read and took no part: {shown}.")
    for column, filled in given.items():
        understood = found.understood.get(column, 0)
        if 2 * understood < filled:
            notes.append(
                f"{column}: {understood:,} of {filled:,} values could be read. Is it the right column?"
            )
    if capped := sum(rule.capped_pairs for rule in found.blocking):
        notes.append(f"{capped:,} pairs in blocks too large to be looked at were left to the other rules.")
    return notes


def run_document(
    found: Found, plan: MatchPlan, rows: int, seconds: Mapping[str, float], peak_mb: float
) -> dict[str, object]:
    """Write down the facts of a run, for `run.json`: no personal data, counts and settings only.

    Args:
        found: What the run found.
        plan: Its plan.
        rows: Records read.
        seconds: Wall-clock seconds per phase, measured by the caller.
        peak_mb: Peak memory of the process in megabytes, measured by the caller.
    """
    sizes = found.clusters.group_by("cluster_id").len().get_column("len")
    capped = [
        {"rule": list(rule.rule), "blocks": rule.capped_blocks, "pairs": rule.capped_pairs}
        for rule in found.blocking
        if rule.capped_blocks
    ]
    return {
        "rows": rows,
        "link_type": plan.link_type,
        "roles": {role: list(names) for role, names in plan.roles.items()},
        "id_column": plan.id_column,
        "source_column": plan.source_column,
        "pairs_scored": found.pairs_scored,
        "pairs_kept": found.pairs.height,
        "links": found.pairs.filter(pl.col("weight") >= found.link_threshold).height,
        "for_review": found.possible_links.height,
        "clusters": len(sizes),
        "largest_cluster": int(sizes.max() or 0),  # type: ignore[arg-type]
        "link_threshold_bits": found.link_threshold,
        "review_threshold_bits": found.review_threshold,
        "blocks_left_out": capped,
        "seconds": {phase: round(taken, 3) for phase, taken in seconds.items()},
        "peak_mb": round(peak_mb, 1),
    }
