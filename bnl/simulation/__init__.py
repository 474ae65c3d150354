"""A seeded, made-up county: agencies' messy exports, events, grants, and the truth behind them."""
