"""How good predictions are, how sure that is, and what they must be better than."""

from ptfund.evaluation._accuracy import accuracy
from ptfund.evaluation._baselines import majority, nearest_centroid, nearest_neighbour
from ptfund.evaluation._calibration import Calibration, calibration, fit_temperature
from ptfund.evaluation._comparison import (
    PairedDifference,
    SignTest,
    paired_difference,
    sign_test,
)
from ptfund.evaluation._confusion import ClassScores, class_scores, confusion_matrix, macro_f1
from ptfund.evaluation._intervals import Interval, bootstrap_interval, wilson_interval

__all__ = [
    "Calibration",
    "ClassScores",
    "Interval",
    "PairedDifference",
    "SignTest",
    "accuracy",
    "bootstrap_interval",
    "calibration",
    "class_scores",
    "confusion_matrix",
    "fit_temperature",
    "macro_f1",
    "majority",
    "nearest_centroid",
    "nearest_neighbour",
    "paired_difference",
    "sign_test",
    "wilson_interval",
]
