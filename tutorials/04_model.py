# %% [markdown]
# # The model
#
# [Chapter 3](03_data.py) prepared the digits: rows of 64 numbers, and a label for each. A *model*
# is what turns a row into a prediction: a function with numbers in it that can be changed. This
# chapter builds one. After it you will be able to
#
# - compute scores from pixels by hand, and say why layers need a bend between them, and which;
# - write a network as a class, count its numbers, and notice when PyTorch overlooks some;
# - read off what each layer gives;
# - choose first weights with which a network can learn, and say why zeros cannot;
# - tell what belongs to a model beside its weights, and save and load all of it safely.
#
# **You need** [Tensors](01_tensors.py), [Automatic differentiation](02_autograd.py) and, from
# [Dataset preparation](03_data.py), standardised features in three parts. **It takes** about 40
# minutes, exercises apart.
#
# In shape comments, N is the number of training images. In formulas, $x$ is the features of one
# image, $W$ and $b$ are weights and biases, and $z$ is a score. No loss is needed yet:
# [chapter 5](05_loss_and_optimizer.py) chooses it.

# %%
import copy
import io
import pickle
import textwrap

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu
from torch.testing import assert_close

from ptfund.data import split_digits
from ptfund.display import raises, show
from ptfund.evaluation import accuracy
from ptfund.models import MLP, layer_outputs, seeded
from ptfund.plotting import plot_curves, plot_histograms, plot_panels

# %% [markdown]
# ## A score for each class
#
# Chapter 1 gave an image $x$ the name of the nearest mean $c$, the one with the largest
#
# $$-\lVert x - c \rVert^2 = 2c \cdot x - \lVert c \rVert^2 - \lVert x \rVert^2$$
#
# The last term is the same for all, and can go. What is left is a *linear layer*. It gives
# each class a *score*: the sum of all features, each times a *weight*, plus a *bias*.
#
# !!! question "Predict"
#     `weight` is `2 * means`. Which product of `x`, (N, 64), and `weight`, (10, 64), gives N
#     rows of ten?

# %%
split = split_digits(torch.Generator().manual_seed(0))
x = split.train.x  # (N, 64)
y = split.train.y  # (N,)
groups = [x[y == digit] for digit in range(10)]
means = torch.stack([group.mean(dim=0) for group in groups])  # (10, 64)

weight = nn.Parameter(2 * means)  # (10, 64)
bias = nn.Parameter(-means.square().sum(dim=1))  # (10,)
scores = x @ weight.T + bias  # (N, 10)
print(scores.shape, weight.is_leaf, weight.requires_grad)

assert_close(scores.argmax(dim=1), torch.cdist(x, means).argmin(dim=1))

# %% [markdown]
# ??? success "Answer"
#     `x @ weight.T`: (N, 64) @ (64, 10). The bias, (10,), is broadcast to all rows. In each row
#     the largest score names the class.
#
# So chapter 1's classifier was a linear layer. An `nn.Parameter` is a tracked leaf that says "I
# am to be learned". We have set both from means; learning will find better ones.
#
# PyTorch's own layer, `nn.Linear(64, 10)`, draws its first numbers by chance. It takes no
# generator, and uses a *global* one, that of the whole program.
# [`seeded`][ptfund.models.seeded] fixes that one for a block, and then puts it back to where it
# was.


# %%
def draw(seed: int) -> nn.Linear:
    """Return a new layer, drawn with a seed."""
    with seeded(seed):
        return nn.Linear(64, 10)


before = torch.get_rng_state()
print(torch.equal(draw(0).weight, draw(0).weight))
print(torch.equal(draw(0).weight, draw(1).weight))
assert torch.equal(torch.get_rng_state(), before)

# %% [markdown]
# Its `weight` has one row for each score, as ours has. With our numbers (`copy_` assigns in
# place) it must give our scores:

# %%
linear = draw(0)
print(tuple(linear.weight.shape), tuple(linear.bias.shape))
with torch.no_grad():
    linear.weight.copy_(weight)
    linear.bias.copy_(bias)

assert_close(linear(x), scores)

# %%
with raises(RuntimeError, cause="a feature too few for the layer"):
    linear(x[:, :63])

with raises(RuntimeError, cause="`float64` features for `float32` weights"):
    linear(x.double())

# %% [markdown]
# The first message shows both shapes of the product: 63 is not 64. In the second, `Double` is
# `float64`, and `Float` is `float32`: features must have the dtype of the weights.
#
# ## Two layers without a bend
#
# Would two layers give better scores than one? Let the first make 64 new numbers, the *hidden
# units*, and the second the ten scores.
#
# !!! question "Predict"
#     Is there a function of $x$ that two such layers can compute, and one alone cannot?

# %%
with seeded(0):
    first = nn.Linear(64, 64, dtype=torch.float64)
    second = nn.Linear(64, 10, dtype=torch.float64)
two = second(first(x.double()))  # (N, 10)

weight = second.weight @ first.weight  # (10, 64)
bias = second.weight @ first.bias + second.bias  # (10,)
one = x.double() @ weight.T + bias  # (N, 10)

assert_close(one, two, rtol=1e-12, atol=1e-12)
print("one layer:", tuple(weight.shape), tuple(bias.shape))

# %% [markdown]
# ??? success "Answer"
#     None. Two linear layers are one linear layer, whatever their numbers:
#
#     $$\begin{aligned}
#     z &= W_2 \left( W_1 x + b_1 \right) + b_2 \\
#     &= \left( W_2 W_1 \right) x + \left( W_2 b_1 + b_2 \right)
#     \end{aligned}$$
#
# The same holds for three, or a hundred. Depth alone buys nothing.
#
# ## What a bend adds
#
# The simplest function that is no straight line has one bend: $\operatorname{relu}(u) = \max(u,
# 0)$, the *rectified linear unit*. It works on each element alone.
#
# !!! question "Predict"
#     What is `relu(u) + relu(-u)` for −2, 0 and 3?

# %%
u = torch.linspace(-2, 2, 129, dtype=torch.float64)  # (129,)
some = torch.tensor([-2.0, 0.0, 3.0])  # (3,)
print(some.relu() + (-some).relu())

assert_close(u.relu() + (-u).relu(), u.abs())

# %% [markdown]
# ??? success "Answer"
#     2, 0 and 3: it is $\lvert u \rvert$, exactly. Two hidden units with the weights 1 and −1,
#     added up, make what no linear layer can.
#
# Shifted by a bias, a unit bends where we like. So let us follow the parabola $u^2$ with
# straight pieces of width $h$. The first piece leads from 4 to $(h - 2)^2$, with the slope
# $h - 4$; at each further joint the slope grows by $2h$. That makes one hidden unit a piece.


# %%
def pieces(u: Tensor, h: float) -> Tensor:
    """Return what meets u² at -2, -2 + h, … and 2, and is straight between."""
    joints = torch.arange(-2, 2, h, dtype=u.dtype)
    heights = torch.full_like(joints, 2 * h)
    heights[0] = h - 4
    return (u[:, None] - joints).relu() @ heights + 4


widths = (2.0, 1.0, 0.5)
gaps = [(pieces(u, h) - u**2).abs().max().item() for h in widths]
for h, gap in zip(widths, gaps, strict=True):
    print(f"{4 / h:.0f} units, largest gap {gap:.4f}")
    assert gap == h**2 / 4

# %%
few = u[::8]  # (17,)
show(
    plot_curves(
        few,
        {"u²": few**2, "2 units": pieces(few, 2.0), "4 units": pieces(few, 1.0)},
        "u",
        "height",
    ),
    alt="The parabola u² from u = -2 to 2, and two lines of straight pieces that meet "
    f"it at their joints. With 2 units there is one bend, at 0, and a gap of up to "
    f"{gaps[0]:.0f}; with 4 units there are three, and a gap of up to {gaps[1]:.2f}.",
)

# %% [markdown]
# `pieces` is a linear layer (weights 1, biases −joints), a ReLU, and a linear layer again
# (weights `heights`, bias 4). Twice the units leave a quarter of the gap. On a bounded stretch, any
# curve without jumps can be followed as closely as one likes. That such weights *exist* does not
# say that learning finds them.
#
# ## Which bend?
#
# What is put between layers is an *activation function*. Four of them by hand (GELU is a ReLU
# with a rounded corner):

# %%
by_hand = {
    "ReLU": lambda u: u.clamp(min=0),
    "tanh": lambda u: (u.exp() - (-u).exp()) / (u.exp() + (-u).exp()),
    "sigmoid": lambda u: 1 / (1 + (-u).exp()),
    "GELU": lambda u: u * (1 + (u / 2**0.5).erf()) / 2,  # erf: a smooth step from -1 to 1
}
activations = {
    "ReLU": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "GELU": gelu,
}

# %%
u = torch.linspace(-3, 3, 121, requires_grad=True)  # (121,)
panels = {}
for name, activation in activations.items():
    value = activation(u)
    (slope,) = torch.autograd.grad(value.sum(), u)
    assert_close(value, by_hand[name](u))
    panels[name] = {"value": value, "slope": slope}

high = {name: panel["slope"][-1].item() for name, panel in panels.items()}
top = {name: panel["slope"].max().item() for name, panel in panels.items()}

# %%
show(
    plot_panels(u, panels, "u", "value or slope"),
    alt="Four panels, each with a function and its slope from u = -3 to 3. ReLU: slope 0 "
    "on the left, 1 on the right. tanh: from -1 to 1, its slope "
    f"{top['tanh']:.0f} in the middle and {high['tanh']:.2f} at both ends. Sigmoid: from 0 "
    f"to 1, its slope at most {top['sigmoid']:.2f} and {high['sigmoid']:.2f} at the ends. "
    f"GELU: like ReLU with a round corner, its slope from {panels['GELU']['slope'].min():.2f} "
    f"to {top['GELU']:.2f}.",
)

# %% [markdown]
# Where a slope is nearly 0, the activation *saturates*: an upstream gradient is multiplied by
# that slope and hardly arrives. tanh and sigmoid saturate on both sides, ReLU on the left, and
# there completely. (A unit's score is its weighted sum, before the activation.)
#
# !!! question "Predict"
#     The sigmoid's slope is nowhere above 1/4. If the layers between them neither stretch nor
#     shrink a gradient, what share of it can survive ten sigmoids?


# %%
def share_left(name: str, seed: int, gain: float = 1) -> float:
    """Return which share of a gradient's length is left after ten layers."""
    generator = torch.Generator().manual_seed(seed)
    start = x.clone().requires_grad_()
    hidden = start
    for _ in range(10):
        empty = torch.empty(64, 64)  # its numbers are yet to be set
        matrix = nn.init.orthogonal_(empty, generator=generator)
        hidden = activations[name](gain * (hidden @ matrix))
    v = torch.randn(hidden.shape, generator=generator)  # mean 0, standard deviation 1
    hidden.backward(v)
    return (start.grad.norm() / v.norm()).item()  # norm: the length


# %%
shares = {}
for name in activations:
    shares[name] = torch.tensor([share_left(name, seed) for seed in range(10)])
for name, share in shares.items():
    print(f"{name:8} {share.mean():.1e} ± {share.std():.0e}")

assert shares["sigmoid"].max() <= (1 / 4) ** 10
# Of one activation, the seeds differ by a factor of up to 1.6; the four lie 9 apart.
assert shares["tanh"].min() > 5 * shares["ReLU"].max()
assert shares["ReLU"].min() > 5 * shares["GELU"].max()
assert shares["GELU"].min() > 100 * shares["sigmoid"].max()

# %% [markdown]
# ??? success "Answer"
#     At most $(1/4)^{10}$, about a millionth. It is less, as most slopes lie below 1/4.
#
# An *orthogonal* matrix keeps every length; the rest is the activations' doing. ReLU stops half
# of the elements: a factor of $\sqrt{2}$ a layer. The inputs of tanh and GELU shrink towards 0,
# where their slopes are 1 and 1/2. Can larger weights make up for such factors?

# %%
left = {}
for name, gain in (("ReLU", 2**0.5), ("sigmoid", 4.0), ("sigmoid", 12.0)):
    left[gain] = torch.tensor([share_left(name, seed, gain) for seed in range(10)])
    print(f"{name:8} weights times {gain:4.1f}: {left[gain].mean():.1g}")

assert 0.5 < left[2**0.5].mean() < 2
assert left[4.0].max() < 0.02
assert left[12.0].min() > 1

# %% [markdown]
# For ReLU, $\sqrt{2}$ gives back what is lost. For the sigmoid 4 is too little: the scores grow as
# well, and where they are large it saturates. 12 is more than enough. What fits depends on the
# inputs.
#
# ReLU has its own danger. A unit whose score is below 0 for *every* image is *dead*. Unit 3
# gets a very low bias:

# %%
layer = draw(0)
with torch.no_grad():
    layer.bias[3] = -1000
generator = torch.Generator().manual_seed(0)
layer(x).relu().backward(torch.randn(len(x), 10, generator=generator))
dead = (layer.weight.grad == 0).all(dim=1)  # (10,)
print("no gradient for unit", dead.nonzero().item())

# %% [markdown]
# No loss sends a gradient to its weights: with these features it stays dead.
#
# ## A network is a class
#
# Two layers with a bend between them are a *multilayer perceptron*. To keep their numbers
# together, there is `nn.Module`, the class that all of PyTorch's layers come from: `__init__`
# makes the parts, `forward` goes through them.
#
# !!! question "Predict"
#     Four tensors hold the numbers of this model. What are their shapes, and how many numbers
#     are there in all?


# %% tags=["cheat-sheet"]
class TwoLayers(nn.Module):
    """Ten scores for each row of 64 numbers, by way of 64 hidden units."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(64, 64)
        self.output = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores."""
        return self.output(self.hidden(x).relu())


# %%
with seeded(0):
    model = TwoLayers()
for name, parameter in model.named_parameters():
    print(f"{name:14} {tuple(parameter.shape)!s:9} {parameter.numel():5}")
total = sum(parameter.numel() for parameter in model.parameters())
print(f"{total:20,} in all")

assert total == (64 * 64 + 64) + (64 * 10 + 10)

# %% [markdown]
# ??? success "Answer"
#     (64, 64), (64,), (10, 64) and (10,): `{python} f"{total:,}"` numbers.
#
# `named_parameters` goes through all parts and the parts of these, and joins their names with a
# dot. A model is called like a function, `model(x)`; the call leads to `forward`. Where the way
# is straight, no class is needed: `nn.Sequential` calls one module after the other. Its names
# are numbers, and ReLU is written as a module.

# %%
with seeded(0):
    straight = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
print(*[name for name, _ in straight.named_parameters()])

by_hand = model.output(torch.relu(model.hidden(x)))  # (N, 10)
assert_close(model(x), by_hand)
assert_close(straight(x), by_hand)

# %% [markdown]
# ## What PyTorch does not see
#
# How does `parameters` know the parts? At each assignment to `self`, `nn.Module` looks: a
# module or an `nn.Parameter` is *registered*, noted in a list of its own. Everything else is an
# ordinary attribute.
#
# !!! question "Predict"
#     This class keeps its layers in a Python list, and a factor in a tracked tensor. It does
#     compute scores. How many parameters does PyTorch find?


# %%
class Listed(nn.Module):
    """Two layers in a list, and a factor for each score."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(64, 64), nn.Linear(64, 10)]
        self.factor = torch.ones(10, requires_grad=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores."""
        return self.factor * self.layers[1](self.layers[0](x).relu())


# %%
listed = Listed()
print(listed(x).shape, len(list(listed.parameters())), listed.state_dict())

with raises(ValueError, cause="layers in a plain list, not registered"):
    torch.optim.SGD(listed.parameters(), lr=0.1)
with raises(RuntimeError, cause="a layer that `double` did not reach"):
    listed.double()(x.double())

# %% [markdown]
# ??? success "Answer"
#     None. The list is no module, and the tensor no `nn.Parameter`. `state_dict()`, which gives by
#     name all that belongs to a model, is an empty dictionary.
#
# `torch.optim.SGD` is an *optimizer*, of which [chapter
# 5](05_loss_and_optimizer.py#handing-parameters-to-an-optimizer) says more: it makes the steps `w
# -= lr * w.grad` for all parameters that it is given, and refuses to be given none. `double` should
# have converted the model to `float64` (in place, unlike a tensor), and found nothing.
#
# Those errors are the lucky case. With one registered layer, the optimizer no longer complains:

# %%
listed = Listed()
listed.output = listed.layers[1]
torch.optim.SGD(listed.parameters(), lr=0.1)
print([name for name, _ in listed.named_parameters()])

# %% [markdown]
# The first layer and the factor would keep their first numbers for ever. The cure is
# `nn.ModuleList`, a list that is a module, and `nn.Parameter`:


# %%
class Registered(Listed):
    """The same, registered."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(self.layers)
        self.factor = nn.Parameter(torch.ones(10))


registered = Registered()
names = [name for name, _ in registered.named_parameters()]
print(*names, sep="\n")
assert len(names) == 5
assert registered.double()(x.double()).dtype == torch.float64

# %% [markdown]
# ## Looking inside with hooks
#
# What goes on between input and scores? One cannot see it from outside. A *forward hook* is a
# function that a module calls when it has computed its output.
#
# !!! question "Predict"
#     `model.modules()` gives the model itself, then `hidden`, then `output`. All three get the
#     hook. In which order do they report? Who reports if `model.forward(x)` is called instead
#     of `model(x)`?


# %%
def report(module: nn.Module, _inputs: tuple[Tensor], output: Tensor) -> None:
    """Print the kind of a module, and the shape of what it gives."""
    print("  ", type(module).__name__, tuple(output.shape))


handles = [module.register_forward_hook(report) for module in model.modules()]
print("model(x)")
scores = model(x)  # (N, 10)
print("model.forward(x)")
scores = model.forward(x)  # (N, 10)

for handle in handles:
    handle.remove()
scores = model(x)  # (N, 10)

# %% [markdown]
# ??? success "Answer"
#     In the order in which they are done: the model, which waits for its parts, comes last.
#     `forward` is only the method that we wrote; hooks belong to the call. So the model's own
#     is passed over, those of its parts are not. **Call models, not `forward`.**
#
# A hook stays until its handle removes it. [`layer_outputs`][ptfund.models.layer_outputs] sets
# hooks, removes them, and returns what the layers gave:

# %%
outputs = dict(layer_outputs(model, x))
for name, output in outputs.items():
    print(name, tuple(output.shape))

with torch.no_grad():
    assert_close(outputs["hidden"], x @ model.hidden.weight.T + model.hidden.bias)
    assert_close(outputs["output"], model(x))

# %% [markdown]
# ReLU is not in the list: here it is a method of a tensor, and only modules have forward hooks. In
# `straight` it would be.
#
# ## First weights: not zero, not alike
#
# Learning will change the numbers. With which should it begin? Zero looks neutral. So we take
# ten steps from there, with a new random $v$ in each: whatever the loss will be, it reaches the
# model only as the upstream gradient of its scores.


# %%
def take_steps(model: nn.Module) -> None:
    """Move all parameters against their gradients, ten times."""
    generator = torch.Generator().manual_seed(1)
    for _ in range(10):
        scores = model(x)
        scores.backward(torch.randn(scores.shape, generator=generator))
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.sub_(0.001 * parameter.grad)
                parameter.grad = None


# %% [markdown]
# (`sub_` is `-=` by name.)
#
# !!! question "Predict"
#     The gradient of $W_2$ is made of $v$ and of what the hidden units give; what is handed
#     down to them is $v$ times $W_2$. All is zero: which of the four tensors move?

# %%
zeros = TwoLayers()
for parameter in zeros.parameters():
    nn.init.zeros_(parameter)
take_steps(zeros)

for name, parameter in zeros.named_parameters():
    print(f"{name:14} largest {parameter.abs().max():.3f}")

moved = [name for name, parameter in zeros.named_parameters() if parameter.any()]
assert moved == ["output.bias"]

# %% [markdown]
# ??? success "Answer"
#     Only the last bias. The hidden units give relu(0) = 0, so $W_2$ gets nothing; $W_2$ is 0,
#     so nothing is handed down to $W_1$. After the step both are still so. All images keep the
#     same scores for ever.
#
# Then another number, the same for all weights?
#
# !!! question "Predict"
#     All numbers begin at 0.1. After ten steps, how many different rows has $W_1$, that is, how
#     many different hidden units are there?

# %%
alike = TwoLayers()
for parameter in alike.parameters():
    nn.init.constant_(parameter, 0.1)
take_steps(alike)

rows = alike.hidden.weight
moved = (rows - 0.1).abs().max().item()
differing = (rows - rows[0]).abs().max().item()
print(f"rows moved by up to {moved:.2f}")
print(f"rows differ by up to {differing:.2f}")
assert moved > 0.01
assert_close(rows, rows[:1].expand(64, 64))
assert_close(alike.output.weight, alike.output.weight[:, :1].expand(10, 64))

# %% [markdown]
# ??? success "Answer"
#     One. Units that start alike and count alike get the same gradient, and stay alike: 64
#     units do the work of one.
#
# So weights must differ.
#
# ## First weights: how large?
#
# A unit adds up $n$ products: an input of mean square $q$, times a weight drawn with mean 0 and
# standard deviation $s$. Each product has the mean square $s^2 q$, and these add up. The score
# $z$ is below 0 as often as above, so ReLU takes half:
#
# $$\begin{aligned}
# \text{mean of } z^2 &= n s^2 q \\
# \text{mean of } \operatorname{relu}(z)^2 &= \tfrac{1}{2} n s^2 q
# \end{aligned}$$
#
# !!! question "Predict"
#     With which $s$ does the mean square stay $q$? What happens in 20 layers if $s$ is
#     $\sqrt{2}$ times that?


# %%
def deep(std: float | None, seed: int) -> nn.Sequential:
    """Return 20 linear layers with ReLU, with the default weights if std is None."""
    model = nn.Sequential()
    with seeded(seed):
        for _ in range(20):
            layer = nn.Linear(64, 64)
            if std is not None:
                nn.init.normal_(layer.weight, std=std)
                nn.init.zeros_(layer.bias)
            model.extend([layer, nn.ReLU()])
    return model


def rms_by_depth(std: float | None, seed: int) -> Tensor:
    """Return the root mean square of what each ReLU gives."""
    rectified = [output for _, output in layer_outputs(deep(std, seed), x)][1::2]
    return torch.stack([output.square().mean().sqrt() for output in rectified])


# %%
choices = {"√(4/n)": (4 / 64) ** 0.5, "√(2/n)": (2 / 64) ** 0.5}
choices["default"] = None
rms = {
    name: torch.stack([rms_by_depth(std, seed) for seed in range(10)])
    for name, std in choices.items()
}
curves = {name: each.log().mean(dim=0).exp() for name, each in rms.items()}
ends = {name: curve[-1].item() for name, curve in curves.items()}
show(
    plot_curves(torch.arange(1, 21), curves, "layer", "root mean square", log="y"),
    alt="Root mean square of the activations by layer, 1 to 20, the geometric mean over "
    f"ten seeds, in powers of ten. With √(4/n) it rises evenly to {ends['√(4/n)']:.0f}. "
    f"With √(2/n) it is {ends['√(2/n)']:.1f} at the end. With PyTorch's default it falls to "
    f"{curves['default'][3]:.2f} in four layers, and stays at {ends['default']:.2f}.",
)

# %% [markdown]
# ??? success "Answer"
#     $\tfrac{1}{2} n s^2 = 1$, so $s = \sqrt{2/n}$. With $\sqrt{4/n}$ the mean square doubles in
#     each layer, and its root grows by a factor of $2^{10}$ in 20. (Mean squares add up because
#     the weights are drawn independently with mean 0: the mixed terms of the square are 0 in the
#     mean.)
#
# $\sqrt{2/n}$ is *Kaiming* initialisation, named after the first author of the paper that
# proposed it (He and others, 2015); in PyTorch, `nn.init.kaiming_normal_`.

# %%
with seeded(0):
    ours = nn.init.normal_(torch.empty(64, 64), std=(2 / 64) ** 0.5)
with seeded(0):
    kaiming = nn.init.kaiming_normal_(torch.empty(64, 64), nonlinearity="relu")
assert_close(kaiming, ours)
assert draw(0).weight.abs().max() <= 64**-0.5

# Over the ten seeds, the logarithm of one layer's factor has a standard deviation of
# 0.02, so their mean one of 0.007. For twenty layers it is 0.7, so 0.2 for the mean.
# About five times that is allowed.
one_layer = (rms["√(2/n)"][:, 0] / x.square().mean().sqrt()).log().mean().item()
twenty = {name: each[:, -1].log().mean().item() for name, each in rms.items()}
assert abs(one_layer) < 0.04
assert abs(twenty["√(2/n)"]) < 1
assert abs(twenty["√(4/n)"] - 10 * torch.tensor(2.0).log()) < 1

# %% [markdown]
# PyTorch's default draws evenly from $-1/\sqrt{n}$ to $1/\sqrt{n}$, which makes $s^2$ one third
# of $1/n$: a sixth of the mean square is left by each layer. But its curve stops falling, for
# it draws the biases likewise, and these do not fade. Is that good news? Look at the scores
# before each ReLU:

# %%
net = {name: deep(choices[name], seed=0) for name in ("default", "√(2/n)")}
shown = {}
for name in net:
    linears = [output for _, output in layer_outputs(net[name], x)][::2]
    for depth in (1, 10, 20):
        shown[f"{name}, layer {depth}"] = linears[depth - 1]

# %%
deviations = {name: scores.std().item() for name, scores in shown.items()}
show(
    plot_histograms(shown, "score before ReLU", limit=3.0),
    alt="Six histograms of scores from -3 to 3. Default: standard deviation "
    f"{deviations['default, layer 1']:.2f} in layer 1, "
    f"{deviations['default, layer 10']:.2f} in layer 10 and "
    f"{deviations['default, layer 20']:.2f} in layer 20, a narrow peak at 0. √(2/n): wide "
    f"in all, {deviations['√(2/n), layer 1']:.2f}, {deviations['√(2/n), layer 10']:.2f} and "
    f"{deviations['√(2/n), layer 20']:.2f}.",
)

# %% [markdown]
# By default the scores end as one narrow peak. What is in it, and what is left of a gradient
# that comes back?


# %%
def survival(std: float | None, seed: int) -> list[float]:
    """Return which share of the last scores differs by image, and of a gradient is left."""
    start = x.clone().requires_grad_()
    scores = deep(std, seed)[:-1](start)
    v = torch.randn(scores.shape, generator=torch.Generator().manual_seed(seed))
    scores.backward(v)
    differing = (scores - scores.mean(dim=0)).norm() / scores.norm()
    return [differing.item(), (start.grad.norm() / v.norm()).item()]


left = {}
for name in net:
    left[name] = torch.tensor([survival(choices[name], seed) for seed in range(10)])
    differing, gradient = left[name].mean(dim=0)
    print(f"{name:8} scores {differing:.0e}, gradient {gradient:.0e}")

assert left["default"].max() < 1e-6
assert left["√(2/n)"].min() > 0.1

# %% [markdown]
# Twenty layers on, the default gives all images the same scores, made of biases. With
# $\sqrt{2/n}$ the images stay apart, and gradients arrive. A steady scale alone proves nothing.
#
# Our model has one hidden layer. What does the default cost there?

# %%
kept_scale = (rms["default"][:, 0] / x.square().mean().sqrt()).mean().item()
print(f"left after one layer: {kept_scale:.2f}")
# Over ten seeds the standard deviation is 0.01, and the biases add as much.
assert abs(kept_scale - (1 / 6) ** 0.5) < 0.04

# %% [markdown]
# One factor, not twenty. We stay with the default.
#
# ## Numbers that are not learned
#
# Not all numbers of a model are learned. A layer may take its features' mean away: in training that
# of the batch, later one that it has kept, since no prediction may depend on the other images in
# its batch. This *running mean* is moved by each batch, not by a gradient, and yet belongs to the
# model. It is a *buffer*.


# %%
class Centre(nn.Module):
    """Subtracts from each feature its mean."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.plain = torch.zeros(features)

    def forward(self, x: Tensor) -> Tensor:
        """Subtract the mean of the batch, or in eval the one that was kept."""
        if not self.training:
            return x - self.mean
        batch_mean = x.mean(dim=0)
        self.mean += 0.1 * (batch_mean.detach() - self.mean)  # a tenth of the way
        return x - batch_mean


# %% [markdown]
# `model.train()` and `model.eval()` set `training`, in the model and all its parts; a new
# module is in training. They do that and nothing else: what it means is up to each `forward`,
# and gradients are tracked in both modes.
#
# !!! question "Predict"
#     In training mode, what does the layer give for a batch of one single image?

# %%
units = outputs["hidden"].relu()  # (N, 64)
centre, norm = Centre(64), nn.BatchNorm1d(64, affine=False)  # without parameters
for batch in units.split(64):
    centre(batch)
    norm(batch)
assert_close(centre.mean, norm.running_mean)

single = units[:1]  # (1, 64)
print("training", centre(single).abs().max())
print("eval    ", centre.eval()(single).abs().max())
with raises(ValueError, cause="a batch of one image in training"):
    norm(single)
assert norm.eval()(single).isfinite().all()

# %% [markdown]
# ??? success "Answer"
#     Zeros: the image minus itself. All images, given one by one, would look
#     the same. **Before predicting, call
#     `eval`.**
#
# PyTorch's *batch normalisation* keeps the same running mean, and divides by the deviation, too. In
# training it refuses a single image: of each "channel", here a feature, it wants several values. In
# `eval` both take one.
#
# !!! question "Predict"
#     `mean` is a buffer, `plain` a tensor that was only assigned. `centre.double()` converts the
#     layer to `float64`. What dtypes have the two then? Which of them is in `state_dict()`?

# %%
centre.double()
print(centre.mean.dtype, centre.plain.dtype)
print(list(centre.state_dict()), list(centre.parameters()))

assert centre.to("meta").mean.device.type == "meta"
assert centre.plain.device.type == "cpu"

# %% [markdown]
# ??? success "Answer"
#     Only the buffer is converted, and only it belongs to the layer. `.to(device)` passes over
#     `plain` as well. And no parameter is in sight: an optimizer leaves buffers alone.
#
# Another layer with two modes is *dropout*. In training it sets each element to 0 with
# probability $p$, so that no unit can rely on a single other one, and multiplies the rest by
# $\frac{1}{1 - p}$, so that the mean stays, on average over many draws. In `eval` it does nothing.

# %% tags=["cheat-sheet"]
dropout = nn.Dropout(0.5)
with seeded(0):
    print(dropout(torch.ones(6)))
    print(dropout(torch.ones(10_000)).mean())
print(dropout.eval()(torch.ones(6)))

# %% [markdown]
# ## Saving and loading
#
# Parameters and buffers, by name, make the *state dict*. Saved to a file it is a *checkpoint*.
# (Ours goes to memory, `BytesIO`; a path would do.)
#
# !!! question "Predict"
#     `kept` is the state dict before ten steps; `saved` is read after them, from a file written
#     before. Which of the two has the old weights?

# %%
file = io.BytesIO()
torch.save(model.state_dict(), file)
kept = model.state_dict()
copied = copy.deepcopy(kept)
old = model.hidden.weight.detach().clone()  # (64, 64)
take_steps(model)

file.seek(0)
saved = torch.load(file, weights_only=True)
for name, state in {"kept": kept, "copied": copied, "saved": saved}.items():
    print(f"{name:6}", torch.equal(state["hidden.weight"], old))

# %% [markdown]
# ??? success "Answer"
#     `saved`. `state_dict()` copies nothing: its tensors share their memory with the model, and
#     move with it. Whoever wants to keep a state uses
#     `copy.deepcopy`, as `copied` did.
#
# `load_state_dict` copies a state into a model, which must be there already. Names and shapes
# must fit. ([`MLP`][ptfund.models.MLP] is our class with its sizes as arguments.)

# %%
fresh = TwoLayers()
print(fresh.load_state_dict(saved))
assert_close(fresh.hidden.weight.detach(), old, rtol=0, atol=0)

with raises(RuntimeError, cause="a checkpoint from a model of another size"):
    MLP(hidden=32).load_state_dict(saved)
with raises(RuntimeError, cause="a checkpoint from a model with other layers"):
    fresh.load_state_dict(straight.state_dict())

# %% [markdown]
# In the first message sizes differ: 64 hidden units in the checkpoint, 32 in the model. In the
# second, names do: "missing" are those that the model has and the file has not, "unexpected" the
# others. With `strict=False` PyTorch loads what fits by name, and returns the two lists.
#
# !!! question "Predict"
#     A state has new weights for the hidden layer, and new biases under a misspelt name. What
#     does `strict=False` load, and is anything said of the rest?

# %%
biases = fresh.hidden.bias.detach().clone()  # (64,)
misspelt = {"hidden.weight": torch.zeros(64, 64), "hidden.biases": torch.zeros(64)}
result = fresh.load_state_dict(misspelt, strict=False)
print("missing", *result.missing_keys, sep="\n  ")
print("unexpected", *result.unexpected_keys, sep="\n  ")

assert not fresh.hidden.weight.any()
assert_close(fresh.hidden.bias.detach(), biases, rtol=0, atol=0)

# %% [markdown]
# ??? success "Answer"
#     Only the weights. The biases stay as they were, and there is no error: `hidden.bias` stands
#     in one list, and its misspelt name in the other. Whoever uses `strict=False` must read them.
#
# `torch.save` can also save a whole model. It uses *pickle*, Python's own format, in which an
# object may name a function, any function, to be called when it is loaded:


# %%
class Letter:
    """Says by which call it is to be made again."""

    def __reduce__(self) -> tuple:
        return print, ("This line was printed by loading.",)


pickled = pickle.dumps(Letter())
pickle.loads(pickled)

# %% [markdown]
# A file from a stranger is a program from a stranger. So `weights_only=True`, the default of
# `torch.load`, refuses all but tensors and plain Python values:

# %%
file = io.BytesIO()
torch.save(MLP(), file)
file.seek(0)
try:
    torch.load(file, weights_only=True)
except pickle.UnpicklingError as error:
    refusal = str(error)
refusal = refusal.partition("WeightsUnpickler error: ")[2].partition(" Please")[0]
print(textwrap.fill(refusal, 36))

# %% [markdown]
# That is the middle of a long message: a "global", a class or a function, is not allowed. The
# rest names ways round it, for files that you trust. Better save the state dict, and make the
# model yourself. (The format *safetensors* holds nothing but named tensors.)
#
# ## The model of the next chapters
#
# `MLP` stands for our class from here on.
#
# !!! question "Predict"
#     With its first weights, how often is it right on the validation images?


# %%
def untrained_accuracy(seed: int) -> float:
    """Return how often a new model is right; one seed sets split and weights."""
    validation = split_digits(torch.Generator().manual_seed(seed)).validation
    with seeded(seed):
        model = MLP().eval()
    with torch.no_grad():
        return accuracy(model(validation.x).argmax(dim=1), validation.y)


results = [untrained_accuracy(seed) for seed in range(10)]
accuracies = torch.tensor(results)  # (10,)
print(f"{accuracies.mean():.1%} ± {accuracies.std():.1%}")
print(f"from {accuracies.min():.1%} to {accuracies.max():.1%}")

# %%
same = MLP()
same.load_state_dict(model.state_dict())
assert_close(same(x), model(x), rtol=0, atol=0)

guesses = linear(split.validation.x).argmax(dim=1)
linear_accuracy = accuracy(guesses, split.validation.y)
print(f"the ten means as a linear layer: {linear_accuracy:.1%}")

# The ten have a standard deviation of 3 points, so their mean has one of 1.
assert abs(accuracies.mean() - 0.1) < 0.04
assert linear_accuracy > 0.85

# %% [markdown]
# ??? success "Answer"
#     As often as chance, about one time in ten, and not always the same: over ten seeds from
#     `{python} f"{accuracies.min():.0%}"` to `{python} f"{accuracies.max():.0%}"`.
#
# With the state of our class, `MLP` gives the same scores. It can do nothing yet, and has all it
# needs: scores, a bend, weights that differ and are of a fair size. The ten means in a linear
# layer are right on `{python} f"{linear_accuracy:.0%}"`. What the four tensors must become, to
# do better than that, is the question of the next chapter.
#
# ## What you can do now
#
# - **Compute scores, and bend them.** A linear layer is `x @ W.T + b`; without an activation
#   two of them are one. ReLU keeps gradients alive where it is open; the sigmoid's slope
#   takes at least three quarters, unless larger weights make up for it.
# - **Write a class, count, and notice.** Modules and `nn.Parameter`s that are assigned to `self`
#   are registered; lists and plain tensors are not. Compare the number of parameters with your
#   own arithmetic.
# - **Look inside.** A forward hook sees what each module gives; call the model, not `forward`,
#   and remove the hook.
# - **Choose first weights.** Different, and for deep ReLU networks of standard deviation
#   $\sqrt{2/n}$. From zeros only the last bias moves.
# - **Know, save and load the state.** Parameters and buffers; `eval` before predicting; a state
#   dict, copied if it is to be kept, loaded with `weights_only=True`.
#
# ## Key observations
#
# - Chapter 1's nearest mean is a linear layer ([A score for each
#   class](#a-score-for-each-class)).
# - Linear layers in a row are one linear layer ([Two layers without a
#   bend](#two-layers-without-a-bend)).
# - Twice the units leave a quarter of the gap to a parabola ([What a bend
#   adds](#what-a-bend-adds)).
# - With weights that keep lengths, ten sigmoids leave less than a millionth of a gradient, and ten
#   tanh more than ten ReLUs ([Which bend?](#which-bend)).
# - A layer in a plain list computes, and is never trained; once another is registered, the
#   optimizer raises no error ([What PyTorch does not see](#what-pytorch-does-not-see)).
# - With zeros everywhere only the last bias moves, for every loss; with one value everywhere the
#   hidden units stay copies ([First weights: not zero, not
#   alike](#first-weights-not-zero-not-alike)).
# - Through 20 layers, PyTorch's default keeps the scale of the biases and loses the images;
#   $\sqrt{2/n}$ keeps them apart ([First weights: how large?](#first-weights-how-large)).
# - In training mode a layer that centres by the batch makes any single image zero ([Numbers that
#   are not learned](#numbers-that-are-not-learned)).
# - `state_dict()` moves with the model; `strict=False` passes over a misspelt name,
#   and raises no error
#   ([Saving and loading](#saving-and-loading)).
#
# ## Exercises
#
# As in chapter 1, `check` tries what you write on several inputs, and says what is wrong with it.
# Two exercises ask for a function, three for a class.

# %%
from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float

from ptfund.exercises import check

# %% [markdown]
# ### 1. Count before you build
#
# How many parameters has a network of linear layers, each with a bias, with the given sizes from
# the features to the scores? There are two sizes or more. For 64, 64 and 10 it is what you saw
# above. Build nothing.

# %% [markdown] tags=["hint"]
# `itertools.pairwise` gives the two sizes of each layer. Whose biases are they: those of
# what goes in, or of what comes out?


# %% tags=["solution"]
def count_parameters(sizes: Sequence[int]) -> int:
    """Return the number of weights and biases, for two sizes or more."""
    return sum((n + 1) * m for n, m in pairwise(sizes))


# %% tags=["check"]
check(count_parameters)

# %% [markdown] tags=["solution"]
# Each unit that comes out has a weight for each that goes in, and one bias: $n + 1$ numbers. The
# first size gets no biases, for features are given, not computed. Written down before a model is
# built, the number shows whether PyTorch has found all of it.

# %% [markdown]
# ### 2. Mend a registration
#
# This class computes scores as it should. Mend it, so that all its numbers are parameters, and it
# begins with the same ones and computes the same as now.
#
# ```python
# class Branches(nn.Module):
#     """The weighted sum of several linear layers."""
#
#     def __init__(self, features: int, classes: int, branches: int) -> None:
#         super().__init__()
#         self.layers = {
#             str(i): nn.Linear(features, classes) for i in range(branches)
#         }
#         self.weights = torch.ones(branches)
#
#     def forward(
#         self, x: Float[Tensor, "n features"]
#     ) -> Float[Tensor, "n classes"]:
#         """Return the sum."""
#         pairs = zip(self.weights, self.layers.values(), strict=True)
#         return sum(weight * layer(x) for weight, layer in pairs)
# ```

# %% [markdown] tags=["hint"]
# Beside `nn.ModuleList` there is a module that is a dictionary. Count the parameters of a small
# one, and compare with your own arithmetic: an error does not tell you of each that is missing.


# %% tags=["solution"]
class Branches(nn.Module):
    """The weighted sum of several linear layers."""

    def __init__(self, features: int, classes: int, branches: int) -> None:
        super().__init__()
        parts = {str(i): nn.Linear(features, classes) for i in range(branches)}
        self.layers = nn.ModuleDict(parts)
        self.weights = nn.Parameter(torch.ones(branches))

    def forward(
        self,
        x: Float[Tensor, "n features"],
    ) -> Float[Tensor, "n classes"]:
        """Return the sum."""
        pairs = zip(self.weights, self.layers.values(), strict=True)
        return sum(weight * layer(x) for weight, layer in pairs)


# %% tags=["check"]
check(Branches)

# %% [markdown] tags=["solution"]
# `nn.ModuleDict` and `nn.Parameter` are registered when they are assigned; `forward` stays as it
# was. Had only the layers been mended, nothing would complain: a single number multiplies
# `float64` scores without changing their dtype, so even `double` would not betray weights that
# stayed behind.

# %% [markdown]
# ### 3. A dropout of your own
#
# Write dropout, with the rule given above: in training mode, each element is drawn for itself, and
# anew in each call. Draw from the generator that the layer was given, and in `eval` draw nothing.

# %% [markdown] tags=["hint"]
# `torch.rand(x.shape, generator=…)` is below $p$ with probability $p$. Test with $p = 0.2$:
# with a half, confusing $p$ and $1 - p$ would not show.


# %% tags=["solution"]
class MyDropout(nn.Module):
    """Sets elements to 0 with probability p in training; keeps the mean."""

    def __init__(self, p: float, generator: torch.Generator) -> None:
        """Keep the probability, 0 ≤ p < 1, and the source of chance."""
        super().__init__()
        self.p = p
        self.generator = generator

    def forward(
        self,
        x: Float[Tensor, "n features"],
    ) -> Float[Tensor, "n features"]:
        """Return the rest, scaled, in training; in eval the input as it is."""
        if not self.training:
            return x
        kept = torch.rand(x.shape, generator=self.generator) >= self.p
        return x * kept / (1 - self.p)


# %% tags=["check"]
check(MyDropout)

# %% [markdown] tags=["solution"]
# A share of $1 - p$ is kept, and divided by $1 - p$: on average each element stays what it is, so
# that `eval` has nothing to make up for. The parent class keeps `training`, which `train` and
# `eval` set. With a generator of its own, the layer draws the same again whatever else the program
# draws.

# %% [markdown]
# ### 4. Standardise inside the model
#
# A model that standardises its own features cannot be given raw ones by mistake. Write a layer
# that measures mean and deviation in `fit`, each time anew, and applies them in `forward`, in both
# modes alike. It measures as in the exercise of chapter 3: with `correction=0`, and a feature that
# is the same in all rows is only shifted. Both must be saved with the model, and be none of its
# parameters: they are not learned.

# %% [markdown] tags=["hint"]
# A fresh layer must be able to load the state dict of a fitted one. Is what `fit` assigns
# still the buffer, with its shape?


# %% tags=["solution"]
class Standardise(nn.Module):
    """Brings each feature to mean 0 and deviation 1, as measured by fit."""

    def __init__(self, features: int) -> None:
        """Start with mean 0 and deviation 1: the layer changes nothing yet."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))

    def fit(self, x: Float[Tensor, "n features"]) -> None:
        """Measure. A feature that is constant here gets the deviation 1."""
        deviation, self.mean = torch.std_mean(x, dim=0, correction=0)
        self.deviation = deviation.masked_fill((x == x[0]).all(dim=0), 1)

    def forward(
        self,
        x: Float[Tensor, "n features"],
    ) -> Float[Tensor, "n features"]:
        """Return the features, shifted and scaled."""
        return (x - self.mean) / self.deviation


# %% tags=["check"]
check(Standardise)

# %% [markdown] tags=["solution"]
# What is assigned to the name of a buffer becomes the buffer, as long as it is a tensor; as its
# shape stays (features,), a fresh layer can load it. A parameter would be saved as well, but it is
# handed to every optimizer. What is constant is asked of the rows, not of a deviation that is a
# result of rounding.

# %% [markdown]
# ### 5. Load what fits
#
# A checkpoint comes from a network for other classes: its last layer has another shape. Load all
# tensors whose name *and* shape fit, whatever their dtype, and leave the others of the model as
# they are. Return the names of those others, as `model.state_dict()` has them, sorted. The
# caller's dictionary stays as it is.

# %% [markdown] tags=["hint"]
# `strict=False` forgives names, not shapes. Make a new dictionary of what fits.


# %% tags=["solution"]
def load_matching(model: nn.Module, state: dict[str, Tensor]) -> list[str]:
    """Load what fits; return the sorted names of what stays as it was."""
    own = model.state_dict()
    both = own.keys() & state.keys()
    fit = {name for name in both if own[name].shape == state[name].shape}
    model.load_state_dict({name: state[name] for name in fit}, strict=False)
    return sorted(own.keys() - fit)


# %% tags=["check"]
check(load_matching)

# %% [markdown] tags=["solution"]
# All that is handed on fits by name and shape, so `strict=False` has only to forgive the names
# that are missing. Those are what the caller must read: a misspelt name would otherwise leave
# first weights in the model, and nobody would know.

# %% [markdown]
# ## Next
#
# [Loss and optimizer](05_loss_and_optimizer.py), chapter 5, says what "better" means for ten scores
# and a label, and turns the gradient of that into steps.
