# %% [markdown]
# # The training loop
#
# Data, model, loss and optimizer are there. What remains are five lines that put them to work,
# again and again. They are short, and most mistakes in them raise no error: the loss falls a
# little less, or not at all. After this chapter you will be able to
#
# - write the five lines, and say what each of them changes;
# - test a loop before you trust it, and measure a loss so that the number is right;
# - tell four common mistakes from the curve of the loss;
# - keep steps in bounds, by the learning rate, by clipping, and by adding up small batches;
# - keep the best weights, stop in time, and go on after an interruption as if there had been none.
#
# **You need** the batches of [Dataset preparation](03_data.py), the state dict of [The
# model](04_model.py), and [Loss and optimizer](05_loss_and_optimizer.py). **It takes** about 40
# minutes, exercises apart.

# %%
import copy
import inspect
import io
import math
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_
from torch.testing import assert_close
from torch.utils.data import DataLoader, TensorDataset

from ptfund import training
from ptfund.data import Samples, split_digits
from ptfund.display import raises, show
from ptfund.evaluation import accuracy, paired_difference
from ptfund.models import MLP, seeded
from ptfund.plotting import plot_curves, plot_heat_map, plot_panels

# %% [markdown]
# ## One step, with numbers
#
# The smallest model has one weight and one bias, here 1 and 0. The only sample is $x = 2$ with
# the target 5.
#
# !!! question "Predict"
#     Take pencil and paper. The loss is the squared error, and the learning rate 0.05. What are
#     the prediction, the loss, both gradients, the new weight and bias, and the loss after the
#     step?

# %%
model = nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
with torch.no_grad():
    model.weight.fill_(1.0)
    model.bias.fill_(0.0)
x, y = torch.tensor([[2.0]]), torch.tensor([[5.0]])

prediction = model(x)  # (1, 1)
loss = F.mse_loss(prediction, y)  # ()
optimizer.zero_grad()
loss.backward()
optimizer.step()

# %%
print(f"prediction {prediction.item():.2f}, loss {loss.item():.2f}")
print(f"gradients {model.weight.grad.item():.2f}, {model.bias.grad.item():.2f}")
print(f"parameters {model.weight.item():.2f}, {model.bias.item():.2f}")
after = F.mse_loss(model(x), y)  # ()
print(f"prediction {model(x).item():.2f}, loss {after.item():.2f}")

assert_close(model.weight.grad, torch.tensor([[-12.0]]))
assert_close(model.weight.detach(), torch.tensor([[1.6]]))
assert_close(model.bias.detach(), torch.tensor([0.3]))
assert_close(model(x).detach(), torch.tensor([[3.5]]))
assert_close(after.detach(), torch.tensor(2.25))

# %% [markdown]
# ??? success "Answer"
#     1 · 2 + 0 = 2, three too few: the loss is 9. Its slope with the prediction is
#     2 · (2 − 5) = −6. The weight's gradient is that times $x$, −12; the bias's is −6. The step
#     adds 0.05 · 12 to the weight and 0.05 · 6 to the bias. The prediction is now 3.5, and the
#     loss a quarter of what it was.
#
# Forward, loss, `zero_grad`, `backward`, `step`: all training is these five lines. `loss` itself
# does not move when the weights do; it was computed before.
#
# ## Which line changes what
#
# Now two steps on the digits, with a note after each line: what is in `.grad`, and how far the
# weights of the last layer are from where they began.

# %%
split = split_digits(torch.Generator().manual_seed(0))
with seeded(0):
    model = MLP()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
begun = model.output.weight.detach().clone()  # (10, 64)


notes = []


def note(line: str) -> None:
    """Print and keep the length of the gradient, and how far the weights have moved."""
    gradient = model.output.weight.grad
    length = "None" if gradient is None else f"{gradient.norm():.3f}"
    distance = f"{(model.output.weight - begun).norm():.4f}"
    print(f"{line:9}  grad {length:5}  moved {distance}")
    notes.append((length, distance))


# %% [markdown]
# !!! question "Predict"
#     After which of the ten lines does the note about `.grad` change, and after which the
#     distance?

# %%
for rows in torch.arange(128).split(64):
    logits = model(split.train.x[rows])
    note("forward")
    loss = F.cross_entropy(logits, split.train.y[rows])
    note("loss")
    optimizer.zero_grad()
    note("zero_grad")
    loss.backward()
    note("backward")
    optimizer.step()
    note("step")

lengths, distances = zip(*notes, strict=True)
changes = [[i for i in range(1, 10) if seen[i] != seen[i - 1]] for seen in (lengths, distances)]
assert changes == [[3, 7, 8], [4, 9]]  # backward, zero_grad, backward; step, step

# %% [markdown]
# ??? success "Answer"
#     `.grad` changes after `backward`, and after the second `zero_grad`; the first had nothing
#     to clear. The weights change after `step` alone.
#
# Each line does one thing. `forward` and `loss` build the graph, `backward` walks it and adds to
# `.grad`, `step` reads `.grad` and moves, and `zero_grad` sets `.grad` to `None`. Model and
# optimizer never speak to each other: they share the parameters.
#
# ## Three places for `zero_grad`
#
# To try other orders, we let a string say which line comes when.


# %%
def weights_after(order: str, *, stale: bool = False) -> Tensor:
    """Return the output weights after ten batches of the lines in this order."""
    with seeded(0):
        model = MLP()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    if stale:  # a gradient that someone has looked at before training
        F.cross_entropy(model(split.train.x), split.train.y).backward()
    for rows in torch.arange(640).split(64):
        for line in order.split():
            if line == "zero":
                optimizer.zero_grad()
            elif line == "forward":
                loss = F.cross_entropy(model(split.train.x[rows]), split.train.y[rows])
            elif line == "backward":
                loss.backward()
            elif line == "step":
                optimizer.step()
    return model.output.weight.detach()


# %% [markdown]
# !!! question "Predict"
#     `zero_grad` may stand before `forward`, before `backward`, or after `step`. Do all three
#     give the same weights? Do they if a gradient is left in `.grad` from before the loop?

# %%
places = {
    "before forward": "zero forward backward step",
    "before backward": "forward zero backward step",
    "after step": "forward backward step zero",
}
usual = weights_after("forward zero backward step")  # (10, 64)
for place, order in places.items():
    clean = torch.equal(weights_after(order), usual)
    stale = torch.equal(weights_after(order, stale=True), usual)
    print(f"{place:15} clean {clean!s:5} stale {stale}")
    assert clean
    assert stale == (place != "after step")

# %% [markdown]
# ??? success "Answer"
#     All three are equal to the last bit, if `.grad` is empty at the start: between one `step` and
#     the next `backward` nothing reads `.grad`. If something is left in it, "after step" comes too
#     late for the first step. So clear before `backward`.
#
# One place is left for `zero_grad`, and one for `step` that is too early. Both are wrong.
#
# !!! question "Predict"
#     What is learned with `zero_grad` between `backward` and `step`? And what happens with `step`
#     between `forward` and `backward`?

# %%
with seeded(0):
    untouched = MLP().output.weight.detach()
frozen = weights_after("forward backward zero step")  # (10, 64)
print("frozen:", torch.equal(frozen, untouched))
with raises(RuntimeError, cause="a step between forward and backward"):
    weights_after("forward step zero backward")

assert torch.equal(frozen, untouched)
assert not torch.equal(usual, untouched)

# %% [markdown]
# ??? success "Answer"
#     Nothing is learned: `step` passes over parameters whose `.grad` is `None`, and says nothing.
#     The other order raises an error in the second batch, when there is a gradient to step with.
#     `backward` needs the weights of the output layer (64 and 10) as they were in `forward`, and
#     `step` has changed them in place ([Changing in place](02_autograd.py#changing-in-place)).
#
# (What comes of leaving `zero_grad` out is drawn further below.)
#
# ## Sixteen samples first
#
# How do you know that a loop works? First try it on very few samples.
#
# !!! question "Predict"
#     An `MLP` takes 100 steps on 16 images. How many of the 16 does it get right, and what part of
#     the validation images, roughly? And if the 16 labels are drawn by lot?


# %%
def by_heart(seed: int, *, by_lot: bool = False, mistake: str = "") -> tuple[float, float]:
    """Return the accuracies on 16 training images, and on the validation part."""
    generator = torch.Generator().manual_seed(seed)
    split = split_digits(generator)
    x, y = split.train.x[:16], split.train.y[:16]
    if by_lot:
        y = torch.randint(10, (16,), generator=generator)
    with seeded(seed):
        model = MLP()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(100):
        loss = F.cross_entropy(model(x), y)
        if mistake != "no zero_grad":
            optimizer.zero_grad()
        loss.backward()
        if mistake != "no step":
            optimizer.step()
    right = accuracy(model(x).argmax(dim=1), y)
    return right, accuracy(model(split.validation.x).argmax(dim=1), split.validation.y)


# %%
seeds = range(10)
true_labels = torch.tensor([by_heart(seed) for seed in seeds])  # (10, 2)
lot_labels = torch.tensor([by_heart(seed, by_lot=True) for seed in seeds])  # (10, 2)
for name, found in {"true labels": true_labels, "by lot": lot_labels}.items():
    few, many = (f"{share.mean():.0%} ± {share.std():.0%}" for share in found.T)
    print(f"{name:11}  16: {few}")
    print(f"{'':11}  rest: {many}")

# Over the seeds the accuracy on the rest has a standard deviation of 7 points, both times.
assert (true_labels[:, 0] == 1).all()
assert (lot_labels[:, 0] == 1).all()
assert 0.45 < true_labels[:, 1].mean() < 0.7
assert lot_labels[:, 1].mean() < 0.2

# %% [markdown]
# ??? success "Answer"
#     All 16, even where the labels mean nothing: 4,810 parameters are plenty for 16 labels. Of the
#     others it knows about half, as images of one digit are alike, and with labels by lot no more
#     than chance.
#
# Learning the training samples at the expense of all others is *overfitting*; here it is wanted.
# Which mistakes does the test find?

# %%
for mistake in ("no step", "no zero_grad"):
    shares = torch.tensor([by_heart(seed, mistake=mistake)[0] for seed in seeds])
    print(f"{mistake:12}  16: {shares.min():.0%} to {shares.max():.0%}")
    assert (shares == 1).all() == (mistake == "no zero_grad")

assert shares.min() == 1

# %% [markdown]
# A loop that never steps fails. One that never clears passes, as a short run does it no harm. So to
# fail says that something is wrong; to pass says little, and nothing about labels or other images.
#
# ## The mean of what?
#
# The last batch of an epoch is mostly smaller.
#
# !!! question "Predict"
#     Of 350 images 100 % are right, of the 10 in the last batch 50 %. What is the mean of the two
#     accuracies, and what is the accuracy?

# %%
hits = torch.ones(360)  # (360,)
hits[-5:] = 0
shares = torch.stack([part.mean() for part in hits.split(350)])  # (2,)
print(f"mean of batches {shares.mean():.1%}")
print(f"mean of samples {hits.mean():.1%}")

# %% [markdown]
# ??? success "Answer"
#     The mean of the two is 75 %, but 355 of 360 are right.
#
# A mean of batch means counts the samples of a small batch more. Multiply each batch's mean by its
# number of samples, and divide the sum by the number of all samples. For the loss of the model that
# took two steps above:

# %%
batches = list(zip(*(part.split(350) for part in split.validation), strict=True))
sizes = torch.tensor([len(y) for _, y in batches])  # (2,)
with torch.no_grad():
    losses = torch.stack([F.cross_entropy(model(x), y) for x, y in batches])
    at_once = F.cross_entropy(model(split.validation.x), split.validation.y)

per_sample = (losses * sizes).sum() / sizes.sum()  # ()
print(sizes, losses, sep="\n")
print(f"mean of batches {losses.mean():.4f}")
print(f"mean of samples {per_sample:.4f}")

assert_close(shares.mean(), torch.tensor(0.75))
assert_close(hits.mean(), torch.tensor(355 / 360))
assert_close(per_sample, at_once)
assert abs(losses.mean() - at_once) > 1e-3

# %% [markdown]
# ## Two switches for validation
#
# Before a model is judged, there are two things to switch: `eval()` and `no_grad()`.
#
# !!! question "Predict"
#     A model with dropout is called twice on the same images. In which of the four combinations
#     are both results equal? In which is a graph built?

# %%
with seeded(0):
    dropping = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 10))
print("mode   no_grad  equal  graph")
for mode in ("train", "eval"):
    for no_grad in (False, True):
        dropping.train(mode == "train")
        with seeded(0), torch.set_grad_enabled(not no_grad):
            one, two = dropping(split.train.x), dropping(split.train.x)
        equal, graph = torch.equal(one, two), one.requires_grad
        print(f"{mode:5}  {no_grad!s:7}  {equal!s:5}  {graph}")
        assert equal == (mode == "eval")
        assert graph != no_grad

# %% [markdown]
# ??? success "Answer"
#     Equal in `eval`, whatever is said about gradients; a graph without `no_grad`, whatever the
#     mode. (`set_grad_enabled(False)` is `no_grad()`, and `train(False)` is `eval()`.)
#
# `eval` decides *what* is computed, `no_grad` whether it is *noted*. Forget the first, and with
# such layers the number is wrong; forget the second, and it costs memory. With both, and with the
# right mean:


# %% tags=["cheat-sheet"]
@torch.no_grad()
def mean_loss(model: nn.Module, batches: Iterable) -> float:
    """Return the mean loss of the samples, in eval mode and without gradients."""
    model.eval()
    total = samples = 0
    for x, y in batches:
        total += F.cross_entropy(model(x), y, reduction="sum").item()
        samples += len(y)
    model.train()
    return total / samples


# %%
assert mean_loss(dropping, [split.validation]) == mean_loss(dropping, [split.validation])
assert_close(mean_loss(model, batches), mean_loss(model, [split.validation]))
assert model.training

# %% [markdown]
# (`reduction="sum"` leaves out the division.) It ends in train mode, so that training can go on.
# `MLP` has no layer with two modes: where only its `argmax` is asked for, this chapter leaves both
# switches alone.
#
# ## The whole loop
#
# An epoch is five lines for each batch; then the validation part is measured.

# %%
generator = torch.Generator().manual_seed(0)
split = split_digits(generator)
train_set = TensorDataset(*split.train)
batches = DataLoader(train_set, batch_size=64, shuffle=True, generator=generator)
with seeded(0):
    model = MLP()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
validation_losses = []

# %% tags=["cheat-sheet"]
for _ in range(30):
    for x, y in batches:
        logits = model(x)
        loss = F.cross_entropy(logits, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    validation_losses.append(mean_loss(model, [split.validation]))

# %%
by_hand = copy.deepcopy(model.state_dict())
with torch.no_grad():
    guesses = model(split.validation.x).argmax(dim=1)
validation_accuracy = accuracy(guesses, split.validation.y)
print(f"{validation_losses[0]:.2f} … {validation_losses[-1]:.2f}")
print(f"accuracy {validation_accuracy:.1%}")

# Over ten seeds the accuracy has a standard deviation of 0.9 points.
assert validation_accuracy > 0.93
assert validation_losses[-1] < validation_losses[0] / 4

# %% [markdown]
# That is the loop that the rest of this book uses. For the experiments of this chapter its two
# inner parts become functions: batches in a new order each time, and one epoch, which now also
# returns its loss.


# %%
def shuffled(samples: Samples, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the batches of one epoch, in an order drawn anew."""
    for rows in torch.randperm(len(samples.x), generator=generator).split(64):
        yield samples.x[rows], samples.y[rows]


def train_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable) -> float:
    """Take a step for each batch; return the mean loss of the samples, as they were met."""
    total = samples = 0
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        samples += len(y)
    return total / samples


# %%
def start(
    seed: int, *, lr: float = 0.1, momentum: float = 0.0, scale: float = 1, raw: bool = False
) -> tuple:
    """Return train and validation part, model, optimizer, and the generator for the batches."""
    generator = torch.Generator().manual_seed(seed)
    split = split_digits(generator, standardize=not raw)
    train, validation = (Samples(scale * x, y) for x, y in split[:2])
    with seeded(seed):
        model = MLP()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    return train, validation, model, optimizer, generator


# %% [markdown]
# !!! question "Predict"
#     In the first epoch, which of the two losses is larger: that of the training samples, as they
#     were met, or that of the validation samples? Which is larger in the 15th?

# %%
met, after = torch.zeros(10, 15), torch.zeros(10, 15)
for seed in seeds:
    train, validation, model, optimizer, generator = start(seed)
    for epoch in range(15):
        train_loss = train_epoch(model, optimizer, shuffled(train, generator))
        validation_loss = mean_loss(model, [validation])
        met[seed, epoch] = train_loss - validation_loss
        after[seed, epoch] = mean_loss(model, [train]) - validation_loss
for name, gaps in {"as met": met, "after": after}.items():
    for epoch in (1, 15):
        gap = gaps[:, epoch - 1]
        print(f"{name:6}  epoch {epoch:2}: {gap.min():+.3f} to {gap.max():+.3f}")

assert met[:, 0].min() > 0.1
assert met[:, -1].max() < 0
assert (after[:, 0] < met[:, 0] - 0.1).all()
assert after[:, 0].max() < 0.01

# %% [markdown]
# ??? success "Answer"
#     At first that of the training samples: each was measured before the step that it caused, when
#     the model was worse; the validation part waits until the end of the epoch. In the 15th
#     the model hardly changes, and it knows the training samples better.
#
# The printed differences are training minus validation, over ten seeds. Measured at the same time,
# after the epoch, the training samples' loss is at most as large from the first epoch on. So two
# curves that cross are no mystery.
#
# ## Which mistake is it?
#
# Four loops, each with one mistake, and what their losses do in 30 epochs. (What is above 4 is
# drawn at 4.)


# %%
def faulty_epoch(
    mistake: str, model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable
) -> float:
    """Return the training loss of an epoch in which one of the lines may be missing."""
    total = samples = 0
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        if mistake != "no zero_grad":
            optimizer.zero_grad()
        loss.backward()
        if mistake != "no step":
            optimizer.step()
        total += loss.item() * len(y)
        samples += len(y)
    return total / samples


# %%
def curves_with(mistake: str) -> dict[str, Tensor]:
    """Return the losses of 30 epochs with this mistake."""
    raw = mistake == "lr 0.3, raw pixels"
    train, validation, model, optimizer, generator = start(0, lr=0.3 if raw else 0.1, raw=raw)
    if mistake == "labels in another order":
        order = torch.randperm(len(train.y), generator=generator)
        train = Samples(train.x, train.y[order])
    losses = []
    for _ in range(30):
        batches = shuffled(train, generator)
        train_loss = faulty_epoch(mistake, model, optimizer, batches)
        losses.append([train_loss, mean_loss(model, [validation])])
    return dict(zip(("training", "validation"), torch.tensor(losses).T, strict=True))


# %% [markdown]
# !!! question "Predict"
#     Which of A to D is it that (1) never calls `step`, (2) never calls `zero_grad`, (3) takes
#     steps of `lr` 0.3 on raw pixels, (4) has shuffled the labels, but not the images?

# %%
mistakes = ("no step", "no zero_grad", "lr 0.3, raw pixels", "labels in another order")
lot = torch.randperm(4, generator=torch.Generator().manual_seed(5)).tolist()
drawn = {letter: mistakes[number] for letter, number in zip("ABCD", lot, strict=True)}
found = {letter: curves_with(mistake) for letter, mistake in drawn.items()}
ends = {letter: [curve[-1].item() for curve in curves.values()] for letter, curves in found.items()}
lowest = found["B"]["training"].argmin() + 1

# %%
show(
    plot_panels(torch.arange(1, 31), found, "epoch", "loss", ylim=(0, 4)),
    alt="Training and validation loss over 30 epochs. In A training falls slowly, to "
    f"{ends['A'][0]:.2f}, and validation rises, to {ends['A'][1]:.2f}. In B training falls until "
    f"epoch {lowest} and validation rises from the first; then both leave the "
    f"figure. In C both are level, at {ends['C'][0]:.2f}. "
    f"In D training begins above the figure, then both stay near {ends['D'][1]:.2f}.",
)

# %% [markdown]
# ??? success "Answer"
#     **A** is (4): labels that mean nothing are learned by heart, and what is learned so is wrong
#     for other images. **B** is (2): it learns at first, but the gradients add up, and the steps
#     grow. **C** is (1): nothing moves. **D** is (3): one jump, and then the loss of guessing,
#     log 10, as with the dead units of [chapter 5](05_loss_and_optimizer.py#why-standardise).
#
# Level from the start: nothing moves. Level after a jump: steps too long, once. Down and up again:
# steps that grow. Apart from each other from the start: what was learned is not what was meant.

# %%
# Over ten seeds A ends at 1.93 to 1.98 and 2.38 to 2.64, and B has its minimum in epochs 2 to 4.
assert ends["A"][0] < 2.1
assert ends["A"][1] > 2.3
assert lowest <= 8
assert found["B"]["validation"].argmin() == 0
assert ends["B"][0] > 1000
for curve in found["C"].values():
    assert_close(curve, curve[:1].expand(30))
rises = {name: curves["training"][-1] - curves["training"].min() for name, curves in found.items()}
assert [name for name, rise in rises.items() if rise > 0.1] == ["B"]
assert list(drawn.values()) == [mistakes[number] for number in (3, 1, 0, 2)]
assert found["D"]["training"][0] > 4
assert abs(ends["D"][1] - math.log(10)) < 0.05

# %% [markdown]
# The training loss of B ends above a thousand. Is it always better to clear gradients, then? That
# depends on the learning rate, and on how long one trains:
# [chapter 8](08_observations.py#is-clearing-critical) measures it.
#
# ## How long a step, for which features?
#
# Chapter 5 compared raw with standardised pixels. Now multiply the standardised ones by 0.1, 1 and
# 10.
#
# !!! question "Predict"
#     When the features become ten times as large, do the learning rates that work become larger
#     or smaller?

# %%
scales, rates = (0.1, 1.0, 10.0), (0.001, 0.01, 0.1, 1.0, 10.0)
shares = torch.zeros(3, 5)  # (3, 5)
for row, scale in enumerate(scales):
    for column, lr in enumerate(rates):
        for seed in range(3):
            train, validation, model, optimizer, generator = start(seed, lr=lr, scale=scale)
            for _ in range(5):
                train_epoch(model, optimizer, shuffled(train, generator))
            guesses = model(validation.x).argmax(dim=1)
            shares[row, column] += accuracy(guesses, validation.y) / 3

# %%
names = [f"{scale:g}" for scale in scales], [f"{lr:g}" for lr in rates]
good = [[names[1][column] for column in range(5) if row[column] > 0.85] for row in shares]
show(
    plot_heat_map(shares, *names, "learning rate", "pixels times", write="{:.0%}".format),
    alt="Validation accuracy after five epochs, by learning rate and scale of the pixels. It is "
    f"above 85 % for pixels times 0.1 with {good[0][0]}; for pixels times 1 with "
    f"{' and '.join(good[1])}; for pixels times 10 with {' and '.join(good[2])}. "
    f"One column further right each row has about {shares[2, 3]:.0%}.",
)

# %% [markdown]
# ??? success "Answer"
#     Smaller: larger features make the loss steeper, so the good cells move to the left. Their
#     left ends move by one column: ten times the features, a tenth of the rate. For one linear
#     layer it would be a hundredth ([Why
#     standardise?](05_loss_and_optimizer.py#why-standardise)), but a network is no parabola.
#
# (Means of three seeds after five epochs.) Left of the good cells five epochs are not enough;
# right of them steps are too long, and the model does no better than guessing. So "what is a good
# learning rate?" has no answer without "for which features?".

# %%
# Three seeds differ by up to 5 points where the accuracy is above 85 %, and by 1 at chance.
assert good == [["1"], ["0.1", "1"], ["0.01", "0.1"]]
assert (shares[[0, 1, 2], [4, 4, 3]] < 0.15).all()

# %% [markdown]
#
# ## More samples than fit
#
# A large batch may not fit into memory. Since gradients add up in `.grad`, it can be cut: several
# times `backward`, and one `step`. This is *gradient accumulation*.
#
# !!! question "Predict"
#     Ten images come as 4 + 4 + 2. Each piece has its mean loss. By what must each be multiplied,
#     so that the gradients add up to that of all ten: by 1, by 1/3, or by something else?


# %%
def flat_gradient(model: nn.Module) -> Tensor:
    """Return all gradients of a model in one row, as a copy."""
    return torch.cat([parameter.grad.flatten() for parameter in model.parameters()])


def added_up(factor: Callable[[int], float]) -> Tensor:
    """Return the gradient of the pieces, each loss times a factor that may depend on its size."""
    optimizer.zero_grad()
    for rows in torch.arange(10).split(4):
        loss = F.cross_entropy(model(split.train.x[rows]), split.train.y[rows])
        (loss * factor(len(rows))).backward()
    return flat_gradient(model)


# %%
with seeded(0):
    model = MLP()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
F.cross_entropy(model(split.train.x[:10]), split.train.y[:10]).backward()
whole = flat_gradient(model)  # (4810,)
pieces = {
    "1": added_up(lambda _: 1),
    "1/3": added_up(lambda _: 1 / 3),
    "size/10": added_up(lambda size: size / 10),
}
for name, gradient in pieces.items():
    print(f"{name:7}  off by {(gradient - whole).norm() / whole.norm():6.1%}")

assert_close(pieces["size/10"], whole)
assert_close(pieces["1/3"] * 3, pieces["1"])
assert (pieces["1/3"] - whole).norm() > 0.05 * whole.norm()

# %% [markdown]
# ??? success "Answer"
#     By its share of the samples, 4/10, 4/10 and 2/10: the mean of ten is their sum divided by 10.
#     With 1/3 it is once more a mean of batch means, and with 1 the step is three times as
#     long.
#
# Up to rounding, the step is that of the large batch. (Not with batch normalisation, which looks
# at each piece alone.)
#
# ## Clipping
#
# Steps that are too long for once can be cut. *Clipping* means: if the gradient of all parameters
# together is longer than a limit, shrink it to the limit. Its direction stays. By hand, and with
# PyTorch:


# %% tags=["cheat-sheet"]
def clip(parameters: Iterable[Tensor], limit: float) -> None:
    """Shrink the gradients, all by one factor, to a total length of at most the limit."""
    gradients = [parameter.grad for parameter in parameters]
    length = torch.cat([gradient.flatten() for gradient in gradients]).norm()
    if length > limit:
        for gradient in gradients:
            gradient *= limit / length


# %%
lengths = []
for limit in (0.1, 100.0):
    added_up(lambda size: size / 10)
    clip(model.parameters(), limit)
    ours = flat_gradient(model)
    added_up(lambda size: size / 10)
    clip_grad_norm_(model.parameters(), limit)
    assert_close(ours, flat_gradient(model), rtol=1e-4, atol=0)
    lengths.append(ours.norm())
    print(f"limit {limit:5}: from {whole.norm():.3f} to {ours.norm():.3f}")
    assert_close(ours / ours.norm(), whole / whole.norm(), rtol=1e-4, atol=1e-6)

assert_close(lengths[0], torch.tensor(0.1))
assert_close(lengths[1], whole.norm())

# %% [markdown]
# Raw pixels with `lr` 0.3 did no better than guessing ([Why
# standardise?](05_loss_and_optimizer.py#why-standardise), and D above). Does one line help them?
#
# !!! question "Predict"
#     Between which two of the five lines must the line stand? Afterwards, is the accuracy still
#     10 %, somewhere between, or as good as with standardised pixels?


# %%
def clipped_run(seed: int, limit: float, *, raw: bool = True) -> tuple[float, list[int]]:
    """Train with lr 0.3; return the accuracy, and how many steps of each epoch were cut."""
    train, validation, model, optimizer, generator = start(seed, lr=0.3, raw=raw)
    cut = [0] * 30
    for epoch in range(30):
        for x, y in shuffled(train, generator):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            length = clip_grad_norm_(model.parameters(), limit)  # as it was before
            cut[epoch] += int(length > limit)
            optimizer.step()
    return accuracy(model(validation.x).argmax(dim=1), validation.y), cut


# %%
clipped, cuts = zip(*(clipped_run(seed, 1.0) for seed in seeds), strict=True)
unclipped = [clipped_run(seed, math.inf)[0] for seed in seeds]
standardised = [clipped_run(seed, math.inf, raw=False)[0] for seed in seeds]
gain = paired_difference(clipped, unclipped)
beside = paired_difference(clipped, standardised)
arms = {"clipped": clipped, "unclipped": unclipped, "standardised": standardised}
for name, found in arms.items():
    accuracies = torch.tensor(found)
    print(f"{name:12} {accuracies.mean():.1%} ± {accuracies.std():.1%}")
print("cut, of 17 steps:", *cuts[0][:4], "…", *cuts[0][-2:])

# %% [markdown]
# ??? success "Answer"
#     Between `backward` and `step`: after there is a gradient, before it is used. The accuracy is
#     no worse than with standardised pixels. Clipping gained
#     `{python} f"{100 * gain.mean:.0f}"` points, in `{python} gain.positive` of 10 seeds.
#
# No step is now longer than 0.3 times 1: the jump of D cannot happen. The last line counts, for one
# seed, the cut steps of each epoch: at first all, at the end none. Were all of them cut to the end,
# all steps would be equally long.

# %%
# Both differences have a standard deviation of 0.6 points.
assert gain.positive == 10
assert gain.mean > 0.8
assert beside.mean > -0.005
assert all(cut[0] == 17 and cut[-1] == 0 for cut in cuts)

# %% [markdown]
# ## Keep the best weights, and stop
#
# In the data of others some labels are wrong. We make it so: each label of the training part is
# replaced, with probability 20 %, by one that is not true. (The validation part stays right.)


# %%
def noisy(samples: Samples, generator: torch.Generator) -> Samples:
    """Return the samples with about a fifth of their labels replaced by a wrong one."""
    wrong = torch.rand(len(samples.y), generator=generator) < 0.2
    shifts = torch.randint(1, 10, (len(samples.y),), generator=generator)
    return Samples(samples.x, torch.where(wrong, (samples.y + shifts) % 10, samples.y))


def right(model: nn.Module, samples: Samples) -> float:
    """Return the accuracy of a model."""
    return accuracy(model(samples.x).argmax(dim=1), samples.y)


train, validation, model, optimizer, generator = start(0, lr=0.05, momentum=0.9)
clean = train
train = noisy(clean, generator)
wrong = train.y != clean.y
mislabelled = Samples(train.x[wrong], train.y[wrong])

# %% [markdown]
# !!! question "Predict"
#     With momentum, the model can learn most of the wrong labels by heart. What does the validation
#     loss do meanwhile? In each epoch with a new least loss, `live` is set to `model.state_dict()`.
#     Which weights does it hold at the end: those of the best epoch, or those of the last?

# %%
curves: dict[str, list[float]] = {"training": [], "validation": []}
for epoch in range(1, 31):
    curves["training"].append(train_epoch(model, optimizer, shuffled(train, generator)))
    curves["validation"].append(mean_loss(model, [validation]))
    if curves["validation"][-1] == min(curves["validation"]):
        best_epoch = epoch
        live, copied = model.state_dict(), copy.deepcopy(model.state_dict())

last_accuracy, learned_last = right(model, validation), right(model, mislabelled)
model.load_state_dict(live)
live_accuracy = right(model, validation)
model.load_state_dict(copied)
copied_accuracy, learned_best = right(model, validation), right(model, mislabelled)
print(f"best epoch {best_epoch} of {epoch}")
print(f"last {last_accuracy:.1%}, live {live_accuracy:.1%}")
print(f"copied {copied_accuracy:.1%}")
print(f"wrong labels learned: {learned_best:.0%}, then {learned_last:.0%}")

# %%
losses = {name: torch.tensor(curve) for name, curve in curves.items()}
show(
    plot_curves(torch.arange(1, 31), losses, "epoch", "loss"),
    alt=f"Loss over 30 epochs. Training falls from {curves['training'][0]:.2f} to "
    f"{curves['training'][-1]:.2f}. Validation falls until epoch {best_epoch}, to "
    f"{min(curves['validation']):.2f}, then rises to {curves['validation'][-1]:.2f}.",
)

# %%
# Over ten seeds 4 to 21 % of the wrong labels are learned at the best epoch, 65 to 77 % at the end.
assert learned_best < 0.4
assert learned_last > 0.5
assert live_accuracy == last_accuracy
assert copied_accuracy > last_accuracy + 0.03
assert curves["validation"][-1] > 1.1 * min(curves["validation"])

# %% [markdown]
# ??? success "Answer"
#     It falls while the model learns what most labels have in common, and rises while it learns the
#     wrong ones one by one. `live` holds the last weights: `state_dict()` gives the tensors
#     themselves, which train on ([Saving and loading](04_model.py#saving-and-loading)). It takes
#     a copy.
#
# There is no need to train to the end. *Early stopping* waits a number of epochs, the *patience*,
# for a new least loss, then gives up, and returns to the best weights.


# %%
def when_to_stop(losses: list[float], patience: int) -> tuple[int, int]:
    """Return the last epoch that is trained, and the best so far, both counted from 1."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            break
    return epoch + 1, best + 1


# %%
def validation_curves(seed: int) -> tuple[list[float], list[float]]:
    """Train on noisy labels; return loss and accuracy on the validation part by epoch."""
    train, validation, model, optimizer, generator = start(seed, lr=0.05, momentum=0.9)
    train = noisy(train, generator)
    losses, accuracies = [], []
    for _ in range(30):
        train_epoch(model, optimizer, shuffled(train, generator))
        losses.append(mean_loss(model, [validation]))
        accuracies.append(right(model, validation))
    return losses, accuracies


# %% [markdown]
# !!! question "Predict"
#     A patience of 1 stops at the first epoch that is not better than all before. What does it
#     risk, and what does a patience of 30 cost?

# %%
curves_by_seed = [validation_curves(seed) for seed in seeds]
kept = {}
for patience in (1, 5, 30):
    stops = [when_to_stop(losses, patience) for losses, _ in curves_by_seed]
    runs = zip(curves_by_seed, stops, strict=True)
    kept[patience] = [accuracies[best - 1] for (_, accuracies), (_, best) in runs]
    trained = sum(last for last, _ in stops) / len(stops)
    print(f"patience {patience:2}  {trained:4.1f} epochs, {sum(kept[patience]) / 10:.1%}")

at_end = [accuracies[-1] for _, accuracies in curves_by_seed]
rescued = paired_difference(kept[5], at_end)
print(f"at the end   30.0 epochs, {sum(at_end) / 10:.1%}")
print(f"5 against the end: {100 * rescued.mean:+.1f} ± {100 * rescued.deviation:.1f}")


# %%
missed = sum(when_to_stop(c, 1)[1] != when_to_stop(c, 30)[1] for c, _ in curves_by_seed)
print(f"patience 1 misses it in {missed} of 10")

assert missed >= 6
assert rescued.positive >= 9
# This difference has a standard deviation of 3 points, that of patience 1 and 30 one of 0.8.
assert rescued.mean > 0.04
assert abs(paired_difference(kept[1], kept[30]).mean) < 0.01

# %% [markdown]
# ??? success "Answer"
#     1 may stop at a bump, with the best still to come. 30 cannot stop at all, and costs time; the
#     weights that it keeps are as good.
#
# Here a patience of 1 mostly missed the least loss, and yet lost no accuracy that could be seen.
# The validation part has now chosen the epoch, so its own accuracy flatters a little. Hence the
# test part.
#
# ## Go on as if nothing had happened
#
# A long run may be cut off. Chapter 4's checkpoint held the model alone. What more must it hold, so
# that the rest is *exactly* what it would have been? Everything that changes while training.


# %%
def begin() -> tuple[nn.Module, torch.optim.Optimizer, torch.Generator]:
    """Return a model with dropout, an optimizer with momentum, and a loader's generator."""
    with seeded(0):
        hidden, output = nn.Linear(64, 32), nn.Linear(32, 10)
    model = nn.Sequential(hidden, nn.ReLU(), nn.Dropout(0.5), output)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return model, optimizer, torch.Generator().manual_seed(0)


def two_epochs(model: nn.Module, optimizer: torch.optim.Optimizer, g: torch.Generator) -> None:
    """Train for two epochs."""
    for _ in range(2):
        train_epoch(model, optimizer, shuffled(split.train, g))


# %% [markdown]
# !!! question "Predict"
#     The model's weights change. What else does, in this model, with this optimizer, in this
#     order of batches? Three things.

# %%
file = io.BytesIO()
with seeded(0):
    model, optimizer, generator = begin()
    two_epochs(model, optimizer, generator)
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "batches": generator.get_state(),
        "dropout": torch.get_rng_state(),
    }
    torch.save(checkpoint, file)
    two_epochs(model, optimizer, generator)
uninterrupted = copy.deepcopy(model.state_dict())

# %% [markdown]
# ??? success "Answer"
#     The velocities in the optimizer; the generator that orders the batches; and PyTorch's global
#     generator, which dropout draws from.
#
# A new process would begin anew, load, and train on. We let it forget one part at a time:


# %%
def resumed(forgotten: str) -> bool:
    """Go on from the file without one of its parts; return whether the weights are the same."""
    file.seek(0)
    saved = torch.load(file, weights_only=True)
    with seeded(1):  # another process: other random numbers
        model, optimizer, generator = begin()
        if forgotten != "model":
            model.load_state_dict(saved["model"])
        if forgotten != "optimizer":
            optimizer.load_state_dict(saved["optimizer"])
        if forgotten != "batches":
            generator.set_state(saved["batches"])
        if forgotten != "dropout":
            torch.set_rng_state(saved["dropout"])
        two_epochs(model, optimizer, generator)
    pairs = zip(model.state_dict().values(), uninterrupted.values(), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)


# %%
for forgotten in ("nothing", *checkpoint):
    same = resumed(forgotten)
    print(f"without {forgotten:9}  same: {same}")
    assert same == (forgotten == "nothing")

# %% [markdown]
# With all four parts the weights are the same, to the last bit. Without any one of them training
# goes on, and nobody is told.
#
# ??? note "Aside: what else changes"
#     A schedule has a state as well, and so has early stopping; the number of epochs that are done
#     must be kept, too. Write the file beside the old one, and rename it then: whoever is cut off
#     while writing keeps the old one. [`save`][ptfund.training.save] and
#     [`resume`][ptfund.training.resume] do all that, and refuse what does not fit.
#
# ## The same in one function
#
# From here on, [`fit`][ptfund.training.fit] runs the loop. Its heart you have written: this is what
# [`train_epoch`][ptfund.training.train_epoch] is, without its docstring. (The comment in its first
# line speaks to a tool that checks style.)


# %%
def source(function: Callable) -> str:
    """Return the source of a function without its docstring."""
    before, _, after = inspect.getsource(function).split('"""')
    return before.rstrip() + after


print(source(training.train_epoch))

# %% [markdown]
# The five lines stand in the middle. Around them: a device, accumulation, clipping, the mean over
# the samples, and an error if a loss is no longer a number. (Names that begin with `_` are helpers:
# `_groups` cuts the batches into groups of `accumulate`, `_check_…` refuse bad input.) And `fit`,
# all epochs:

# %%
print(source(training.fit))

# %% [markdown]
# `tqdm` draws a bar, on a terminal alone. `History` keeps both lists of losses. `EarlyStopping`
# counts as `when_to_stop` does, and copies the best weights; `fit` leaves the last ones, and
# `stopping.restore(model)` brings the best back. `ReduceLROnPlateau` is a schedule that is told the
# loss.
#
# !!! question "Predict"
#     Same split, same first weights, same loader's seed. Are the weights of `fit` equal to those
#     of the loop by hand, nearly, or to the last bit?

# %%
generator = torch.Generator().manual_seed(0)
split = split_digits(generator)
train_set = TensorDataset(*split.train)
batches = DataLoader(train_set, batch_size=64, shuffle=True, generator=generator)
with seeded(0):
    model = MLP()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = training.fit(model, optimizer, batches, epochs=30, validation=[split.validation])
print(all(torch.equal(by_hand[name], value) for name, value in model.state_dict().items()))
print(f"{history.validation_loss[0]:.2f} … {history.validation_loss[-1]:.2f}")

assert_close(model.state_dict(), by_hand, rtol=0, atol=0)
assert_close(history.validation_loss, validation_losses)

# %% [markdown]
# ??? success "Answer"
#     To the last bit: the same operations in the same order on the same numbers.
#
# And where a loss is not a number, `fit` stops, which the five lines would not:

# %%
optimizer = torch.optim.SGD(model.parameters(), lr=1e30)
with raises(FloatingPointError, cause="steps so long that the loss overflows"):
    training.fit(model, optimizer, batches, epochs=30)

# %% [markdown]
# ## What you can do now
#
# - **Write the loop.** Forward and loss build a graph, `zero_grad` clears `.grad`, `backward` fills
#   it, `step` moves the parameters. Clear before `backward`; nothing stands between `backward` and
#   `step` but what changes gradients on purpose.
# - **Test it, and measure right.** A loop that cannot learn sixteen samples by heart is wrong; one
#   that can may still be. Weigh each batch by
#   its samples; `eval()` and `no_grad()` are two switches, and validation needs both.
# - **Read the curve.** Level: nothing moves. Level after a jump: one step too long. Down, then up
#   without end: growing steps. Training down, validation up: learned by heart.
# - **Keep steps in bounds.** A learning rate is good for features of one scale. A clipped gradient
#   keeps its direction. Pieces of a batch count by their size.
# - **Keep and go on.** Copy the best weights; stop when patience ends. A checkpoint holds all that
#   changes: model, optimizer, and both generators.
#
# ## Key observations
#
# - `zero_grad` has three right places only while `.grad` starts empty; between `backward` and
#   `step` it freezes the model without a word ([Three places for
#   `zero_grad`](#three-places-for-zero_grad)).
# - Sixteen labels drawn by lot are learned as perfectly as true ones ([Sixteen samples
#   first](#sixteen-samples-first)).
# - A mean of batch means is not the mean ([The mean of what?](#the-mean-of-what)).
# - `eval()` and `no_grad()` do not do each other's work ([Two switches for
#   validation](#two-switches-for-validation)).
# - In the first epoch the training loss lies above the validation loss, because it is measured
#   earlier ([The whole loop](#the-whole-loop)).
# - Each of four mistakes has a curve of its own, and with one alone the training loss ends far
#   above where it has been ([Which mistake is it?](#which-mistake-is-it)).
# - Larger features need smaller learning rates ([How long a step, for which
#   features?](#how-long-a-step-for-which-features)).
# - One line of clipping turned guessing into `{python} f"{sum(clipped) / 10:.0%}"`
#   ([Clipping](#clipping)).
# - On noisy labels the last weights were `{python} f"{100 * rescued.mean:.0f}"` points worse than
#   the best ([Keep the best weights, and stop](#keep-the-best-weights-and-stop)).
# - Resuming is exact with four states, and with any three of them it is not ([Go on as if nothing
#   had happened](#go-on-as-if-nothing-had-happened)).
#
# ## Exercises
#
# Each exercise asks for one function, the last for two. `check` tries it on several inputs, and
# says what is wrong with it.

# %%
from torch.optim import Optimizer

from ptfund.exercises import check

# %% [markdown]
# ### 1. Accumulate
#
# Train for one epoch on the cross-entropy, with one step for each group of `accumulate` batches,
# in their order; the last group may have fewer. The step must be that of the group in one batch:
# try ten samples as 4 + 4 + 2. To keep the memory small, give the model one batch at a time, and
# call `backward` before the next. A gradient that is in `.grad` from before must not count.

# %% [markdown] tags=["hint"]
# You must know the size of a group before its first `backward`. How often in a group is
# `zero_grad` called?


# %% tags=["solution"]
def accumulated_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    batches: list[tuple[Tensor, Tensor]],
    accumulate: int,
) -> None:
    """Take one step for each group of batches."""
    for first in range(0, len(batches), accumulate):
        group = batches[first : first + accumulate]
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            loss = F.cross_entropy(model(x), y)
            (loss * len(y) / size).backward()
        optimizer.step()


# %% tags=["check"]
check(accumulated_epoch)

# %% [markdown] tags=["solution"]
# Each batch counts by its share of the group's samples, so that the gradients add up to that of
# the mean over all of them. `backward` adds to `.grad`, hence one `zero_grad` for each group,
# before the first `backward`. The slice takes what is left for the last group by itself.

# %% [markdown]
# ### 2. Clip each parameter by itself
#
# Shrink each gradient that is longer than `limit` to this length, each by itself, and leave the
# others as they are. The length is the root of the sum of all squares. Parameters without a
# gradient are passed over. Mind that `parameters` may be what `model.parameters()` gives, which can
# be walked through only once. Is the direction of the whole step still the same?

# %% [markdown] tags=["hint"]
# `clip` of this chapter has one length for all. Which line moves into the loop? To change a
# gradient in place: `gradient *= …`.


# %% tags=["solution"]
def clip_each(parameters: Iterable[Tensor], limit: float) -> int:
    """Clip in place; return how many gradients were too long."""
    too_long = 0
    for parameter in parameters:
        gradient = parameter.grad
        if gradient is not None and gradient.norm() > limit:
            gradient *= limit / gradient.norm()
            too_long += 1
    return too_long


# %% tags=["check"]
check(clip_each)

# %% [markdown] tags=["solution"]
# Each gradient has a length and a factor of its own. So the direction of the whole step changes
# as soon as one is shrunk more than another: the parameters with short gradients gain weight.
# `gradient *= …` changes the tensor that the optimizer reads; `gradient = gradient * …` would only
# make another one.

# %% [markdown]
# ### 3. Three bugs
#
# This function runs, and its result is wrong in three ways. Mend it, so that it returns what
# `mean_loss` of this chapter returns, and leaves the mode of the model as it found it, whichever
# it was. It must still build no graph.
#
# ```python
# def measured(model: nn.Module, batches: list[tuple[Tensor, Tensor]]) -> float:
#     """Return the mean loss of the samples; change nothing."""
#     losses = []
#     with torch.no_grad():
#         for x, y in batches:
#             losses.append(F.cross_entropy(model(x).softmax(dim=1), y).item())
#     return sum(losses) / len(losses)
# ```

# %% [markdown] tags=["hint"]
# One is of chapter 5, two are of this one. Test with dropout, with batches of 4, 4 and 2, and
# with a model that comes in `eval`.


# %% tags=["solution"]
def measured(model: nn.Module, batches: list[tuple[Tensor, Tensor]]) -> float:
    """Return the mean loss of the samples; change nothing."""
    mode = model.training
    model.eval()
    total = samples = 0
    with torch.no_grad():
        for x, y in batches:
            total += F.cross_entropy(model(x), y, reduction="sum").item()
            samples += len(y)
    model.train(mode)
    return total / samples


# %% tags=["check"]
check(measured)

# %% [markdown] tags=["solution"]
# `cross_entropy` takes logits and has its own softmax; a second one flattens the loss, and nobody
# is told. A sum over the samples, divided once, gives each sample the same weight. And
# `train(mode)` takes `eval()` back; a plain `train()` would switch dropout on in a model that
# came without.

# %% [markdown]
# ### 4. Patience with a threshold
#
# A loss that is better by a hair is no reason to wait on. Count an epoch as better only if its
# loss is lower than the best so far by more than `least`. The best so far is the loss of the last
# epoch that counted; the first always counts. As soon as `patience` epochs in a row have not
# counted, training stops. There is at least one loss, and `patience` is at least 1.

# %% [markdown] tags=["hint"]
# If patience never ends, it is the last epoch of all. With `least=0` it is
# `when_to_stop(…)[0]`.


# %% tags=["solution"]
def last_epoch(losses: list[float], patience: int, least: float) -> int:
    """Return the epoch, counted from 1, after which training stops."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best] - least:
            best = epoch
        if epoch - best == patience:
            return epoch + 1
    return len(losses)


# %% tags=["check"]
check(last_epoch)

# %% [markdown] tags=["solution"]
# Many small gains can still add up to one that counts, as the best stays where it was meanwhile.
# Were it moved by each gain, however small, a steady slow descent would never count, and be
# stopped.

# %% [markdown]
# ### 5. Resume
#
# Return all that is needed to go on exactly with a model, an optimizer with momentum, a loader's
# generator, and dropout; and put it back, into the same objects or into new ones of the same
# kind. Training goes on after `snapshot`, and after `restore`: neither may change what is in
# `saved`, which may be used again.

# %% [markdown] tags=["hint"]
# Which of the four states hold tensors that training changes? Test twice from one snapshot, once
# after ten more steps. Does `load_state_dict` of an optimizer copy?


# %% tags=["solution"]
def snapshot(
    model: nn.Module, optimizer: Optimizer, generator: torch.Generator
) -> dict[str, object]:
    """Return a copy of all states."""
    states = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    draws = {"order": generator.get_state(), "dropout": torch.get_rng_state()}
    return copy.deepcopy(states | draws)


def restore(
    saved: dict[str, object],
    model: nn.Module,
    optimizer: Optimizer,
    generator: torch.Generator,
) -> None:
    """Put all states back; `saved` may be used again."""
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(copy.deepcopy(saved["optimizer"]))
    generator.set_state(saved["order"])
    torch.set_rng_state(saved["dropout"])


# %% tags=["check"]
check(snapshot, restore)

# %% [markdown] tags=["solution"]
# `state_dict()` gives the tensors themselves, which train on: hence the copy. Putting back, a model
# copies values into its own parameters, but an optimizer takes the velocities themselves: without
# a second copy, the next steps would change `saved`, and it would serve only once. The states of
# the generators are copies already.

# %% [markdown]
# ## Next
#
# [Evaluation](07_evaluation.py) asks how good the trained model is: against simple baselines, with
# an interval, and where it errs. For that the test part is opened, once.
