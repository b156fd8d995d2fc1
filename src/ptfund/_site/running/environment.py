"""The environment in which every chapter runs: the same on every machine, for every owner."""

import os

__all__ = ["make_environment"]

# One thread per chapter: two chapters with two threads each on two processors ran three to
# seven times slower, and only a process with one thread can be forked safely. The rest keeps
# the machine and its owner's settings off the pages.
FIXED = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # What scikit-learn sets when it is imported, and so has set already in some who build.
    "KMP_DUPLICATE_LIB_OK": "True",
    "KMP_INIT_AT_FORK": "FALSE",
    "CUDA_VISIBLE_DEVICES": "",
    "LC_ALL": "C.UTF-8",
    "MATPLOTLIBRC": os.devnull,
    "MPLBACKEND": "agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
}

# Of the variables that change what Python does, these say only where it finds modules.
_FINDING = ("PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE")
_DROPPED = ("JAXTYPING_DISABLE", "PTFUND_FIGURES")


def make_environment() -> dict[str, str]:
    """Return the variables that every chapter sees.

    Of the owner's, those that find things are kept. Others could turn assertions off, hide
    warnings, or otherwise make a page show what no reader gets.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _DROPPED and (not name.startswith("PYTHON") or name in _FINDING)
    }
    return kept | FIXED
