"""`bnl demo`: the whole job on a made-up county, from messy files to a tampered row found out."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from bnl.cli import demo_county, demo_views
from bnl.cli.console import heading, say
from bnl.errors import ConfigError
from bnl.register.county import county_agreement_path
from bnl.register.register import Register
from bnl.simulation.county import simulate
from bnl.simulation.files import write

FolderOption = Annotated[
    Path, typer.Option("--folder", help="Where the county is made; an earlier demo there is replaced.")
]
PeopleOption = Annotated[
    int, typer.Option("--people", min=60, max=60_000, help="How many people live in the county.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Another seed, another county.")]

MARK = ".bnl-demo"


def demo(
    folder: FolderOption = Path("demo-county"), people: PeopleOption = 6_000, seed: SeedOption = 1
) -> None:
    """Make a county, take in its agencies' messy files, find who is who, and show what each partner sees."""
    began = time.monotonic()
    _clear(folder)
    heading(f"A made-up county of {people:,} people")
    county = simulate(seed=seed, people=people)
    files = write(county, folder)
    say(f"{len(county.statements):,} records in {len(files)} agencies' files, from {county.first_day} to "
        f"{county.last_day}. Everybody in it is made up.")  # fmt: skip
    with Register.open(f"sqlite:///{folder / 'register.db'}", keyring=folder / "keys") as register:
        register.enrol(county.agencies, by=demo_county.OPERATOR)
        register.adopt(county_agreement_path(), by=demo_county.STEWARD)
        demo_county.take_in(register, county, files, folder)
        demo_county.record_lives(register, county)
        outcome, quality = demo_county.find_who_is_who(register, county)
        listed = demo_views.compare_views(register, county.last_day)
        demo_views.show_disclosures(register, listed)
        page = demo_county.draw_report(register, county, folder, outcome, quality)
        demo_views.tamper_and_verify(register, folder / "register.db")
    heading(f"Done in {time.monotonic() - began:.0f} seconds")
    say(f"The report with its pictures: {page.resolve()}")
    say(f"The register: {(folder / 'register.db').resolve()}")
    say(f"The files the agencies sent: {(folder / 'exports').resolve()}")


def _clear(folder: Path) -> None:
    """Make way for a new demo; a folder that no demo made is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise ConfigError(f"{folder} is not empty, and no demo made it.", "Give another --folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
