"""Say in plain words why two records match, for a terminal, a letter or a screen reader."""

from collections.abc import Iterable

from bnl.matching.views import WaterfallStep

_SURE_BITS = 40.0


def chance_words(weight: float) -> str:
    """Say what a match weight means as odds.

    Args:
        weight: In bits.

    Returns:
        Such as ``about 30 to 1 that they are one person``, ``as likely as not one person`` or ``about 8 to 1
        that they are two people``.
    """
    odds = round(2 ** min(abs(weight), _SURE_BITS))
    if odds <= 1:
        return "as likely as not one person"
    shown = f"about {odds:,} to 1" if odds < 10**6 else "more than a million to 1"
    return f"{shown} that they are {'one person' if weight > 0 else 'two people'}"


def explain_words(steps: Iterable[WaterfallStep], *, limit: int | None = None) -> str:
    """Write an explanation as lines of text, the strongest evidence first.

    Args:
        steps: Of an explanation, prior included; their bits add up to the match weight.
        limit: How many pieces of evidence to name; all when None.

    Returns:
        A first line with the weight and the odds, then one line per piece of evidence: ``+`` speaks for one
        person, ``-`` against, with its bits.
    """
    pieces = list(steps)
    weight = sum(step.bits for step in pieces)
    lines = [f"Match weight {weight:+.1f} bits: {chance_words(weight)}."]
    ordered = sorted(pieces, key=lambda step: -abs(step.bits))
    for step in ordered[:limit]:
        sign = "+" if step.bits >= 0 else "-"
        lines.append(f"{sign} {step.column.replace('_', ' ')}: {step.words} ({step.bits:+.1f} bits)")
    left_out = len(pieces) - len(ordered[:limit])
    if left_out:
        lines.append(f"  and {left_out} weaker")
    return "\n".join(lines)
