# %% [markdown]
# # Conclusion
#
# The book took a network apart: tensors, gradients, data, layers, a loss, an optimizer, a loop.
# This chapter puts the network together once more, in three ways, compares them, and asks what the
# convenient way hides. After it you will be able to
#
# - train a network with tensors alone, and compare it with PyTorch's parts;
# - say what autograd, modules, optimizers and `fit` each do for you, and what they hide;
# - find a wrong line in a gradient, although the network learns with it;
# - tell which mistakes raise an error and which do not, and read the message of those that do;
# - choose what to learn next, knowing what this book has left out.
#
# **You need** all chapters before, above all [Automatic differentiation](02_autograd.py), [The
# model](04_model.py), [Loss and optimizer](05_loss_and_optimizer.py) and [The training
# loop](06_training_loop.py). **It takes** about 25 minutes, exercises apart.
#
# In shape comments, B is the number of images in a batch, V that in the validation part, and C is
# the number of classes. In code, `h` holds the scores of the hidden units, `a` what ReLU makes of
# them, and `z` the scores of the classes; `dz` stands for $\frac{\partial L}{\partial z}$, the
# gradient of the loss with $z$, and `da` and `dh` likewise.

# %%
import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.testing import assert_close

from ptfund.data import SplitDigits, split_digits
from ptfund.display import raises, show
from ptfund.evaluation import accuracy, paired_difference
from ptfund.models import MLP, seeded
from ptfund.plotting import plot_curves
from ptfund.training import fit

Batch = tuple[Tensor, Tensor]

# %% [markdown]
# ## A network without `nn`
#
# We need data, first parameters and an order of batches, all set by one seed: 30 epochs of the
# digits in batches of 64.


# %%
def recipe(seed: int) -> tuple[SplitDigits, list[Tensor], list[Batch]]:
    """Return the split digits, an MLP's first parameters, and the batches of 30 epochs."""
    generator = torch.Generator().manual_seed(seed)
    split = split_digits(generator)
    x, labels = split.train
    with seeded(seed):
        start = [parameter.detach() for parameter in MLP().parameters()]
    orders = [torch.randperm(len(x), generator=generator) for _ in range(30)]
    rows = [part for order in orders for part in order.split(64)]
    return split, start, [(x[part], labels[part]) for part in rows]


split, start, batches = recipe(0)
print([tuple(parameter.shape) for parameter in start])
print(f"{len(batches)} steps: 30 epochs of {len(batches) // 30} batches")

# %% [markdown]
# A network is these four tensors and two lines: scores of hidden units, with whatever is below 0
# set to 0, and from them the scores of the classes.

# %%
w1, b1, w2, b2 = start
x, labels = batches[0]
h = x @ w1.T + b1  # (B, 64)
a = h.clamp(min=0)  # (B, 64)
z = a @ w2.T + b2  # (B, C)

assert_close(a, h.relu())
print(tuple(x.shape), tuple(a.shape), tuple(z.shape))

# %% [markdown]
# ## The gradient by hand
#
# Chapter 5 found the gradient of the loss with the scores, $(p - y) / N$. From there, the chain
# rule walks back through two matrix products and one ReLU.
#
# !!! question "Predict"
#     `dz` has the shape (B, 10), and `a` the shape (B, 64). The gradient with `w2` must have the
#     shape of `w2`, (10, 64). Which product of the two can it be? And what does the gradient with
#     `b2` do with the B rows of `dz`?


# %% tags=["cheat-sheet"]
def gradients(x: Tensor, one_hot: Tensor, *parameters: Tensor) -> list[Tensor]:
    """Return the slopes of the cross-entropy with the parameters of an MLP."""
    w1, b1, w2, b2 = parameters
    h = x @ w1.T + b1
    a = h.clamp(min=0)
    z = a @ w2.T + b2
    e = (z - z.amax(dim=1, keepdim=True)).exp()
    dz = (e / e.sum(dim=1, keepdim=True) - one_hot) / len(x)
    da = dz @ w2
    dh = da * (h > 0)
    return [dh.T @ x, dh.sum(dim=0), dz.T @ a, dz.sum(dim=0)]


# %%
one_hot = F.one_hot(labels, 10)  # (B, C)
slopes = gradients(x, one_hot, *start)

tracked = [parameter.clone().requires_grad_() for parameter in start]
w1, b1, w2, b2 = tracked
F.cross_entropy((x @ w1.T + b1).relu() @ w2.T + b2, labels).backward()
for ours, parameter in zip(slopes, tracked, strict=True):
    assert_close(ours, parameter.grad)
    print(tuple(ours.shape), f"{(ours - parameter.grad).abs().max():.0e}")

# %% [markdown]
# ??? success "Answer"
#     `dz.T @ a`: each weight gets the sum, over the images, of what it was multiplied with, times
#     the gradient of what came out. A bias is added to all rows, so its gradient is their sum. And
#     `da = dz @ w2`: a hidden unit goes into every class, so it gets the sum, over the classes, of
#     the class's gradient times the weight between them.
#
# The printed differences are roundings. Each line has its place in the book:
#
# | Line | Comes from |
# |---|---|
# | `x @ w1.T + b1` | [Matrix products](01_tensors.py#matrix-products) |
# | `clamp(min=0)` | [What a bend adds](04_model.py#what-a-bend-adds) |
# | `z - z.amax(…)` | [Large logits](05_loss_and_optimizer.py#large-logits) |
# | `dz` | [The gradient is p − y](05_loss_and_optimizer.py#the-gradient-is-p-y) |
# | `da`, `dh` | [The chain rule](02_autograd.py#the-chain-rule-by-hand) |
#
# ## Three ways to train it
#
# First, by hand, with a step that is a subtraction:


# %%
def train_by_hand(
    start: list[Tensor], batches: list[Batch], gradients: Callable = gradients
) -> Iterator[list[Tensor]]:
    """Yield the parameters after each step, with the learning rate 0.1."""
    parameters = start
    for x, labels in batches:
        slopes = gradients(x, F.one_hot(labels, 10), *parameters)
        parameters = [w - 0.1 * slope for w, slope in zip(parameters, slopes, strict=True)]
        yield parameters


# %% [markdown]
# (A function with `yield` hands out one value after the other, as a loop asks for them.) Second,
# with autograd: no formula, but gradients that must be cleared, and a step that must not be
# tracked. As that step works in place, what is handed out must be a copy.


# %%
def train_with_autograd(start: list[Tensor], batches: list[Batch]) -> Iterator[list[Tensor]]:
    """Yield the parameters after each step, with the learning rate 0.1."""
    parameters = [w.clone().requires_grad_() for w in start]
    w1, b1, w2, b2 = parameters
    for x, labels in batches:
        logits = (x @ w1.T + b1).relu() @ w2.T + b2
        F.cross_entropy(logits, labels).backward()
        with torch.no_grad():
            for w in parameters:
                w -= 0.1 * w.grad
                w.grad = None
        yield [w.detach().clone() for w in parameters]


# %% [markdown]
# Third, with a module, an optimizer and [`fit`][ptfund.training.fit] from [The training
# loop](06_training_loop.py). It is given all 510 batches as if they were one epoch.
#
# !!! question "Predict"
#     All three start from the same weights and see the same batches. After 510 steps, are their
#     parameters equal to the bit, equal up to rounding, or clearly apart, since each step builds
#     on the roundings before?

# %% tags=["cheat-sheet"]
with seeded(0):
    model = MLP()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
history = fit(model, optimizer, batches, epochs=1)

# %%
by_hand = list(train_by_hand(start, batches))[-1]
with_autograd = list(train_with_autograd(start, batches))[-1]
with_parts = [parameter.detach() for parameter in model.parameters()]


def largest_gap(some: list[Tensor], others: list[Tensor]) -> float:
    """Return the largest difference between two networks' parameters."""
    return max((w - v).abs().max().item() for w, v in zip(some, others, strict=True))


def power_above(number: float) -> float:
    """Return the next power of ten."""
    return 10.0 ** math.ceil(math.log10(number))


print(f"by hand, autograd  {largest_gap(by_hand, with_autograd):.0e}")
print(f"autograd, `fit`    {largest_gap(with_autograd, with_parts):.0e}")
print(f"moved since start  {largest_gap(by_hand, start):.2f}")

# %% [markdown]
# ??? success "Answer"
#     Equal up to rounding. The three compute the same numbers in different orders, so they round
#     differently. But each step goes downhill from where it is, and with a learning rate that
#     suits, two places close together stay close.
#
# How do the roundings grow? In `float32`, and in `float64`, whose roundings are finer:

# %%
gaps = {}
for dtype in (torch.float32, torch.float64):
    first = [w.to(dtype) for w in start]
    same = [(x.to(dtype), labels) for x, labels in batches]
    both = zip(train_by_hand(first, same), train_with_autograd(first, same), strict=True)
    gaps[str(dtype).removeprefix("torch.")] = torch.tensor([largest_gap(*pair) for pair in both])

single, double = gaps.values()
print(f"float32: step 1 {single[0]:.0e}, step 510 {single[-1]:.0e}")
print(f"float64: step 1 {double[0]:.0e}, step 510 {double[-1]:.0e}")

# Of 60 seeds, 54 have last gaps of 1e-7 to 7e-7 in float32; in the others a rounding opened or shut
# a ReLU for one image, and they are up to 3e-4. In float64 they are < 1e-15 over 20 seeds.
assert 3 * single[0] < single[-1] < 5e-3
assert double[-1] < 1e-13
ways = (by_hand, with_autograd, with_parts)
apart = max(largest_gap(some, others) for some in ways for others in ways)
assert apart < 5e-3
bound = power_above(apart)
assert largest_gap(by_hand, start) > 0.3

# %%
show(
    plot_curves(torch.arange(1, 511), gaps, "steps", "largest difference", log="xy"),
    alt="The largest difference between the parameters by hand and with autograd, over 510 steps, "
    f"both axes in powers of ten. In float32 it goes from {single[0]:.0e} to "
    f"{single[-1]:.0e}; in float64 it runs below, from {double[0]:.0e} to {double[-1]:.0e}.",
)

# %% [markdown]
# In 510 steps the difference in `float32` has grown, and in `float64` it all but vanishes: it is
# rounding. (With much longer steps it can grow faster: exercise 4.)
#
# ??? note "Where each line of the loop, and what follows, comes from"
#     | Line | Comes from |
#     |---|---|
#     | `split_digits` | [Three parts](03_data.py#three-parts-before-anything-is-measured) |
#     | `order.split(64)` | [Batches](03_data.py#batches) |
#     | first weights | [First weights: how large?](04_model.py#first-weights-how-large) |
#     | `cross_entropy` | [Likelihood](05_loss_and_optimizer.py#likelihood-and-cross-entropy) |
#     | `backward` | [`backward` and `.grad`](02_autograd.py#backward-and-grad) |
#     | `no_grad` | [Fitting a line](02_autograd.py#fitting-a-line) |
#     | `w.grad = None` | [Leaves and accumulation](02_autograd.py#leaves-and-accumulation) |
#     | `SGD` | [Handing parameters](05_loss_and_optimizer.py#handing-parameters-to-an-optimizer) |
#     | the whole loop | [The whole loop](06_training_loop.py#the-whole-loop) |
#     | `fit` | [The same in one function](06_training_loop.py#the-same-in-one-function) |
#     | ten seeds | [Another seed?](07_evaluation.py#other-images-or-another-seed) |
#     | pairs | [Pairs, signs and luck](08_observations.py#pairs-signs-and-luck) |
#
# ## What each part does, and what it hides
#
# **Autograd** replaces `gradients`, and stays right when the network changes. For that it keeps
# what the forward pass computed.
#
# !!! question "Predict"
#     How many nodes does autograd note for the forward pass and the loss: about 2, 10 or 100?

# %%
w1, b1, w2, b2 = tracked
x, labels = batches[0]
logits = (x @ w1.T + b1).relu() @ w2.T + b2  # (B, C)
waiting, nodes = [F.cross_entropy(logits, labels).grad_fn], []
while waiting:
    node = waiting.pop()
    nodes.append(node.name().split("::")[-1].removesuffix("Backward0"))
    waiting += [source for source, _ in node.next_functions if source is not None]
print(*nodes, sep="\n")

assert nodes.count("AccumulateGrad") == 4
assert 10 <= len(nodes) <= 16

# %% [markdown]
# ??? success "Answer"
#     About 10, to be exact `{python} len(nodes)`: one for each operation, and one for each
#     parameter, where its gradient is added up. What they need stays in memory until `backward`.
#
# What autograd hides is *which* numbers were tracked: it differentiates what was computed, not
# what you meant. Through `round` and `item` nothing comes, and no error ([Gradients by
# themselves](08_observations.py#gradients-by-themselves)).
#
# **Modules and optimizers** keep names, parameters and steps together. They hide which tensors a
# step moves:

# %%
held = optimizer.param_groups[0]["params"]
for (name, parameter), kept in zip(model.named_parameters(), held, strict=True):
    print(f"{name:13}", parameter is kept)
    assert parameter is kept

# %% [markdown]
# The optimizer holds the very tensors of the model, or, after a layer was replaced, those of an old
# one ([Handing parameters to an
# optimizer](05_loss_and_optimizer.py#handing-parameters-to-an-optimizer)).
#
# **`fit`** saves the loop, and returns one mean loss for each epoch, here for all 510 steps. It
# hides the steps. By hand, each can be looked at:

# %%
met = torch.zeros(510)
before = [start, *train_by_hand(start, batches)][:-1]
for i, ((x, labels), (w1, b1, w2, b2)) in enumerate(zip(batches, before, strict=True)):
    met[i] = F.cross_entropy((x @ w1.T + b1).relu() @ w2.T + b2, labels)
print(f"`fit`: mean loss {history.train_loss[0]:.3f}")
for step in (1, 17, 510):
    print(f"by hand, step {step:3}: loss {met[step - 1]:.3f}")

sizes = torch.tensor([len(labels) for _, labels in batches])  # (510,)
mean = (met * sizes).sum() / sizes.sum()  # ()
assert_close(mean.item(), history.train_loss[0], rtol=1e-4, atol=0)
assert met[0] > 2
assert met[-17:].mean() < 0.15

# %% [markdown]
# ## A wrong line that training hides
#
# Why write gradients that autograd computes? Because one day you will write a `backward` of your
# own ([An operation of your own](02_autograd.py#an-operation-of-your-own)), and must find the slip
# in it. Somebody wrote the gradient like this:


# %%
def careless(x: Tensor, one_hot: Tensor, *parameters: Tensor) -> list[Tensor]:
    """Return what is meant to be the slopes."""
    w1, b1, w2, b2 = parameters
    a = (x @ w1.T + b1).relu()
    dz = ((a @ w2.T + b2).softmax(dim=1) - one_hot) / len(x)
    da = dz @ w2
    return [da.T @ x, da.sum(dim=0), dz.T @ a, dz.sum(dim=0)]


# %% [markdown]
# !!! question "Predict"
#     Which line is missing? With this "gradient", is the network's accuracy in the end about that
#     of guessing, clearly lower (by 5 points and more), or hardly lower?


# %%
def validated(seed: int, gradients: Callable) -> list[float]:
    """Return the accuracy on the validation part after 1 and after 30 epochs."""
    split, start, batches = recipe(seed)
    x, labels = split.validation
    found = []
    for step, (w1, b1, w2, b2) in enumerate(train_by_hand(start, batches, gradients), 1):
        if step in {17, 510}:
            scores = (x @ w1.T + b1).relu() @ w2.T + b2
            found.append(accuracy(scores.argmax(dim=1), labels))
    return found


# %%
right = torch.tensor([validated(seed, gradients) for seed in range(10)])  # (10, 2)
wrong = torch.tensor([validated(seed, careless) for seed in range(10)])  # (10, 2)
for column, epochs in enumerate((1, 30)):
    ours, theirs = right[:, column], wrong[:, column]
    cost = paired_difference(theirs.tolist(), ours.tolist())
    print(f"epoch {epochs:2}: right {ours.mean():.1%}, careless {theirs.mean():.1%}")
    print(f"  {100 * cost.mean:+.1f} ± {100 * cost.deviation:.1f} points, down in {cost.negative}")

# Over the ten seeds the differences have standard deviations of 2 and 0.4 points.
assert (wrong > right).float().mean(dim=0)[0] >= 0.8
assert -0.02 < cost.mean < 0
assert wrong[:, 1].min() > 0.9

# %% [markdown]
# ??? success "Answer"
#     `dh = da * (h > 0)` is missing: gradients pass through units that gave 0, where ReLU's slope
#     is 0. Yet it learns almost as well. Its direction is wrong, but leads downhill, as is checked
#     below.
#
# After one epoch it was even ahead. Is its direction better, or are its steps only longer? Let the
# right gradients be as long as the careless ones:


# %%
def lengthened(x: Tensor, one_hot: Tensor, *parameters: Tensor) -> list[Tensor]:
    """Return the right slopes, each as long as the careless one."""
    slopes, others = (rule(x, one_hot, *parameters) for rule in (gradients, careless))
    return [g * (other.norm() / g.norm()) for g, other in zip(slopes, others, strict=True)]


longer = torch.tensor([validated(seed, lengthened) for seed in range(10)])  # (10, 2)
print(f"epoch  1: right, as long {longer[:, 0].mean():.1%}")

# Over the ten seeds the lead over the shorter steps is 2 to 8 points.
assert (longer > right)[:, 0].sum() >= 9
assert longer[:, 0].mean() > wrong[:, 0].mean() - 0.01

# %% [markdown]
# The steps: at that length, the right direction has such a lead, too. So accuracy raises no
# suspicion. A comparison finds the slip at once, and tells where to look:

# %%
names = [name for name, _ in model.named_parameters()]
x, labels = batches[0]
theirs = careless(x, F.one_hot(labels, 10), *start)
relative = {}
for name, one, parameter in zip(names, theirs, tracked, strict=True):
    relative[name] = ((one - parameter.grad).norm() / parameter.grad.norm()).item()
    print(f"{name:13} off by {relative[name]:.1g}")

cosines = []
for parameters, (x, labels) in zip(train_by_hand(start, batches, careless), batches, strict=True):
    one_hot = F.one_hot(labels, 10)
    one, other = (rule(x, one_hot, *parameters)[0] for rule in (careless, gradients))
    cosines.append(F.cosine_similarity(one.flatten(), other.flatten(), dim=0).item())
print(f"least cosine in 510 steps: {min(cosines):.2f}")

# %% [markdown]
# Both gradients of the output layer are right, so `dz` and `a` are. The mistake lies between `da`
# and the hidden layer. (The cosine is 1 for equal directions, and above 0 for any that leads
# downhill.)

# %%
# Over ten seeds the first two lie between 0.7 and 1.3, the least cosine between 0.64 and 0.71.
assert min(relative["hidden.weight"], relative["hidden.bias"]) > 0.1
assert max(relative["output.weight"], relative["output.bias"]) < 1e-4
assert min(cosines) > 0.3

# %% [markdown]
# ## Errors that speak, and errors that don't
#
# Matrix products are easily transposed. Suppose that the two products in the last line of
# `gradients` were written the wrong way round, `x.T @ dh` and `a.T @ dz`.
#
# !!! question "Predict"
#     The images have 64 pixels, and there are 64 hidden units and 10 classes. Which of the two
#     slips raises an error in the step: that of `w1`, that of `w2`, or both?

# %%
w1, b1, w2, b2 = start
x, labels = batches[0]
a = (x @ w1.T + b1).relu()  # (B, 64)
dz = ((a @ w2.T + b2).softmax(dim=1) - F.one_hot(labels, 10)) / len(x)  # (B, C)
dh = (dz @ w2) * (a > 0)  # (B, 64)

transposed = x.T @ dh  # (64, 64)
moved = w1 - 0.1 * transposed  # (64, 64)
off = (transposed - transposed.T).norm() / transposed.norm()  # ()
print(f"w1 moved, by a slope that is off by {off:.1f}")
assert off > 0.5
with raises(RuntimeError, cause="a gradient that is transposed"):
    w2 - 0.1 * (a.T @ dz)

# %% [markdown]
# ??? success "Answer"
#     Only that of `w2`. 64 rows and 10 columns do not fit into 10 rows and 64 columns, as the
#     message says: dimension 1 has 64 numbers in `w2`, and 10 in the other. `w1` is square, so its
#     transposed gradient fits, and is wrong.
#
# An error is the friendly case. This one names two sizes, and one of them is not what you think;
# the [index of errors](../errors.md) lists each message of this book with its cause. Where sizes
# agree by chance, only a comparison helps. So test with sizes that all differ, such as 7 images of
# 5 pixels and 4 hidden units. And let none be 1: it would be stretched ([The
# accident](01_tensors.py#the-accident)).
#
# ??? note "Mistakes that raise no error"
#     | Mistake | What happens |
#     |---|---|
#     | 250 + 10 in `uint8` | [It is 4](01_tensors.py#when-types-meet) |
#     | (N, 1) − (N,) | [It is (N, N)](01_tensors.py#the-accident) |
#     | Gradients not cleared | [They add up](02_autograd.py#leaves-and-accumulation) |
#     | Dividing by a deviation of 0 | [All is class 0](03_data.py#dividing-by-zero) |
#     | A layer in a plain list | [Not trained](04_model.py#what-pytorch-does-not-see) |
#     | A misspelt name, `strict=False` | [Not loaded](04_model.py#saving-and-loading) |
#     | Softmax twice | [Slower](05_loss_and_optimizer.py#logits-in-not-probabilities) |
#     | `zero_grad` before `step` | [Frozen](06_training_loop.py#three-places-for-zero_grad) |
#     | No `eval()` | [Wrong loss](06_training_loop.py#two-switches-for-validation) |
#     | `state_dict()` not copied | [Live](06_training_loop.py#keep-the-best-weights-and-stop) |
#     | `round`, `item` in a loss | [No slope](08_observations.py#gradients-by-themselves) |

# %%
generator = torch.Generator().manual_seed(0)
x = torch.randn(7, 5, generator=generator)  # (7, 5)
dh = torch.randn(7, 4, generator=generator)  # (7, 4)
w1 = torch.randn(4, 5, generator=generator)  # (4, 5)
with raises(RuntimeError, cause="a gradient that is transposed"):
    w1 - 0.1 * (x.T @ dh)

row = torch.ones(1, 4)  # (1, 4)
print("one row:", tuple((row - 0.1 * row.T).shape))
assert (row - 0.1 * row.T).shape == (4, 4)

# %% [markdown]
# ## What the network does not know
#
# A last look at what was built. To the network an image is a row of 64 numbers.
#
# !!! question "Predict"
#     The pixels of all images are put into another order, the same for each. The columns of
#     `w1` follow. How do the scores change? And if such a network is trained on images with
#     shuffled pixels, where does it end?

# %%
w1, b1, w2, b2 = by_hand
x = split.validation.x  # (V, 64)
shuffled = torch.randperm(64, generator=generator)  # (64,)
scores = (x @ w1.T + b1).relu() @ w2.T + b2  # (V, C)
others = (x[:, shuffled] @ w1[:, shuffled].T + b1).relu() @ w2.T + b2  # (V, C)
print(f"largest difference of a score: {(scores - others).abs().max():.0e}")

first = [start[0][:, shuffled], *start[1:]]
same = [(x[:, shuffled], labels) for x, labels in batches]
trained = list(train_by_hand(first, same))[-1]
gap = largest_gap(trained, [w1[:, shuffled], b1, w2, b2])
print(f"trained on shuffled images: {gap:.0e} apart")

assert_close(scores, others, rtol=1e-4, atol=1e-4)
assert gap < 5e-3

# %% [markdown]
# ??? success "Answer"
#     Not at all, up to rounding: a sum does not depend on the order of its terms. Nor do the
#     gradients, so training ends at the same weights, with the columns of `w1` shuffled. As first
#     weights are drawn alike for all pixels, it could have begun there. A network of this kind does
#     not know which pixels are neighbours.
#
# ## What this book left out
#
# - **Convolutions** know neighbours, **attention** lets parts of an input ask each other.
# - **Speed**: GPUs, numbers of lower precision, several machines.
# - **Large data** that does not fit into memory.
# - **Other tasks**: text, sound, learning without labels.
#
# [PyTorch's documentation](https://docs.pytorch.org/docs/stable/index.html) and its
# [tutorials](https://docs.pytorch.org/tutorials/) treat them. In their code you will meet the loop
# that you know.
#
# ## What you can do now
#
# - **Train with tensors alone.** Forward, softmax, $(p - y) / N$, the chain rule back through two
#   layers, a subtraction. Autograd and `fit` give the same parameters up to rounding.
# - **Say what is hidden.** Autograd: what was tracked, and the memory for it. Modules and
#   optimizers: which tensors a step moves. `fit`: everything between two batches.
# - **Find a wrong line.** Compare the gradient of each parameter with autograd's; walking back
#   from the loss, the first layer that is off tells where to look. High accuracy proves nothing.
# - **Read errors.** Many messages name two sizes or two types, and one is not what you think; the
#   index of errors has the cause of each. What fits by chance raises nothing, so test with sizes
#   that all differ, and none of which is 1.
# - **Choose what is next.** Convolutions, attention, devices, scale: what is new there is the
#   model or the machine, not the loop. What to have at hand stands on the [cheat
#   sheet](../cheat-sheet.md).
#
# ## Key observations
#
# - By hand, with autograd and with `fit`, 510 steps lead to the same parameters: the largest
#   difference of any two was below `{python} bound`, after moves of
#   up to
#   `{python} f"{largest_gap(by_hand, start):.1f}"` ([Three ways to train
#   it](#three-ways-to-train-it)).
# - With the finer roundings of `float64`, the difference between two of the ways all but vanishes:
#   it is made of roundings ([Three ways to train it](#three-ways-to-train-it)).
# - A gradient without the ReLU's slope is ahead after one epoch, and costs
#   `{python} f"{-100 * cost.mean:.1f}"` points of accuracy after 30: learning does not show that a
#   gradient is right ([A wrong line that training hides](#a-wrong-line-that-training-hides)).
# - Compared parameter by parameter, the same mistake is off by more than a tenth in one layer, and
#   by roundings in the other ([A wrong line that training
#   hides](#a-wrong-line-that-training-hides)).
# - A transposed gradient raises no error where its matrix is square, nor where it has a single row
#   or column ([Errors that speak, and errors that
#   don't](#errors-that-speak-and-errors-that-dont)).
# - If the first weights follow, an MLP learns the same from images with shuffled pixels ([What the
#   network does not know](#what-the-network-does-not-know)).
#
# ## Exercises
#
# `check` tries each function on several inputs, with sizes that all differ, and says what is wrong
# with it.

# %%
from jaxtyping import Float, Int64

from ptfund.exercises import check

# %% [markdown]
# ### 1. Another bend
#
# Write `gradients` for a network with tanh instead of ReLU, by hand: without autograd. The slope of
# $a = \tanh h$ is $1 - a^2$. As with ReLU, large scores must do no harm.

# %% [markdown] tags=["hint"]
# Two lines change. Compare with autograd on a batch with sizes that all differ.


# %% tags=["solution"]
def tanh_gradients(
    x: Float[Tensor, "n features"],
    one_hot: Int64[Tensor, "n classes"],
    *parameters: Tensor,
) -> list[Tensor]:
    """Return the slopes with `w1`, `b1`, `w2` and `b2`."""
    w1, b1, w2, b2 = parameters
    a = (x @ w1.T + b1).tanh()
    dz = ((a @ w2.T + b2).softmax(dim=1) - one_hot) / len(x)
    dh = dz @ w2 * (1 - a.square())
    return [dh.T @ x, dh.sum(dim=0), dz.T @ a, dz.sum(dim=0)]


# %% tags=["check"]
check(tanh_gradients)

# %% [markdown] tags=["solution"]
# A bend stands in two places: in the forward pass, and as its slope on the way back. All else is as
# with ReLU. The slope is that at `h`, but is computed from `a`, which is at hand: `1 - h.square()`
# would be another number. (`softmax` subtracts the largest score itself.)

# %% [markdown]
# ### 2. Momentum, by hand
#
# Change `train_by_hand` so that it steps with momentum, as `torch.optim.SGD(…, lr=0.1, momentum=…)`
# does. The gradients come from the function `gradients`, as in this chapter, and there are 10
# classes. What was yielded must not change afterwards, nor may `start`.

# %% [markdown] tags=["hint"]
# One velocity for each parameter, all 0 at the start. [Chapter
# 5](05_loss_and_optimizer.py#momentum) has both formulas.


# %% tags=["solution"]
def train_with_momentum(
    start: list[Tensor],
    batches: list[tuple[Tensor, Tensor]],
    gradients: Callable[..., list[Tensor]],
    momentum: float,
) -> Iterator[list[Tensor]]:
    """Yield the parameters after each step, with the rate 0.1."""
    parameters = start
    velocities = [torch.zeros_like(w) for w in start]
    for x, labels in batches:
        slopes = gradients(x, F.one_hot(labels, 10), *parameters)
        both = zip(velocities, slopes, strict=True)
        velocities = [momentum * v + slope for v, slope in both]
        moves = zip(parameters, velocities, strict=True)
        parameters = [w - 0.1 * v for w, v in moves]
        yield parameters


# %% tags=["check"]
check(train_with_momentum)

# %% [markdown] tags=["solution"]
# Velocities outlive a step, so they are made before the loop, one for each parameter. The slope
# enters in full, not with the factor $1 - \mu$: with $\mu = 0.9$ steps become up to ten times as
# long. Each step makes new tensors. Had it worked in place, a list of all that was yielded would
# hold the last parameters again and again.

# %% [markdown]
# ### 3. A checker of gradients
#
# Write a function that finds which gradients are wrong. It gets those of somebody else, and the
# loss as a function of the parameters, which depends on each of them. A claimed gradient is wrong
# if its shape is not that of its parameter, or if its difference from autograd's gradient is longer
# than a thousandth of the length of autograd's, both over the whole tensor. The parameters, tracked
# or not, stay as they are, and so do their `.grad` and `requires_grad`.

# %% [markdown] tags=["hint"]
# `loss(*tracked)` and `torch.autograd.grad`, with copies of the parameters as `tracked`. A
# gradient with a `nan` is wrong, too, but every comparison with `nan` is false.


# %% tags=["solution"]
def wrong_gradients(
    claimed: list[Tensor],
    loss: Callable[..., Tensor],
    parameters: list[Tensor],
) -> list[int]:
    """Return the positions of the wrong gradients, in order."""

    def fits(ours: Tensor, right: Tensor) -> bool:
        if ours.shape != right.shape:
            return False
        return bool((ours - right).norm() <= 1e-3 * right.norm())

    tracked = [w.detach().clone().requires_grad_() for w in parameters]
    right = torch.autograd.grad(loss(*tracked), tracked)
    pairs = enumerate(zip(claimed, right, strict=True))
    return [n for n, pair in pairs if not fits(*pair)]


# %% tags=["check"]
check(wrong_gradients)

# %% [markdown] tags=["solution"]
# Gradients can be of any size, so the difference is compared with a length, not with a fixed
# number. It asks whether a gradient *fits*: a `nan` fits nothing, while "is it off by more?" would
# let it through. Shapes come first: of (3,) and (1, 3) the difference is small and the gradient
# wrong, and of (3,) and (3, 1) it is a (3, 3) of nonsense.

# %% [markdown]
# ### 4. When roundings grow
#
# Train a network with ReLU, as this chapter did, twice from the same start: in `float32` and in
# `float64`. Return the largest difference between the parameters after all batches, with SGD and
# the learning rate `lr`. What is given is in `float32`, with 10 classes, and stays as it is.
# When it is right, try the rates 0.1 and 2 with `start` and `batches` of this chapter's
# `recipe(seed)`.

# %% [markdown] tags=["hint"]
# Convert start and batches first, and subtract in `float64`. Mind that `.to(torch.float32)` returns
# a `float32` tensor itself, not a copy.


# %% tags=["solution"]
def rounding_gap(
    start: list[Tensor],
    batches: list[tuple[Tensor, Tensor]],
    lr: float,
) -> float:
    """Return how far apart two dtypes end, at the parameter furthest off."""
    ends = []
    for dtype in (torch.float32, torch.float64):
        tracked = [w.to(dtype, copy=True).requires_grad_() for w in start]
        optimizer = torch.optim.SGD(tracked, lr=lr)
        w1, b1, w2, b2 = tracked
        for x, labels in batches:
            optimizer.zero_grad()
            logits = (x.to(dtype) @ w1.T + b1).relu() @ w2.T + b2
            F.cross_entropy(logits, labels).backward()
            optimizer.step()
        ends.append([w.detach().double() for w in tracked])
    return max((w - v).abs().max().item() for w, v in zip(*ends, strict=True))


# %% tags=["check"]
check(rounding_gap)

# %% [markdown] tags=["solution"]
# `copy=True` is the trap: without it, the `float32` training would move `start` itself. Converting
# the end in `float64` to `float32` would round away most of what the two differ in. At the rate 0.1
# the gap of seed 0 stays below `{python} f"{power_above(rounding_gap(start, batches, 0.1)):g}"`. At
# 2, among the seeds 0 to 3, one is above
# `{python} f"{power_above(max(rounding_gap(*recipe(n)[1:], 2.0) for n in range(4))) / 10:g}"`:
# steps that overshoot drive apart what lay close together.

# %% [markdown]
# ## Next
#
# The book ends here. Take data of your own, and begin as it did: look first, split before you
# measure, write the loop, try it on [16 samples](06_training_loop.py#sixteen-samples-first), and
# compare with [something simple](07_evaluation.py#baselines-first).
