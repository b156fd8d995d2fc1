"""What Hypothesis draws: labels, and tables of features."""

import torch
from hypothesis import strategies as st
from torch import Tensor


def label_lists() -> st.SearchStrategy[Tensor]:
    """Return labels of a few classes, some of them absent, in any order."""
    return st.lists(st.sampled_from([0, 1, 2, 5]), min_size=1, max_size=60).map(torch.tensor)


@st.composite
def feature_tables(draw: st.DrawFn) -> Tensor:
    """Return small whole numbers in a table with decimals, a constant column now and then."""
    rows, columns = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    numbers = st.lists(st.integers(-16, 16), min_size=rows, max_size=rows)
    table = torch.tensor([draw(numbers) for _ in range(columns)], dtype=torch.float32).T
    return torch.where(torch.tensor(draw(st.booleans())), table, table[:1].expand_as(table))
