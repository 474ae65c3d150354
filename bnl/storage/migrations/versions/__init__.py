"""Revisions, oldest first: baseline."""
