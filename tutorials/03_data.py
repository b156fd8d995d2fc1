# %% [markdown]
# # Dataset preparation
#
# A model learns from samples and is judged by samples. Much of what goes wrong does so before any
# learning, without an error message. After this chapter you will be able to
#
# - look at data before you use them, and give them the shapes and dtypes that a model wants;
# - share them out into three parts, every class alike, and say what each part is for;
# - bring features to one scale, and treat those that hardly vary;
# - recognise a leak from the test part into the training, and measure whether it matters;
# - serve samples in batches, and say what a seed fixes and what it does not.
#
# **You need** [Tensors](01_tensors.py), and from [Automatic differentiation](02_autograd.py) the
# chain rule and the loop that fits a line. **It takes** about 40 minutes, exercises apart.
#
# In shape comments, N is the number of images in all, T of those to train with, V of those to
# decide by, and U of those that stay unseen until the end.

# %%
import torch
from torch import Tensor
from torch.testing import assert_close
from torch.utils.data import DataLoader, Dataset, RandomSampler, TensorDataset

from ptfund.data import Standardizer, load_digits, split_digits, stratified_split
from ptfund.display import raises, show
from ptfund.evaluation import accuracy, nearest_neighbour, paired_difference
from ptfund.models import seeded
from ptfund.plotting import plot_bars, plot_curves, plot_images, plot_pixels

# %% [markdown]
# ## Look first
#
# What is there, in which range, is anything missing, does anything occur twice? In tables, what
# is missing often stands as `nan`, *not a number*. It is what a tensor gives for 0.0 / 0
# (Python raises an error), and every sum or product with it is `nan` again.
#
# !!! question "Predict"
#     The pixels are of dtype `uint8`. Can one of them be `nan`?

# %%
digits = load_digits()
images = digits.images  # (N, 8, 8)
labels = digits.labels  # (N,)
print(tuple(images.shape), images.dtype, images.min().item(), images.max().item())
print(tuple(labels.shape), labels.dtype, len(labels.unique()))

distinct = images.flatten(start_dim=1).unique(dim=0)
print(torch.tensor(0.0) / 0, images.isnan().any(), len(distinct))

# %% [markdown]
# ??? success "Answer"
#     No: a `uint8` is a whole number from 0 to 255, and nothing else. Only dtypes with decimals
#     have a `nan`.
#
# `flatten(start_dim=1)` makes one row of each image, and `unique(dim=0)` keeps one of equal
# rows. There are as many as images, so none can be learned from on one side of a split and
# asked about on the other. Now the labels, in their order and counted:

# %%
print(*labels[:20].tolist())

counts = labels.bincount()  # (10,)
show(
    plot_bars([str(digit) for digit in range(10)], {"all": counts}, "digit", "images"),
    alt=f"Ten bars of nearly the same length, one for each digit, from {counts.min()} images "
    f"of the digit {counts.argmin()} to {counts.max()} of the digit {counts.argmax()}.",
)

# %% [markdown]
# The digits are about equally common. And the file has an order: here the labels count up. Keep
# that in mind.
#
# Numbers do not show everything. Look at some images, drawn by chance:

# %%
generator = torch.Generator().manual_seed(0)
drawn = torch.randperm(len(images), generator=generator)[:10]  # (10,)
titles = [str(label) for label in labels[drawn].tolist()]
show(
    plot_images(images[drawn], titles),
    alt="Ten images drawn by chance, of the digits "
    f"{', '.join(titles)}: coarse, some slanted or broken, most of them easy to read.",
)

# %% [markdown]
# Last, where do they come from? Thirteen people wrote them; who wrote which is not recorded.
# The [page on the data](../data.md) names the source and its licence.

# %%
assert len(distinct) == len(images)
assert counts.max() - counts.min() < 10

# %% [markdown]
# ## What a model wants
#
# From [chapter 4](04_model.py) on, a model multiplies the *features* of a sample, here its 64
# pixels, with weights. So each image becomes a row:

# %%
flat = images.flatten(start_dim=1)  # (N, 64)
weights = torch.rand(64, 10, generator=generator)  # (64, 10)
with raises(RuntimeError, cause="whole numbers multiplied with decimals"):
    flat @ weights

pixels = flat.float()  # (N, 64)
print((pixels @ weights).shape)

# %% [markdown]
# `+` would have promoted the pixels. `@` wants one dtype for both matrices, and it got
# `unsigned char`, which is `uint8`, and `float`. Features are therefore `float32` from the
# start.
#
# Labels stay whole: they are positions, by which something is looked up for every sample.
#
# !!! question "Predict"
#     `means`, the mean image of each digit, has the shape (10, 64). Which shape does
#     `means[labels]` have?

# %%
means = torch.stack([pixels[labels == digit].mean(dim=0) for digit in range(10)])  # (10, 64)
own_mean = means[labels]  # (N, 64)
print(own_mean.shape)

with raises(IndexError, cause="labels with decimals used as positions"):
    means[labels.float()]

# %% [markdown]
# ??? success "Answer"
#     (N, 64): for each label one row, the mean of its own digit.
#
# Labels with decimals are no positions, says the message; `long`, the first that it names, is
# `int64`. PyTorch expects the classes of samples in that dtype, and in the shape (N,). In the shape
# (N, 1) they would run into the accident of chapter 1.

# %%
assert_close(own_mean[7], means[labels[7]])

# %% [markdown]
# ## Three parts, before anything is measured
#
# A model must be right about unseen images, so chapter 1 kept some apart. But whoever tries many
# recipes, and keeps the best on those, has used them. Does that matter? Take the worst case: 200
# recipes that guess one of ten digits, by chance.
#
# !!! question "Predict"
#     How often is the *best* of them right on the images by which it was chosen: in one of ten,
#     or more often? And on others?

# %%
order = torch.randperm(len(labels), generator=generator)  # (N,)
plain = order.tensor_split([int(0.6 * len(order)), int(0.8 * len(order))])
_, chosen_by, others = plain

guesses = torch.randint(10, (200, len(labels)), generator=generator)  # (200, N)
right = (guesses == labels).float()  # (200, N)
best = right[:, chosen_by].mean(dim=1).argmax()
on_chosen_by, on_others = (right[best, part].mean() for part in (chosen_by, others))
print(f"on the images that chose it {on_chosen_by:.1%}")
print(f"on others                   {on_others:.1%}")

# %% [markdown]
# ??? success "Answer"
#     More, as the luckiest was taken. On other images its luck is gone: about one in ten.
#
# So there are three parts. The *training* part is learned from. By the *validation* part one
# decides: which recipe, how long. The *test* part is used once, at the end, and gives the
# number that is reported.
#
# A random order, cut at 60 and 80 %, has shared out the positions. Each must be in exactly one
# part:

# %%
assert_close(torch.cat(plain).sort().values, torch.arange(len(labels)))
assert [len(part) for part in plain] == [1078, 359, 360]

# Over 200 other seeds the best was right in 13.1 to 17.6 %, and in 6.4 to 15.0 % elsewhere.
assert on_chosen_by > 0.125
assert on_others < 0.16

# %% [markdown]
# ## Every class alike
#
# Chance may share out the classes unevenly.
#
# !!! question "Predict"
#     Of 100 samples 5 are of a rare class, and 20 go to the test part. In how many of 1000
#     splits does the test part get none of the five: nearly never, in a third, in half?

# %%
without = 0
for _ in range(1000):
    tested = torch.randperm(100, generator=generator)[:20]
    without += (tested >= 5).all().item()  # the rare ones stand at 0 to 4
print(without)

# %% [markdown]
# ??? success "Answer"
#     In about a third. Each of the five stays out of the test part with a chance of 0.8, and
#     0.8⁵ is 0.33. (It is a little less, as each one outside takes a place from the others.)
#
# Such a test says nothing about that class. The cure is to split each class on its own, a
# *stratified* split:


# %%
def split_by_class(labels: Tensor, generator: torch.Generator) -> list[Tensor]:
    """Return positions for training, validation and test, 60, 20 and 20 % of each class."""
    parts: tuple[list[Tensor], ...] = ([], [], [])
    for digit in range(10):
        members = (labels == digit).nonzero()[:, 0]
        members = members[torch.randperm(len(members), generator=generator)]
        cuts = [round(0.6 * len(members)), round(0.8 * len(members))]
        for part, piece in zip(parts, members.tensor_split(cuts), strict=True):
            part.append(piece)
    return [torch.cat(part) for part in parts]


by_hand = split_by_class(labels, torch.Generator().manual_seed(0))

# %% [markdown]
# (`nonzero` gives the positions that are true, one a row; `[:, 0]` makes one row of them.)
# [`stratified_split`][ptfund.data.stratified_split] does the same for any fractions, refuses a
# class too small to be in every part, and mixes the classes within each part:

# %%
parts = stratified_split(labels, (0.6, 0.2, 0.2), torch.Generator().manual_seed(0))
for ours, packaged in zip(by_hand, parts, strict=True):
    assert_close(ours.sort().values, packaged.sort().values)

train = parts[0]  # (T,)
validation = parts[1]  # (V,)
test = parts[2]  # (U,)
print(len(train), len(validation), len(test))

# %%
splits = {"plain": plain[2], "stratified": test}
tested = {name: labels[part].bincount() for name, part in splits.items()}
ranges = {name: f"{bars.min()} to {bars.max()}" for name, bars in tested.items()}
show(
    plot_bars([str(digit) for digit in range(10)], tested, "digit", "images in the test part"),
    alt="Two bars for each digit. In the plain split the test part has "
    f"{ranges['plain']} images of a digit, in the stratified one {ranges['stratified']}.",
)

# %% [markdown]
# Of the digits none is left out either way, as none is rare. The rarer a class, the more
# stratifying matters; it costs nothing, so we do it always.

# %%
# The chance by formula is 0.319, and the standard error of 1000 splits 0.015.
assert abs(without / 1000 - 0.319) < 0.06
assert tested["plain"].min() > 0
assert tested["stratified"].max() - tested["stratified"].min() <= 2
assert_close(torch.cat(parts).sort().values, torch.arange(len(labels)))

# %% [markdown]
# ## One scale, measured on the training part
#
# In chapter 2, $x$ was a factor of the gradient with $w$: large features make large steps. So
# features are *standardised* by mean $m$ and *standard deviation* $s$, the root of the mean of
# $(x - m)^2$:
#
# $$z = \frac{x - m}{s}$$
#
# Now the mean is 0 and the deviation 1. Only training images are measured: the others stand for
# images that do not exist yet.
#
# !!! question "Predict"
#     Think of the mean images of chapter 1. Which pixels vary least?

# %% tags=["cheat-sheet"]
mean = pixels[train].sum(dim=0) / len(train)  # (64,)
deviation = (pixels[train] - mean).square().mean(dim=0).sqrt()  # (64,)

# %%
assert_close(mean, pixels[train].mean(dim=0))
assert_close(deviation, pixels[train].std(dim=0, correction=0))

# %%
constant = deviation == 0  # (64,)
steadiest = [f"row {p // 8}, column {p % 8}" for p in constant.nonzero()[:, 0].tolist()]
show(
    plot_pixels((10 * deviation.view(8, 8)).round() / 10),
    alt="The standard deviation of each pixel among the training images, darker where it "
    f"varies more: up to {deviation.max():.1f} in the middle, below 1 in most of the first "
    f"and last column, and exactly 0 in {'; '.join(steadiest)}.",
)

# %% [markdown]
# ??? success "Answer"
#     Those at the left and right edge, where hardly any digit has ink.
#
# (`correction=0` divides by the number of images; without it, `std` divides by one less.)
#
# ## Dividing by zero
#
# `{python} int(constant.sum())` pixels are 0 in every training image. There $s = 0$, and $z$ is
# 0 / 0. Does anything stop us?
#
# !!! question "Predict"
#     The nearest-mean classifier adds up 64 squares for each of ten distances. How many of
#     these ten are `nan`?


# %%
def nearest_mean(features: Tensor, part: Tensor) -> tuple[Tensor, Tensor]:
    """Return distances to the ten training means, and the digit of the nearest."""
    groups = [features[train][labels[train] == digit] for digit in range(10)]
    means = torch.stack([group.mean(dim=0) for group in groups])
    distances = torch.cdist(features[part], means)
    return distances, distances.argmin(dim=1)


unguarded = (pixels - mean) / deviation  # (N, 64)
distances, guesses = nearest_mean(unguarded, validation)
print(distances[0].isnan().sum())
print(guesses.unique(), accuracy(guesses, labels[validation]))

# %% [markdown]
# ??? success "Answer"
#     All ten: one `nan` in a sum makes the sum `nan`.
#
# (`torch.cdist` gives all distances between the rows of two tensors.) No error comes. `argmin`
# takes a `nan` for the smallest, and the first of several: every image is called a zero, and
# the accuracy is the share of the zeros.
#
# The guard: where nothing varies, divide by 1.

# %%
share_of_zeros = (labels[validation] == 0).double().mean().item()
assert accuracy(guesses, labels[validation]) == share_of_zeros

scale = torch.where(constant, 1.0, deviation)  # (64,)
z = (pixels - mean) / scale  # (N, 64)
standardize = Standardizer.fit(pixels[train])
assert_close(standardize(pixels), z)

_, guesses = nearest_mean(z, validation)
print(accuracy(guesses, labels[validation]))

# %% [markdown]
# [`Standardizer`][ptfund.data.Standardizer] has this guard, also where rounding gives a constant
# a deviation: `fit` measures, its result scales.
#
# ## Dividing by nearly zero
#
# !!! question "Predict"
#     In one of 1,078 training images a pixel is 1, in all others 0. An unseen image has 8 units
#     of ink there. Is its $z$ about 8, about 30, or about 260?
#
# For ten splits, here is the largest $\lvert z \rvert$ of unseen images: first with our guard,
# then with another that is often seen, $s + 10^{-8}$.

# %%
largest, constants = torch.zeros(10, 2), []
for seed in range(10):
    rows = stratified_split(labels, (0.6, 0.2, 0.2), torch.Generator().manual_seed(seed))
    seen, unseen = pixels[rows[0]], pixels[torch.cat(rows[1:])]
    shifted = unseen - seen.mean(dim=0)
    s = seen.std(dim=0, correction=0)
    constants.append((s == 0).sum().item())
    largest[seed, 0] = (shifted / torch.where(s == 0, 1, s)).abs().max()
    largest[seed, 1] = (shifted / (s + 1e-8)).abs().max()
    print(constants[-1], "constant:", *(f"{number:,.0f}" for number in largest[seed]))

# %% [markdown]
# ??? success "Answer"
#     About 260. The mean is nearly 0, and the mean square 1 / 1,078, so $s$ is about 1 / 33.
#     Eight divided by that is 8 · 33.
#
# The fourth split has just that pixel. Of the first split's $z$,
# `{python} f"{(z.abs() < 3).double().mean():.0%}"` lie between −3 and 3, yet in every split some
# are far out. And `+ 1e-8` fails where a pixel is constant in training but not elsewhere: there
# one unit of ink is divided by a hundred millionth.

# %%
assert_close(largest[3, 0], torch.tensor(8 * 1078**0.5), rtol=0.01, atol=0)
# Three pixels are constant in all images: there both guards give 0.
assert all((wrong > 1e7) == (n > 3) for wrong, n in zip(largest[:, 1], constants, strict=True))

# %% [markdown]
# ## Ten seeds, two questions
#
# Does standardising help? And does it matter which images are measured? We ask the *nearest
# neighbour*, which learns nothing: it gives an image the label of the nearest training image.


# %%
def judge(features: Tensor, train: Tensor, validation: Tensor) -> float:
    """Return the accuracy of the nearest neighbour on the validation part."""
    guesses = nearest_neighbour(features[validation], features[train], labels[train])
    return accuracy(guesses, labels[validation])


raw, honest, leaky, trimmed = [], [], [], []
for seed in range(10):
    generator = torch.Generator().manual_seed(seed)
    rows = stratified_split(labels, (0.6, 0.2, 0.2), generator)[:2]
    scaled = Standardizer.fit(pixels[rows[0]])(pixels)
    varied = pixels[rows[0]].std(dim=0) >= 1
    raw.append(judge(pixels, *rows))
    honest.append(judge(scaled, *rows))
    leaky.append(judge(Standardizer.fit(pixels)(pixels), *rows))
    trimmed.append(judge(scaled[:, varied], *rows))

for results in (raw, honest):
    print(*(f"{share:.1%}" for share in results[:5]))

# %% [markdown]
# Here are raw pixels, then standardised ones, for the first five seeds. Some splits are easier
# than others. But every way got the same splits, so we compare within each seed, and report the
# mean and the standard deviation of the ten differences, in percentage points.
#
# A third way measured mean and deviation on *all* images.
#
# !!! question "Predict"
#     The third way knows something of the images that judge it. Over ten seeds, is it more often
#     right?


# %%
def report(first: list[float], second: list[float]) -> None:
    """Print how far the first results lie above the second, in percentage points."""
    mean, spread, up, down = paired_difference(first, second)
    print(f"{100 * mean:+.2f} ± {100 * spread:.2f}, up in {up}, down in {down}")


report(leaky, honest)

# %% [markdown]
# ??? success "Answer"
#     Not visibly. Chance moves a mean of ten less than a single result: as a rough rule, by the
#     spread divided by $\sqrt{10}$, and seldom by more than twice that. Here a mean below some
#     `{python} f"{200 * paired_difference(leaky, honest).deviation / 10**0.5:.1f}"` points may be
#     chance.
#
# *Leakage* is when something of the judging images reaches the training. This leak is small: two
# measures for each pixel, from plenty of images. It is still an error, and avoiding it costs
# nothing.
#
# Now standardised against raw pixels; then the same without the pixels that hardly vary, those
# with a deviation below 1, against all:

# %%
report(honest, raw)
report(trimmed, honest)

# %% [markdown]
# Standardising *hurts* the nearest neighbour, with every seed. It makes the pixels at the edge as
# loud as the others; if they are left out, more than half of the lost accuracy comes back. Scaling
# is part of the recipe. For a network, [chapter 5](05_loss_and_optimizer.py#why-standardise) asks
# again.

# %%
# Accuracy goes in steps of 1/360. The three means are 0.0, -1.6 and 1.0 points.
leak, hurt = paired_difference(leaky, honest), paired_difference(honest, raw)
assert max(leak.positive, leak.negative) < 9
assert hurt.negative >= 9
assert paired_difference(trimmed, honest).positive >= 9
assert sum(trimmed) - sum(honest) > (sum(raw) - sum(honest)) / 2

# %% [markdown]
# ## What belongs together
#
# Does it matter *how* images are shared out? Make five parts of equal size, and judge each by its
# nearest neighbours in the other four. So every image is judged once (*cross-validation*). The
# parts are either five blocks of the file, or made by chance. (All images may take part, as no
# model is chosen here.)
#
# !!! question "Predict"
#     The same images, the same classifier, the same sizes. Which way gives the higher accuracy,
#     or neither?


# %%
distances = torch.cdist(pixels, pixels)  # (N, N)


def judge_parts(part_of: Tensor) -> float:
    """Return how often the nearest image of another part shows the same digit."""
    same_part = part_of[:, None] == part_of
    nearest = distances.masked_fill(same_part, torch.inf).argmin(dim=1)
    return accuracy(labels[nearest], labels)


blocks = torch.arange(len(labels)) * 5 // len(labels)  # (N,)
generator = torch.Generator().manual_seed(0)
orders = [torch.randperm(len(labels), generator=generator) for _ in range(10)]

in_blocks = judge_parts(blocks)
shuffled = [judge_parts(blocks[order]) for order in orders]
print(f"{in_blocks:.1%} in blocks, {sum(shuffled) / 10:.1%} shuffled")
report(shuffled, [in_blocks] * 10)

# %% [markdown]
# ??? success "Answer"
#     Shuffled, in all ten orders. In blocks the nearest neighbour errs
#     `{python} f"{(1 - in_blocks) / (1 - sum(shuffled) / 10):.1f}"` times as often.
#
# (`masked_fill` puts a distance of infinity where an image must not be looked at.) Each block
# has all digits, about equally often, so the digits are not the reason. But in a shuffled split an
# image has its neighbours *in the file* among the seen ones. How far from an image does the
# nearest of all others stand?

# %%
positions = torch.arange(len(labels))  # (N,)
nearest = distances.fill_diagonal_(torch.inf).argmin(dim=1)  # (N,)
thirteenth = len(labels) // 13
close = ((nearest - positions).abs() <= thirteenth).double().mean().item()
apart = (positions[:, None] - positions).abs()  # (N, N)
expected = (apart[apart > 0] <= thirteenth).double().mean().item()
print(f"within {thirteenth} positions {close:.0%}")
print(f"any other image      {expected:.0%}")

# %% [markdown]
# Thirteen people wrote the digits, and a thirteenth of the file is
# `{python} thirteenth` images. We *infer*, for nothing records it, that each writer's images
# stand together, and that the nearest image is mostly by the same hand.
#
# An inference can be tested by what follows from it.
#
# !!! question "Predict"
#     If it is right, what becomes of the difference when the file is cut into 40 blocks of 45
#     images?

# %%
cuts = torch.tensor([2, 3, 5, 7, 10, 15, 20, 30, 40])  # (9,)
means, singles = torch.zeros(9), torch.zeros(9)
for row, cut in enumerate(cuts):
    blocks = positions * cut // len(labels)
    singles[row] = judge_parts(blocks)
    means[row] = sum(judge_parts(blocks[order]) for order in orders) / 10

# %%
curves = {"shuffled": 100 * means, "blocks of the file": 100 * singles}
show(
    plot_curves(cuts, curves, "number of parts", "accuracy in %"),
    alt="Accuracy against the number of parts. Shuffled, it is nearly level, from "
    f"{means[0]:.1%} with 2 parts to {means[-1]:.1%} with 40. In blocks it starts at "
    f"{singles[0]:.1%}, is {singles[2]:.1%} with 5 parts, and climbs to "
    f"{singles[-1]:.1%} with 40, just below the other curve.",
)

# %% [markdown]
# ??? success "Answer"
#     It nearly closes: a block of 45 leaves two thirds of its writer's images in other blocks.
#
# A shuffled split asks: can it read more by people whose writing it has seen? Large blocks ask:
# can it read other people? Both are fair questions, but only the second says what becomes of
# new writers.
#
# What belongs together is a *group*: images of a writer, visits of a patient. Where groups are
# known, each goes to one side as a whole. Ours are not; we shuffle from here on, and [chapter
# 7](07_evaluation.py#writing-by-other-hands) comes back to what that hides.

# %%
# Over the ten orders the difference had a standard deviation of 0.1 points.
gaps = means - singles  # (9,)
assert min(shuffled) - in_blocks > 0.015
assert gaps[2] > 3 * gaps[-1]
assert close > 3 * expected
fifths = torch.stack([labels[positions * 5 // len(labels) == k].bincount() for k in range(5)])
assert fifths.min() >= 33
assert fifths.max() <= 39

# %% [markdown]
# ## Samples, one by one
#
# Now serve what was prepared. Code that trains need not know whether a sample lies in memory, or
# is read from a file when its turn comes. It only asks how many there are, and for number 7. An
# object that answers both is a *dataset*:


# %%
class Rows(Dataset):
    """Features and labels, one sample a number."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        self.x, self.y = x, y

    def __len__(self) -> int:
        """Return how many samples there are."""
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Return one sample."""
        return self.x[index], self.y[index]


# %% [markdown]
# Python calls `__len__` for `len(rows)`, and `__getitem__` for `rows[7]`.
#
# !!! question "Predict"
#     Which shapes do the two parts of `rows[7]` have? Does `rows[[7, 8]]` work?

# %%
rows = Rows(z[train], labels[train])
x, y = rows[7]
two_x, two_y = rows[[7, 8]]
print(x.shape, y.shape)
print(two_x.shape, two_y.shape)

train_set = TensorDataset(z[train], labels[train])
for ours, packaged in zip(rows[7], train_set[7], strict=True):
    assert_close(ours, packaged, rtol=0, atol=0)

with raises(AssertionError, cause="features and labels of different length"):
    TensorDataset(z[train], labels[validation])

# %% [markdown]
# ??? success "Answer"
#     (64,) and (): one row, and one number. The list works too, because indexing a tensor by it
#     does: (2, 64) and (2,).
#
# PyTorch's `TensorDataset` is the same for any number of tensors. It refuses lengths that do not
# match; ours would have paired images with the labels of others.
#
# ## Batches
#
# The line of chapter 2 took all points for each step. With many samples, one takes a few, a
# *batch*; a pass through all is an *epoch*. To serve an epoch: draw an order, cut it, fetch the
# samples of each piece, and *collate* them, that is, stack them into one tensor.


# %%
def batches(dataset: Dataset, size: int, generator: torch.Generator) -> list[list[Tensor]]:
    """Return the batches of one epoch, in an order drawn by chance."""
    order = torch.randperm(len(dataset), generator=generator)
    served = []
    for piece in order.split(size):
        samples = [dataset[position] for position in piece.tolist()]
        served.append([torch.stack(column) for column in zip(*samples, strict=True)])
    return served


# %% [markdown]
# !!! question "Predict"
#     `{python} f"{len(rows):,}"` samples come in batches of 64. How many batches are there, and
#     how large is the last?

# %%
by_hand = batches(rows, 64, torch.Generator().manual_seed(0))
sizes = [len(y) for _, y in by_hand]
print(len(sizes), sizes[:2], sizes[-1])

# %% tags=["cheat-sheet"]
sampler = RandomSampler(train_set, generator=torch.Generator().manual_seed(0))
loader = DataLoader(train_set, batch_size=64, sampler=sampler)

# %%
for ours, packaged in zip(by_hand, loader, strict=True):
    assert_close(ours, packaged)

shorter = DataLoader(train_set, batch_size=64, sampler=sampler, drop_last=True)
print(len(loader), len(shorter))

# %% [markdown]
# ??? success "Answer"
#     17: sixteen of 64, and one of `{python} sizes[-1]`.
#
# `DataLoader` does the same. Its *sampler* says in which order; `RandomSampler` draws one as we
# did. Usually one writes `shuffle=True, generator=…` instead, and it makes the sampler itself.
# Never assume that a batch has 64 samples: the last is smaller, unless `drop_last=True` leaves it
# out. That takes `{python} sizes[-1]` images from each epoch, different ones each time. To judge,
# there is no need to shuffle, and nothing may be dropped.

# %%
assert len(sizes) == 17
assert sizes == [64] * 16 + [54]
assert len(shorter) == 16

# %% [markdown]
# ## Samples of different length
#
# Sentences, recordings and lists of strokes differ in length. To have such samples, keep of each
# image only the pixels with ink.
#
# !!! question "Predict"
#     Which of the four steps of serving a batch fails: draw, cut, fetch, or collate?

# %%
inks = [row[row > 0] for row in pixels]
ragged = list(zip(inks, labels, strict=True))
with raises(RuntimeError, cause="samples of different shape in one batch"):
    next(iter(DataLoader(ragged, batch_size=4)))


def keep_apart(samples: list[tuple[Tensor, Tensor]]) -> tuple[list[Tensor], Tensor]:
    """Return the inks as a list, and the labels as one tensor."""
    inks, digits = zip(*samples, strict=True)
    return list(inks), torch.stack(digits)


batch, digits = next(iter(DataLoader(ragged, batch_size=4, collate_fn=keep_apart)))
print([len(ink) for ink in batch], digits)

# %% [markdown]
# ??? success "Answer"
#     Collate: rows of different length do not stack, as the message says. (A list is dataset
#     enough: it has a length and numbered entries.)
#
# `collate_fn` replaces that step: it gets a list of samples, and what it returns is the batch.
# An exercise fills the rows up with zeros instead.
#
# ## What a seed fixes
#
# To get a result again, one needs the same batches again.
#
# !!! question "Predict"
#     Two loaders, each with a generator of the same seed. `first` is asked twice for an epoch,
#     `second` once. Which of the three orders are equal?


# %%
numbers = TensorDataset(torch.arange(6))


def epoch(loader: DataLoader) -> list[int]:
    """Return the numbers in the order in which a loader serves them."""
    return torch.cat([batch for (batch,) in loader]).tolist()


def shuffling(seed: int) -> DataLoader:
    """Return a loader of the six numbers with a generator of its own."""
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(numbers, batch_size=4, shuffle=True, generator=generator)


first, second = shuffling(0), shuffling(0)
one, two, three = epoch(first), epoch(first), epoch(second)
print(one, two, three, sep="\n")

# %% [markdown]
# ??? success "Answer"
#     The first and the third. The generator moves on with every number drawn, so the second
#     epoch has another order: just what training wants. A seed fixes the *whole sequence* from
#     its beginning.
#
# Without a generator, PyTorch draws from a global one, which everything else draws from as well.
# ([`seeded`][ptfund.models.seeded] fixes it inside a block, and afterwards puts it back.)

# %%
loader = DataLoader(numbers, batch_size=4, shuffle=True)
with seeded(0):
    alone = epoch(loader)
with seeded(0):
    torch.rand(1)
    after_another = epoch(loader)
print(alone, after_another)

# %% [markdown]
# One number drawn elsewhere, and the order is another: with the global generator, a new line of
# code changes what comes after it. A generator of its own keeps each part of a program
# reproducible by itself. (No seed fixes rounding, which differs between processors and between
# versions of PyTorch.)
#
# Last, [`split_digits`][ptfund.data.split_digits] packs this chapter into one call, for the
# chapters to come:

# %%
split = split_digits(torch.Generator().manual_seed(0))
for part, where in zip(split[:3], parts, strict=True):
    assert_close(part.x, z[where])
    assert_close(part.y, labels[where])
    print(tuple(part.x.shape), tuple(part.y.shape))

assert one == three
assert one != two
assert one != torch.randperm(6, generator=torch.Generator().manual_seed(0)).tolist()
assert alone != after_another

# %% [markdown]
# ??? note "Aside: workers"
#     `DataLoader(…, num_workers=2)` fetches and collates in two further processes, while the
#     model computes. That pays where samples are read or changed slowly; for tensors in memory it
#     costs more than it saves, and this book leaves it at 0. On Windows and macOS a worker starts
#     by importing your script anew: put the loop under `if __name__ == "__main__":`, and the
#     dataset's class in a module. Each worker gets a seed of its own, for which a loader draws a
#     number before anything else. (So with `shuffle=True` its orders are not those of our
#     `batches`, but just as fixed.)

# %% [markdown]
# ## What you can do now
#
# - **Look, and shape.** Count, range, missing, repeated, order; then `float32` features of shape
#   (N, 64) and `int64` labels of shape (N,).
# - **Share out into three parts.** Learn from the first, decide by the second, report the third
#   once; stratified, by a seed.
# - **Standardise.** By mean and deviation of the training part; divide by 1 where nothing varies,
#   and look at the largest $z$.
# - **Tell a leak, and measure it.** Same seeds for both ways, mean ± deviation of the
#   differences. The scaler's leak was not visible; that of neighbours in the file, most likely by
#   the same writer, flattered by more than two points.
# - **Serve batches by a seed.** A dataset answers `len` and `[…]`, a loader draws, cuts, fetches
#   and collates; its own generator fixes the sequence of orders.
#
# ## Key observations
#
# - Matrix products do not promote, and labels are positions ([What a model
#   wants](#what-a-model-wants)).
# - The best of 200 guessers looks good on the images that chose it, and only there ([Three
#   parts](#three-parts-before-anything-is-measured)).
# - A plain split often leaves out a class of five; a stratified one gives each part its share
#   ([Every class alike](#every-class-alike)).
# - One constant feature turns every prediction into class 0, without an error ([Dividing by
#   zero](#dividing-by-zero)).
# - A pixel that hardly varies gives unseen images a $z$ of up to
#   `{python} f"{largest[:, 0].max():.0f}"` even with the right guard; with $s + 10^{-8}$, one that
#   is constant in training gives up to `{python} f"{largest[:, 1].max():,.0f}"` ([Dividing by
#   nearly zero](#dividing-by-nearly-zero)).
# - Measuring the scale on all images had no visible effect here; standardising itself hurts the
#   nearest neighbour ([Ten seeds, two questions](#ten-seeds-two-questions)).
# - Keeping five blocks of the file apart, instead of shuffling, costs
#   `{python} f"{100 * (sum(shuffled) / 10 - in_blocks):.1f}"` points, more than standardising does
#   ([What belongs together](#what-belongs-together)).
# - A seed fixes the whole sequence of draws: the second epoch differs from the first, and one more
#   draw changes all that follow ([What a seed fixes](#what-a-seed-fixes)).

# %% [markdown]
# ## Exercises
#
# As in chapter 1, a signature states shapes and dtypes (`_` stands for any size), and `check` says
# what is wrong with an answer.

# %%
from jaxtyping import Float, Int64, UInt8

from ptfund.exercises import check

# %% [markdown]
# ### 1. A dataset of images
#
# Write a dataset that keeps images as they are, in `uint8`, and prepares one only when it is
# asked for: as a row of 64 `float32` numbers from 0 to 1, which is ink divided by 16. A sample
# is a tuple of such a row and its label, which stays a tensor of dtype `int64`.

# %% [markdown] tags=["hint"]
# Convert before you divide, or look at what `uint8 / 16` gives; it is not what `uint8 // 16`
# gives. Which shape does a single image have before and after it is flattened?


# %% tags=["solution"]
class ImageRows(Dataset):
    """Images with their labels, served one by one as rows from 0 to 1."""

    def __init__(
        self,
        images: UInt8[Tensor, "n 8 8"],
        labels: Int64[Tensor, " n"],
    ) -> None:
        """Keep images and labels as they are."""
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        """Return how many samples there are."""
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Return one image as a row of 64 numbers, and its label."""
        return self.images[index].flatten() / 16, self.labels[index]


# %% tags=["check"]
check(ImageRows)

# %% [markdown] tags=["solution"]
# `/` gives `float32` for any whole numbers, while `//` would stay in `uint8` and keep only full
# ink. A single image has no dimension of samples, so `flatten()` takes all of it. In memory
# stands one byte a pixel, a quarter of what `float32` takes: with large images, that decides
# whether they fit.

# %% [markdown]
# ### 2. A guarded standardiser
#
# Standardise samples by the mean and the standard deviation (`correction=0`) of others, which
# were seen; there is at least one of these. A feature that is the same in all seen samples is
# only shifted by its mean. Any other is scaled, however little it varies. The dtype stays.

# %% [markdown] tags=["hint"]
# Try a feature that is 0 in all seen samples, and 1 in an unseen one: the result must be 1.
# What does `s + 1e-8` make of it, and what does `nan_to_num`, which turns `nan` into 0?
# Then try a single feature that is 0.1 in ten seen samples: by rounding, its deviation is not 0.
# So do not ask the deviation what is constant: compare all seen samples with one of them.


# %% tags=["solution"]
def standardise(
    seen: Float[Tensor, "n features"],
    unseen: Float[Tensor, "m features"],
) -> Float[Tensor, "m features"]:
    """Return the unseen samples, scaled by what the seen ones say."""
    constant = (seen == seen[0]).all(dim=0)
    deviation = seen.std(dim=0, correction=0)
    scale = torch.where(constant, 1, deviation)
    return (unseen - seen.mean(dim=0)) / scale


# %% tags=["check"]
check(standardise)

# %% [markdown] tags=["solution"]
# Whether a feature is constant is asked of the samples, where the answer is exact. Its deviation
# is a result of rounding: of 0.1 in ten samples it may be
# `{python} f"{torch.full((10, 1), 0.1).std(correction=0):.0e}"`, and dividing by that is as bad
# as dividing by $s + 10^{-8}$. No accuracy on validation images need show it; the largest
# $\lvert z \rvert$ does.

# %% [markdown]
# ### 3. Collate what is ragged
#
# Collate samples whose rows differ in length: fill them up with zeros at the end to the length
# of the longest *in this batch*, and return the true lengths, too. The rows of a batch have one
# dtype, which must stay; any of them may be empty.

# %% [markdown] tags=["hint"]
# Start with `torch.zeros` of the final shape and dtype, and write each row into its slice. A real
# value can be 0, too: do not count zeros to find a length.


# %% tags=["solution"]
def collate_ragged(
    samples: list[tuple[Float[Tensor, " _"], Int64[Tensor, ""]]],
) -> tuple[
    Float[Tensor, "batch longest"],
    Int64[Tensor, " batch"],
    Int64[Tensor, " batch"],
]:
    """Return the padded rows, their lengths, and the labels."""
    rows, labels = zip(*samples, strict=True)
    lengths = torch.tensor([len(row) for row in rows])
    shape = len(rows), int(lengths.max())
    padded = torch.zeros(shape, dtype=rows[0].dtype)
    for filled, row in zip(padded, rows, strict=True):
        filled[: len(row)] = row
    return padded, lengths, torch.stack(labels)


# %% tags=["check"]
check(collate_ragged)

# %% [markdown] tags=["solution"]
# Each `filled` is a view of one row of `padded`, so writing into it fills the batch. The lengths
# are taken before the filling: afterwards nothing tells a zero that was there from one that was
# added. `torch.nn.utils.rnn.pad_sequence` with `batch_first=True` fills up in the same way.

# %% [markdown]
# ### 4. Find the leak
#
# Someone has copied images from one part of a split into another. Find those test images of
# which an exact copy stands in the training part. Name each position once, and return an empty
# tensor (of dtype `int64`, too) if there are none.

# %% [markdown] tags=["hint"]
# `(test[:, None] == train)` has the shape (m, n, 8, 8). Two images are equal if *all* of
# their pixels are, and an image has leaked if *any* training image equals it. Would the
# difference of two `uint8` images do as well, although it wraps around? And its square?


# %% tags=["solution"]
def leaked(
    train: UInt8[Tensor, "n 8 8"],
    test: UInt8[Tensor, "m 8 8"],
) -> Int64[Tensor, " leaks"]:
    """Return the positions in `test`, in order, of what `train` has too."""
    same_pixels = test[:, None] == train
    same_images = same_pixels.flatten(start_dim=2).all(dim=2)
    return same_images.any(dim=1).nonzero()[:, 0]


# %% tags=["check"]
check(leaked)

# %% [markdown] tags=["solution"]
# Of (m, n, 8, 8), `all` takes the pixels away, then `any` the training images, and (m,) is left.
# Without `any`, an image with two copies would be named twice. The difference would do, as it
# wraps around to 0 only where both are equal; its square would not, because 16 · 16 is 256, for
# which `uint8` has 0.

# %% [markdown]
# ### 5. Groups on one side
#
# Each sample belongs to a group, such as a writer. Draw whole groups for the test part, in a
# random order (each order as likely as any other), until it holds at least the given share of all
# samples; then stop. The rest is for training, and may be nothing. The share lies between 0 and 1;
# groups may have any numbers, below 0 too, and the positions within a part any order.

# %% [markdown] tags=["hint"]
# `groups.unique()` names the groups; `randperm` orders them. Groups differ in size, so count
# samples, not groups. `torch.isin` tells which samples belong to the groups that were drawn.


# %% tags=["solution"]
def split_by_group(
    groups: Int64[Tensor, " n"],
    share: float,
    generator: torch.Generator,
) -> tuple[Int64[Tensor, " train"], Int64[Tensor, " test"]]:
    """Return positions to train and to test with, no group in both."""
    names = groups.unique()
    tested = torch.zeros(len(groups), dtype=torch.bool)
    for place in torch.randperm(len(names), generator=generator):
        if tested.sum() >= share * len(groups):
            break
        tested |= groups == names[place]
    return (~tested).nonzero()[:, 0], tested.nonzero()[:, 0]


# %% tags=["check"]
check(split_by_group)

# %% [markdown] tags=["solution"]
# The order is drawn among the groups, so that a large one is not drawn earlier than a small one,
# but what is counted are samples. A group comes as a whole, so the test part may hold more than
# its share: with few large groups, much more. As every sample is either tested or not, none can
# be in both parts.

# %% [markdown]
# ## Next
#
# [The model](04_model.py), chapter 4, takes rows of 64 numbers and makes ten scores of them: it
# builds the layers by hand, and looks at what lies between input and output.
