"""Nicknames, transliterations and forms in other languages: which names may be the same name."""

from bnl.matching.variants.encode import VariantCodes, encode_variants
from bnl.matching.variants.lookup import (
    VariantGroup,
    are_variants,
    describe_group,
    shared_groups,
    variant_groups,
)

__all__ = [
    "VariantCodes",
    "VariantGroup",
    "are_variants",
    "describe_group",
    "encode_variants",
    "shared_groups",
    "variant_groups",
]
