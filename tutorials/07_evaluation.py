# %% [markdown]
# # Evaluation
#
# A trained network gives an answer for every image. How good are the answers, how sure is that,
# and what was learned? After this chapter you will be able to
#
# - judge a model once, on images that decided nothing, beside baselines;
# - say how far chance may have moved an accuracy;
# - count which class is taken for which, and compute precision, recall and F1 from it;
# - check whether probabilities mean what they say, and correct them with one number;
# - compare two models on the same images, and find out where a good number ends.
#
# **You need** the three parts of [Dataset preparation](03_data.py), cross-entropy from [Loss and
# optimizer](05_loss_and_optimizer.py), and `train_epoch` from [The training
# loop](06_training_loop.py). **It takes** about 40 minutes, exercises apart.
#
# In shape comments, V is the number of validation images, N that of test images and C that of
# classes.

# %%
import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.testing import assert_close

from ptfund.data import Samples, SplitDigits, split_digits
from ptfund.display import raises, show
from ptfund.evaluation import accuracy, paired_difference
from ptfund.models import MLP, seeded
from ptfund.training import train_epoch

# %% [markdown]
# ## What a network says
#
# One recipe serves the whole chapter: 30 epochs of stochastic gradient descent with learning
# rate 0.1, in batches of 64. A seed sets the split, the first weights and the order of the
# batches.


# %%
def train(train_part: Samples, seed: int, make: Callable = MLP, momentum: float = 0.0) -> nn.Module:
    """Make a model and train it for 30 epochs."""
    x, y = train_part
    generator = torch.Generator().manual_seed(seed)
    with seeded(seed):
        model = make()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=momentum)
    for _ in range(30):
        order = torch.randperm(len(x), generator=generator)
        train_epoch(model, optimizer, [(x[rows], y[rows]) for rows in order.split(64)])
    return model.eval()


@torch.no_grad()
def logits_of(model: nn.Module, part: Samples) -> Tensor:
    """Return the scores of a part's images."""
    return model(part.x)


# %% [markdown]
# !!! question "Predict"
#     Which shape do the logits of the validation part have? To name the digit of an image, what
#     must be done to its row: a softmax, an argmax, or both?

# %%
split = split_digits(torch.Generator().manual_seed(0))
network = train(split.train, seed=0)

validation_logits = logits_of(network, split.validation)  # (V, C)
probabilities = validation_logits.softmax(dim=1)  # (V, C)
confidence, answers = probabilities.max(dim=1)
for image in confidence.argsort()[[0, 1, -1]].tolist():
    truth, answer = split.validation.y[image], answers[image]
    print(f"a {truth}: says {answer} with {confidence[image]:.4f}")

# %% [markdown]
# ??? success "Answer"
#     One row an image, one column a class: `{python} str(tuple(validation_logits.shape))`. An
#     argmax alone: the softmax keeps the order of the scores.
#
# (`max` along a dimension returns the values and their positions.) The probability of the class
# that was named is called the *confidence*. Above are the two least sure answers and the surest
# one. Counting right answers throws this away; later sections use it.

# %%
assert torch.equal(answers, validation_logits.argmax(dim=1))

# %% [markdown]
# ## Freeze, then open once
#
# The validation part was there to choose by. Can it also say how good the choice is? Of guessers it
# [could not](03_data.py#three-parts-before-anything-is-measured). Now ten networks, with other
# first weights and orders of batches. Choose by half of the validation images, look at the other
# half, and do so for a thousand ways of halving.
#
# !!! question "Predict"
#     Where it was chosen, the best lies above the mean of the ten. And on the other half?

# %%
starts = [train(split.train, seed) for seed in range(100, 110)]
named = torch.stack([logits_of(model, split.validation).argmax(dim=1) for model in starts])
read_right = (named == split.validation.y).double()  # (10, V)
lead = read_right - read_right.mean(dim=0)  # (10, V)

generator = torch.Generator().manual_seed(0)
leads = torch.zeros(1000, 2)
for row in leads:
    chosen_by, fresh = torch.randperm(lead.shape[1], generator=generator).tensor_split(2)
    best = lead[:, chosen_by].mean(dim=1).argmax()
    row[0], row[1] = lead[best, chosen_by].mean(), lead[best, fresh].mean()
on_chosen_by, on_fresh = 100 * leads.mean(dim=0)
print("above the mean of the ten, in points")
print(f"where chosen {on_chosen_by:+.1f}, elsewhere {on_fresh:+.1f}")

# %% [markdown]
# ??? success "Answer"
#     Not at all, or hardly: the ten are about equally good. The best was chosen *for* its luck with
#     these images, and luck does not come along.
#
# A choice makes the number by which it was made too good. That is what the test part is for: no
# choice was made by it. *Freeze* comes first: write down model, preparation and questions. Our
# questions: accuracy beside baselines; confusions; probabilities; linear or not; shifted images.
# From here on, what the test part shows is reported, not used.

# %%
# Over six splits, each with ten starts: +0.6 to +1.2 points, and -0.5 to +0.2.
assert on_chosen_by > 0.4
assert on_fresh < on_chosen_by / 2

# %% [markdown]
# Who trains again until the test part pleases has made it a second validation part.
#
# ## Baselines first
#
# Three baselines need no training: name the most frequent class (the *majority*); name the class
# whose mean image, its *centroid*, is nearest, as in chapter 1; name that of the nearest image.
# They take raw pixels, since standardising [hurts distances](03_data.py#ten-seeds-two-questions).
#
# !!! question "Predict"
#     Order the four by their accuracy: the three baselines and our network.

# %%
from ptfund.evaluation import majority, nearest_centroid, nearest_neighbour

raw = split_digits(torch.Generator().manual_seed(0), standardize=False)
for baseline in (majority, nearest_centroid, nearest_neighbour):
    guesses = baseline(raw.test.x, *raw.train)
    print(f"{baseline.__name__:17} {accuracy(guesses, raw.test.y):.1%}")

# %%
labels = split.test.y  # (N,)
test_logits = logits_of(network, split.test)  # (N, C)
predicted = test_logits.argmax(dim=1)  # (N,)
print(f"{'network':17} {accuracy(predicted, labels):.1%}")

# %% [markdown]
# ??? success "Answer"
#     Majority, centroid, network, nearest neighbour. Frequent classes give away a tenth, and mean
#     images most of the rest. The network is *not* the best.
#
# Is it the seed? Ten seeds, each with its own split, network and test part. A linear layer is
# trained with them, for later. (Strictly, no image is quite fresh: what is a test image with one
# seed was a validation image with others, in earlier chapters.)


# %%
class Run(NamedTuple):
    """What one seed gives."""

    split: SplitDigits
    raw: SplitDigits  # the same images, not standardised
    network: nn.Module
    linear: nn.Module


def run(seed: int) -> Run:
    """Split, and train a network and a linear layer."""
    parts = split_digits(torch.Generator().manual_seed(seed))
    pixels = split_digits(torch.Generator().manual_seed(seed), standardize=False)
    linear = train(parts.train, seed, lambda: nn.Linear(64, 10))
    return Run(parts, pixels, train(parts.train, seed), linear)


runs = [run(seed) for seed in range(10)]


# %%
def judged(model: nn.Module, part: Samples) -> float:
    """Return the accuracy of a model."""
    return accuracy(logits_of(model, part).argmax(dim=1), part.y)


def report(name: str, results: list[float]) -> None:
    """Print mean and standard deviation over the seeds."""
    values = 100 * torch.tensor(results)
    print(f"{name:17} {values.mean():5.1f} ± {values.std():.1f} %")


# %%
by_seed = {
    baseline.__name__: [accuracy(baseline(r.raw.test.x, *r.raw.train), r.raw.test.y) for r in runs]
    for baseline in (majority, nearest_centroid, nearest_neighbour)
}
by_seed["linear"] = [judged(r.linear, r.split.test) for r in runs]
by_seed["network"] = [judged(r.network, r.split.test) for r in runs]
for name, results in by_seed.items():
    report(name, results)
neighbours = paired_difference(by_seed["nearest_neighbour"], by_seed["network"])
print(f"{100 * neighbours.mean:+.1f} ± {100 * neighbours.deviation:.1f} points")

# %% [markdown]
# With `{python} neighbours.positive` of ten seeds the nearest neighbour, which learns nothing, is
# better than the network. It pays elsewhere: it keeps `{python} f"{split.train.x.numel():,}"`
# pixels, and looks at all of them for every answer; the network keeps 4,810 numbers. It may be the
# better choice all the same. Without the baseline, we would have
# praised the network.

# %%
# Over the seeds this difference has a standard deviation of 0.8 points.
assert neighbours.positive >= 9
for share, centroid, _, _, trained in zip(*by_seed.values(), strict=True):
    assert 0.08 < share < 0.12 < centroid < trained

# %% [markdown]
# ## How far could chance move it?
#
# `{python} int((predicted == labels).sum())` of `{python} len(labels)` are right. Other images
# would have given another number. If a share $p$ of all images that could come is read rightly,
# the shares of parts of $N$ images have the standard deviation
#
# $$\sqrt{\frac{p \, (1 - p)}{N}}$$
#
# !!! question "Predict"
#     With $p$ = 0.96 and $N$ = 360, is that about 0.1, 1 or 5 percentage points? And for four
#     times as many images?

# %%
generator = torch.Generator().manual_seed(0)
p, size = 0.96, len(labels)
right = torch.rand(10_000, size, generator=generator) < p  # (10000, N)
hits = right.sum(dim=1)  # (10000,)
spread = (hits / size).std().item()
print(f"simulated {spread:.4f}, formula {math.sqrt(p * (1 - p) / size):.4f}")
beyond = ((hits / size - p).abs() > 1.96 * math.sqrt(p * (1 - p) / size)).double().mean()
print(f"beyond 1.96 deviations: {beyond:.1%}")

assert_close(spread, math.sqrt(p * (1 - p) / size), rtol=0.05, atol=0)
assert 0.03 < beyond < 0.07

# %% [markdown]
# ??? success "Answer"
#     About 1 point, and half of that with four times as many: to halve it, take four times the
#     images.
#
# Whatever $p$ is, if $N$ is large, chance moves a share by more than 1.96 deviations in 5 of 100
# cases. Here it is nearly so. Which $p$ fit what was counted, then? Those whose distance from the
# counted share is at most 1.96 of *their own* deviations: the *Wilson interval*.

# %% tags=["cheat-sheet"]
from ptfund.evaluation import wilson_interval

right = int((predicted == labels).sum())
low, high = wilson_interval(right, len(labels))
print(f"{right / len(labels):.1%}, between {low:.1%} and {high:.1%}")

# %%
for end, sign in ((low, 1), (high, -1)):
    deviation = math.sqrt(end * (1 - end) / size)
    assert_close((right / size - end) / deviation, sign * 1.96, rtol=0, atol=1e-3)

ends = {count: wilson_interval(count, size) for count in set(hits.tolist())}
inside = sum(ends[count].low <= p <= ends[count].high for count in hits.tolist())
print(f"holds the true share: {inside / 10_000:.1%}")
print(f"all right: from {wilson_interval(size, size).low:.1%}")

# Counts are whole numbers, so that exactly 95 % cannot be had.
assert 0.93 < inside / 10_000 < 0.97

# %% [markdown]
# About 95 in 100 such intervals hold the true share, if images are independent. (Images by one hand
# are not, quite.) Even if *all* answers are right, there is an interval.
#
# Without a formula, the *bootstrap*: let the test part stand for all images. Draw as many from it,
# *with replacement*, some twice, others never, and measure, a thousand times. Of 40 results, the
# lowest and the highest fall away; `quantile` finds the ends of the rest.

# %%
from ptfund.evaluation import bootstrap_interval

generator = torch.Generator().manual_seed(0)
again = []
for _ in range(1000):
    rows = torch.randint(size, (size,), generator=generator)
    again.append(accuracy(predicted[rows], labels[rows]))
by_hand = torch.tensor(again).double().quantile(torch.tensor([0.025, 0.975]).double())  # (2,)

generator = torch.Generator().manual_seed(0)
resampled = bootstrap_interval(accuracy, predicted, labels, generator=generator)
print(f"between {resampled.low:.1%} and {resampled.high:.1%}")

assert_close(by_hand, torch.tensor(resampled).double(), rtol=0, atol=1e-6)
assert_close(resampled, (low, high), rtol=0, atol=0.012)
assert bootstrap_interval(accuracy, labels, labels, generator=generator) == (1, 1)

# %% [markdown]
# Both agree to about a point. (If all answers are right, so are those of each resample: then the
# bootstrap's interval has no width.)
#
# ## Other images, or another seed?
#
# An interval asks what other images would do. And another start? Take the ten networks from above,
# which share the split, again on the validation part.
#
# !!! question "Predict"
#     All ten answer the same `{python} len(split.validation.y)` images. Do their accuracies vary
#     more or less than the point that other images would make?

# %%
by_start = read_right.mean(dim=1)  # (10,)
mean = by_start.mean().item()
sampling = math.sqrt(mean * (1 - mean) / len(split.validation.y))

print(f"other starts {by_start.std():.4f}")
print(f"other images {sampling:.4f}")
by_all, by_none = (read_right == 1).all(dim=0).sum(), (read_right == 0).all(dim=0).sum()
print(f"right by all {by_all}, by none {by_none}")

# %% [markdown]
# ??? success "Answer"
#     Less, here `{python} f"{by_start.std() / sampling:.0%}"` of it. What is easy for one network
#     is easy for all: most images are right by all ten, and some by none.
#
# So neither number stands for the other. "± over seeds" on *one* test part leaves out that the
# images are a sample. The interval of one network leaves out the luck of its start. Seeds that also
# draw the split mix the two, and should vary by about a point. Our ten networks above varied less:
# ten values give their standard deviation only roughly.

# %%
# Ten values know their standard deviation up to a quarter of it. Over 50 other seeds, which also
# draw the split, it was 0.8 points.
assert torch.tensor(by_seed["network"]).std() < sampling
assert by_start.std() < 0.7 * sampling
assert by_all > 330
assert by_none > 0

# %% [markdown]
# ## Which is taken for which
#
# An accuracy does not say *what* is confused. Count for each true class how often each class was
# named: the *confusion matrix*.
#
# !!! question "Predict"
#     Rows are true classes, columns named ones. What do a row, a column and the diagonal add up
#     to?

# %%
from ptfund.evaluation import confusion_matrix
from ptfund.plotting import plot_heat_map

confusion = torch.zeros(10, 10, dtype=torch.int64)  # (C, C)
for true, named in zip(labels.tolist(), predicted.tolist(), strict=True):
    confusion[true, named] += 1
assert torch.equal(confusion, confusion_matrix(predicted, labels, classes=10))

# %%
digits = [str(digit) for digit in range(10)]
away = confusion - confusion.diag().diag()  # (C, C)
worst = away.argmax().item()
show(
    plot_heat_map(
        confusion, digits, digits, "named", "true", write=lambda n: f"{n:g}" if n else ""
    ),
    alt="Confusion matrix of the test part. The diagonal holds "
    f"{confusion.diag().min()} to {confusion.diag().max()} images a class; beside it stand "
    f"{away.sum()} in all. The largest of these counts, {away.max()}, is that of the class "
    f"{worst // 10} named {worst % 10}.",
)

# %% [markdown]
# ??? success "Answer"
#     A row to the images of that class, a column to those that were named so, the diagonal to
#     the right ones.
#
# Each class now has two shares. Its *recall*: of its images, how many were named so? Its
# *precision*: of those named so, how many belong to it? Naming an 8 seldom costs recall, naming
# it often costs precision. *F1* is their harmonic mean: it lies nearer to the smaller one, and is 0
# if one of them is.

# %% tags=["cheat-sheet"]
right = confusion.diag().double()
precision = right / confusion.sum(dim=0)  # (C,)
recall = right / confusion.sum(dim=1)  # (C,)
f1 = 2 * precision * recall / (precision + recall)  # (C,)

# %%
from sklearn.metrics import precision_recall_fscore_support

from ptfund.evaluation import class_scores, macro_f1

for digit in (0, 1, 8, 9):
    print(f"{digit}: {precision[digit]:.2f} {recall[digit]:.2f} {f1[digit]:.2f}")
print(f"mean F1  {f1.mean():.4f}")
print(f"accuracy {accuracy(predicted, labels):.4f}")

scikit_learn = precision_recall_fscore_support(labels, predicted)[:3]
for ours, packaged, theirs in zip(
    (precision, recall, f1), class_scores(confusion), scikit_learn, strict=True
):
    assert_close(ours, torch.tensor(theirs))
    assert_close(ours, packaged)
assert (f1 <= (precision + recall) / 2 + 1e-12).all()
assert abs(f1.mean() - accuracy(predicted, labels)) < 0.005

# %% [markdown]
# scikit-learn agrees. A mean over the classes is called *macro*; a rare class counts in it as
# much as a frequent one. Our classes are of equal size, and it hardly differs from the accuracy. So
# ask a question to which one answer is rare: is it an 8?
#
# !!! question "Predict"
#     A classifier always says "no". What are its accuracy, and precision and recall of "yes"?

# %%
is_eight = (labels == 8).long()  # (N,)
never = torch.zeros_like(is_eight)  # (N,)
table = confusion_matrix(never, is_eight, classes=2)  # (2, 2)
print(f"accuracy  {accuracy(never, is_eight):.1%}")
print(f"precision {table.diag()[1] / table.sum(dim=0)[1]}")
print(f"recall    {table.diag()[1] / table.sum(dim=1)[1]}")
print(f"macro F1  {macro_f1(never, is_eight, classes=2):.2f}")

# %% [markdown]
# ??? success "Answer"
#     Nine in ten are right. The recall is 0: no 8 is found. The precision is 0 / 0, for nothing
#     was named so.
#
# For 0 / 0 one must decide. Ours is 0, as in scikit-learn with `zero_division=0`: a class that is
# never named has earned nothing. So F1 of "yes" is 0, and macro F1 stays below one half: it warns,
# where the accuracy does not.

# %%
ours = class_scores(table)
assert 0.88 < accuracy(never, is_eight) < 0.92
assert math.isnan(table.diag()[1] / table.sum(dim=0)[1])
assert ours.precision[1] == ours.recall[1] == ours.f1[1] == 0
assert macro_f1(never, is_eight, classes=2) < 0.5

# %% [markdown]
# ## Look at the errors
#
# !!! question "Predict"
#     Are wrong answers less confident than right ones? All of them?

# %%
confidence = test_logits.softmax(dim=1).amax(dim=1)  # (N,)
wrong = predicted != labels  # (N,)
errors = wrong.nonzero()[:, 0]
errors = errors[confidence[errors].argsort(descending=True)][:12]

print(f"right: {confidence[~wrong].mean():.2f} on average")
print(f"wrong: {confidence[wrong].mean():.2f}, up to {confidence[wrong].max():.2f}")

assert confidence[wrong].mean() < confidence[~wrong].mean() - 0.15
assert confidence[wrong].max() > confidence[~wrong].median()

# %%
from ptfund.plotting import plot_images, plot_saliency

titles = [f"{labels[i]} → {predicted[i]}, {confidence[i]:.2f}" for i in errors.tolist()]
show(
    plot_images(raw.test.x[errors].reshape(-1, 8, 8), titles, columns=3),
    alt=f"The {len(errors)} most confident errors: {'; '.join(titles)} (true class, named "
    "class, confidence). Some are hard for a person too, others are not.",
)

# %% [markdown]
# ??? success "Answer"
#     On average, yes. But not all: the surest error is surer than half of the right answers.
#
# Why did the network say so? Chapter 2 asked with a [saliency
# map](02_autograd.py#which-pixels-matter). Take the last of these images, where the network was
# least sure: a small change may turn its answer. By how much does the lead of the named class over
# the true one grow with the ink of each pixel?
#
# !!! question "Predict"
#     Where will the largest slopes be: on the strokes, beside them, or at the edge of the image?

# %%
image = errors[-1]
pixels = raw.test.x[image].clone().requires_grad_()
scores = network(split.standardize(pixels[None]))[0]
lead = scores[predicted[image]] - scores[labels[image]]
(slope,) = torch.autograd.grad(lead, pixels)
strongest = slope.abs().argmax().item()
print(f"lead {lead:.2f}")
print(f"row {strongest // 8}, column {strongest % 8}: {slope[strongest]:+.1f}")

# %%
show(
    plot_saliency(raw.test.x[image].reshape(8, 8), slope.reshape(8, 8)),
    alt=f"An image of the digit {labels[image]}, taken for {predicted[image]}, and the slope of "
    f"its lead for each pixel, rounded. The strongest, {slope[strongest]:+.0f}, stands in row "
    f"{strongest // 8}, column {strongest % 8}, where the image has no ink.",
)

# %% [markdown]
# ??? success "Answer"
#     At the edge. A pixel that hardly ever has ink has a tiny standard deviation. Divided by it,
#     one unit of ink becomes huge.
#
# The strokes hardly matter beside it: one unit of ink there, of 16, would decide. Is that so? Put
# it there in *every* test image; and again with standardised values kept between −3 and 3 by
# `clamp`.

# %%
inked = raw.test.x.clone()
inked[:, strongest] += 1
z = split.standardize(inked)
inked_in_training = raw.train.x[:, strongest] > 0
print(f"ink there in {inked_in_training.sum()} of {len(inked_in_training)} training images")
print(f"one unit, standardised: {z[:, strongest].median():.0f}")
for name, features in {"as it is": split.test.x, "inked": z, "clamped": z.clamp(-3, 3)}.items():
    print(f"{name:8} {judged(network, Samples(features, labels)):.1%}")

untouched, spoiled = (judged(network, Samples(x, labels)) for x in (split.test.x, z))

# %% [markdown]
# One unit of ink, which the eye hardly sees, costs `{python} f"{100 * (untouched - spoiled):.0f}"`
# points. Accuracy did not show it, because the test images come from where the training images
# came from. (The clamp is a repair, found by looking at the test part: to claim anything for it,
# use new images.)

# %%
# Which pixel it is, and what it spoils, depends on the first weights.
assert 0 < inked_in_training.sum() < 5
assert strongest % 8 in {0, 7}
assert pixels[strongest] == 0
assert spoiled < untouched - 0.08
assert judged(network, Samples(z.clamp(-3, 3), labels)) > untouched - 0.05

# %% [markdown]
# ## Do probabilities mean what they say?
#
# A model is *calibrated* if three of four answers with the confidence 0.75 are right, and so on. To
# check, sort the answers into bins of confidence, and compare each bin's mean confidence with its
# accuracy. The mean distance, over all images, is the *expected calibration error*, ECE.

# %%
from ptfund.evaluation import calibration

probabilities = test_logits.softmax(dim=1)  # (N, C)
found = calibration(probabilities, labels, bins=5)

confidence, answers = probabilities.double().max(dim=1)
by_hand = 0.0
for k in range(5):
    inside = (confidence > k / 5) & (confidence <= (k + 1) / 5)
    if inside.any():
        gap = (answers == labels)[inside].double().mean() - confidence[inside].mean()
        by_hand += inside.double().mean() * gap.abs()
assert_close(float(by_hand), found.error)

# %%
print(found.samples.tolist(), f"ECE {found.error:.4f}")
with raises(ValueError, cause="logits in place of probabilities"):
    calibration(test_logits, labels)

# %% [markdown]
# With intervals, the bins make a *reliability diagram*:

# %%
from ptfund.plotting import plot_reliability

ends = torch.full((5, 2), torch.nan)
for k, count in enumerate(found.samples.tolist()):
    if count:
        right = round(found.accuracy[k].item() * count)
        ends[k] = torch.tensor(wilson_interval(right, count))

# %%
show(
    plot_reliability(found.confidence.float(), found.accuracy.float(), ends),
    alt="Reliability diagram of the test part, with intervals. "
    + " ".join(
        f"Of {n} answers near {c:.2f}, {a:.0%} are right."
        for c, a, n in zip(*(column.tolist() for column in found[1:]), strict=True)
        if n
    ),
)

# %%
reached = (ends[:, 0] <= found.confidence) & (found.confidence <= ends[:, 1])
assert reached[found.samples > 0].all()

# %% [markdown]
# On the dotted line accuracy equals confidence; a point above it means more often right than sure.
# Here every interval reaches the line. But one from a few answers would reach nearly any line, and
# nearly all answers are in the last bin. So compare the ECE with chance.
#
# !!! question "Predict"
#     Suppose that the probabilities were perfect: labels are *drawn* from them. Is the ECE of
#     `{python} size` such images 0?

# %%
generator = torch.Generator().manual_seed(0)
errors_by_chance = []
for _ in range(200):
    drawn = probabilities.multinomial(1, generator=generator)[:, 0]
    errors_by_chance.append(calibration(probabilities, drawn, bins=5).error)
perfect = torch.tensor(errors_by_chance)  # (200,)
print(f"measured {found.error:.3f}")
print(f"perfect  {perfect.mean():.3f} ± {perfect.std():.3f}")
as_bad = (perfect >= found.error).double().mean().item()
print(f"as bad as ours, or worse: {as_bad:.0%}")

# %% [markdown]
# ??? success "Answer"
#     No. In each bin chance moves the accuracy, and the ECE takes distances without their signs, so
#     that nothing cancels out.
#
# So perfect probabilities, too, would look as bad as ours now and then. An ECE without such a
# comparison says little, and with few images it cannot show a small fault. Ten seeds can show more,
# with the sign kept: accuracy minus mean confidence.


# %%
def overall_gap(logits: Tensor, labels: Tensor) -> float:
    """Return accuracy minus mean confidence."""
    confidence, answers = logits.softmax(dim=1).max(dim=1)
    return accuracy(answers, labels) - confidence.mean().item()


outputs = [logits_of(r.network, r.split.test) for r in runs]
gaps = [overall_gap(z, r.split.test.y) for z, r in zip(outputs, runs, strict=True)]
points = 100 * torch.tensor(gaps)
print(f"{points.mean():+.1f} ± {points.std():.1f} points")
print(f"above 0 in {sum(gap > 0 for gap in gaps)} of 10")

# Over the seeds the gap has a standard deviation of 0.5 points.
assert sum(gap > 0 for gap in gaps) >= 9
# And the ECE of one test part would have to lie three spreads off to be striking.
assert (perfect.mean() - found.error).abs() < 3 * perfect.std()
assert perfect.mean() > 0.008

# %% [markdown]
# Our networks are *underconfident*: they are right more often than they say.
#
# ## One number that corrects
#
# Divide all logits by one number, the *temperature* $T$, before the softmax.
#
# !!! question "Predict"
#     Does a $T$ below 1 make the answers more confident or less? What becomes of the accuracy?

# %% tags=["cheat-sheet"]
from ptfund.evaluation import fit_temperature

temperature = fit_temperature(validation_logits, split.validation.y)
tempered = (test_logits / temperature).softmax(dim=1)  # (N, C)
print(f"T = {temperature:.2f}")

# %%
tried = torch.linspace(0.3, 3, 271)  # (271,)
losses = [F.cross_entropy(validation_logits / t, split.validation.y).item() for t in tried]
print(f"best on a grid {tried[torch.tensor(losses).argmin()]:.2f}")
print(f"confidence {confidence.mean():.3f} to {tempered.amax(dim=1).mean():.3f}")

assert_close(tried[torch.tensor(losses).argmin()].item(), temperature, rtol=0, atol=0.011)
assert torch.equal(tempered.argmax(dim=1), predicted)
assert (tempered.amax(dim=1).mean() > confidence.mean()) == (temperature < 1)

# %% [markdown]
# ??? success "Answer"
#     More: it moves the logits apart. The accuracy stays, for the order stays.
#
# The best $T$ gives the least cross-entropy on the *validation* part: it is a choice. Does it close
# the gap on the test part? We ask ten seeds, and ten more networks with momentum 0.9, which comes
# further in 30 epochs.
#
# !!! question "Predict"
#     With momentum, all training images are read rightly in the end, and still the loss falls.
#     What becomes of the confidence? Will $T$ lie above or below 1? And on the training part?


# %%
def with_temperature(model: nn.Module, parts: SplitDigits) -> tuple[float, float, float, float]:
    """Return T, the gap without and with it, and by how much it changes the test loss."""
    t = fit_temperature(logits_of(model, parts.validation), parts.validation.y)
    z, y = logits_of(model, parts.test), parts.test.y
    change = F.cross_entropy(z / t, y) - F.cross_entropy(z, y)
    return t, overall_gap(z, y), overall_gap(z / t, y), change.item()


faster = [train(r.split.train, seed, momentum=0.9) for seed, r in enumerate(runs)]
tables = {
    "plain": torch.tensor([with_temperature(r.network, r.split) for r in runs]),
    "momentum": torch.tensor(
        [with_temperature(model, r.split) for model, r in zip(faster, runs, strict=True)]
    ),
}

# %%
for name, table in tables.items():
    t, before, after, change = table.T
    print(f"{name}: T {t.mean():.2f} ± {t.std():.2f}")
    for when, gap in {"without": 100 * before, "with T": 100 * after}.items():
        print(f"  gap {when} {gap.mean():+.1f} ± {gap.std():.1f} points")
    nearer, lower = (after.abs() < before.abs()).sum(), (change < 0).sum()
    print(f"  gap nearer to 0 in {nearer} of 10")
    print(f"  test loss lower in {lower} of 10")

with raises(ValueError, cause="a temperature fitted on training images"):
    fit_temperature(logits_of(faster[0], runs[0].split.train), runs[0].split.train.y)

# %% [markdown]
# ??? success "Answer"
#     Once all are right, larger logits make the loss smaller still, and the network becomes surer
#     of everything, of its errors too. It is *overconfident*: $T$ lies above 1. On the training
#     part, where nothing is wrong, a smaller $T$ is always better, so that there is no best one.
#
# One number takes the gap of the plain networks away. Those with momentum were nearer to begin
# with, and there no help is visible: $T$ hangs on the few errors of the validation part, and
# differs much from seed to seed. "Networks are overconfident" is no law either: it depends on how
# they were trained.

# %%
plain_t, plain_before, plain_after, plain_change = tables["plain"].T
faster_t, faster_before, _, _ = tables["momentum"].T
# Standard deviations over seeds: T 0.11 and 0.3, gaps 0.5 and 0.8 points.
assert (plain_t < 1).sum() >= 9
assert (faster_t > 1).sum() >= 8
assert (faster_before < 0).sum() >= 8
assert (plain_after.abs() < plain_before.abs()).sum() >= 8
assert plain_after.mean().abs() < plain_before.mean() / 2
assert (plain_change < 0).sum() >= 6
assert all(judged(m, r.split.train) == 1 for m, r in zip(faster, runs, strict=True))

# %% [markdown]
# ## Two models, the same images
#
# Is the network better than the linear layer, which has no hidden units?
#
# !!! question "Predict"
#     Their intervals for accuracy overlap widely. Does it follow that the two cannot be told
#     apart?

# %%
from ptfund.evaluation import sign_test

linear_predicted = logits_of(runs[0].linear, split.test).argmax(dim=1)  # (N,)
for answers in (predicted, linear_predicted):
    low, high = wilson_interval(int((answers == labels).sum()), size)
    print(f"{accuracy(answers, labels):.1%}, {low:.1%} to {high:.1%}")
first, second, p_value = sign_test(predicted, linear_predicted, labels)
print(f"only network {first}, only linear {second}")
print(f"p = {p_value:.2f}")

# %% [markdown]
# ??? success "Answer"
#     No. Most images are right for both, or wrong for both, and say nothing about which is better.
#     Only those count that *one* gets right.
#
# If the two were equally good, each of those images would be the toss of a coin. The *p-value* is
# the probability of a result at least as uneven. By hand, for $n$ tosses:

# %%
tosses = first + second
tail = sum(math.comb(tosses, k) for k in range(min(first, second) + 1)) / 2**tosses
assert_close(min(1.0, 2 * tail), p_value)

better = paired_difference(by_seed["network"], by_seed["linear"])
print(f"{100 * better.mean:+.2f} ± {100 * better.deviation:.2f} points")
print(f"better in {better.positive}, worse in {better.negative}")

# %% [markdown]
# (`math.comb(n, k)` counts the series with $k$ heads.) On one test part, tosses could easily do
# this. The *paired* differences of ten seeds are above 0 on average, by more than chance moves
# such a mean (the spread divided by $\sqrt{10}$, twice), though not with every seed. The hidden
# layer is worth about `{python} f"{100 * better.mean:.1f}"` points here, give or take
# `{python} f"{200 * better.deviation / 10**0.5:.1f}"`.

# %%
# Over the seeds the difference has a standard deviation of 0.7 points.
assert better.mean > 2 * better.deviation / math.sqrt(10)
assert better.positive >= 7

# %% [markdown]
# ## One pixel to the side
#
# The test images stand where the training images stand. Move each by one pixel, fill up with
# white, and standardise *afterwards*, as it would happen to real images.
#
# !!! question "Predict"
#     Left, right, up, down: what remains of the accuracy? Does the confidence warn? (The bars
#     compare with the nearest neighbour.)


# %%
def shifted(pixels: Tensor, down: int, right: int) -> Tensor:
    """Move images of 8 x 8 pixels; what comes in is white."""
    images = F.pad(pixels.reshape(-1, 8, 8), (1, 1, 1, 1))
    rows, columns = slice(1 - down, 9 - down), slice(1 - right, 9 - right)
    return images[:, rows, columns].flatten(start_dim=1)


moves = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
assert_close(shifted(raw.test.x, 0, 0), raw.test.x)

# %%
read = torch.zeros(10, 4, 4)
for s, r in enumerate(runs):
    for m, (down, right) in enumerate(moves.values()):
        x = shifted(r.raw.test.x, down, right)
        z, y = r.split.standardize(x), r.raw.test.y
        logits = logits_of(r.network, Samples(z, y))
        near = accuracy(nearest_neighbour(x, *r.raw.train), y)
        clamped = judged(r.network, Samples(z.clamp(-3, 3), y))
        sure = logits.softmax(dim=1).amax(dim=1).mean()
        read[s, m] = torch.tensor([accuracy(logits.argmax(dim=1), y), near, clamped, sure])
means, spreads = 100 * read.mean(dim=0), 100 * read.std(dim=0)

# %%
from ptfund.plotting import plot_bars

bars = {"network": means[:, 0].round(), "nearest neighbour": means[:, 1].round()}
show(
    plot_bars(list(moves), bars, "moved by one pixel", "accuracy in %"),
    alt="Accuracy in % on shifted test images, mean of ten seeds. Network: "
    + ", ".join(f"{name} {value:.0f}" for name, value in zip(moves, means[:, 0], strict=True))
    + ". Nearest neighbour: "
    + ", ".join(f"{name} {value:.0f}" for name, value in zip(moves, means[:, 1], strict=True))
    + ".",
)

# %%
for name, row, spread in zip(moves, means, spreads, strict=True):
    print(f"{name:5} {row[0]:.0f} ± {spread[0]:.0f}, clamped {row[2]:.0f}, sure {row[3]:.0f} %")

# %% [markdown]
# ??? success "Answer"
#     From `{python} f"{means[:, 0].min():.0f}"` to `{python} f"{means[:, 0].max():.0f}"` %. The
#     confidence hardly warns: it is highest where the accuracy is lowest. To the network a pixel is
#     a feature of its own: it knows nothing of neighbours.
#
# Left and right suffer most: ink reaches columns that were almost empty in training, and
# standardising blows it up. There clamping gives a part back; up and down it does not. The nearest
# neighbour on raw pixels has nothing to blow up. It stays above the network, and yet loses much:
# weights and distances belong to places. (Networks for images, convolutional ones, look for the
# same pattern everywhere.)

# %%
# Over the seeds the accuracies have standard deviations of 2 to 5 points.
accurate, near, clamped, sure = means.T
assert (accurate < 55).all()
assert accurate[:2].max() < accurate[2:].min()
assert (sure > accurate + 10).all()
assert sure.argmax() == accurate.argmin()
assert (read[:, :, 1] > read[:, :, 0]).sum() >= 36
assert ((near > 55) & (near < 75)).all()
assert (clamped[:2] > accurate[:2] + 4).all()
assert (clamped[2:] < accurate[2:] + 3).all()

# %% [markdown]
# ## Writing by other hands
#
# [Chapter 3](03_data.py#what-belongs-together) inferred that each writer's images stand together
# in the file. A shuffled split has every writer on all sides. What does that hide of a network?
# Cut the file into five blocks, hold out one, and share out the rest. With ten seeds each block is
# held out twice.
#
# !!! question "Predict"
#     The validation part, drawn from the remaining images, says what accuracy to expect. Will the
#     block give the same?

# %%
from ptfund.data import Standardizer, load_digits, stratified_split

images, all_labels = load_digits()
pixels = images.flatten(start_dim=1).float()  # (1797, 64)
block = torch.arange(len(pixels)) * 5 // len(pixels)  # (1797,)


def held_out(seed: int) -> tuple[float, float]:
    """Return the accuracy on validation images, and on a block that was held out."""
    rest = (block != seed % 5).nonzero()[:, 0]
    generator = torch.Generator().manual_seed(seed)
    rows = [rest[part] for part in stratified_split(all_labels[rest], (0.75, 0.25), generator)]
    rows.append((block == seed % 5).nonzero()[:, 0])
    standardize = Standardizer.fit(pixels[rows[0]])
    parts = [Samples(standardize(pixels[part]), all_labels[part]) for part in rows]
    model = train(parts[0], seed)
    return judged(model, parts[1]), judged(model, parts[2])


# %%
expected, found_out = zip(*(held_out(seed) for seed in range(10)), strict=True)
report("validation", list(expected))
report("block", list(found_out))
lost = paired_difference(expected, found_out)
print(f"{100 * lost.mean:+.1f} ± {100 * lost.deviation:.1f} points")

# Over the seeds the difference has a standard deviation of 2.7 points; blocks differ much.
assert lost.positive >= 8
assert lost.mean > 0.015

# %% [markdown]
# ??? success "Answer"
#     Less, in `{python} lost.positive` of ten: errors become about
#     `{python} f"{(1 - sum(found_out) / 10) / (1 - sum(expected) / 10):.0f}"` times as frequent.
#
# The training parts are as large as ever, and so is each test. If the inference is right, what the
# network learned is, in part, the writing of people it has seen, and the validation part knows the
# same people. Which number is right? Both, each to its question. Say with every accuracy *which*
# images it is about.
#
# ## What you can do now
#
# - **Judge a model once.** Choose by the validation part, freeze, open the test part, report. Put
#   baselines beside the result: the most frequent class, the nearest mean, the nearest image.
# - **Say what chance may have done.** The Wilson interval for a share, the bootstrap for any
#   measure. Other images and other seeds are two questions, and need two numbers.
# - **See what is confused.** The confusion matrix has true classes as rows. Recall divides its
#   diagonal by the rows, precision by the columns; F1 is their harmonic mean.
# - **Check probabilities, and correct them.** Compare confidence with accuracy, bin by bin, and
#   with what perfect probabilities would show. Fit a temperature on the validation part.
# - **Compare on the same images, and look for the end.** Count what only one model gets right,
#   and pair over seeds. Then shift images, and hold out what belongs together.
#
# ## Key observations
#
# - Choosing by a part makes what it shows of the chosen too good ([Freeze, then open
#   once](#freeze-then-open-once)).
# - The nearest neighbour on raw pixels beats the network by
#   `{python} f"{100 * neighbours.mean:.1f}"` points ([Baselines first](#baselines-first)).
# - The accuracy on 360 images has a standard deviation of about one point ([How far could chance
#   move it?](#how-far-could-chance-move-it)); another start of the network moves it less ([Other
#   images, or another seed?](#other-images-or-another-seed)).
# - Always saying "no" can be right nine times in ten, and find nothing ([Which is taken for
#   which](#which-is-taken-for-which)).
# - One unit of ink where hardly a training image had any costs
#   `{python} f"{100 * (untouched - spoiled):.0f}"` points ([Look at the
#   errors](#look-at-the-errors)).
# - Perfect probabilities have an ECE above 0; that of our one test part lies within their chance
#   ([Do probabilities mean what they say?](#do-probabilities-mean-what-they-say)).
# - Plain gradient descent left our networks underconfident, momentum made them overconfident. One
#   number took the first gap away, and no accuracy; for the second, no help was visible ([One
#   number that corrects](#one-number-that-corrects)).
# - The hidden layer is worth about `{python} f"{100 * better.mean:.1f}"` points of accuracy, give
#   or take `{python} f"{200 * better.deviation / 10**0.5:.1f}"` ([Two models, the same
#   images](#two-models-the-same-images)).
# - Moved by one pixel, only `{python} f"{means[:, 0].min():.0f}"` to
#   `{python} f"{means[:, 0].max():.0f}"` % of the images are read rightly; the confidence is
#   highest where the accuracy is lowest ([One pixel to the side](#one-pixel-to-the-side)).
# - A block of the file that was held out, most likely by other hands, costs
#   `{python} f"{100 * lost.mean:.0f}"` points that a shuffled split does not show ([Writing by
#   other hands](#writing-by-other-hands)).
#
# ## Exercises
#
# `check` tries a function on several inputs, and says what is wrong with it. In every exercise
# there is at least one image.

# %%
from jaxtyping import Bool, Float, Float64, Int64

from ptfund.exercises import check

# %% [markdown]
# ### 1. Macro F1
#
# Return the mean of F1 over all classes. A class that is never named, that does not occur, or
# both, counts with 0. Count yourself: do not call `ptfund` or scikit-learn.

# %% [markdown] tags=["hint"]
# F1 is twice the right ones, divided by the sum of those that were named so and those that are
# so. Only that sum can be 0. What does `bincount` need so that it counts absent classes?


# %% tags=["solution"]
def mean_f1(
    predicted: Int64[Tensor, " n"],
    labels: Int64[Tensor, " n"],
    classes: int,
) -> float:
    """Return macro F1; both hold numbers from 0 to classes - 1."""
    right, named, true = (
        torch.bincount(numbers, minlength=classes)
        for numbers in (labels[predicted == labels], predicted, labels)
    )
    f1 = 2 * right.double() / (named + true).clamp(min=1)
    return f1.mean().item()


# %% tags=["check"]
check(mean_f1)

# %% [markdown] tags=["solution"]
# `minlength` gives each class its place in all three counts. In this form only a class that is
# neither named nor occurs has 0 / 0, and since it has no right ones either, raising the sum to 1
# makes it 0. From precision and recall it would be 0 / 0 in more places.

# %% [markdown]
# ### 2. Bootstrap a difference
#
# Two models have answered the same images. Resample the images 2,000 times: draw as many as there
# are, with replacement, by numbers from `generator`. Return the two ends, the lower one first,
# between which the middle 95 % of the resampled differences of their accuracies lie (first minus
# second).

# %% [markdown] tags=["hint"]
# Which images are drawn must be the same for both models. Compute +1, 0 or −1 for each image
# first; then only means of resampled rows are left.


# %% tags=["solution"]
def difference_interval(
    first: Int64[Tensor, " n"],
    second: Int64[Tensor, " n"],
    labels: Int64[Tensor, " n"],
    generator: torch.Generator,
) -> tuple[float, float]:
    """Return both ends, by 2,000 resamples of the images."""
    n = len(labels)
    lead = (first == labels).double() - (second == labels).double()
    rows = torch.randint(n, (2000, n), generator=generator)
    ends = torch.tensor([0.025, 0.975], dtype=torch.float64)
    low, high = lead[rows].mean(dim=1).quantile(ends).tolist()
    return low, high


# %% tags=["check"]
check(difference_interval)

# %% [markdown] tags=["solution"]
# Each row of `rows` is one resample, and `lead` holds both models' answers to an image, so that
# they cannot be torn apart. Drawn separately, images that are hard for both would no longer cancel
# out, and the interval would be too wide.

# %% [markdown]
# ### 3. Bins of equal size
#
# In this chapter's reliability diagram nearly all answers are in one bin. Sort them by confidence
# instead, and cut them into bins that hold equally many (the first ones one more, if it does not
# come out even). Equally sure ones stay in their order. There are no more bins than answers; both
# results have the dtype of `confidence`.

# %% [markdown] tags=["hint"]
# `tensor_split` cuts as described. The right answers must be brought into the same order.
# `argsort(stable=True)` keeps equal ones in their order; without it, they may be mixed.


# %% tags=["solution"]
def equal_bins(
    confidence: Float[Tensor, " n"],
    right: Bool[Tensor, " n"],
    bins: int,
) -> tuple[Float[Tensor, " bins"], Float[Tensor, " bins"]]:
    """Return mean confidence and accuracy, least confident bin first."""
    order = confidence.argsort(stable=True)
    sure, hits = (
        torch.stack([part.mean() for part in x[order].tensor_split(bins)])
        for x in (confidence, right.to(confidence.dtype))
    )
    return sure, hits


# %% tags=["check"]
check(equal_bins)

# %% [markdown] tags=["solution"]
# One `order` serves both, so that each answer stays beside its confidence. Equal confidences are
# not rare: in the test part the first network with momentum has
# `{python} int((logits_of(faster[0], split.test).softmax(dim=1).amax(dim=1) == 1).sum())`
# that are 1, by rounding. Their order does not move a mean confidence, but it decides whose right
# answers fall into which bin.

# %% [markdown]
# ### 4. The worst slice
#
# An accuracy can hide a group of images for which it is far lower: a class, a writer, a part of
# the file. Return that group, but pass over those that are too small to judge: that have fewer
# than `at_least` images, which is 1 or more. One group at least is large enough. Of equally bad
# ones, return the group with the smallest number. Numbers begin with 0, and not all need occur.

# %% [markdown] tags=["hint"]
# `bincount` counts the images of each group, and with `weights=right.double()` the right ones.
# Let the accuracy of small groups be infinite.


# %% tags=["solution"]
def worst_slice(
    right: Bool[Tensor, " n"],
    group: Int64[Tensor, " n"],
    at_least: int,
) -> tuple[int, float]:
    """Return the worst large enough group: its number and accuracy."""
    counts = group.bincount()
    shares = group.bincount(weights=right.double()) / counts
    shares = torch.where(counts < at_least, math.inf, shares)
    worst = int(shares.argmin())
    return worst, shares[worst].item()


# %% tags=["check"]
check(worst_slice)

# %% [markdown] tags=["solution"]
# Small groups keep their places, so that the position of the minimum is the number of the group.
# A number that no image has would be 0 / 0, but is too small as well. Of equal minima, `argmin`
# returns the first.

# %% [markdown]
# ### 5. When to abstain
#
# A model may leave unsure images to a person. Return how accurate it is on the `k` images that it
# is surest of, for every `k` from 1 to all. Equally sure ones stay in their order.

# %% [markdown] tags=["hint"]
# Sort by confidence, with `stable=True` as in exercise 3, and add up with `cumsum`. The last
# entry is the accuracy as you know it.


# %% tags=["solution"]
def accuracy_of_surest(
    confidence: Float[Tensor, " n"],
    right: Bool[Tensor, " n"],
) -> Float64[Tensor, " n"]:
    """Return the accuracy for k = 1, 2, ..., n."""
    order = confidence.argsort(descending=True, stable=True)
    hits = right[order].double().cumsum(dim=0)
    return hits / torch.arange(1, len(hits) + 1)


# %% tags=["check"]
check(accuracy_of_surest)

# %% [markdown] tags=["solution"]
# One sort and one running sum serve all `k` at once. Sorting upwards and turning the result round
# looks the same, and turns equally sure ones round, too. `double` comes first: a whole number
# divided by a whole number would be float32.

# %% [markdown]
# ## Next
#
# [Key observations, measured](08_observations.py) puts the claims of all chapters to the same test:
# ten seeds, in pairs, in one table.
