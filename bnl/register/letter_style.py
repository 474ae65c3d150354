"""How letters look: one HTML page that prints, needs no network, and carries its proofs inside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from bnl.errors import ProofError

MARK = 'id="bnl-proofs"'
MAX_CHARACTERS = 20_000_000
_STYLE = """
body{font:12pt/1.5 Georgia,serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:1.5rem}
table{border-collapse:collapse;width:100%;font:10pt/1.4 system-ui,sans-serif}
td,th{padding:.25rem .6rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #ddd}
td{overflow-wrap:anywhere}footer{margin-top:2rem;font-size:10pt;color:#444}
@media print{body{margin:0;max-width:none}}
"""
_HELD = re.compile(rf'<script type="application/json" {MARK}>(.*?)</script>', re.DOTALL)


def page(title: str, body: str, content: Mapping[str, Any] | None = None) -> str:
    """Put a letter together.

    Args:
        title: Heading.
        body: HTML between heading and foot; escaped already.
        content: What can be checked, and is put into the page; None if nothing can.

    Returns:
        One HTML document, the same for the same content.
    """
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}"
        f"{'' if content is None else _foot(content)}</html>\n"
    )


def _foot(content: Mapping[str, Any]) -> str:
    # Within a script element nothing is markup but its own end.
    held = json.dumps(content, ensure_ascii=True, sort_keys=True).replace("<", "\\u003c")
    return (
        "<footer><p>This page carries its proofs. Anybody can check it with the public key of the register, "
        "which its partners publish: <code>bnl audit check-letter --public-key KEY FILE</code>.</p></footer>"
        f'<script type="application/json" {MARK}>{held}</script>'
    )


def content_of(text: str) -> dict[str, Any]:
    """Return what can be checked of a letter: of its page, or of the JSON it was made from.

    Args:
        text: The file's content.

    Raises:
        ProofError: There is none in it.
    """
    found = _HELD.search(text) if len(text) <= MAX_CHARACTERS else None
    try:
        content = json.loads(found[1] if found else text[:MAX_CHARACTERS])
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ProofError("There is nothing in this file that could be checked.", "Give the letter as sent.")
    return content
