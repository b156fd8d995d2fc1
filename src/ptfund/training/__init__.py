"""The training loop of chapter 6, in functions: train, stop early, save, and go on."""

from ptfund.training._checkpoint import resume, save
from ptfund.training._loop import fit, mean_loss, train_epoch
from ptfund.training._progress import EarlyStopping, History

__all__ = [
    "EarlyStopping",
    "History",
    "fit",
    "mean_loss",
    "resume",
    "save",
    "train_epoch",
]
