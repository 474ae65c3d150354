"""Find the records that are one person: normalise, block, compare, weigh, classify, cluster."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bnl.matching.arrow import count_batches, learn_from_counts, pattern_table, score_batches
    from bnl.matching.blocking_analysis import BlockingAnalysis, analyse_blocking
    from bnl.matching.evaluate import Evaluation, evaluate
    from bnl.matching.explain import Explanation, Step
    from bnl.matching.fitted import Fitted
    from bnl.matching.found import Found
    from bnl.matching.groups import by_group
    from bnl.matching.index import Candidate, Index, Searched
    from bnl.matching.linker import Linker
    from bnl.matching.model import Comparison, Model, person_model
    from bnl.matching.quality import Estimate, estimate, plan_review, plan_searches

__all__ = [
    "BlockingAnalysis",
    "Candidate",
    "Comparison",
    "Estimate",
    "Evaluation",
    "Explanation",
    "Fitted",
    "Found",
    "Index",
    "Linker",
    "Model",
    "Searched",
    "Step",
    "analyse_blocking",
    "by_group",
    "count_batches",
    "estimate",
    "evaluate",
    "learn_from_counts",
    "pattern_table",
    "person_model",
    "plan_review",
    "plan_searches",
    "score_batches",
]

_HOMES = {
    "BlockingAnalysis": "bnl.matching.blocking_analysis",
    "Candidate": "bnl.matching.index",
    "Comparison": "bnl.matching.model",
    "Estimate": "bnl.matching.quality",
    "Evaluation": "bnl.matching.evaluate",
    "Explanation": "bnl.matching.explain",
    "Fitted": "bnl.matching.fitted",
    "Found": "bnl.matching.found",
    "Index": "bnl.matching.index",
    "Linker": "bnl.matching.linker",
    "Model": "bnl.matching.model",
    "Searched": "bnl.matching.index",
    "Step": "bnl.matching.explain",
    "analyse_blocking": "bnl.matching.blocking_analysis",
    "by_group": "bnl.matching.groups",
    "count_batches": "bnl.matching.arrow",
    "estimate": "bnl.matching.quality",
    "evaluate": "bnl.matching.evaluate",
    "learn_from_counts": "bnl.matching.arrow",
    "pattern_table": "bnl.matching.arrow",
    "person_model": "bnl.matching.model",
    "plan_review": "bnl.matching.quality",
    "plan_searches": "bnl.matching.quality",
    "score_batches": "bnl.matching.arrow",
}


def __getattr__(name: str) -> object:
    # A name is imported when it is first asked for: who only matches does not wait for statistics or charts.
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
