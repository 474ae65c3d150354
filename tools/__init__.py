"""Scripts that make committed data from hand-written sources; no part of the installed library."""
