"""Find the records that are one person: normalise, block, compare, weigh, classify, cluster."""

from bnl.matching.explain import Explanation, Step
from bnl.matching.fitted import Fitted
from bnl.matching.found import Found
from bnl.matching.linker import Linker
from bnl.matching.model import Comparison, Model, person_model

__all__ = ["Comparison", "Explanation", "Fitted", "Found", "Linker", "Model", "Step", "person_model"]
