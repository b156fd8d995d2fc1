"""What is noted while a model is trained, and when that is enough."""

import copy
import math
from dataclasses import asdict, dataclass, field
from typing import Any

from torch import Tensor, nn

from ptfund._guards import check_whole, must

__all__ = ["EarlyStopping", "History"]


@dataclass
class History:
    """The losses of each epoch; its length is the number of epochs that are done.

    Examples:
        >>> history = History(train_loss=[2.0, 1.0], validation_loss=[2.1, 1.4])
        >>> len(history)
        2
    """

    train_loss: list[float] = field(default_factory=list)
    """The mean loss of the training samples in each epoch, each sample as it was met."""

    validation_loss: list[float] = field(default_factory=list)
    """The mean loss of the validation samples after each epoch; empty without any."""

    def __len__(self) -> int:
        """Return how many epochs are done."""
        return len(self.train_loss)

    def state_dict(self) -> dict[str, Any]:
        """Return the lists by name, as copies."""
        return asdict(self)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` has returned, as copies."""
        self.train_loss = list(state["train_loss"])
        self.validation_loss = list(state["validation_loss"])


class EarlyStopping:
    """Keep the weights with the least validation loss, and say when to stop waiting.

    Attributes:
        best_loss: The least loss so far; infinity before the first.
        best_epoch: In which epoch that was, counted from 1; 0 before the first.
        waited: How many epochs have passed since then.

    Examples:
        >>> model = nn.Linear(1, 1)
        >>> stopping = EarlyStopping(patience=2)
        >>> for loss in (0.5, 0.3, 0.4, 0.6):
        ...     stopping.update(loss, model)
        >>> stopping.best_epoch, stopping.best_loss, stopping.finished
        (2, 0.3, True)

    References:
        Prechelt, "Early Stopping - But When?", 1998.
    """

    def __init__(self, patience: int) -> None:
        """Set how long to wait.

        Args:
            patience: After how many epochs without a new least loss it is finished.

        Raises:
            TypeError: If `patience` is not a whole number.
            ValueError: If it is less than 1.
        """
        check_whole("patience", patience, least=1)
        self.patience = patience
        self.best_loss = math.inf
        self.best_epoch = 0
        self.waited = 0
        self._best_weights: dict[str, Tensor] | None = None

    @property
    def finished(self) -> bool:
        """Whether the loss has not become less for `patience` epochs."""
        return self.waited >= self.patience

    def update(self, loss: float, model: nn.Module) -> None:
        """Note the loss of one more epoch, and copy the weights if it is the least so far.

        Args:
            loss: The validation loss after this epoch.
            model: The model as it is after this epoch.

        Raises:
            ValueError: If `loss` is NaN, with which nothing can be compared.
        """
        if math.isnan(loss):
            raise must("loss", "be a number", loss)
        self.waited += 1
        if loss < self.best_loss:
            self.best_epoch += self.waited
            self.best_loss, self.waited = loss, 0
            # `state_dict` holds the model's own tensors: without a copy, they would move on.
            self._best_weights = copy.deepcopy(model.state_dict())

    def restore(self, model: nn.Module) -> None:
        """Give a model the weights that had the least loss.

        Args:
            model: The model whose epochs were noted.

        Raises:
            ValueError: If no epoch was noted.
        """
        if self._best_weights is None:
            raise must("stopping", "have seen an epoch", 0)
        model.load_state_dict(self._best_weights)

    def state_dict(self) -> dict[str, Any]:
        """Return all that was noted; the weights in it are never changed afterwards."""
        return dict(vars(self))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` has returned, the patience too."""
        vars(self).update(state)
