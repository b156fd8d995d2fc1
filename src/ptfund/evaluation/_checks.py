"""What several of the functions here ask of their arguments, and `_guards` does not check."""

from jaxtyping import Float
from torch import Tensor

from ptfund._guards import check_features, must

# Rounding of a softmax in half precision stays below it, logits do not.
SLACK = 1e-2


def check_level(level: float) -> None:
    """Raise an error unless `level` is a share of all cases that is neither none nor all."""
    if not 0 < level < 1:
        raise must("level", "be between 0 and 1", level)


def check_probabilities(name: str, p: Float[Tensor, "..."]) -> None:
    """Raise an error unless each row of `p` holds probabilities that add up to 1."""
    check_features(name, p)
    low = p.min().item()
    if low < 0:
        raise must(name, "be at least 0", float(f"{low:.4g}"))
    off = (p.double().sum(dim=1) - 1).abs()
    if (off > SLACK).any():
        row = int(off.argmax())
        raise must(name, f"add up to 1 in row {row}", round(p[row].double().sum().item(), 4))
