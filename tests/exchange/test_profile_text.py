"""Profiles written as TOML read back as the same profile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.identifiers import AgencyId
from bnl.domain.person import FIELD_CATEGORY, LIST_FIELDS
from bnl.domain.vocabulary import Capacity, FieldCategory, LawfulBasis, Purpose
from bnl.exchange.profile import Profile, parse_profile
from bnl.exchange.profile_text import profile_text
from bnl.exchange.rules import FieldRule, GrantRule, MarkRule, NameRule, SplitRule
from bnl.exchange.statements import StatedEffect

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
FORMATS = st.lists(st.sampled_from(["dd/mm/yyyy", "yyyy", "d mmm yy"]), max_size=2, unique=True).map(tuple)


@st.composite
def field_rules(draw: st.DrawFn, field: str) -> FieldRule:
    if draw(st.booleans()):
        return FieldRule(constant=draw(TEXTS))
    return FieldRule(
        column=tuple(draw(st.lists(TEXTS, min_size=1, max_size=3))),
        join=draw(TEXTS),
        separators=tuple(draw(st.lists(TEXTS, max_size=2))) if field in LIST_FIELDS else None,
        codes=draw(st.dictionaries(TEXTS, TEXTS, max_size=3)),
        unknown_codes=draw(st.sampled_from(["keep", "drop", "quarantine"])),
        date_formats=draw(FORMATS),
    )


@st.composite
def grant_rules(draw: st.DrawFn) -> GrantRule:
    column = draw(st.none() | TEXTS)
    return GrantRule(
        column=column,
        effect=None if column else draw(st.sampled_from(StatedEffect)),
        codes=draw(st.dictionaries(TEXTS, st.sampled_from([*StatedEffect, "none"]), max_size=3)),
        categories=draw(st.none() | st.frozensets(st.sampled_from(FieldCategory), min_size=1)),
        purposes=draw(st.none() | st.frozensets(st.sampled_from(Purpose), min_size=1)),
        agencies=draw(st.none() | st.frozensets(TEXTS, min_size=1)),
        lawful_basis=draw(st.none() | st.sampled_from(LawfulBasis)),
        given_by=draw(st.none() | st.sampled_from(Capacity)),
        given_on_column=draw(st.none() | TEXTS),
        open_ended=draw(st.booleans()),
        hard=draw(st.booleans()),
        evidence=draw(st.text(max_size=8)),
    )


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    names = draw(st.lists(st.sampled_from(sorted(FIELD_CATEGORY)), min_size=1, max_size=4, unique=True))
    split = SplitRule(column=draw(TEXTS), separator=draw(TEXTS), into=("address", "postcode"))
    return Profile(
        agency=AgencyId(draw(TEXTS)),
        format=draw(st.sampled_from(["csv", "excel", "jsonl", "parquet", "hmis"])),
        delimiter=draw(st.sampled_from(["detect", ",", "\t"])),
        sheet=draw(st.none() | TEXTS),
        skip_rows=draw(st.integers(0, 5)),
        reference=tuple(draw(st.lists(TEXTS, min_size=1, max_size=2))),
        fields={name: draw(field_rules(name)) for name in names},
        names=tuple(
            draw(st.lists(TEXTS.map(lambda t: NameRule(column=t, pattern="SURNAME, Forename")), max_size=2))
        ),
        splits=draw(st.sampled_from([(), (split,)])),
        grants=tuple(draw(st.lists(grant_rules(), max_size=2))),
        local=draw(st.booleans() | TEXTS.map(lambda t: MarkRule(column=t))),
        null_tokens=tuple(draw(st.lists(TEXTS, max_size=2))),
        optional=tuple(draw(st.lists(TEXTS, max_size=2))),
    )


@given(profiles())
def test_what_is_written_reads_back_as_the_same_profile(profile: Profile) -> None:
    assert parse_profile(profile_text(profile)) == profile


@given(profiles(), st.lists(TEXTS, max_size=3))
def test_remarks_are_comments(profile: Profile, remarks: list[str]) -> None:
    assert parse_profile(profile_text(profile, remarks=tuple(remarks))) == profile


def test_the_text_is_one_a_person_can_correct() -> None:
    profile = Profile(
        agency=AgencyId("shelter"),
        reference=("Ref",),
        fields={
            "family_name": FieldRule(column=("Surname",)),
            "phones": FieldRule(column=("Phone", "Mobile")),
            "sex": FieldRule(column=("Sex",), codes={"1": "male"}),
        },
        grants=(
            GrantRule(
                column="Consent", categories=frozenset({FieldCategory.IDENTITY, FieldCategory.CONTACT})
            ),
        ),
    )
    assert profile_text(profile, remarks=("check this",)).splitlines() == [
        "# check this",
        'agency = "shelter"',
        'reference = ["Ref"]',
        "",
        "[fields]",
        'family_name = "Surname"',
        'phones = ["Phone", "Mobile"]',
        'sex = { column = ["Sex"], codes = { 1 = "male" } }',
        "",
        "[[grants]]",
        'column = "Consent"',
        'categories = ["contact", "identity"]',
    ]
