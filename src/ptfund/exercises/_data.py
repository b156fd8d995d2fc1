"""Checks of chapter 3's exercises."""

from collections.abc import Callable
from statistics import fmean, pstdev
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare
from ptfund.exercises._groups import split_by_group
from ptfund.exercises._values import difference, is_plain, same

__all__ = ["ImageRows", "collate_ragged", "leaked", "split_by_group", "standardise"]


def ImageRows(answer: Answer) -> None:  # noqa: N802 - it is named as the class that is asked for
    """Ask two datasets for each of their samples, twice, and count what is converted meanwhile."""
    generator = torch.Generator().manual_seed(0)
    made = []
    for limits in ([5, 10, 14], [1, 17, 9, *range(3, 17), 17, 17, 17]):
        ink = torch.randint(2**20, (len(limits), 8, 8), generator=generator)
        images = (ink % torch.tensor(limits)[:, None, None]).to(torch.uint8)
        labels = torch.randint(10, (len(limits),), generator=generator)
        with _Decimals() as decimals:
            dataset = answer(images, labels)
        if decimals.count >= images.numel():
            raise WrongAnswer(
                "all images are converted as soon as the dataset is made: keep them in `uint8`, "
                "and prepare in `__getitem__` the one that is asked for"
            )
        made.append((dataset, images, labels))
    asked, served = [], []
    for dataset, images, labels in [*made, *made]:
        with answer.at_work("len(dataset)"):
            length = len(dataset)
        if length != len(labels):
            raise WrongAnswer(f"of {len(labels)} images, `len(dataset)` must not be {length}")
        for index in reversed(range(length)):
            with answer.at_work(f"dataset[{index}]"), _Decimals() as decimals:
                served.append(dataset[index])
            if decimals.count >= 64 * 20:  # one image takes a few times 64
                raise WrongAnswer(f"`dataset[{index}]` converts all images: take it out first")
            asked.append((f"dataset[{index}]", images[index], labels[index]))
    _check_samples(asked, served)


class _Decimals(TorchFunctionMode):
    """Counts the decimals that PyTorch's functions return inside a block."""

    count = 0

    def __torch_function__(
        self, func: Callable[..., Any], _types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor) and result.is_floating_point():
            self.count += result.numel()
        return result


def _check_samples(asked: list[tuple[str, Tensor, Tensor]], served: list[Any]) -> None:
    right, said = [], ""
    for (call, image, label), sample in zip(asked, served, strict=True):
        row = torch.tensor([ink / 16 for line in image.tolist() for ink in line])
        right.append((row, label))
        if not said and not same((row, label), sample):
            said = f"`{call}` {difference((row, label), sample)}"
    mistakes: dict[str, Callable[[Tensor], Tensor]] = {
        "the rows are still squares: a single image has no dimension of samples": (
            lambda row: row.view(8, 8)
        ),
        "only full ink is kept: convert before you divide, or divide by `/`": (
            lambda row: (row == 1).float()
        ),
        "the rows still go up to 16": lambda row: row * 16,
        "the ink is divided by 255, as it often is: here 16 is full ink": (
            lambda row: row * 16 / 255
        ),
        "each image is divided by its own largest ink: full ink is 16 for all": (
            lambda row: row / row.max()
        ),
    }
    for message, mistake in mistakes.items():
        if said and same([(mistake(row), label) for row, label in right], served):
            raise WrongAnswer(message)
    if said:
        raise WrongAnswer(said)


def standardise(answer: Answer) -> None:
    """Compare with Python's statistics: varied features, constant ones, and nearly constant ones.

    Python's standard deviation is exact, and 0 for any constant.
    """
    generator = torch.Generator().manual_seed(0)
    varied = []
    for n, m, dtype in ((6, 3, torch.float32), (4, 4, torch.float32), (9, 2, torch.float64)):
        numbers = 2 + torch.randn(n + m, 4, generator=generator, dtype=dtype)
        numbers *= torch.tensor([0.5, 1.0, 7.0, 400.0])
        varied.append((numbers[:n], numbers[n:]))

    def reference(seen: Tensor, unseen: Tensor) -> Tensor:
        columns = list(zip(seen.T.tolist(), unseen.T.tolist(), strict=True))
        scaled = [[(x - fmean(s)) / (pstdev(s) or 1.0) for x in column] for s, column in columns]
        return torch.tensor(scaled, dtype=seen.dtype).T

    def shifted(seen: Tensor, unseen: Tensor) -> Tensor:
        return unseen - seen.mean(dim=0)

    mistakes = {
        "mean and deviation are those of the unseen samples: ask the seen ones alone": (
            lambda _, unseen: reference(unseen, unseen)
        ),
        "mean and deviation are those of all samples, which is the leak: ask the seen ones": (
            lambda seen, unseen: reference(torch.cat([seen, unseen]), unseen)
        ),
        "the deviation is divided by one less than the samples: see `correction=0`": (
            lambda seen, unseen: shifted(seen, unseen) / seen.std(dim=0)
        ),
        "all features share one mean and one deviation: each must have its own": (
            lambda seen, unseen: (unseen - seen.mean()) / seen.std(correction=0)
        ),
        "it is divided by the variance: its root is the deviation": (
            lambda seen, unseen: shifted(seen, unseen) / seen.var(dim=0, correction=0)
        ),
        "the samples are shifted, but not scaled": shifted,
    }
    compare(answer, reference, varied, mistakes, tolerance=1e-4)
    _check_constants(answer, reference)
    _check_rounding(answer, reference, varied)


def _check_constants(answer: Answer, reference: Callable[..., Tensor]) -> None:
    # The first two are constant; of the third only the first two samples agree, and the ends.
    seen = torch.tensor([[0.0, 2.0, 3.0, 1.0], [0.0, 2.0, 3.0, 5.0], [0.0, 2.0, 7.0, 9.0]])
    seen = torch.cat([seen, seen[:1]])
    unseen = torch.tensor([[1.0, 2.0, 4.0, 3.0], [0.0, 5.0, 3.0, 7.0]])
    cases = [(seen, unseen), (seen[:1], unseen), (seen.double(), unseen[1:].double())]
    for case in cases:
        largest = _largest(answer(*case))
        if not largest < torch.inf:
            raise WrongAnswer("where nothing varies it divides by 0, which gives nan or inf")
        if largest > 1e30:
            raise WrongAnswer("1 / 0 is infinite, of which `nan_to_num` makes the largest number")
        if largest > 1e3:
            raise WrongAnswer(
                f"where nothing varies it divides by nearly 0: it gives {largest:.0e}"
            )
    mistakes = {
        "a constant feature becomes 0 in all unseen samples, whatever they say: only shift it": (
            lambda seen, unseen: torch.where(_steady(seen), 0.0, reference(seen, unseen))
        ),
        "a constant feature stays as it is: shift it by its mean": (
            lambda seen, unseen: torch.where(_steady(seen), unseen, reference(seen, unseen))
        ),
    }
    compare(answer, reference, cases, mistakes)


def _check_rounding(answer: Answer, reference: Callable[..., Tensor], varied: list[Any]) -> None:
    cases = [(1e-12 * seen, 1e-12 * unseen) for seen, unseen in varied]
    for dtype in (torch.float32, torch.float64):
        column = torch.tensor([[0.1], [1.1], [-1.9]], dtype=dtype)
        for n in (7, 10, 11):
            cases.append((column[:1].repeat(n, 1), column))
            if (largest := _largest(answer(*cases[-1]))) > 1e3:
                raise WrongAnswer(
                    f"a feature that is 0.1 in all of {n} seen samples gives {largest:.0e}: by "
                    "rounding, its deviation is not 0. Look at the samples, not at the deviation"
                )
    little = "a feature that varies by very little is no constant: it must be scaled like others"
    compare(answer, reference, cases, {little: lambda seen, unseen: unseen - seen.mean(dim=0)})


def _largest(result: Any) -> float:
    return result.abs().max().item() if is_plain(result) and result.numel() else 0.0


def _steady(seen: Tensor) -> Tensor:
    return seen.amax(dim=0) == seen.amin(dim=0)


def collate_ragged(answer: Answer) -> None:
    """Compare with lists that are filled up."""
    generator = torch.Generator().manual_seed(0)
    cases: list[tuple[Any]] = []
    for lengths in ([3, 5, 1, 4], [2, 7], [4, 0, 2], [3], [2, 2, 2], [0, 0]):
        rows = [torch.randint(1, 17, (n,), generator=generator).float() for n in lengths]
        for row in rows:
            row[1::2] = 0.0  # in the middle, and at the end
        labels = torch.randint(10, (len(rows),), generator=generator)
        cases.append((list(zip(rows, labels, strict=True)),))
    cases.append(([(row.double(), label) for row, label in cases[0][0]],))

    def reference(samples: Any) -> list[Tensor]:
        rows = [row.tolist() for row, _ in samples]
        longest = max(map(len, rows))
        filled = [row + [0.0] * (longest - len(row)) for row in rows]
        padded = torch.tensor(filled, dtype=samples[0][0].dtype).view(len(rows), longest)
        numbers = [(len(row), int(label)) for row, label in samples]
        return [padded, *torch.tensor(numbers).T]

    def changed(change: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
        return lambda samples: change(*reference(samples))

    mistakes = {
        "a length counts what is not 0, but a real value can be 0, too: ask the row itself": (
            changed(lambda padded, _, labels: (padded, padded.count_nonzero(dim=1), labels))
        ),
        "the zeros stand in front: they must follow the row": changed(
            lambda padded, lengths, labels: (
                torch.stack([row.roll(-int(n)) for row, n in zip(padded, lengths, strict=True)]),
                lengths,
                labels,
            )
        ),
        "the rows are cut to the shortest: nothing of a row may be lost": (
            changed(lambda padded, lengths, labels: (padded[:, : lengths.min()], lengths, labels))
        ),
        "rows and columns are exchanged: each sample must have a row of its own": (
            changed(lambda padded, lengths, labels: (padded.T, lengths, labels))
        ),
        "lengths and labels are exchanged: it must be rows, lengths, labels": (
            changed(lambda padded, lengths, labels: (padded, labels, lengths))
        ),
        "the rows become float32, whatever they were: they must keep their dtype": (
            changed(lambda padded, lengths, labels: (padded.float(), lengths, labels))
        ),
    }
    compare(answer, lambda samples: tuple(reference(samples)), cases, mistakes)


def leaked(answer: Answer) -> None:
    """Compare with a set of all training images."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(1, 16, (12, 8, 8), generator=generator, dtype=torch.uint8)
    train, other = images[:7].clone(), images[7:].clone()
    train[6] = train[2]  # it stands there twice
    train[0, 0] = 0
    far, near = train[0].clone(), train[1].clone()
    mixed = torch.cat([train[3, :4], train[4, 4:]])  # from two of them
    far[0] = 16  # 16 · 16 is 256, which is 0 in uint8
    near[7, 7] += 1
    cases = [
        (train, torch.stack([other[0], train[4], far, train[2], train[1], other[0], train[4]])),
        (train, torch.stack([near, train[3].T, mixed, train[5].flip(0), train[0]])),
        (train, other),
    ]

    def reference(train: Tensor, test: Tensor) -> Tensor:
        known = {tuple(image.flatten().tolist()) for image in train}
        leaks = [n for n, image in enumerate(test) if tuple(image.flatten().tolist()) in known]
        return torch.tensor(leaks, dtype=torch.int64)

    def twins(train: Tensor, test: Tensor) -> Tensor:
        return (test[:, None] == train).flatten(2).all(dim=2)

    def where(found: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
        """Return what goes wrong with all comparisons of pixels, of shape (m, n, 64)."""
        return lambda train, test: found((test[:, None] == train).flatten(2)).nonzero()[:, 0]

    mistakes: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "images that share any pixel count as equal: all pixels must be": (
            where(lambda equal: equal.any(dim=2).any(dim=1))
        ),
        "only what equals all training images counts: a copy of any of them has leaked": (
            where(lambda equal: equal.all(dim=2).all(dim=1))
        ),
        "`any` and `all` are exchanged: which of them is for pixels, which for images?": (
            where(lambda equal: equal.any(dim=2).all(dim=1))
        ),
        "these are positions in `train`: they must be those in `test`": (
            where(lambda equal: equal.all(dim=2).any(dim=0))
        ),
        "an image that `train` has twice is named twice: name each position once": (
            where(lambda equal: equal.all(dim=2))
        ),
        "each position is that of the copy in `train`: it must be the one in `test`": (
            lambda train, test: twins(train, test).int().argmax(1)[reference(train, test)]
        ),
        "it must be positions, got True or False for each image": lambda a, b: twins(a, b).any(1),
        "squares of `uint8` wrap around: pixels that differ by 16 give 256, which is 0": (
            lambda train, test: (
                ((test[:, None] - train).square().sum((2, 3)) == 0).any(1).nonzero()[:, 0]
            )
        ),
        "images of equal sums count as equal: compare pixel by pixel": (
            lambda train, test: torch.isin(test.sum((1, 2)), train.sum((1, 2))).nonzero()[:, 0]
        ),
        "where nothing has leaked it must be int64, too, but `torch.tensor([])` is float32": (
            lambda train, test: torch.tensor(reference(train, test).tolist())
        ),
        "an image is compared only with the one at its own position: each must meet each": (
            lambda train, test: (test == train).flatten(1).all(dim=1).nonzero()[:, 0]
        ),
    }
    compare(answer, reference, cases, mistakes)
