"""The digits: as they come, and ready to learn from."""

import numpy as np
import torch
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

from ptfund.data import SplitDigits, load_digits, split_digits


def test_digits_are_those_of_scikit_learn_in_their_order() -> None:
    """Every pixel and every label is the one that scikit-learn gives."""
    original = datasets.load_digits()
    images, labels = load_digits()
    np.testing.assert_array_equal(images.numpy(), original.images)
    np.testing.assert_array_equal(labels.numpy(), original.target)


def test_digits_have_the_documented_shapes_and_types() -> None:
    """Images are small whole numbers, labels are what losses and indexing expect."""
    digits = load_digits()
    assert digits.images.shape == (1797, 8, 8)
    assert digits.images.dtype == torch.uint8
    assert digits.labels.shape == (1797,)
    assert digits.labels.dtype == torch.int64
    assert digits.images.device == digits.labels.device == torch.device("cpu")


def test_ink_goes_from_0_to_16_and_digits_from_0_to_9() -> None:
    """The value ranges that the chapters rely on."""
    images, labels = load_digits()
    assert (int(images.min()), int(images.max())) == (0, 16)
    assert set(labels.tolist()) == set(range(10))


def test_each_digit_occurs_about_equally_often() -> None:
    """174 to 183 images show each digit, so that accuracy is a fair measure."""
    counts = load_digits().labels.bincount()
    assert (int(counts.min()), int(counts.max())) == (174, 183)


def test_writing_to_the_tensors_reaches_no_later_call() -> None:
    """A chapter that changes its images leaves those of the next caller alone."""
    first = load_digits()
    first.images.zero_()
    first.labels.fill_(7)
    second = load_digits()
    assert second.images.max() == 16
    assert second.labels[0] == 0


def draw(seed: int = 0, *, standardize: bool = True) -> SplitDigits:
    """Return the digits in three parts, shared out by a generator of their own."""
    return split_digits(torch.Generator().manual_seed(seed), standardize=standardize)


def test_split_has_every_image_once_with_its_own_label() -> None:
    """Put together again, the raw parts are the digits."""
    images, labels = load_digits()
    split = draw(standardize=False)
    parts = (split.train, split.validation, split.test)
    rows = [
        (*pixels, label)
        for x, y in parts
        for pixels, label in zip(x.tolist(), y.tolist(), strict=True)
    ]
    original = images.flatten(start_dim=1).tolist()
    expected = [(*pixels, label) for pixels, label in zip(original, labels.tolist(), strict=True)]
    assert sorted(rows) == sorted(expected)


def test_split_has_the_documented_shapes_and_types() -> None:
    """60, 20 and 20 %, as a model and a loss want them."""
    split = draw()
    parts = (split.train, split.validation, split.test)
    assert [tuple(part.x.shape) for part in parts] == [(1078, 64), (360, 64), (359, 64)]
    assert [tuple(part.y.shape) for part in parts] == [(1078,), (360,), (359,)]
    assert {part.x.dtype for part in parts} == {torch.float32}
    assert {part.y.dtype for part in parts} == {torch.int64}


def test_split_shares_every_digit_out_alike() -> None:
    """Within one image of 60, 20 and 20 % of each digit."""
    split, counts = draw(), load_digits().labels.bincount()
    for part, share in ((split.train, 0.6), (split.validation, 0.2), (split.test, 0.2)):
        assert (part.y.bincount() - share * counts).abs().max() < 1


def test_split_is_standardised_by_its_training_images_alone() -> None:
    """scikit-learn's scaler, fitted on the raw training pixels, gives the same three parts."""
    raw, split = draw(standardize=False), draw()
    scaler = StandardScaler().fit(raw.train.x.double().numpy())
    for part in ("train", "validation", "test"):
        expected = torch.from_numpy(scaler.transform(getattr(raw, part).x.double().numpy()))
        ours = getattr(split, part)
        torch.testing.assert_close(ours.x.double(), expected, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(ours.y, getattr(raw, part).y, rtol=0, atol=0)
        torch.testing.assert_close(raw.standardize(getattr(raw, part).x), ours.x)


def test_a_seed_fixes_the_split_and_the_global_generator_has_no_part_in_it() -> None:
    """The same seed gives the same parts, another one others, the global state stays."""
    state = torch.get_rng_state()
    torch.testing.assert_close(draw().train, draw().train, rtol=0, atol=0)
    assert not torch.equal(draw().train.y, draw(1).train.y)
    assert torch.equal(state, torch.get_rng_state())
