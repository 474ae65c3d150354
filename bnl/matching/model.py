"""The default model of a person: what is compared, how pairs are found, and what may be varied."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Final

from bnl.errors import MatchingError

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """One piece of evidence.

    Args:
        column: Standard column compared.
        kind: How it is compared (a key of `LEVELS`).
        shared: Why different people may agree on it, ``place`` for what people of one place or home have in
            common; agreement on several such columns is not independent evidence.
        frequency: Agreement on a rare value counts for more than on a common one.
        differs: Share of pairs of one person in which it may differ, in [0, 1), however seldom that was seen:
            what is not the same for life must not outweigh everything else.
    """

    column: str
    kind: str
    shared: str = ""
    frequency: bool = True
    differs: float = 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """What is compared and how pairs are found; parameters are learned by `Linker.fit`.

    Args:
        comparisons: The evidence; a comparison whose column the records lack is left out.
        blocking: Each rule is a tuple of keys that must all agree for a pair to be looked at.
        pairs_per_record: Pairs that one rule may produce, per record; above it the largest blocks are left
            out and reported. None: no limit.
        seed: Seed of the random pairs from which chance agreement is estimated.
        placeholders: Whether a birth date of 1 January, which often stands for an unknown day, has levels of
            its own.
    """

    comparisons: tuple[Comparison, ...]
    blocking: tuple[tuple[str, ...], ...]
    pairs_per_record: float | None = 25.0
    seed: int = 7
    placeholders: bool = True

    def to_json(self) -> str:
        """Write the model as a JSON document."""
        return json.dumps({"format": FORMAT, **dataclasses.asdict(self)}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Model:
        """Read a model written by `to_json`.

        Raises:
            MatchingError: If the document is of another format or lacks a part.
        """
        try:
            document: dict[str, Any] = json.loads(text)
            if document.pop("format") != FORMAT:
                raise MatchingError(
                    "The model is of another format.", f"Write it anew; format {FORMAT} is read."
                )
            document["comparisons"] = tuple(Comparison(**item) for item in document["comparisons"])
            document["blocking"] = tuple(tuple(rule) for rule in document["blocking"])
            return cls(**document)
        except (KeyError, TypeError, ValueError) as error:
            raise MatchingError("The document is not a model.", "Write one with Model.to_json().") from error


COMPARISONS: Final = (
    Comparison("given_names", "given"),
    Comparison("family_name", "family"),
    Comparison("middle_names", "middle", frequency=False),
    Comparison("date_of_birth", "date"),
    Comparison("sex", "category", frequency=False, differs=0.02),
    Comparison("ni_number", "identifier"),
    Comparison("nhs_number", "identifier"),
    Comparison("prison_number", "identifier"),
    Comparison("person_number", "identifier"),
    Comparison("other_references", "identifier"),
    Comparison("phones", "identifier", shared="place"),
    Comparison("emails", "email"),
    Comparison("street_number", "category", shared="place"),
    Comparison("address", "text", shared="place"),
    Comparison("address_2", "text", shared="place"),
    Comparison("suburb", "text", shared="place"),
    Comparison("city", "text", shared="place"),
    Comparison("state", "category", shared="place"),
    Comparison("postcode", "postcode", shared="place"),
    Comparison("birth_place", "text", shared="place"),
    Comparison("occupation", "text"),
)

BLOCKING: Final = (
    ("ni_number",),
    ("nhs_number",),
    ("prison_number",),
    ("person_number",),
    ("other_references",),
    ("phones",),
    ("emails",),
    ("names_either_order",),
    ("date_of_birth", "given_initial"),
    ("date_of_birth", "family_initial"),
    ("date_of_birth", "district"),
    ("date_of_birth", "any_name"),
    ("date_of_birth", "city"),
    ("date_of_birth", "birth_place"),
    ("birth_day", "given_sound"),
    ("birth_day", "family_sound"),
    ("birth_month", "given_prefix"),
    ("birth_month", "family_prefix"),
    ("birth_year", "given_sound", "family_initial"),
    ("birth_year", "family_sound", "given_initial"),
    ("postcode", "given_initial"),
    ("postcode", "family_initial"),
    ("postcode", "birth_year"),
    ("district", "family_sound"),
    ("district", "given_sound"),
    ("address", "given_initial"),
    ("address", "birth_year"),
    ("address", "family_initial"),
    ("city", "family_sound"),
    ("city", "given_sound"),
    ("birth_place", "family_sound"),
    ("birth_place", "given_sound"),
    ("birth_place", "birth_year"),
    ("birth_place", "district"),
    ("any_name_pair",),
    ("family_prefix", "given_prefix"),
    ("date_of_birth",),
    ("postcode",),
    ("address",),
    ("family_sound",),
    ("given_sound", "birth_year"),
    ("family_prefix", "birth_year"),
    ("birth_year", "district"),
    ("district", "given_initial", "family_initial"),
    ("birth_day", "birth_place"),
    ("birth_day", "city"),
    ("birth_day", "district"),
)


def person_model(*, sex: bool = True, placeholders: bool = True) -> Model:
    """Return the default model of a person; it configures itself from the columns that are there.

    Args:
        sex: Whether recorded sex counts as (weak) evidence.
        placeholders: Whether a birth date of 1 January has levels of its own.

    Returns:
        The model. Ethnicity, nationality and religion are never evidence.
    """
    kept = tuple(item for item in COMPARISONS if sex or item.column != "sex")
    return Model(comparisons=kept, blocking=BLOCKING, placeholders=placeholders)
