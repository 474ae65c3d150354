"""Consent-scoped sharing: agreements, grants, decisions and redaction, as pure functions."""
