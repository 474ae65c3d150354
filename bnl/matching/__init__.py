"""Find the records that are one person: normalise, block, compare, weigh, classify, cluster."""

from typing import TYPE_CHECKING

from bnl.matching.handing_on import on_demand

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

__getattr__ = on_demand(
    __name__,
    {
        "BlockingAnalysis": "blocking_analysis",
        "Candidate": "index",
        "Comparison": "model",
        "Estimate": "quality",
        "Evaluation": "evaluate",
        "Explanation": "explain",
        "Fitted": "fitted",
        "Found": "found",
        "Index": "index",
        "Linker": "linker",
        "Model": "model",
        "Searched": "index",
        "Step": "explain",
        "analyse_blocking": "blocking_analysis",
        "by_group": "groups",
        "count_batches": "arrow",
        "estimate": "quality",
        "evaluate": "evaluate",
        "learn_from_counts": "arrow",
        "pattern_table": "arrow",
        "person_model": "model",
        "plan_review": "quality",
        "plan_searches": "quality",
        "score_batches": "arrow",
    },
)
