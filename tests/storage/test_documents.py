"""Documents and blobs: any JSON and any bytes, frozen and silent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, ValidationError

from bnl.storage.documents import Blob, Document
from bnl.storage.kinds import MODELS, TASKS

texts = st.text(st.characters(codec="utf-8"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(texts, values, max_size=4), texts)
def test_any_document_is_read_back(data: dict[str, JsonValue], parent: str) -> None:
    document = Document(key="k", data=data, parent=parent)
    assert TASKS.load(TASKS.dump(document)) == document


@given(st.binary(max_size=200))
def test_any_blob_is_read_back(data: bytes) -> None:
    blob = Blob(key="k", data=data)
    assert MODELS.load(MODELS.dump(blob)) == blob


def test_they_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Document(key="k").key = "other"
    with pytest.raises(ValidationError):
        Blob(key="k", data=b"").data = b"other"


@pytest.mark.parametrize("value", [pytest.param({1, 2}, id="set"), pytest.param(object(), id="object")])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Document.model_validate({"key": "k", "data": {"a": value}})
