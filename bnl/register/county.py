"""The worked county agreement that ships with the library, as a model to start from."""

from __future__ import annotations

from pathlib import Path


def county_agreement_path() -> Path:
    """Return the path of the worked data-sharing agreement, a TOML file."""
    return Path(__file__).parent / "data" / "county_agreement.toml"
