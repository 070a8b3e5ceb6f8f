"""Which groups of an anonymous survey may be told apart: none by which one could reckon what a few people said."""

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bot.feedback.breakdown import Breaking, is_told
from bot.feedback.groups import FEWEST
from bot.surveys.survey import Kind
from models import Base

NOBODY = create_engine("sqlite://")
Base.metadata.tables["teammates"].create(NOBODY)
SIZES = st.lists(st.integers(1, 20), max_size=12)


@settings(max_examples=80, deadline=None)
@given(SIZES, st.integers(0, 8))
def test_neither_a_csm_nor_the_rest_tells_of_a_few(sizes: list[int], without: int) -> None:
    """Accounts have one CSM, or none."""
    groups = {f"csm:{at}@ours.example": {9: size} for at, size in enumerate(sizes)}
    whole = sum(sizes) + without
    with Session(NOBODY) as session:
        told = Breaking(Kind.NPS, groups, whole, anonymous=True).csms(session)
    shown = [group.figure.count for group in told.groups]
    assert all(count >= FEWEST for count in shown)
    rest = whole - sum(shown)
    assert not shown or told.more or rest == 0 or rest >= FEWEST
    assert told.hidden == (len(shown) + told.more < len(sizes))


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_group_and_what_is_left_are_both_large_enough(answers: int, others: int) -> None:
    assert is_told(answers, answers + others) == (answers >= FEWEST and (others == 0 or others >= FEWEST))


def test_with_names_every_group_is_told() -> None:
    groups = {"segment:a": {9: 1}, "segment:b": {9: 12}, "csm:x@ours.example": {9: 13}, "stage:growth": {9: 13}}
    told = Breaking(Kind.NPS, groups, 13, anonymous=False).segments()
    assert [(group.name, group.figure.count, group.figure.value) for group in told.groups] == [("b", 12, 100.0), ("a", 1, None)]
    assert not told.hidden
