"""The command `bnl`: every subcommand in one place, each imported only when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from bnl.cli.console import Failing

COMMANDS = {
    "demo": "bnl.cli.demo:demo",
    "init": "bnl.cli.setup:init",
    "ingest": "bnl.cli.intake:ingest",
    "quarantine": "bnl.cli.intake:quarantine",
    "profile": "bnl.cli.intake:profile",
    "dedup": "bnl.cli.matching:dedup",
    "review": "bnl.cli.matching:review",
    "list": "bnl.cli.listing:list_",
    "lost": "bnl.cli.listing:lost",
    "flows": "bnl.cli.figures:flows",
    "kpi": "bnl.cli.figures:kpi",
    "joins": "bnl.cli.figures:joins",
    "report": "bnl.cli.figures:report",
    "return": "bnl.cli.returns:app",
    "agenda": "bnl.cli.conference:agenda",
    "priority": "bnl.cli.conference:priority",
    "agency": "bnl.cli.conference:app",
    "search": "bnl.cli.people:search",
    "person": "bnl.cli.people:person",
    "disclosures": "bnl.cli.people:disclosures",
    "explain": "bnl.cli.sharing:explain",
    "export": "bnl.cli.sharing:export_app",
    "emergency": "bnl.cli.sharing:emergency_app",
    "match": "bnl.cli.match:match",
    "access": "bnl.cli.rights:access",
    "erase": "bnl.cli.rights:erase",
    "retention": "bnl.cli.rights:retention",
    "agreement": "bnl.cli.agreement:app",
    "audit": "bnl.cli.audit:app",
    "keys": "bnl.cli.keys:app",
    "witness": "bnl.cli.witness:app",
}


def make_app(names: Sequence[str] = tuple(COMMANDS)) -> typer.Typer:
    """Make the command with some of its subcommands.

    Args:
        names: Subcommands to put in; each brings the imports it needs and no others.
    """
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
    # A lone command would be taken for the program itself; a callback keeps it a subcommand.
    app.callback()(_nothing)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _nothing() -> None:
    """Keep a county-wide by-name list, so that no one is lost between agencies."""


def main() -> None:
    """Run the command line; only the subcommand that is asked for is imported."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    make_app([asked] if asked in COMMANDS else tuple(COMMANDS))()


if __name__ == "__main__":
    main()
