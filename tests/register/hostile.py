"""Hostile values: what breaks queries, spreadsheets, terminals, parsers and patience, for any argument."""

from __future__ import annotations

METACHARACTERS = (
    "%", "_", "%%%", "' OR '1'='1", "'; DROP TABLE record; --", '" OR ""="', "\\", "\\%", "*", "?", "[a-z]*",
    ".*", "(a+)+$", "^", "$", "(?i)amara", "(((((((((((((((((((((", "{0}", "%s", "%(name)s",
    "${7*7}", "{{7*7}}",
    "<script>alert(1)</script>", "&amp;", "[bold]x[/bold]", "[/]", "../../etc/passwd", "file:///etc/passwd",
)  # fmt: skip
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", " =1+1", "＝1+1",
    '=HYPERLINK("http://x.example","y")',
)  # fmt: skip
UNSEEN = (
    "Amara\u202egnp.exe", "\u2066Amara\u2069", "A\u200bmara", "A\u200dmara", "\ufeffAmara",
    "\u200e", "A\u00admara",
    "Amara\x1b[2J\x1b]0;owned\x07", "Amara\x08\x08", "Amara\x00Abernathy", "\x00", "\x7f",
    "\x9b31m", "a\nb\r\nc",
    "\u0085", "\u2028", "\ufffe", "\U000e0041", "A" + "\u0301" * 200,
)  # fmt: skip
BROKEN = ("\ud800", "Amara\udfff", "\udcff\udcfe")
EMPTY = ("", " ", "\u3000", "\t")
HUGE = ("x" * 1_000_000, "é" * 300_000, "7" * 100_000)
TEXTS = (*METACHARACTERS, *FORMULAS, *UNSEEN, *BROKEN, *EMPTY)
NOT_TEXTS: tuple[object, ...] = (
    None,
    True,
    -1,
    10**30,
    2**63,
    3.5,
    float("nan"),
    float("inf"),
    b"Amara",
    [],
    {},
    (),
    object(),
    ["h_x"],
)
