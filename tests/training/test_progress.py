"""History and early stopping."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ptfund.training import EarlyStopping, History


def weighing(value: float) -> nn.Linear:
    """Return a model whose weight is a number, to be recognised."""
    model = nn.Linear(1, 1)
    nn.init.constant_(model.weight, value)
    return model


def test_a_history_counts_epochs() -> None:
    """By its training losses, which are always there."""
    assert len(History()) == 0
    assert len(History(train_loss=[1.0, 2.0])) == 2


def test_a_history_gives_and_takes_copies() -> None:
    """What is saved does not grow with what follows, and nor does what was loaded."""
    history = History([2.0], [3.0])
    state = history.state_dict()
    history.train_loss.append(1.0)
    assert state == {"train_loss": [2.0], "validation_loss": [3.0]}
    other = History()
    other.load_state_dict(state)
    assert other == History([2.0], [3.0])
    other.train_loss.append(0.0)
    other.validation_loss.append(0.0)
    assert state == {"train_loss": [2.0], "validation_loss": [3.0]}


def test_two_histories_share_nothing() -> None:
    """Each has lists of its own."""
    History().train_loss.append(1.0)
    assert History().train_loss == []


@settings(deadline=None)
@given(
    losses=st.lists(st.sampled_from([0.1, 0.2, 0.3, math.inf]), min_size=1, max_size=12),
    patience=st.integers(1, 4),
)
def test_it_finishes_after_its_patience(losses: list[float], patience: int) -> None:
    """The oracle looks at all losses at once: the first place of the least, and what came since."""
    stopping = EarlyStopping(patience)
    for epoch, loss in enumerate(losses, 1):
        stopping.update(loss, weighing(epoch))
        so_far = losses[:epoch]
        best = so_far.index(min(so_far)) + 1 if min(so_far) < math.inf else 0
        assert stopping.best_epoch == best
        assert stopping.best_loss == min(so_far)
        assert stopping.waited == epoch - best
        assert stopping.finished == (epoch - best >= patience)


def test_the_best_weights_are_kept_while_training_goes_on() -> None:
    """They are a copy; a loss that is as good does not replace them."""
    stopping, model = EarlyStopping(3), weighing(1.0)
    for weight, loss in ((1.0, 0.5), (2.0, 0.3), (3.0, 0.3), (4.0, 0.9)):
        nn.init.constant_(model.weight, weight)
        stopping.update(loss, model)
    stopping.restore(model)
    assert model.weight.item() == 2.0
    nn.init.constant_(model.weight, 9.0)
    stopping.restore(model)
    assert model.weight.item() == 2.0


def test_buffers_are_weights_too() -> None:
    """Running means belong to the best state."""
    norm = nn.BatchNorm1d(2)
    stopping = EarlyStopping(1)
    stopping.update(1.0, norm)
    norm(torch.ones(4, 2))
    stopping.restore(norm)
    assert torch.equal(norm.state_dict()["running_mean"], torch.zeros(2))


def test_a_saved_state_goes_on_like_the_original() -> None:
    """Counts, weights and patience are taken over; a later best does not reach what was saved."""
    first = EarlyStopping(2)
    first.update(0.5, weighing(5.0))
    first.update(0.6, weighing(6.0))
    state = first.state_dict()
    first.update(0.1, weighing(1.0))
    second = EarlyStopping(9)
    second.load_state_dict(state)
    assert (second.best_loss, second.best_epoch, second.waited) == (0.5, 1, 1)
    assert second.patience == 2
    second.update(0.7, weighing(7.0))
    assert second.finished
    model = weighing(0.0)
    second.restore(model)
    assert model.weight.item() == 5.0


def test_a_loss_that_is_no_number_is_refused() -> None:
    """Nothing is less than NaN, and NaN is less than nothing."""
    with pytest.raises(ValueError, match="loss must be a number, got nan"):
        EarlyStopping(1).update(math.nan, weighing(0.0))


def test_nothing_can_be_restored_before_the_first_epoch() -> None:
    """The message says what is missing."""
    with pytest.raises(ValueError, match="stopping must have seen an epoch, got 0"):
        EarlyStopping(1).restore(weighing(0.0))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("patience", "error", "message"),
    [
        (0, ValueError, "patience must be at least 1, got 0"),
        (1.5, TypeError, "patience must be a whole number, got 1.5"),
        (True, TypeError, "patience must be a whole number, got True"),
    ],
)
def test_patience_is_a_whole_number_of_epochs(
    patience: int, error: type[Exception], message: str
) -> None:
    """At least one."""
    with pytest.raises(error, match=message):
        EarlyStopping(patience)
