"""A seeded, made-up county: agencies' messy exports, events, grants, and the truth behind them."""

from bnl.simulation.county import County, simulate
from bnl.simulation.files import profile_text, write

__all__ = ["County", "profile_text", "simulate", "write"]
