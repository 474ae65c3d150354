"""The command `bnl`: every subcommand in one place, and errors that say what to do."""

from __future__ import annotations

import typer

from bnl.cli import audit, demo, intake, listing, matching, people, setup
from bnl.cli.console import Failing

app = typer.Typer(
    name="bnl",
    cls=Failing,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Keep a county-wide by-name list, so that no one is lost between agencies.",
    epilog=(
        "Settings come from the environment too: BNL_DATABASE, BNL_KEYS, BNL_AGENCY, BNL_USER, BNL_ROLE, "
        "BNL_PURPOSE. Exit status: 0 done; 1 something was found (damage, rows to mend); 2 wrong usage; "
        "3 unreadable input; 4 refused or not found; 5 database, keys or log."
    ),
)

app.command("demo")(demo.demo)
app.command("init")(setup.init)
app.command("ingest")(intake.ingest)
app.command("quarantine")(intake.quarantine)
app.command("profile")(intake.profile)
app.command("dedup")(matching.dedup)
app.command("review")(matching.review)
app.command("list")(listing.list_)
app.command("lost")(listing.lost)
app.command("search")(people.search)
app.command("person")(people.person)
app.command("disclosures")(people.disclosures)
app.add_typer(audit.app, name="audit")

if __name__ == "__main__":
    app()
