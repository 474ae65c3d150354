"""A county-wide by-name list: identity matching, consent-scoped sharing, an audit trail, and the list itself."""
