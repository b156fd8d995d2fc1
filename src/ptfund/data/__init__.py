"""The data that the chapters learn from, as tensors."""

from ptfund.data._digits import Digits, Samples, SplitDigits, load_digits, split_digits
from ptfund.data._line import Line, make_line
from ptfund.data._preparation import Standardizer, stratified_split

__all__ = [
    "Digits",
    "Line",
    "Samples",
    "SplitDigits",
    "Standardizer",
    "load_digits",
    "make_line",
    "split_digits",
    "stratified_split",
]
