"""The comparisons of the chapters over many seeds, and what they say about a claim.

All networks of a comparison are trained at once, in one tensor; each learns exactly what it
would learn alone. An *arm* is one of the two ways that are compared.
"""

from ptfund.experiments._ablations import (
    clearing,
    clipping,
    early_stopping,
    final_accuracies,
    hidden_layer,
    kaiming,
    momentum,
    shifting,
    shuffling,
    single_softmax,
    standardising,
)
from ptfund.experiments._neighbours import (
    leaking_scaler,
    neighbours_or_network,
    raw_neighbours,
    shuffled_parts,
)
from ptfund.experiments._networks import (
    StackedDigits,
    StackedNetworks,
    StackedSamples,
    stacked_digits,
)
from ptfund.experiments._training import (
    Trained,
    class_by_class,
    clear_gradients,
    clip_gradients,
    in_random_order,
    leave_alone,
    train,
)
from ptfund.experiments._verdicts import Arms, chance_to_confirm, smallest_visible, verdict

__all__ = [
    "Arms",
    "StackedDigits",
    "StackedNetworks",
    "StackedSamples",
    "Trained",
    "chance_to_confirm",
    "class_by_class",
    "clear_gradients",
    "clearing",
    "clip_gradients",
    "clipping",
    "early_stopping",
    "final_accuracies",
    "hidden_layer",
    "in_random_order",
    "kaiming",
    "leaking_scaler",
    "leave_alone",
    "momentum",
    "neighbours_or_network",
    "raw_neighbours",
    "shifting",
    "shuffled_parts",
    "shuffling",
    "single_softmax",
    "smallest_visible",
    "stacked_digits",
    "standardising",
    "train",
    "verdict",
]
