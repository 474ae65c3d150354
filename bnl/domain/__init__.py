"""Nouns: the frozen models that every room of the library speaks in."""
