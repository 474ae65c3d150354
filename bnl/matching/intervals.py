"""Confidence intervals for proportions, sums of strata, ratios and differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from scipy.stats import beta, chi2, norm


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence limits, ``low <= value <= high``.

    Attributes:
        value: The estimate.
        low: Lower limit.
        high: Upper limit.
    """

    value: float
    low: float
    high: float

    def scaled(self, factor: float) -> "Interval":
        """Return the interval of ``factor`` times the quantity; the factor is not negative."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)

    def divided(self, divisor: float) -> "Interval":
        """Return the interval of the quantity divided by a positive number; 3 of 3 is 1 to the last bit."""
        return Interval(self.value / divisor, self.low / divisor, self.high / divisor)


def exact_proportion(hits: int, drawn: int, size: int, confidence: float = 0.95) -> Interval:
    """Estimate the share of a finite stratum that has a property, from a random sample of it.

    Clopper-Pearson limits, drawn in by the finite population correction and kept within what the sample
    leaves possible: no fewer than the hits seen, no more than the misses seen allow.

    Args:
        hits: Sampled members with the property.
        drawn: Sampled members, at most ``size``.
        size: Members of the stratum; of an empty one the share is 0.
        confidence: In (0, 1).

    Returns:
        The share in [0, 1]; [0, 1] itself when nothing was drawn.

    Source: Clopper and Pearson, The use of confidence or fiducial limits illustrated in the case of the
    binomial, Biometrika 26 (1934).
    """
    if not size:
        return Interval(0.0, 0.0, 0.0)
    if not drawn:
        return Interval(0.5, 0.0, 1.0)
    tail, share = (1 - confidence) / 2, hits / drawn
    low = float(beta.ppf(tail, hits, drawn - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, drawn - hits)) if hits < drawn else 1.0
    correction = sqrt((size - drawn) / (size - 1)) if size > 1 else 0.0
    low, high = share - (share - low) * correction, share + (high - share) * correction
    possible_low, possible_high = hits / size, 1 - (drawn - hits) / size
    return Interval(share, min(max(low, possible_low), share), max(min(high, possible_high), share))


def wilson(hits: float, drawn: float, z: float = 1.959964) -> Interval:
    """Estimate a proportion by the score interval; counts may be effective, not whole.

    Args:
        hits: With the property, in [0, drawn].
        drawn: Observed.
        z: Normal quantile of the confidence wanted, two-sided.

    Source: Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if drawn <= 0:
        return Interval(0.5, 0.0, 1.0)
    share = hits / drawn
    middle = (share + z * z / (2 * drawn)) / (1 + z * z / drawn)
    half = z / (1 + z * z / drawn) * sqrt(share * (1 - share) / drawn + z * z / (4 * drawn * drawn))
    return Interval(share, max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share)))


def summed(parts: Sequence[Interval]) -> Interval:
    """Estimate the sum of independent quantities from the interval of each.

    Source: Zou and Donner, Construction of confidence limits about effect measures: a general approach,
    Statistics in Medicine 27 (2008).
    """
    value = sum(part.value for part in parts)
    below = sqrt(sum((part.value - part.low) ** 2 for part in parts))
    above = sqrt(sum((part.high - part.value) ** 2 for part in parts))
    low, high = sum(part.low for part in parts), sum(part.high for part in parts)
    return Interval(value, max(value - below, low), min(value + above, high))


def cornered(first: Interval, second: Interval) -> Interval:
    """Estimate a sum of which nothing is assumed: limit to limit, where a part is not known at all."""
    return Interval(first.value + second.value, first.low + second.low, first.high + second.high)


def difference(first: Interval, second: Interval) -> Interval:
    """Estimate the difference ``first - second`` of independent quantities.

    Source: Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998), method 10.
    """
    value = first.value - second.value
    below = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    above = sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    return Interval(value, value - below, value + above)


def share_of(part: Interval, rest: Interval) -> Interval:
    """Estimate ``part / (part + rest)`` of independent quantities that are not negative.

    Returns:
        The share in [0, 1]; 1 when both quantities are 0.

    Source: Donner and Zou, Closed-form confidence intervals for functions of the normal mean and standard
    deviation, Statistical Methods in Medical Research 21 (2012), for the ratio ``rest / part``.
    """
    if part.value + rest.value == 0:
        return Interval(1.0, 0.0 if rest.high > 0 else 1.0, 1.0)
    middle = rest.value * part.value
    most_rest, least_part = _square(rest, rest.high), _square(part, part.low)
    low = 0.0 if rest.high > 0 else 1.0
    if least_part > 0:
        odds = (middle + sqrt(max(0.0, middle * middle - most_rest * least_part))) / least_part
        low = 1 / (1 + odds)
    least_rest, most_part = _square(rest, rest.low), _square(part, part.high)
    bottom = middle + sqrt(max(0.0, middle * middle - least_rest * most_part))
    high = 1.0 if part.high > 0 else 0.0
    if bottom > 0:
        high = 1 / (1 + least_rest / bottom)
    value = part.value / (part.value + rest.value)
    return Interval(value, min(low, value), max(high, value))


def _square(estimate: Interval, limit: float) -> float:
    """Return the square of an estimate less the square of its distance to a limit."""
    return limit * (2 * estimate.value - limit)


def poisson_total(events: int, drawn: int, size: int, confidence: float = 0.95) -> Interval:
    """Estimate how many events there are among ``size`` units from those seen in a sample of units.

    Source: Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936).
    """
    tail = (1 - confidence) / 2
    low = float(chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    high = float(chi2.ppf(1 - tail, 2 * events + 2)) / 2
    return Interval(events, low, high).scaled(size / drawn)


def normal_quantile(confidence: float, comparisons: int = 1) -> float:
    """Return the two-sided normal quantile that keeps a confidence over several comparisons (Bonferroni)."""
    return float(norm.ppf(1 - (1 - confidence) / (2 * max(comparisons, 1))))
