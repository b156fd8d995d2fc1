# %% [markdown]
# # Loss and optimizer
#
# A model makes predictions, and its parameters can be changed. Two questions are left: what
# counts as wrong, and what to do about it. The *loss* answers the first with one number, and
# the *optimizer* turns the gradient of that number into steps. After this chapter you will be
# able to
#
# - choose a loss for numbers and one for classes, and say what each of them calls best;
# - compute cross-entropy from scores of any size, and write down its gradient;
# - hand parameters to an optimizer, and write gradient descent, momentum and Adam yourself;
# - tell from a loss which learning rate is too large, and why standardised features help;
# - use weight decay, options for parts of a model, and a learning rate that changes.
#
# **You need** [Automatic differentiation](02_autograd.py), the split digits of [Dataset
# preparation](03_data.py), and layers and the `MLP` from [The model](04_model.py). **It takes**
# about 40 minutes, exercises apart.
#
# In shape comments, P is the number of points beside a line, N the number of training images
# and C that of classes. In formulas, $z$ are the scores of the classes, and $\eta$ is the
# learning rate.

# %%
import math
import textwrap
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.testing import assert_close

from ptfund import losses, optim
from ptfund.data import make_line, split_digits
from ptfund.display import raises, show
from ptfund.evaluation import accuracy, paired_difference
from ptfund.models import MLP, seeded
from ptfund.plotting import plot_curves, plot_surface

# %% [markdown]
# ## A loss for numbers
#
# Chapter 2 squared the errors of a line and took their mean. It could have taken their sizes
# instead, without the signs.
#
# !!! question "Predict"
#     Three targets are 1, 2 and 9, and one number shall stand for all of them. Which number has
#     the least mean squared error? Which one has the least mean absolute error?

# %%
targets = torch.tensor([1.0, 2.0, 9.0])  # (3,)
candidates = torch.linspace(0, 10, 101)  # (101,)
errors = candidates[:, None] - targets  # (101, 3)

best_by_squares = candidates[errors.square().mean(dim=1).argmin()]
best_by_sizes = candidates[errors.abs().mean(dim=1).argmin()]
print(best_by_squares, best_by_sizes)

assert_close(best_by_squares, targets.mean())
assert_close(best_by_sizes, targets.median())

# %% [markdown]
# ??? success "Answer"
#     By squares it is 4, the mean. By absolute errors it is 2, the median: the one in the
#     middle.
#
# So a loss is a decision about what "best" means. Squares count one miss of 10 as much as a hundred
# misses of 1, so they pull the answer towards 9. Where a miss twice as large is only twice as bad,
# take the absolute error.
#
# PyTorch's function is `mse_loss`, for *mean squared error*, in `torch.nn.functional`, which is
# mostly called `F`. Our [`losses`][ptfund.losses.mse_loss] has the same.

# %%
fours = torch.full((3,), 4.0)  # (3,)
by_hand = (fours - targets).square().mean()  # ()
print(by_hand)

assert_close(F.mse_loss(fours, targets), by_hand)
assert_close(losses.mse_loss(fours, targets), by_hand)

# %% [markdown]
# ## Each prediction with every target
#
# A layer with one output returns a column, (P, 1). Targets mostly come as (P,). Chapter 1
# warned: their difference has the shape (P, P). What does a layer learn from that?


# %%
def fit_line(seed: int, *, column: bool) -> list[float]:
    """Fit a layer, the targets being a column or not; return weight and bias."""
    x, y = make_line(100, torch.Generator().manual_seed(seed))
    with seeded(seed):
        layer = nn.Linear(1, 1)
    targets = y[:, None] if column else y
    for _ in range(200):
        (layer(x[:, None]) - targets).square().mean().backward()
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter -= 0.1 * parameter.grad
                parameter.grad = None
    return [layer.weight.item(), layer.bias.item()]


# %% [markdown]
# !!! question "Predict"
#     The points stand beside $y = 3x + 1$. If each prediction is compared with *every* target,
#     which weight and which bias are best?

# %%
seeds = range(10)
right = torch.tensor([fit_line(seed, column=True) for seed in seeds])  # (10, 2)
wrong = torch.tensor([fit_line(seed, column=False) for seed in seeds])  # (10, 2)
for name, found in {"(P, 1)": right, "(P,)": wrong}.items():
    weight, bias = (f"{c.mean():5.2f} ± {c.std():.2f}" for c in found.T)
    print(f"{name:6} w {weight}, b {bias}")

# %% [markdown]
# ??? success "Answer"
#     Each prediction faces the same targets, all of them, and the best answer to all of them is
#     their mean. So $x$ no longer matters: the weight is 0, and the bias is the mean of $y$.
#
# (Mean ± standard deviation over ten seeds, each with points and a start of its own.) The mean of
# $y$ is near 1 only because $x$ is spread around 0; in the worst case it is off by
# `{python} f"{(wrong[:, 1] - 1).abs().max():.1f}"`.


# %%
def mean_of_targets(seed: int) -> float:
    """Return the mean height of the points of a seed."""
    return make_line(100, torch.Generator().manual_seed(seed)).y.mean().item()


means = torch.tensor([[0.0, mean_of_targets(seed)] for seed in seeds])  # (10, 2)
assert_close(wrong, means, rtol=0, atol=1e-5)
# The weight's standard deviation over seeds is 0.04, the bias's 0.06.
assert_close(right, torch.tensor([[3.0, 1.0]] * 10), rtol=0, atol=0.3)

# %% [markdown]
# What does PyTorch's own loss say to such shapes, and what does ours?


# %%
def first_sentence(caught: list[warnings.WarningMessage]) -> str:
    """Return the beginning of the first warning, in short lines."""
    return textwrap.fill(str(caught[0].message).partition(". ")[0], 39)


predictions = torch.zeros(100, 1)  # (P, 1)
y = make_line(100, torch.Generator().manual_seed(0)).y  # (P,)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    F.mse_loss(predictions, y)
print(first_sentence(caught))
with raises(ValueError, cause="predictions in a column, targets in a row"):
    losses.mse_loss(predictions, y)

# %% [markdown]
# PyTorch's loss warns that the sizes of target and "input" (the predictions) differ, and computes
# the wrong number. Ours refuses.
#
# ## A loss for classes
#
# Digits are classes: 7 is not more than 1. By squared error, what may be a 1 or a 7 is best
# called 4. Why not take the accuracy itself?
#
# !!! question "Predict"
#     All scores are nudged by tiny random numbers. By how much does the accuracy change? Can
#     `backward` be called on it?

# %%
split = split_digits(torch.Generator().manual_seed(0))
x = split.train.x  # (N, 64)
labels = split.train.y  # (N,)
with seeded(0):
    model = MLP()

logits = model(x)  # (N, C)
nudges = 1e-6 * torch.randn(len(x), 10, generator=torch.Generator().manual_seed(0))
share = (logits.argmax(dim=1) == labels).float().mean()  # ()
nudged = ((logits + nudges).argmax(dim=1) == labels).float().mean()  # ()
print(share, nudged - share)
with raises(RuntimeError, cause="a loss that counts, which has no gradient"):
    share.backward()

# %% [markdown]
# ??? success "Answer"
#     Not at all: the largest score of each image is still the largest. And `backward` finds
#     nothing to walk: `argmax` gives positions, and whole numbers cannot be tracked.
#
# Accuracy counts, so it moves in jumps, and between them its slope is 0. A loss must say in
# which direction the scores are *less wrong*, long before an answer flips. It takes three
# steps: scores become probabilities, these become a likelihood, and that becomes a loss.
#
# The scores are called *logits*. Any numbers may come; $e^z$ makes them positive, and a
# division lets them add up to 1. That is the *softmax*:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$

# %%
logits = logits.detach()  # (N, C)
exponentials = logits.exp()  # (N, C)
p = exponentials / exponentials.sum(dim=1, keepdim=True)  # (N, C)
print(logits[0, :3], p[0, :3], sep="\n")

assert_close(p, logits.softmax(dim=1))
assert_close(p.sum(dim=1), torch.ones(len(x)))

# %% [markdown]
# ## Likelihood and cross-entropy
#
# `p[i, labels[i]]` is the probability that the model gave to what was in fact there. The
# *likelihood* is the product of these over all images: how probable the model holds the labels
# to be as a whole. A good model makes it large.

# %%
right_class = p.gather(1, labels[:, None])[:, 0]  # (N,)
print(right_class[:3])
print(right_class.prod(), right_class.log().sum())

# %% [markdown]
# About a thousand factors near 0.1 make a number that `float32` rounds to 0. The logarithm of a
# product is the sum of the logarithms, and grows with it; that sum fits. With a minus sign,
# small is good; with a mean, the number of images does not matter. This is the
# *cross-entropy*:
#
# $$L = -\frac{1}{N} \sum_{i=1}^{N} \log p_{i, y_i}$$
#
# !!! question "Predict"
#     What is the cross-entropy of a model that gives each of the ten classes 0.1? Is that of
#     our untrained model smaller or larger?

# %%
by_hand = -right_class.log().mean()  # ()
print(f"{by_hand:.4f}, log 10 = {math.log(10):.4f}")
assert_close(F.cross_entropy(logits, labels), by_hand)

untrained = []
for seed in seeds:
    with seeded(seed):
        other = MLP()
    part = split_digits(torch.Generator().manual_seed(seed)).train
    untrained.append(F.cross_entropy(other(part.x), part.y).item())
print(f"ten seeds: {min(untrained):.2f} to {max(untrained):.2f}")

# %% [markdown]
# ??? success "Answer"
#     −log 0.1 = log 10. (`log` is the natural logarithm, to the base $e$.) Untrained models are
#     mostly a little worse: their scores differ by chance, and being sure for no reason costs more
#     than it gains.
#
# A loss far above log 10 before any training is a sign of a mistake. `F.cross_entropy` takes
# logits and labels, and does all three steps itself.

# %%
# Over these seeds the loss has a standard deviation of 0.03.
assert all(2.2 < loss < 2.5 for loss in untrained)
assert sum(loss > math.log(10) for loss in untrained) >= 8

# %% [markdown]
# ??? note "Aside: the squared error is a likelihood, too"
#     If $y$ is the prediction plus normally distributed noise, the logarithm of its probability
#     density is a constant minus the squared error times another. The largest likelihood is
#     then the least squared error.
#
# ## Large logits
#
# By hand, we divided first and took the logarithm then. Why does PyTorch want the logits
# instead?
#
# !!! question "Predict"
#     The largest `float32` is about $3.4 \cdot 10^{38}$, and $e^{89}$ is larger. What does our
#     softmax give for the logits (100, 0)? What is the logarithm of its second probability for
#     (0, −200)?

# %%
for row in (torch.tensor([100.0, 0.0]), torch.tensor([0.0, -200.0])):
    naive = row.exp() / row.exp().sum()
    print(naive, naive.log())

# %% [markdown]
# ??? success "Answer"
#     $e^{100}$ becomes `inf`, infinity, and `inf / inf` is `nan`. $e^{-200}$ becomes 0, and its
#     logarithm is −`inf`, where −200 would be right.
#
# One `nan` among a thousand losses makes their mean `nan`, and with it most gradients. The way out
# is a number $m$ that is subtracted from all logits, and added again afterwards:
#
# $$\begin{aligned}
# \log p_k &= z_k - \log \sum_j e^{z_j} \\
# \log \sum_j e^{z_j} &= \log \left( e^m \sum_j e^{z_j - m} \right) \\
# &= m + \log \sum_j e^{z_j - m}
# \end{aligned}$$
#
# It holds for every $m$. With the largest logit for $m$, all exponents are at most 0, so that
# nothing overflows; and one of them is 0, so that the sum is at least 1.


# %%
def log_sum_exp(z: Tensor) -> Tensor:
    """Return the logarithm of the sum of the exponentials of each row."""
    m = z.amax(dim=1, keepdim=True)
    return m[:, 0] + (z - m).exp().sum(dim=1).log()


extreme = torch.tensor([[100.0, 0.0], [0.0, -200.0]])  # (2, 2)
print(extreme - log_sum_exp(extreme)[:, None])

large = 1000 * logits  # (N, C)
right_class = large.gather(1, labels[:, None])[:, 0]  # (N,)
by_hand = (log_sum_exp(large) - right_class).mean()  # ()
assert_close(log_sum_exp(logits), logits.exp().sum(dim=1).log())
assert_close(by_hand, F.cross_entropy(large, labels))
assert_close(by_hand, losses.cross_entropy(large, labels))

# %% [markdown]
# All finite. For logits of ordinary size the two ways agree, for huge ones ours agrees with
# PyTorch's. (`nn.CrossEntropyLoss()` is the same function as a module.)
#
# ## Logits in, not probabilities
#
# Since `F.cross_entropy` does the softmax itself, a model that ends with one is squeezed twice.
# Nothing complains. What does it cost?
#
# !!! question "Predict"
#     The best that such a model can output is 1 for the right class and 0 for nine others. Which
#     loss does `F.cross_entropy` give for that?

# %%
perfect = torch.zeros(1, 10)  # (1, 10)
perfect[0, 3] = 1
floor = F.cross_entropy(perfect, torch.tensor([3]))  # ()
print(floor)
print(F.cross_entropy(20 * perfect, torch.tensor([3])))

assert_close(floor, torch.tensor(-math.log(math.e / (math.e + 9))))

# %% [markdown]
# ??? success "Answer"
#     It takes 1 and 0 for logits: $-\log \frac{e}{e + 9}$. Real logits have no such floor; with
#     20 instead of 1, the loss is almost 0.
#
# The gradient shrinks, too: what the model changes in its logits passes through one softmax
# more. We compare both over ten seeds, with 30 epochs in batches of 64. ([Chapter
# 6](06_training_loop.py) takes these lines apart.)


# %%
def softmax_twice(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy of what are probabilities already."""
    return F.cross_entropy(logits.softmax(dim=1), labels)


def train(model: nn.Module, loss: Callable, lr: float, rows: Iterable, data: Any) -> None:
    """Take one step of gradient descent for each batch of rows."""
    for batch in rows:
        loss(model(data.x[batch]), data.y[batch]).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= lr * parameter.grad
                parameter.grad = None


# %%
def trained(seed: int, loss: Callable, lr: float, *, raw: bool = False) -> float:
    """Train an MLP for 30 epochs; return its accuracy on the validation part."""
    generator = torch.Generator().manual_seed(seed)
    data = split_digits(generator, standardize=not raw)
    with seeded(seed):
        model = MLP()
    for _ in range(30):
        order = torch.randperm(len(data.train.x), generator=generator)
        train(model, loss, lr, order.split(64), data.train)
    with torch.no_grad():
        guesses = model(data.validation.x).argmax(dim=1)
    return accuracy(guesses, data.validation.y)


def summary(results: list[float]) -> str:
    """Return mean and standard deviation over the seeds."""
    values = torch.tensor(results)
    return f"{values.mean():.1%} ± {values.std():.1%}"


# %% [markdown]
# !!! question "Predict"
#     The single softmax is trained with the learning rate 0.1. With which rate is the double one
#     less accurate than that: with 0.1, with 1.0, with both, or with neither?

# %%
once = [trained(seed, F.cross_entropy, lr=0.1) for seed in seeds]
twice = [trained(seed, softmax_twice, lr=0.1) for seed in seeds]
twice_faster = [trained(seed, softmax_twice, lr=1.0) for seed in seeds]
print("once,  lr 0.1", summary(once))
print("twice, lr 0.1", summary(twice))
print("twice, lr 1.0", summary(twice_faster))

cost = paired_difference(twice, once)
cost_faster = paired_difference(twice_faster, once)
print(f"lr 0.1: {100 * cost.mean:+.1f} ± {100 * cost.deviation:.1f} points")
print(f"lr 1.0: {100 * cost_faster.mean:+.1f} ± {100 * cost_faster.deviation:.1f} points")

# %% [markdown]
# ??? success "Answer"
#     Only at 0.1, in `{python} cost.negative` of 10 seeds. At ten times that, a cost is not
#     visible: what is much smaller than the spread over the seeds, here
#     `{python} f"{100 * cost_faster.deviation:.1f}"` points, cannot be seen with ten of them.
#
# So the second softmax makes learning slow. It does not cap the accuracy, which asks only for
# the largest score, though the loss never falls below its floor. How much shorter is the
# gradient at the start?

# %%
lengths = []
for loss in (F.cross_entropy, softmax_twice):
    gradients = torch.autograd.grad(loss(model(x), labels), model.parameters())
    lengths.append(torch.cat([g.flatten() for g in gradients]).norm())
print(lengths[0] / lengths[1])

# Over the seeds the cost has a standard deviation of 4 points at 0.1, and of 1 at 1.0.
assert cost.negative >= 9
assert cost.mean < -0.05
assert abs(cost_faster.mean) < 0.01
assert 5 < lengths[0] / lengths[1] < 20

# %% [markdown]
# Ten times the learning rate makes up for that, at least at the start.
#
# ## The gradient is p − y
#
# Which gradient do the logits get? By hand, for one image of class $y$:
#
# $$\begin{aligned}
# L &= \log \sum_j e^{z_j} - z_y \\
# \frac{\partial L}{\partial z_k} &= \frac{e^{z_k}}{\sum_j e^{z_j}} - [k = y] \\
# &= p_k - [k = y]
# \end{aligned}$$
#
# ($[k = y]$ is 1 for the right class, else 0; the slope of $\log u$ is $1/u$.) The mean over $N$
# images divides each of these by $N$.
#
# !!! question "Predict"
#     One image, two classes: the right one has the probability 0.9. What are the two elements
#     of the gradient?

# %%
z = torch.tensor([[math.log(9), 0.0]], requires_grad=True)  # (1, 2)
F.cross_entropy(z, torch.tensor([0])).backward()
print(z.softmax(dim=1).detach(), z.grad, sep="\n")

logits = logits.double().requires_grad_()  # (N, C)
F.cross_entropy(logits, labels).backward()
one_hot = F.one_hot(labels)  # (N, C)
assert_close(logits.grad, (logits.detach().softmax(dim=1) - one_hot) / len(x))

few = logits[:4].detach().requires_grad_()  # (4, C)
assert torch.autograd.gradcheck(losses.cross_entropy, (few, labels[:4]))

# %% [markdown]
# ??? success "Answer"
#     0.9 − 1 = −0.1 and 0.1: what is missing at the right class is too much at the others, and
#     all elements of a row add up to 0. (For all $k$ at once, $[k = y]$ is the one-hot row of the
#     label. Call that row $y$, and the gradient is $p - y$.)
#
# Autograd agrees on all images, nudging on four. So cross-entropy raises the right score by what
# it lacks, lowers the others by what they have too much, and leaves sure and right answers
# almost alone.
#
# ## Handing parameters to an optimizer
#
# The gradient points the way; now for the step. An optimizer keeps the parameters, and moves
# them in `step`. The simplest is *stochastic gradient descent*, SGD, "stochastic" for the
# batches that chance puts together:


# %%
class SGD:
    """Gradient descent for some parameters."""

    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        self.params, self.lr = list(params), lr

    @torch.no_grad()
    def step(self) -> None:
        """Move each parameter against its gradient."""
        for parameter in self.params:
            parameter -= self.lr * parameter.grad

    def zero_grad(self) -> None:
        """Clear the gradients."""
        for parameter in self.params:
            parameter.grad = None


# %% [markdown]
# (`@torch.no_grad()` above a method is `with torch.no_grad():` round all of it.) Does it walk as
# PyTorch's does? We compare all parameters of an `MLP` after 20 steps on 20
# batches of digits.


# %%
def after_20_steps(make: Callable[..., Any], decay: float = 0.0) -> list[Tensor]:
    """Return an MLP's parameters after 20 steps of what `make` makes of them."""
    with seeded(0):
        model = MLP()
    optimizer = make(model.parameters())
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    for rows in order[:1000].split(50):
        squares = sum(w.square().sum() for w in model.parameters())
        loss = F.cross_entropy(model(x[rows]), labels[rows]) + decay / 2 * squares
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [parameter.detach() for parameter in model.parameters()]


pytorch = after_20_steps(lambda params: torch.optim.SGD(params, lr=0.1))
assert_close(after_20_steps(lambda params: SGD(params, lr=0.1)), pytorch)
assert_close(after_20_steps(lambda params: optim.SGD(params, lr=0.1)), pytorch)

# %% [markdown]
# It does, and so does our [`optim.SGD`][ptfund.optim.SGD]. (`decay` waits for a later section;
# at 0 it does nothing.)
#
# An optimizer gets tensors, not a model. That has two consequences.
#
# !!! question "Predict"
#     After the optimizer was made, the output layer is replaced by a new one. Which weights
#     does `step` move: those of the hidden layer, those of the new output layer, or both?

# %%
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with seeded(1):
    model.output = nn.Linear(64, 10)

before = {name: layer.weight.clone() for name, layer in model.named_children()}
F.cross_entropy(model(x), labels).backward()
optimizer.step()
for name, layer in model.named_children():
    print(name, "moved:", not torch.equal(layer.weight, before[name]))
    assert torch.equal(layer.weight, before[name]) == (name == "output")

# %% [markdown]
# ??? success "Answer"
#     Only the hidden layer. The new layer got a gradient, but the optimizer still holds the
#     tensors of the old one. Nothing is raised: make the optimizer after all changes of the
#     model.
#
# The other: `parameters()` returns a Python generator, which has nothing to do with random numbers,
# and can be gone through once. Here counting uses it up, and nothing is left for the optimizer:

# %%
parameters = model.parameters()
print(sum(parameter.numel() for parameter in parameters))
with raises(ValueError, cause="parameters that were used up by counting"):
    torch.optim.SGD(parameters, lr=0.1)

# %% [markdown]
# The list is empty, says the message. Call `model.parameters()` anew each time.
#
# ## How long may a step be?
#
# On the line this can be computed, for its loss is a parabola. At a distance $d$ from the lowest
# place its height above it is $\tfrac{1}{2} \lambda d^2$, and its slope $\lambda d$. ($\lambda$,
# "lambda", is the *curvature*: the slope of the slope.) A step turns $d$ into
#
# $$d - \eta \lambda d = (1 - \eta \lambda) \, d$$
#
# The distance shrinks if the factor lies between −1 and 1, that is, if $\eta < 2 / \lambda$.

# %%
points = make_line(100, torch.Generator().manual_seed(0))
columns = torch.stack([points.x, torch.ones(100)], dim=1).double()  # (P, 2)
heights = points.y.double()  # (P,)


def line_loss(w_and_b: Tensor) -> Tensor:
    """Return the mean squared error of the line with this slope and height."""
    return (columns @ w_and_b - heights).square().mean()


# %% [markdown]
# This loss has two parameters. With a row $(x, 1)$ of $X$ for each point, and $w$ for slope and
# height together, its gradient is $\tfrac{2}{N} X^\top (Xw - y)$. The slopes of that, its
# Jacobian, are the matrix $\tfrac{2}{N} X^\top X$:

# %%
hessian = 2 * columns.T @ columns / len(columns)  # (2, 2)
print(hessian.float())
slopes_of_slopes = torch.func.jacrev(torch.func.grad(line_loss))
assert_close(slopes_of_slopes(torch.zeros(2).double()), hessian)

# %% [markdown]
# This is the *Hessian*, the matrix of second derivatives, which holds the curvature in every
# direction. (For squares it is the same everywhere, and does not depend on $y$.) In a few
# directions, the *eigenvectors*, the matrix only stretches, by a factor called the *eigenvalue*:
# here the curvature. Along each of them the formula above holds by itself, and the largest
# eigenvalue sets the limit:

# %%
curvatures, directions = torch.linalg.eigh(hessian)
limit = 2 / curvatures[-1].item()
steepest = directions[:, -1] * directions[0, -1].sign()  # (2,)
print(curvatures.float(), steepest.float(), sep="\n")
print(f"limit of the learning rate: {limit:.4f}")


def walk(lr: float, steps: int) -> Tensor:
    """Return the places of gradient descent on the line, from (0, 0) on."""
    places = [torch.zeros(2).double()]
    for _ in range(steps):
        places.append(places[-1] - lr * torch.func.grad(line_loss)(places[-1]))
    return torch.stack(places)


# %% [markdown]
# (`eigh` sorts the eigenvalues from small to large; its eigenvectors are columns.) The steepest
# direction is almost that of $w$ alone.
#
# !!! question "Predict"
#     By which factor does the distance change in each step along that direction, if the
#     learning rate is 0.99 of the limit? And if it is 1.01 of it?

# %%
lowest = torch.linalg.lstsq(columns, heights[:, None]).solution[:, 0]  # (2,)
for share in (0.99, 1.01):
    distances = (walk(share * limit, 200) - lowest) @ steepest
    first = ", ".join(f"{distance:+.2f}" for distance in distances[:3])
    print(f"{share}: {first}, … {distances[-1]:+.2f}")

    factor = 1 - share * limit * curvatures[-1]
    assert_close(distances, distances[0] * factor ** torch.arange(201))
    assert (abs(distances[-1]) < abs(distances[0])) == (share < 1)

# %% [markdown]
# ??? success "Answer"
#     By $1 - 0.99 \cdot 2 = -0.98$, and by $-1.02$. The sign says that each step jumps over the
#     lowest place to the other side. The first comes closer, the second goes away for ever.
#
# On a map of the loss, with a tenth, nine tenths and eleven tenths of the limit:

# %%
sides = {"slope w": torch.linspace(-2.5, 8.5, 61), "height b": torch.linspace(-1, 3, 61)}
grid = torch.cartesian_prod(*sides.values()).double()
surface = torch.func.vmap(line_loss)(grid).reshape(61, 61).T  # (61, 61)
shares = (0.1, 0.9, 1.1)
paths = {f"{share} of the limit": walk(share * limit, 6) for share in shares}
ends = [(path[-1] - lowest).norm().item() for path in paths.values()]
left = (1 - 0.1 * limit * curvatures) ** 6  # (2,)

# %%
show(
    plot_surface(sides, surface, paths, levels=[0.5, 2, 8, 32]),
    alt=f"Oval contour lines of the loss around w = {lowest[0]:.2f}, b = {lowest[1]:.2f}, "
    "narrow in the direction of w. Three paths of six steps start at (0, 0). With 0.1 of "
    f"the limit it bends towards the middle, and ends {ends[0]:.2f} from it; with 0.9 it "
    f"jumps from side to side, ever nearer, to {ends[1]:.2f}; with 1.1 it jumps out of the "
    f"map, to {ends[2]:.1f}.",
)

# %% [markdown]
# The path with a tenth of the limit shows the other side. After six steps
# `{python} f"{left[1]:.0%}"` of the distance are left along the steep direction, but
# `{python} f"{left[0]:.0%}"` along the flat one. The more the curvatures differ, the less does one
# learning rate suit all directions.

# %%
assert left[1] < 0.3
assert left[0] > 0.6

# %% [markdown]
# ## Why standardise?
#
# For a linear layer on pixels, with squared errors, the Hessian is $\tfrac{2}{N} X^\top X$
# again; the rows of $X$ are the images, each with a 1.
#
# !!! question "Predict"
#     Raw pixels go from 0 to 16; standardised ones have the deviation 1. In which case may the
#     learning rate be larger, and how many times: about 4, 40 or 400?

# %%
limits, ratios = {}, []
for name, standardize in (("raw", False), ("standardised", True)):
    generator = torch.Generator().manual_seed(0)
    pixels = split_digits(generator, standardize=standardize).train.x
    rows = torch.cat([pixels, torch.ones(len(pixels), 1)], dim=1).double()
    curvatures = torch.linalg.eigvalsh(2 * rows.T @ rows / len(rows))
    limits[name] = 2 / curvatures[-1].item()
    ratios.append(curvatures[-1] / curvatures.median())
    print(f"{name:12} limit {limits[name]:.5f}, ratio {ratios[-1]:.0f}")

gain = limits["standardised"] / limits["raw"]
assert 100 < gain < 1000
assert ratios[1] < ratios[0] / 10

# %% [markdown]
# ??? success "Answer"
#     With standardised pixels, `{python} f"{gain:.0f}"` times. Curvatures grow with the square of
#     the features, and raw pixels are not centred: what they all have in common is one very
#     steep direction.
#
# The ratio is that of the largest curvature to the median one: by how much an ordinary
# direction is flatter than the steepest.
#
# A network's loss is no parabola, so these limits are not its own. But its first layer gets the
# same pixels.
#
# !!! question "Predict"
#     The `MLP` is trained on raw and on standardised pixels, with the learning rates 0.03 and
#     0.3. With which of the two do raw pixels give the worse accuracy: 0.03, 0.3, or both?

# %%
differences = []
for lr in (0.03, 0.3):
    standardised = [trained(seed, F.cross_entropy, lr) for seed in seeds]
    raw = [trained(seed, F.cross_entropy, lr, raw=True) for seed in seeds]
    print(f"lr {lr:4} standardised {summary(standardised)}")
    print(f"lr {lr:4} raw          {summary(raw)}")

    difference = paired_difference(raw, standardised)
    differences.append(difference)
    print(f"{100 * difference.mean:+.1f} ± {100 * difference.deviation:.1f} points")

# %% [markdown]
# ??? success "Answer"
#     With 0.3 alone: there raw pixels do no better than guessing. With 0.03 they do *better*
#     than standardised ones in `{python} differences[0].positive` of 10 seeds: steeper means
#     faster, as long as it is not too steep.
#
# What happened at 0.3? A hidden unit whose score is below 0 for every image is dead: no gradient
# reaches its weights ([Which bend?](04_model.py#which-bend)). We count those that live, for one
# seed, before the first epoch, before the second and before the last:

# %%
generator = torch.Generator().manual_seed(0)
data = split_digits(generator, standardize=False).train
with seeded(0):
    model = MLP()
living = []
for _ in range(30):
    living.append(int((model.hidden(data.x) > 0).any(dim=0).sum()))
    order = torch.randperm(len(x), generator=generator)
    train(model, F.cross_entropy, 0.3, order.split(64), data)
print(living[0], living[1], living[-1])

# Over the seeds both differences have a standard deviation of 1 point.
assert differences[0].positive >= 9
assert differences[1].mean < -0.8
assert living[0] > 50
assert living[1] < 30
assert living[-1] < 10

# %% [markdown]
# Steps far too long have killed them, most in the first epoch. So standardising is not what makes
# learning possible: it decides which learning rates do.

# %% [markdown]
# ## Momentum
#
# Inner layers cannot be standardised once for all. Can the optimizer help? In a narrow valley the
# gradient keeps its sign along the flat direction, and flips along the steep one. *Momentum* $\mu$
# ("mu") gives each parameter a *velocity* $v$, in which its gradients $g$ add up or cancel:
#
# $$\begin{aligned}
# v &\leftarrow \mu v + g \\
# w &\leftarrow w - \eta v
# \end{aligned}$$


# %%
class Momentum(SGD):
    """Gradient descent with a velocity for each parameter."""

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float) -> None:
        super().__init__(params, lr)
        self.momentum = momentum
        self.velocities = [torch.zeros_like(w) for w in self.params]

    @torch.no_grad()
    def step(self) -> None:
        """Update the velocities, and move along them."""
        for parameter, velocity in zip(self.params, self.velocities, strict=True):
            velocity.mul_(self.momentum).add_(parameter.grad)
            parameter -= self.lr * velocity


# %% [markdown]
# !!! question "Predict"
#     With $\mu = 0.9$, how large does the velocity become if the gradient is always 1? And if it
#     is 1 and −1 in turn?

# %%
w = torch.zeros(2)  # (2,)
optimizer = Momentum([w], lr=0.1, momentum=0.9)
for step in range(100):
    w.grad = torch.tensor([1.0, (-1.0) ** step])
    optimizer.step()
    if step in {0, 1, 2, 98, 99}:
        print(step + 1, optimizer.velocities[0])

assert_close(w.grad, torch.tensor([1.0, -1.0]))
rest = torch.tensor([1 / 0.1, -1 / 1.9])  # (2,)
assert_close(optimizer.velocities[0], rest, rtol=1e-4, atol=0)

# %% [markdown]
# ??? success "Answer"
#     At rest, $v = 0.9 v + 1$, so $v = 10$: ten times the step. In turn, it ends at $\pm v$ with
#     $v = 1 - 0.9 v$, about half a step.
#
# The flat direction gets ten times the speed, the steep one about half of what it had. (The first
# steps are still short: a velocity must build up.)

# %%
options = {"lr": 0.1, "momentum": 0.9}
pytorch = after_20_steps(lambda params: torch.optim.SGD(params, **options))
assert_close(after_20_steps(lambda params: Momentum(params, **options)), pytorch)
assert_close(after_20_steps(lambda params: optim.SGD(params, **options)), pytorch)

# %% [markdown]
# ## Adam
#
# *Adam* gives each parameter a learning rate of its own, by dividing by the size of its
# gradients. It keeps a running mean $m$ of the gradients, and one, $s$, of their squares:
#
# $$\begin{aligned}
# m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
# s &\leftarrow \beta_2 s + (1 - \beta_2) \, g^2
# \end{aligned}$$
#
# with $\beta_1 = 0.9$ and $\beta_2 = 0.999$ ("beta"). Both begin at 0, so at first they are too
# small: after $t$ steps with the same gradient,
# $m = (1 - \beta_1^t) \, g$. Adam divides that factor out, which is its *bias correction*, and
# steps by
#
# $$\eta \, \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \epsilon}$$
#
# where $\epsilon$ ("epsilon") forbids a division by 0.


# %%
class Adam(SGD):
    """Steps whose length hardly depends on that of the gradient."""

    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        super().__init__(params, lr)
        self.steps = 0
        self.means = [torch.zeros_like(w) for w in self.params]
        self.squares = [torch.zeros_like(w) for w in self.params]

    @torch.no_grad()
    def step(self, beta1: float = 0.9, beta2: float = 0.999) -> None:
        """Update the running means, and move by their quotient."""
        self.steps += 1
        for w, m, s in zip(self.params, self.means, self.squares, strict=True):
            m.mul_(beta1).add_((1 - beta1) * w.grad)
            s.mul_(beta2).add_((1 - beta2) * w.grad**2)
            root = (s / (1 - beta2**self.steps)).sqrt()
            w -= self.lr * m / (1 - beta1**self.steps) / (root + 1e-8)


# %% [markdown]
# !!! question "Predict"
#     Two parameters have the gradients 0.001 and −1000. How far does each of them move in
#     Adam's first step with $\eta = 0.1$? And how far would it be without bias correction?

# %%
w = torch.zeros(2)  # (2,)
w.grad = torch.tensor([0.001, -1000.0])
optimizer = Adam([w], lr=0.1)
optimizer.step()
uncorrected = -0.1 * optimizer.means[0] / optimizer.squares[0].sqrt()  # (2,)
print(w, uncorrected, sep="\n")

assert_close(w, torch.tensor([-0.1, 0.1]), rtol=1e-4, atol=0)
pytorch = after_20_steps(lambda params: torch.optim.Adam(params, lr=0.01))
assert_close(after_20_steps(lambda params: Adam(params, lr=0.01)), pytorch)
assert_close(after_20_steps(lambda params: optim.Adam(params, lr=0.01)), pytorch)

# %% [markdown]
# ??? success "Answer"
#     By 0.1, both of them: $m$ is corrected to $g$, $s$ to $g^2$, and $g / \sqrt{g^2}$ is 1 or
#     −1. Without, it would be $0.1 / \sqrt{0.001}$ times that, about three times as far: $m$
#     starts at a tenth of $g$, but the root of $s$ at a thirtieth.
#
# So Adam's $\eta$ is a length, in the unit of the parameter, whatever the unit of the loss.
# PyTorch's default is 0.001. All three on the digits:


# %%
def training_losses(make: Callable[..., Any]) -> Tensor:
    """Return the loss on the training part, at the start and after each epoch."""
    generator = torch.Generator().manual_seed(0)
    with seeded(0):
        model = MLP()
    optimizer = make(model.parameters())
    curve = [F.cross_entropy(model(x), labels).item()]
    for _ in range(30):
        for rows in torch.randperm(len(x), generator=generator).split(64):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), labels[rows]).backward()
            optimizer.step()
        curve.append(F.cross_entropy(model(x), labels).item())
    return torch.tensor(curve)


# %%
curves = {
    "SGD, lr 0.1": training_losses(lambda params: optim.SGD(params, lr=0.1)),
    "the same, momentum 0.9": training_losses(lambda params: optim.SGD(params, **options)),
    "Adam, lr 0.001": training_losses(lambda params: optim.Adam(params, lr=0.001)),
}
last = [curve[-1].item() for curve in curves.values()]
assert last[1] < last[0] / 3

# %%
show(
    plot_curves(torch.arange(31), curves, "epochs", "loss on the training part", log="y"),
    alt="Training loss over 30 epochs, the loss in powers of ten. All curves begin at "
    f"{curves['Adam, lr 0.001'][0]:.2f}. Momentum falls by far the fastest, to {last[1]:.0e}; "
    f"SGD reaches {last[0]:.0e}, and Adam {last[2]:.0e}.",
)

# %% [markdown]
# One seed and one learning rate each: this shows what such curves look like, not who wins.
#
# ## Weight decay
#
# With small weights, small changes of the input change the output little. *Weight decay* adds
# $\tfrac{\delta}{2} \lVert w \rVert^2$ to the loss, where $\delta$ ("delta") is a small number.
# The gradient grows by $\delta w$, and the step of gradient descent becomes
#
# $$w - \eta \, (g + \delta w) = (1 - \eta \delta) \, w - \eta g$$
#
# In the loss, in the gradient, or as shrinking before the step: for SGD without momentum all three
# are the same.


# %%
class ShrinkingSGD(SGD):
    """Gradient descent that first makes each parameter smaller."""

    @torch.no_grad()
    def step(self, decay: float = 0.1) -> None:
        """Shrink, then move."""
        for parameter in self.params:
            parameter *= 1 - self.lr * decay
        super().step()


options = {"lr": 0.1, "weight_decay": 0.1}
pytorch = after_20_steps(lambda params: torch.optim.SGD(params, **options))
assert_close(after_20_steps(lambda params: SGD(params, lr=0.1), decay=0.1), pytorch)
assert_close(after_20_steps(lambda params: ShrinkingSGD(params, lr=0.1)), pytorch)
assert_close(after_20_steps(lambda params: optim.SGD(params, **options)), pytorch)

# %% [markdown]
# For Adam they differ. With `Adam` the decay is a part of the gradient. `AdamW` shrinks the
# parameter itself; its decay is *decoupled*.
#
# !!! question "Predict"
#     Two parameters are 1, and their loss has the constant gradients 1 and 1000. With which of
#     the two optimizers does decay make both parameters clearly smaller in 10 steps?

# %%
for make in (torch.optim.Adam, torch.optim.AdamW):
    ends = []
    for decay in (0.0, 0.1):
        w = torch.ones(2)
        optimizer = make([w], lr=0.05, weight_decay=decay)
        for _ in range(10):
            w.grad = torch.tensor([1.0, 1000.0])
            optimizer.step()
        ends.append(w)
    print(f"{make.__name__:5}", ends[1] - ends[0])

assert (ends[1] - ends[0] < -0.02).all()

# %% [markdown]
# ??? success "Answer"
#     `AdamW`, and both by the same. Adam divides by the size of all that it gets, decay included;
#     beside gradients of 1 and 1000 the decay, a tenth of the parameter, is nearly lost. Beside a
#     tiny gradient it would decide where the step goes instead.
#
# So who wants decay with Adam takes `AdamW`. Ours shrinks as `ShrinkingSGD` does, then steps as
# `Adam`:

# %%
options = {"lr": 0.01, "weight_decay": 0.1}
pytorch = after_20_steps(lambda params: torch.optim.AdamW(params, **options))
assert_close(after_20_steps(lambda params: optim.AdamW(params, **options)), pytorch)

# %% [markdown]
# Whether decay helps is a question to the validation part.
#
# ## Groups and schedules
#
# Parts of a model may have their own options: instead of parameters, an optimizer takes a list
# of dictionaries, one for each *parameter group*.
#
# !!! question "Predict"
#     Below, `lr=0.1` is given for all, and 0.01 in the second group. How far does each layer
#     move in one step, measured in its own gradient?

# %% tags=["cheat-sheet"]
with seeded(0):
    model = MLP()
first = {"params": model.hidden.parameters()}
second = {"params": model.output.parameters(), "lr": 0.01}
optimizer = torch.optim.SGD([first, second], lr=0.1)
print([group["lr"] for group in optimizer.param_groups])

# %%
before = {name: layer.weight.clone() for name, layer in model.named_children()}
F.cross_entropy(model(x), labels).backward()
optimizer.step()
for (name, layer), lr in zip(model.named_children(), (0.1, 0.01), strict=True):
    moved = before[name] - layer.weight
    print(f"{name} {moved.norm() / layer.weight.grad.norm():.4f}")
    assert_close(moved, lr * layer.weight.grad, rtol=0, atol=1e-6)

# %% [markdown]
# ??? success "Answer"
#     The hidden layer by 0.1 of its gradient, the output layer by 0.01: what a group does not
#     say is taken from what was given for all.
#
# `param_groups` can be changed at any time. A *schedule* does this: large steps first, to get
# far, small ones at the end, to get near. For example, half a wave of the cosine, over $T$
# epochs:
#
# $$\eta_t = \frac{\eta_0}{2} \left( 1 + \cos \frac{\pi t}{T} \right)$$
#
# !!! question "Predict"
#     `scheduler.step()` stands at the end of the loop, after `optimizer.step()`. Which learning
#     rate has the first epoch, and which the third of four?

# %% tags=["cheat-sheet"]
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
used = []
for _ in range(4):
    used.append(optimizer.param_groups[0]["lr"])
    optimizer.step()  # once a batch; here, once an epoch
    scheduler.step()

# %%
by_hand = [0.1 / 2 * (1 + math.cos(math.pi * t / 4)) for t in range(4)]
print([round(lr, 4) for lr in used])
assert_close(torch.tensor(used), torch.tensor(by_hand))

# %% [markdown]
# ??? success "Answer"
#     0.1 in the first, where $t = 0$, and half of it in the third, where $\cos \frac{\pi}{2}$
#     is 0.
#
# The other order skips the first value, 0.1. PyTorch warns of it:

# %%
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    scheduler.step()
print(first_sentence(caught))
print(f"{optimizer.param_groups[0]['lr']:.4f}")

assert optimizer.param_groups[0]["lr"] < 0.1

# %% [markdown]
# ## What you can do now
#
# - **Choose a loss.** For numbers, the squared error, whose best answer is a mean, or the
#   absolute one, whose best answer is a median; predictions and targets in one shape. For
#   classes, cross-entropy: minus the logarithm of the probability of what was there.
# - **Compute cross-entropy safely, and differentiate it.** From logits, with the largest one
#   subtracted; never after a softmax. The gradient is (p − y) / N, the labels
#   being one-hot.
# - **Write the optimizers.** SGD subtracts `lr` times the gradient; momentum lets gradients add
#   up in a velocity; Adam divides a mean by the root of a mean of squares, both corrected for
#   their start. An optimizer keeps tensors: make it when the model is complete.
# - **Tell what is too large.** A step multiplies the distance by $1 - \eta \lambda$, so
#   $\eta < 2 / \lambda$ for the largest curvature. Standardising makes it smaller, and the
#   curvatures more alike.
# - **Decay, group, schedule.** `AdamW` for decay with Adam; one dictionary for each group;
#   `scheduler.step()` after `optimizer.step()`.
#
# ## Key observations
#
# - With predictions (P, 1) and targets (P,) a line learns the slope 0, and as bias the mean of
#   the targets, whatever that is ([Each prediction with every
#   target](#each-prediction-with-every-target)).
# - An untrained model's cross-entropy lies near the logarithm of the number of classes, mostly a
#   little above ([Likelihood and cross-entropy](#likelihood-and-cross-entropy)).
# - Subtracting the largest logit changes nothing but the rounding, and that decides between −200
#   and −infinity ([Large logits](#large-logits)).
# - A second softmax cost `{python} f"{-100 * cost.mean:.0f}"` points of accuracy at one learning
#   rate, and nothing visible at ten times that rate ([Logits in, not
#   probabilities](#logits-in-not-probabilities)).
# - The gradient of cross-entropy is what the probabilities have too much ([The gradient is p −
#   y](#the-gradient-is-p-y)).
# - An optimizer made before a layer was replaced trains the old one, and says nothing ([Handing
#   parameters to an optimizer](#handing-parameters-to-an-optimizer)).
# - On a parabola, 0.99 of the limit converges and 1.01 does not, step by step as computed ([How
#   long may a step be?](#how-long-may-a-step-be)).
# - Raw pixels are better at one learning rate, and kill the hidden units at another:
#   standardising is about the step ([Why standardise?](#why-standardise)).
# - Weight decay and shrinking are the same for SGD without momentum, and not for Adam ([Weight
#   decay](#weight-decay)).
#
# ## Exercises

# %%
from jaxtyping import Float, Int64

from ptfund.exercises import check

# %% [markdown]
# ### 1. Cross-entropy for yes or no
#
# For two classes one logit $z$ is enough: the probability of "yes" is
# $\sigma(z) = \frac{1}{1 + e^{-z}}$. A sample with target 1 costs $-\log \sigma(z)$, one with
# target 0 costs $-\log (1 - \sigma(z))$. Return the mean over all samples, without
# `F.binary_cross_entropy_with_logits`, which is PyTorch's own. The loss and its gradient must be
# right for logits of ±1000, too.

# %% [markdown] tags=["hint"]
# $-\log \sigma(z) = \log (1 + e^{-z})$ is the log-sum-exp of 0 and $-z$. So what is
# $-\log (1 - \sigma(z))$? PyTorch's `torch.logaddexp` is the log-sum-exp of two tensors.


# %% tags=["solution"]
def binary_cross_entropy(
    logits: Float[Tensor, " n"],
    targets: Float[Tensor, " n"],
) -> Float[Tensor, ""]:
    """Return the mean loss; targets are 0.0 or 1.0, n is at least 1."""
    signed = (1 - 2 * targets) * logits
    return torch.logaddexp(torch.zeros_like(signed), signed).mean()


# %% tags=["check"]
check(binary_cross_entropy)

# %% [markdown] tags=["solution"]
# $1 - \sigma(z)$ is $\sigma(-z)$, so only the sign tells yes from no: the loss is the log-sum-exp
# of 0 and $-z$ or $z$. The trap is to compute $\sigma$ first: `float32` rounds $\sigma(1000)$ to 1,
# and the logarithm of what is left to 1 is −∞. Choosing the finite of two results with
# `torch.where` does not help the gradient, which passes through both: 0 times infinity is `nan`.

# %% [markdown]
# ### 2. Decay, coupled or decoupled
#
# Return a parameter after some steps of Adam with weight decay. Each row of `gradients` is the
# gradient of the loss in one step, without decay. `coupled` is the $\delta$ of decay in the
# gradient, as in `Adam`; `decoupled` is the $\delta$ of decay that shrinks the parameter
# before the step, as in `AdamW`; at least one of them is 0. As in this chapter, $\beta_1$ is
# 0.9, $\beta_2$ 0.999 and $\epsilon$ $10^{-8}$. Do not use an optimizer of `torch.optim` or
# `ptfund.optim`.

# %% [markdown] tags=["hint"]
# The two decays differ in where they stand: one before the running means, one behind them. Where
# is `w` changed, and who else holds that tensor? Steps count from 1.


# %% tags=["solution"]
def adam_with_decay(
    w: Float[Tensor, " n"],
    gradients: Float[Tensor, "steps n"],
    lr: float,
    coupled: float,
    decoupled: float,
) -> Float[Tensor, " n"]:
    """Return the parameter after the steps; `w` itself stays as it is."""
    m, s = torch.zeros_like(w), torch.zeros_like(w)
    for t, gradient in enumerate(gradients, 1):
        g = gradient + coupled * w
        m = 0.9 * m + 0.1 * g
        s = 0.999 * s + 0.001 * g**2
        root = (s / (1 - 0.999**t)).sqrt()
        w = (1 - lr * decoupled) * w
        w = w - lr * m / (1 - 0.9**t) / (root + 1e-8)
    return w


# %% tags=["check"]
check(adam_with_decay)

# %% [markdown] tags=["solution"]
# Coupled decay goes through both running means, and so is divided by the root, as the gradient is.
# Decoupled decay meets neither. Both lines at the end make a new tensor; `w *= …` would have
# changed the caller's.

# %% [markdown]
# ### 3. Rare classes count more
#
# Weight the cross-entropy of each image by the weight of its class, and divide the sum of that by
# the sum of the weights that were used, one for each image. This is what
# `F.cross_entropy(…, weight=…)` does; write it without the argument `weight`. The loss and its
# gradient must be right for logits of ±1000, too. Weights are at least 0, and at least one image
# has a weight above that.

# %% [markdown] tags=["hint"]
# `weights[labels]` is one weight for each image. By what must the sum be divided, so that a
# class of weight 2 counts as if each of its images stood there twice? `F.cross_entropy` with
# `reduction="none"` returns a loss for each image.


# %% tags=["solution"]
def weighted_cross_entropy(
    logits: Float[Tensor, "n classes"],
    labels: Int64[Tensor, " n"],
    weights: Float[Tensor, " classes"],
) -> Float[Tensor, ""]:
    """Return the weighted mean; `weights` holds one number a class."""
    used = weights[labels]
    each = F.cross_entropy(logits, labels, reduction="none")
    return (used * each).sum() / used.sum()


# %% tags=["check"]
check(weighted_cross_entropy)

# %% [markdown] tags=["solution"]
# With these weights in the divisor, a weight of 2 is the same as having the image twice, and
# doubling all weights changes nothing. Divided by $N$ instead, the size of the loss, and with it
# that of the steps, depends on which classes a batch happens to hold.

# %% [markdown]
# ### 4. Predict divergence
#
# For a linear layer with one output and without bias, trained with the mean squared error and
# plain gradient descent on all samples at once, return the learning rate above which it diverges,
# as a Python number. There may be fewer samples than features; not all of `x` is 0.

# %% [markdown] tags=["hint"]
# The Hessian is $\tfrac{2}{N} X^\top X$. Test your answer as this chapter did, with 0.99 and
# 1.01 of it.


# %% tags=["solution"]
def largest_lr(x: Float[Tensor, "n features"]) -> float:
    """Return the limit of the learning rate for one output."""
    hessian = 2 * x.T @ x / len(x)
    return 2 / torch.linalg.eigvalsh(hessian)[-1].item()


# %% tags=["check"]
check(largest_lr)

# %% [markdown] tags=["solution"]
# Along each eigenvector of the Hessian, a step multiplies the distance by $1 - \eta \lambda$. When
# $\eta$ grows, the largest $\lambda$ is the first to push that below −1. The targets do not occur:
# they say where the lowest place is, not how steep it is around it. With fewer samples than
# features some $\lambda$ are 0: in those directions nothing moves, whatever the learning rate.

# %% [markdown]
# ### 5. Warm-up
#
# Velocities and running means know little in the first steps. Let the learning rate rise from 0 by
# the same amount in each of the first `warmup` steps, step 0 among them, so that step `warmup - 1`
# has all of it. From step `warmup` on it follows the cosine of this chapter, whose $T$ are the
# steps that are left, and whose own $t$ begins there at 0. `t` counts from 0 to `total - 1`;
# `warmup` is below `total`, and may be 0. Return the factor as a Python number.

# %% [markdown] tags=["hint"]
# The very first factor is 1 divided by `warmup`, not 0. In step `warmup`, $t$ of the cosine
# is 0. `torch.optim.lr_scheduler.LambdaLR` takes such a function of one argument.


# %% tags=["solution"]
def warm_up_then_cosine(t: int, warmup: int, total: int) -> float:
    """Return the factor by which the learning rate is multiplied in step t."""
    if t < warmup:
        return (t + 1) / warmup
    share = (t - warmup) / (total - warmup)
    return (1 + math.cos(math.pi * share)) / 2


# %% tags=["check"]
check(warm_up_then_cosine)

# %% [markdown] tags=["solution"]
# Steps count from 0, so the rise must count from 1: `t / warmup` would waste the first step, and
# stop short of 1. The cosine begins anew in step `warmup`, and takes the steps that are left; over
# all of `total` it would jump down there, or end high.

# %% [markdown]
# ## Next
#
# [The training loop](06_training_loop.py) puts the pieces together: batches, loss, `backward`,
# `step`. Each line has its place, and the chapter shows what happens if one is missing or moved.
