# %% [markdown]
# # Automatic differentiation
#
# Learning means changing numbers so that an error shrinks. For that, one must know how fast the
# error grows with each of them. PyTorch's part for this is called *autograd*. After this
# chapter you will be able to
#
# - find a slope by nudging, and say how far such a slope can be trusted;
# - read the graph that PyTorch notes, go through it by hand with the chain rule, and build in
#   about forty lines of Python what `backward` does;
# - say where a gradient arrives, why gradients add up, and what `backward` wants for a result
#   of many numbers;
# - fit a line with gradients alone, and tell what must not be tracked, or not be changed;
# - give PyTorch an operation with a slope of your own, and test that slope.
#
# **You need** [Tensors](01_tensors.py). **It takes** about 40 minutes, exercises apart.
#
# In shape comments, N is the number of points beside a line. In formulas, $w$ and $b$ are the
# slope of a line and its height at 0, $x$ and $y$ the coordinates of a point, $\hat{y}$ is a
# prediction of $y$, and $L$ a *loss*: the one number that is to become small.

# %%
import math
import warnings
from collections.abc import Callable
from itertools import count
from typing import Any

import torch
from torch import Tensor
from torch.testing import assert_close

from ptfund import scalar
from ptfund.data import load_digits, make_line
from ptfund.display import raises, show
from ptfund.plotting import plot_curves, plot_graph, plot_saliency

# %% [markdown]
# ## The slope by nudging
#
# The *slope* of a function at $x$ says how fast its result grows there. To measure it, nudge
# $x$ by a small $h$ to both sides, and divide the growth of the result by that of $x$:
#
# $$\frac{f(x + h) - f(x - h)}{2h}$$
#
# !!! question "Predict"
#     Take $f(x) = x^3$ at $x = 2$, where the slope is 12. What does the quotient give for
#     $h = 1$: 12, less, or more?


# %%
def cube(x: Tensor) -> Tensor:
    """Return x³."""
    return x**3


def slope(f: Callable[[Tensor], Tensor], x: Tensor, h: float) -> Tensor:
    """Return how fast f grows at x, measured with a nudge of h to both sides."""
    return (f(x + h) - f(x - h)) / (2 * h)


for h in (1.0, 0.1, 0.01):
    print(f"{h:<4} {slope(cube, torch.tensor(2.0), h):.4f}")

# %% [markdown]
# ??? success "Answer"
#     More: 3³ − 1³ = 26, and half of that is 13. Multiplied out, the quotient of the cube is
#     $3x^2 + h^2$. As $h$ shrinks to nothing, $3x^2$ is left: the slope, here 12.
#
# With each tenth of the nudge the error falls to a hundredth.
#
# ## How small may the nudge be?
#
# A `float32` keeps about 7 digits of a number, a `float64` about 16.
#
# !!! question "Predict"
#     What is the slope of the cube at 2, measured in `float32` with $h = 10^{-8}$?

# %%
print(slope(cube, torch.tensor(2.0), 1e-8))

# %% [markdown]
# ??? success "Answer"
#     Zero. Of 2.00000001 a `float32` keeps no more than 2.000000, so that $x + h$ is $x$:
#     nothing was nudged.
#
# Somewhere between 1 and that lies the best nudge. We try 31 of them, each at 101 places $x$,
# and keep the largest *relative* error among the places: the error as a share of the true
# slope.

# %%
places = torch.linspace(1, 2, 101, dtype=torch.float64)  # (101,)
nudges = 10.0 ** -torch.arange(0, 15.5, 0.5, dtype=torch.float64)  # (31,)

errors = {}
for dtype in (torch.float32, torch.float64):
    measured = [slope(cube, places.to(dtype), h) for h in nudges.tolist()]
    relative = torch.stack(measured).double() / (3 * places**2) - 1
    errors[str(dtype).removeprefix("torch.")] = relative.abs().amax(dim=1)

best32, best64 = (curve.min().item() for curve in errors.values())

# %%
turns = {name: nudges[curve.argmin()] for name, curve in errors.items()}
show(
    plot_curves(nudges, errors, "nudge h", "largest relative error", log="xy"),
    alt="Error against nudge, both axes in powers of ten. From h = 1 leftwards both "
    f"curves fall together from {errors['float64'][0]:.0%}. That of float32 turns at "
    f"h = {turns['float32']:.0e} with an error of {best32:.0e}, rises, and stays at "
    f"{errors['float32'][-1]:.0%}. That of float64 turns only at h = "
    f"{turns['float64']:.0e} with {best64:.0e}, and rises to {errors['float64'][-1]:.0%}.",
)

# %% [markdown]
# (`1e-04` is $10^{-4}$.) On the right a shorter nudge helps. On the left rounding takes over:
# the two results agree in ever more digits, and their difference keeps ever fewer. The best
# error is `{python} f"{best32:.0e}"` in `float32`, and `{python} f"{best64:.0e}"` in `float64`.
#
# So nudging makes a good check in `float64`, but it is never exact, and it costs two
# evaluations for each number. Autograd needs no $h$, and one walk for all numbers.

# %%
assert 1e-6 < best32 < 1e-4
assert 1e-12 < best64 < 1e-9
assert all(curve[0] > 0.3 and curve[-1] > 0.1 for curve in errors.values())

# %% [markdown]
# ## Operations build a graph
#
# A line predicts $y$ by $\hat{y} = wx + b$. With $w = 5$ and $b = -1$ it misses the point (3,
# 10) by a *residual* $r = \hat{y} - y$; the loss is $L = r^2$. PyTorch shall track $w$ and $b$,
# which are to be improved; the point stays as it is.
#
# !!! question "Predict"
#     Chapter 1 tracked all that went into an operation. Here `w` is tracked and `x` is not. Is
#     `w * x` tracked? Is `x * y`?

# %%
w = torch.tensor(5.0, requires_grad=True)  # ()
b = torch.tensor(-1.0, requires_grad=True)  # ()
x, y = torch.tensor(3.0), torch.tensor(10.0)

prediction = w * x + b  # ()
residual = prediction - y  # ()
loss = residual**2  # ()
print(prediction, residual, loss, sep="\n")
print((w * x).requires_grad, (x * y).requires_grad)

# %% [markdown]
# ??? success "Answer"
#     `w * x` is: one tracked input is enough, for the result depends on it. `x * y` is not.
#
# Each `grad_fn` is a *node* that knows, in `next_functions`, the nodes of its inputs (`None`
# for an untracked one). A node `torch::autograd::AccumulateGrad` stands for a leaf, and has it
# as `variable`. From the loss we can walk back through all of them:

# %%
nodes, edges, waiting = {}, [], [loss.grad_fn]
while waiting:
    node = waiting.pop()
    nodes[node] = node.name().split("::")[-1]
    if hasattr(node, "variable"):
        nodes[node] += " w" if node.variable is w else " b"
    inputs = [source for source, _ in node.next_functions if source is not None]
    edges += [(node, source) for source in inputs]
    waiting += inputs

print(*nodes.values(), sep="\n")

# %%
show(
    plot_graph(nodes, edges),
    alt=f"The graph of the loss, with {len(nodes)} nodes. From top to bottom: "
    "PowBackward0, SubBackward0 and AddBackward0, which has two arrows: one to "
    "MulBackward0, and on to the leaf w, and one to the leaf b.",
)

# %% [markdown]
# Read from the top, it is the computation from its end to its beginning: a power, a difference,
# a sum, a product. `x`, `y` and the exponent are missing, for they are not tracked. In the
# filled nodes, at the leaves, the gradients will arrive.

# %%
leaves = [node.variable for node in nodes if hasattr(node, "variable")]
assert len(leaves) == 2
assert leaves[0] is b
assert leaves[1] is w

# %% [markdown]
# ## The chain rule by hand
#
# How fast does $L$ grow with $w$? Three steps lie between, each with an easy slope. The *chain
# rule* multiplies them:
#
# $$\begin{aligned}
# \frac{\partial L}{\partial w}
# &= \frac{\partial L}{\partial r} \cdot \frac{\partial r}{\partial \hat{y}}
# \cdot \frac{\partial \hat{y}}{\partial w} \\
# &= 2r \cdot 1 \cdot x
# \end{aligned}$$
#
# ($\partial L / \partial w$: the slope of $L$ if $w$ alone is nudged.)
#
# !!! question "Predict"
#     Here $r = 4$ and $x = 3$. What are the slopes of $L$ with $w$ and with $b$?

# %%
loss_by_residual = 2 * residual.item()
loss_by_prediction = loss_by_residual * 1
by_hand_w = loss_by_prediction * x
by_hand_b = loss_by_prediction * torch.tensor(1.0)
print(loss_by_residual, loss_by_prediction, by_hand_w, by_hand_b)

at_w, at_b = torch.tensor(5.0), torch.tensor(-1.0)
assert_close(slope(lambda w: (w * 3 - 1 - 10) ** 2, at_w, 0.5), by_hand_w)
assert_close(slope(lambda b: (5 * 3 + b - 10) ** 2, at_b, 0.5), by_hand_b)

# %% [markdown]
# ??? success "Answer"
#     With $w$, 2 · 4 · 1 · 3 = 24. With $b$ only the last factor differs: $\hat{y}$ grows
#     exactly as $b$ does, by 1. That makes 8. (Nudging agrees even with $h = 0.5$, as for
#     squares the quotient is exact.)
#
# Along the way stand 8, 8 and 24: how fast the *loss* grows with $r$, with $\hat{y}$, with $w$.
# At each node such a number comes in from above, the *upstream gradient*; the node multiplies
# it by its own slope and hands it on. PyTorch's nodes can be asked to do just that:

# %%
names = {name: node for node, name in nodes.items()}
power, product = names["PowBackward0"], names["MulBackward0"]
print(power(torch.tensor(1.0)).item())
print(product(torch.tensor(8.0)))

# %% [markdown]
# The power gets 1, as $L$ grows exactly as fast as itself, and returns $2r$. The product gets 8
# and returns 8 · 3 for `w`; for `x`, which is not tracked, it returns `None`.
#
# ## `backward` and `.grad`
#
# `backward` starts with that 1 and passes through every node.
#
# !!! question "Predict"
#     Afterwards, what are `w.grad`, `b.grad` and `x.grad`?

# %%
loss.backward()
print(w.grad, b.grad, x.grad)

assert_close(w.grad, by_hand_w)
assert_close(b.grad, by_hand_b)

# %% [markdown]
# ??? success "Answer"
#     24 and 8, as by hand. `x.grad` is `None`: `x` takes no part in the graph.
#
# The *gradient* of $L$ collects its slopes with all tracked numbers. One walk found both, and
# would find millions. Nodes had kept numbers for it, such as $r$ for the power. A second walk:

# %%
with raises(RuntimeError, cause="a second `backward` through the same graph"):
    loss.backward()

# %% [markdown]
# The first call has freed the saved values, says the message; only `retain_graph=True` keeps
# them. Normally one computes the loss anew, with changed inputs, and so gets a new graph.
#
# ## An engine in forty lines
#
# To believe in `backward`, build it. Our *engine* works on single numbers. A `Value` keeps,
# beside its number, the values that it was computed from, and a rule as PyTorch's nodes have
# it: upstream gradient in, one gradient for each input out.


# %%
class Value:
    """A number that remembers what it was computed from."""

    clock = count()

    def __init__(self, data: float, inputs: tuple = (), grad_fn: Any = None) -> None:
        self.data, self.grad, self.created = data, 0.0, next(self.clock)
        self.inputs, self.grad_fn = inputs, grad_fn

    def __add__(self, other: "Value") -> "Value":
        total = self.data + other.data
        return Value(total, (self, other), lambda upstream: (upstream, upstream))

    def __mul__(self, other: "Value") -> "Value":
        left, right = self.data, other.data
        return Value(
            left * right,
            (self, other),
            lambda upstream: (upstream * right, upstream * left),
        )


# %% [markdown]
# Python calls `__add__` for `+` and `__mul__` for `*`. A sum grows as fast as either input, so
# it hands the upstream gradient on as it is. A product grows with its left factor as fast as
# the right one says, and the other way round. `created` numbers all values in the order of
# their making.
#
# !!! question "Predict"
#     The slope of $e^u$ is $e^u$ itself. What must the rule of `exp` keep: its input, its
#     result, or both?


# %%
def exp(u: Value) -> Value:
    """Return e to the power of u."""
    result = math.exp(u.data)
    return Value(result, (u,), lambda upstream: (upstream * result,))


def to_the_power(u: Value, n: float) -> Value:
    """Return u to the power of a plain number."""
    base = u.data
    return Value(base**n, (u,), lambda upstream: (upstream * n * base ** (n - 1),))


Value.exp, Value.__pow__ = exp, to_the_power
Value.__neg__ = lambda u: u * Value(-1.0)
Value.__sub__ = lambda u, other: u + -other
Value.__truediv__ = lambda u, other: u * other**-1

# %% [markdown]
# ??? success "Answer"
#     Its result is enough. The power needs its input, for the slope of $u^n$ is $n u^{n-1}$.
#
# A difference and a quotient are made of what exists; they need no rule of their own.
#
# The last piece is the walk. Each value must have received *all* of its upstream gradient
# before it hands it on. An input is always older than what was computed from it, so we go from
# the youngest value to the oldest:


# %%
def backward(result: Value) -> None:
    """Add to the grad of each value how fast the result grows with it."""
    reached, waiting = {result}, [result]
    while waiting:
        new = set(waiting.pop().inputs) - reached
        reached |= new
        waiting += new
    upstream = dict.fromkeys(reached, 0.0) | {result: 1.0}
    for value in sorted(reached, key=lambda value: value.created, reverse=True):
        value.grad += upstream[value]
        if value.grad_fn is not None:
            gradients = value.grad_fn(upstream[value])
            for source, gradient in zip(value.inputs, gradients, strict=True):
                upstream[source] += gradient


Value.backward = backward

# %% [markdown]
# The last line is the chain rule's other half: what arrives at a value by several ways is added
# up. Does it work?
#
# !!! question "Predict"
#     `a` is 3, and $a \cdot a + a$ is differentiated. The product gives `a` one gradient for
#     each of its two inputs, the sum a third. What does `a.grad` become?

# %%
a = Value(3.0)
product = a * a
total = product + a
total.backward()
print(total.data, total.grad, product.grad, a.grad)

assert a.grad == 2 * 3 + 1

# %% [markdown]
# ??? success "Answer"
#     3 + 3 + 1 = 7. Algebra agrees: the slope of $a^2 + a$ is $2a + 1$.
#
# ## Why gradients add up
#
# Nudge `a`, and the result is moved by each way on which `a` gets there. For a small nudge
# these moves simply add up, and so do the slopes. In the graph, every arrow that ends in `a`
# brings its share:

# %%
texts = {
    total: f"sum {total.data:g}\ngradient {total.grad:g}",
    product: f"product {product.data:g}\ngradient {product.grad:g}",
    a: f"a = {a.data:g}\ngradient {a.grad:g}",
}
show(
    plot_graph(texts, [(value, source) for value in texts for source in value.inputs]),
    alt=f"The graph of a · a + a. The sum, {total.data:g}, with the gradient "
    f"{total.grad:g}, has arrows to the product, {product.data:g}, with the gradient "
    f"{product.grad:g}, and to a. The product's arrow ends in a as well: {a.data:g}, "
    f"with the gradient {a.grad:g}.",
)

# %% [markdown]
# (The product's arrow stands for two, as `a` is both of its inputs.)
#
# The module [`ptfund.scalar`][ptfund.scalar.Value] has the same engine; it also takes plain
# numbers, and checks its input. Now all three, the engine above, the module and PyTorch, on one
# expression in which both inputs are used several times:


# %%
def use(left: Any, right: Any) -> list[float]:
    """Return a result of both inputs, and its slopes with them."""
    result = ((left * right).exp() - left / right) ** 3 * right + left
    result.backward()
    return [float(number) for number in (result.data, left.grad, right.grad)]


double = {"dtype": torch.float64, "requires_grad": True}
ours = use(Value(0.7), Value(-1.3))
pytorch = use(torch.tensor(0.7, **double), torch.tensor(-1.3, **double))
print(ours, pytorch, sep="\n")

assert ours == use(scalar.Value(0.7), scalar.Value(-1.3))
assert_close(ours, pytorch, rtol=1e-12, atol=0)

# %% [markdown]
# Same result, same two slopes. PyTorch adds tensors, many more operations, and speed; the idea
# is in these forty lines.
#
# ## Leaves and accumulation
#
# A *leaf* is a tracked tensor that was not computed from others.
#
# !!! question "Predict"
#     Someone wants to track three numbers, all of them 2. After `backward`, is their gradient
#     in `begin`, in `twos`, or in both?

# %%
begin = torch.ones(3, requires_grad=True)  # (3,)
twos = begin * 2  # (3,)
twos.square().sum().backward()
print(begin.is_leaf, twos.is_leaf)
print(begin.grad)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(twos.grad)
print(str(caught[0].message).partition(" Its ")[0])

# %% [markdown]
# ??? success "Answer"
#     In `begin` alone, the leaf: 8 = 2 · 2 · 2, twice a two, times the 2 of the product.
#     PyTorch does not keep the gradients of what lies between; our engine did.
#
# `twos.grad` is `None`, and asking for it gives the warning that is printed last. If you meant
# to train `twos`, its leaf is lost: track the finished tensor instead. If you only want to see
# the gradient of a result, `retain_grad` keeps it.

# %%
twos = (torch.ones(3) * 2).requires_grad_()  # (3,)
doubled = twos * 2  # (3,)
doubled.retain_grad()
doubled.square().sum().backward()
print(twos.is_leaf, twos.grad, doubled.grad)

# %% [markdown]
# Like our `value.grad += …`, PyTorch *adds* to `.grad`.
#
# !!! question "Predict"
#     `w.grad` still holds 24, from the point (3, 10). At the point (2, 7) the same line errs by
#     2. What does `w.grad` hold after `backward` for that point?

# %%
second_loss = (w * 2 + b - 7) ** 2  # ()
second_loss.backward()
print(w.grad, b.grad)

w.grad = b.grad = None
both = (w * 3 + b - 10) ** 2 + (w * 2 + b - 7) ** 2  # ()
both.backward()
print(w.grad, b.grad)

# %% [markdown]
# ??? success "Answer"
#     24 + 2 · 2 · 2 = 32: the gradient of the *sum* of both losses, as the second line shows.
#
# So a sum may be differentiated piece by piece, each graph freed before the next is made. The
# price: for a new gradient, the old one must be cleared, with `w.grad = None`. Who forgets it
# goes on with the sum of all gradients so far, and is not told.

# %%
assert_close(w.grad, torch.tensor(32.0))
assert_close(b.grad, torch.tensor(12.0))

# %% [markdown]
# ## Many results: the vector–Jacobian product
#
# A loss is one number. The steps before it give tensors; here, two inputs give three outputs.


# %%
def three(u: Tensor) -> Tensor:
    """Return u₀u₁, u₀² and 3u₁ for a tensor of two elements."""
    return torch.stack([u[0] * u[1], u[0] ** 2, 3 * u[1]])


pair = torch.tensor([2.0, 5.0], requires_grad=True)  # (2,)
outputs = three(pair)  # (3,)
with raises(RuntimeError, cause="`backward` from more than one number"):
    outputs.backward()

# %% [markdown]
# "Implicitly", says the message, the upstream gradient is 1 only for one number. For three,
# PyTorch wants a vector $v$: how much each counts.
#
# The slope of output $i$ with input $j$ is row $i$, column $j$ of a matrix, the *Jacobian* $J$.
# `backward(v)` computes
#
# $$\left( v^\top J \right)_j = \sum_i v_i \, \frac{\partial f_i}{\partial u_j}$$
#
# !!! question "Predict"
#     At $u = (2, 5)$, $J$ has the rows (5, 2), (4, 0), (0, 3). What is $v^\top J$ for
#     $v = (1, 10, 100)$?

# %%
jacobian = torch.tensor([[5.0, 2.0], [4.0, 0.0], [0.0, 3.0]])  # (3, 2)
v = torch.tensor([1.0, 10.0, 100.0])  # (3,)
outputs.backward(v)
print(pair.grad)

assert_close(pair.grad, v @ jacobian)

# %% [markdown]
# ??? success "Answer"
#     1 · 5 + 10 · 4 + 100 · 0 = 45, and 1 · 2 + 10 · 0 + 100 · 3 = 302.
#
# This is the chain rule again: $v$ is the upstream gradient, one number for each output, and a
# node turns it into one number for each input. No node builds $J$ itself. For `exp` of a
# million numbers $J$ would hold a million million, while `v * result` says the same.
#
# ??? note "Aside: the whole Jacobian"
#     With $v = (1, 0, 0)$ the product is the first row of $J$, and so on: one walk for each
#     output. `torch.func.jacrev(f)(u)` does that for all rows, as the next line shows. It pays
#     where the outputs are few. For a loss there is one, and its only row is the gradient.

# %%
assert_close(torch.func.jacrev(three)(pair), jacobian)

# %% [markdown]
# ## Fitting a line
#
# [`make_line`][ptfund.data.make_line] gives points beside the line $y = 3x + 1$, moved up or
# down by chance. From the points alone, $w$ and $b$ shall be found. The loss is now the mean
# over all points. Where it grows with $w$, a smaller $w$ makes it shrink; so we subtract a
# small part, `lr`, of the gradient. (`lr` is for *learning rate*.) The obvious line of code
# fails:

# %%
points = make_line(100, torch.Generator().manual_seed(0))
x = points.x  # (N,)
y = points.y  # (N,)

w = torch.zeros((), requires_grad=True)  # ()
b = torch.zeros((), requires_grad=True)  # ()
lr = 0.1
(w * x + b - y).square().mean().backward()
with raises(RuntimeError, cause="a step that autograd would track"):
    w -= lr * w.grad

moved = w - lr * w.grad  # ()
print(moved.is_leaf)

# %% [markdown]
# A step is no part of the loss, so it must not be noted. In place, PyTorch refuses it: `w` is a
# leaf ("Variable" is an old name of tensor). Without in-place there is no error, but the result
# is no leaf: the next `backward` would leave it no gradient. Under `no_grad` nothing is noted,
# and the step is allowed:

# %% tags=["cheat-sheet"]
w.grad = b.grad = None
for _ in range(100):
    (w * x + b - y).square().mean().backward()
    with torch.no_grad():
        w -= lr * w.grad
        b -= lr * b.grad
    w.grad = b.grad = None

# %% [markdown]
# Loss and `backward`, two steps, clearing: a loop of six lines. [Chapter 6](06_training_loop.py)
# will train a network with nothing else.
#
# !!! question "Predict"
#     Did it find exactly 3 and 1? What is the best that any method could find?

# %%
columns = torch.stack([x, torch.ones_like(x)], dim=1)  # (N, 2)
exact = torch.linalg.lstsq(columns, y[:, None]).solution[:, 0]  # (2,)
print(w, b)
print(exact)

found = torch.stack([w, b]).detach()  # (2,)
assert_close(found, exact, rtol=1e-4, atol=0)
assert (found - torch.tensor([3.0, 1.0])).abs().max() < 0.2

# %% [markdown]
# ??? success "Answer"
#     Not exactly. The points were moved by chance, and the line with the least loss on *these*
#     points has the slope `{python} f"{exact[0]:.3f}"` and the height
#     `{python} f"{exact[1]:.3f}"`. That line can be computed in one go (`lstsq`, "least
#     squares"), and the loop has found it.
#
# For a line there is a shorter way. For networks there is none, and the loop stays the same.

# %% [markdown]
# ## Switching off
#
# `no_grad` switches tracking off for a block. `detach` cuts one tensor out: it has the same
# numbers, and counts as a constant from there on.
#
# !!! question "Predict"
#     The slope of $a \cdot a$ at 3 is 6. And if one of the two is detached?

# %% tags=["cheat-sheet"]
a = torch.tensor(3.0, requires_grad=True)  # ()
(a * a.detach()).backward()
print(a.grad)

with torch.no_grad():
    untracked = a * a
print(untracked.requires_grad, a.requires_grad)

# %%
with raises(RuntimeError, cause="a loss that depends on nothing tracked"):
    untracked.backward()

# %% [markdown]
# ??? success "Answer"
#     3: now only one of the two is nudged, and the other is a plain 3.
#
# Under `no_grad` the leaf stays tracked, but the result has no `grad_fn`, says the message, so
# that there is nothing to walk. That also saves the memory for notes. A third way is stricter:

# %%
with torch.inference_mode():
    frozen = a * 2
with raises(RuntimeError, cause="a tensor made under `inference_mode`"):
    a * frozen

a.grad = None
(a + frozen).backward()
print(a.grad)

# %% [markdown]
# ??? note "Aside: `inference_mode`"
#     It does what `no_grad` does, and saves the counting of changes that the next section is
#     about. In return no rule may save its results: the product would need `frozen` for its
#     slope with `a`, and the message refuses that; the sum needs nothing. Take it where
#     predictions are made and nothing more; when in doubt, `no_grad`.

# %% [markdown]
# ## Changing in place
#
# !!! question "Predict"
#     Both `grown` and `doubled` are changed after they were computed. Remember what the rules
#     of our engine kept. Which `backward` is in trouble?

# %%
a = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)  # (3,)
grown = a.exp()  # (3,)
grown += 1
doubled = a * 2  # (3,)
doubled += 1

doubled.sum().backward()
print(a.grad)
with raises(RuntimeError, cause="a saved value overwritten before `backward`"):
    grown.sum().backward()

# %% [markdown]
# ??? success "Answer"
#     That of `grown`. The rule of `exp` needs the result, and it is gone. The slope of `a * 2`
#     is 2, whatever `doubled` became.
#
# In words: a variable that the gradient needs, the output of `Exp`, is at version 1, though it
# was saved at version 0. PyTorch saves the tensor itself, not a copy, and counts its changes.
# (Our engine kept plain Python numbers, which nobody can change.) The cure is
# `grown = grown + 1`, which makes a new tensor.

# %%
a.grad = None
grown = a.exp()  # (3,)
grown = grown + 1  # (3,)
grown.sum().backward()

assert_close(a.grad, a.detach().exp())

# %% [markdown]
# ## An operation of your own
#
# Some operations PyTorch cannot differentiate, or not well. A subclass of `autograd.Function`
# gives it a rule: `forward` computes, and saves in `ctx` what `backward` will need; `backward`
# gets the upstream gradient, and returns one gradient for each input.


# %%
class Cube(torch.autograd.Function):
    """x³, with its rule."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Compute, and save what the rule needs."""
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        """Hand the upstream gradient on."""
        (x,) = ctx.saved_tensors
        return upstream * 3 * x**2


# %% [markdown]
# `Cube.apply` calls it. A wrong rule raises no error, it only learns badly. So test it:
# `gradcheck` compares the rule with nudging, in `float64`, where nudging can be trusted.
#
# !!! question "Predict"
#     The second rule forgets the square, and says $3x$. At which of the places 1, 2 and −3 does
#     nudging find it out?


# %%
class WrongCube(Cube):
    """x³, with a wrong rule."""

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        """Hand on too little."""
        (x,) = ctx.saved_tensors
        return upstream * 3 * x


at = torch.tensor([1.0, 2.0, -3.0]).double().requires_grad_()  # (3,)
print(torch.autograd.gradcheck(Cube.apply, at))
with raises(RuntimeError, cause="a backward formula that is wrong"):
    torch.autograd.gradcheck(WrongCube.apply, at)

# %% [markdown]
# ??? success "Answer"
#     At 2 and −3. At 1 both rules say 3: one place is not enough to test a rule.
#
# The message shows two Jacobians, `numerical` by nudging and `analytical` by the rule. On their
# diagonals 12 stands against 6, and 27 against −9.

# %% [markdown]
# ## Gradients of gradients, and of single samples
#
# A gradient is computed by operations, so it can be tracked and differentiated, too. The slope
# of the slope is the *second derivative*. `autograd.grad` returns gradients instead of adding
# them to `.grad`.
#
# !!! question "Predict"
#     What are the first and the second derivative of $x^3$ at 5?

# %%
a = torch.tensor(5.0, requires_grad=True)  # ()
(first,) = torch.autograd.grad(cube(a), a, create_graph=True)
(second,) = torch.autograd.grad(first, a)
print(first, second)

twice = torch.func.grad(torch.func.grad(cube))(torch.tensor(5.0))  # ()
assert_close(twice, second)

# %% [markdown]
# ??? success "Answer"
#     $3x^2$ is 75, and its slope, $6x$, is 30. With `create_graph=True`, the first walk is
#     noted, as its `grad_fn` shows; without, `first` would be a constant.
#
# `torch.func.grad` makes, from a function, the function that returns its slope. The same
# package can give each of the N points of the line its own gradient:


# %%
def squared_error(w: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return the squared error of y = wx + 1 at one point."""
    return (w * x + 1 - y) ** 2


one_each = torch.func.vmap(torch.func.grad(squared_error), in_dims=(None, 0, 0))
per_point = one_each(torch.tensor(2.0), x, y)  # (N,)

w = torch.tensor(2.0, requires_grad=True)  # ()
squared_error(w, x, y).mean().backward()
assert_close(per_point.mean(), w.grad)
print(per_point.shape, w.grad)

# %% [markdown]
# ??? note "Aside: `torch.func`"
#     `grad(f)` differentiates with respect to the first argument. `vmap` runs a function
#     written for one sample on many: `in_dims` says that `w` is the same for all, and that `x`
#     and `y` are taken along dimension 0. `backward` gives only the sum or mean of these
#     gradients. `torch.func.vjp(f, u)` returns f(u) and a function that turns any $v$ into
#     $v^\top J$.

# %%
result, pull_back = torch.func.vjp(three, pair.detach())
(product,) = pull_back(v)

assert_close(result, outputs.detach())
assert_close(product, pair.grad)

# %% [markdown]
# ## Which pixels matter
#
# A gradient can be taken with respect to any input, an image among them. Let $c$ be the mean of
# all fives, and let $s$ say how near an image $x$ is to it:
#
# $$\begin{aligned}
# s(x) &= -\sum_j \left( x_j - c_j \right)^2 \\
# \frac{\partial s}{\partial x_j} &= 2 \left( c_j - x_j \right)
# \end{aligned}$$
#
# !!! question "Predict"
#     In some pixels the image has more ink than the mean five. Which sign does the gradient
#     have there?

# %%
digits = load_digits()
fives = digits.images[digits.labels == 5].float()
centre = fives.mean(dim=0)  # (8, 8)

image = digits.images[5].float().requires_grad_()  # (8, 8)
score = -(image - centre).square().sum()  # ()
score.backward()
assert_close(image.grad, 2 * (centre - image.detach()))

# %%
strongest = image.grad.abs().argmax().item()
row, column = divmod(strongest, 8)
show(
    plot_saliency(image, image.grad),
    alt="Above, the image of a broad five. Below, the gradient of its score, a signed "
    f"number in each pixel, from {image.grad.min():.0f} to {image.grad.max():+.0f}. "
    f"The strongest, {image.grad[row, column]:+.0f}, stands in row {row}, column {column}, "
    f"where the image has {image[row, column]:.0f} units of ink and the mean five "
    f"{centre[row, column]:.1f}.",
)

# %% [markdown]
# ??? success "Answer"
#     Minus: more ink there would move it still further from the mean.
#
# Such a picture is a *saliency map*: it shows where a change of the image would change the
# score most. Here the formula is short, and half a gradient leads exactly to the mean. For a
# network it would fill pages, and the same lines of code give the map.

# %%
assert_close((image + image.grad / 2).detach(), centre)

# %% [markdown]
# ## What you can do now
#
# - **Nudge, and know how far to trust it.** Both sides, then divide. Too long a nudge measures
#   another place, too short a one measures rounding.
# - **Read the graph, apply the chain rule, build `backward`.** Each `grad_fn` gets the upstream
#   gradient, multiplies by its own slope, and hands on. Note the inputs and a rule for each
#   operation; walk from the youngest value to the oldest; add up what arrives.
# - **Say where gradients arrive and why they add up.** In `.grad` of the leaves, by all ways
#   and over all calls, until cleared. For many results `backward` wants a $v$, and gives
#   $v^\top J$.
# - **Fit a line, and switch tracking off.** Loss, `backward`, a step under `no_grad`, clear.
#   `detach` makes a constant; what a rule has saved must not change in place.
# - **Give PyTorch a rule, and test it.** `autograd.Function`, then `gradcheck` in `float64`.
#
# ## Key observations
#
# - The error of a measured slope has a minimum: in `float32` it is far above rounding, in
#   `float64` it is good enough to test with ([How small may the nudge
#   be?](#how-small-may-the-nudge-be)).
# - One walk through the graph finds the slopes with all tracked numbers, exactly as the chain
#   rule by hand ([`backward` and `.grad`](#backward-and-grad)).
# - Forty lines of Python agree with PyTorch to twelve digits ([Why gradients add
#   up](#why-gradients-add-up)).
# - Only leaves keep a gradient, and it adds up over calls of `backward`: two losses, one after
#   the other, give the gradient of their sum ([Leaves and
#   accumulation](#leaves-and-accumulation)).
# - `backward` never builds a Jacobian; it multiplies one from the left ([Many
#   results](#many-results-the-vectorjacobian-product)).
# - Six lines fit a line as well as its exact solution does ([Fitting a line](#fitting-a-line)).
# - A change in place is refused only if a rule needs what was changed ([Changing in
#   place](#changing-in-place)).
# - A wrong rule can be right by chance at one place ([An operation of your
#   own](#an-operation-of-your-own)).
#
# ## Exercises
#
# The signatures state shapes as [those of chapter 1](01_tensors.py#exercises) do. From here on,
# `Value` is the one of `ptfund.scalar`.

# %%
from jaxtyping import Float

from ptfund.exercises import check
from ptfund.scalar import Value

# %% [markdown]
# ### 1. The hyperbolic tangent in the engine
#
# Give the engine one more operation: `math.tanh`, with a rule. Its slope at $u$ is $1 - t^2$,
# where $t$ is its *result*. Make it one new value, whose only input is `u`.

# %% [markdown] tags=["hint"]
# Copy the shape of the chapter's `exp`. The rule gets the upstream gradient: what must happen to
# it if the slope is 1, and what if it is 0?


# %% tags=["solution"]
def tanh(u: Value) -> Value:
    """Return the hyperbolic tangent of u, as one new value."""
    result = math.tanh(u.data)
    return Value(result, (u,), lambda upstream: (upstream * (1 - result**2),))


# %% tags=["check"]
check(tanh)

# %% [markdown] tags=["solution"]
# The rule keeps a plain number, the result, as that of `exp` does, and multiplies the upstream
# gradient by the slope. Adding up is left to the engine: were the rule to write to `u.grad` as
# well, `u` would get its share twice. The trap is the letter: $1 - u^2$ is the slope of
# something else.

# %% [markdown]
# ### 2. Predict a gradient after two calls
#
# What is `x.grad` after the lines in the docstring? Return a number, or the text `"error"` if
# one of the lines raises. Do not run them first.

# %% [markdown] tags=["hint"]
# Is it the same graph that is walked twice? And what does `backward` do to a `.grad` that is
# there already?


# %% tags=["solution"]
def grad_after_two_calls() -> float | str:
    """Return x.grad as predicted, or "error".

    x = torch.tensor(2.0, requires_grad=True)
    for _ in range(2):
        (x**2).backward()
    """
    return 8.0


# %% tags=["check"]
check(grad_after_two_calls)

# %% [markdown] tags=["solution"]
# Each pass computes `x**2` anew, and so gets a new graph: there is nothing to be walked twice.
# Each walk finds the slope 2 · 2 = 4, and adds it to what is there: first to nothing, then to 4.

# %% [markdown]
# ### 3. Find the lost leaf
#
# This function shall start at $w = 0$ and take `steps` steps down the gradient of the mean
# squared residual, each of them `lr` times the gradient long. With enough small steps it finds
# the $w$ for which $wx$ fits $y$ best. But it stops with an error in its second step. Mend it.
#
# ```python
# def fit_slope(
#     x: Float[Tensor, " n"], y: Float[Tensor, " n"], steps: int, lr: float
# ) -> Float[Tensor, ""]:
#     """Return the slope of a line through the origin, untracked."""
#     w = torch.zeros((), requires_grad=True)
#     for _ in range(steps):
#         loss = (w * x - y).square().mean()
#         loss.backward()
#         w = w - lr * w.grad
#     return w.detach()
# ```

# %% [markdown] tags=["hint"]
# Print `w.is_leaf` at the start of each step. Once it is mended, is there still something that
# adds up?


# %% tags=["solution"]
def fit_slope(
    x: Float[Tensor, " n"], y: Float[Tensor, " n"], steps: int, lr: float
) -> Float[Tensor, ""]:
    """Return the slope of a line through the origin, untracked."""
    w = torch.zeros((), requires_grad=True)
    for _ in range(steps):
        loss = (w * x - y).square().mean()
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
        w.grad = None
    return w.detach()


# %% tags=["check"]
check(fit_slope)

# %% [markdown] tags=["solution"]
# `w = w - …` made a new tensor that is no leaf: the second `backward` put its gradient into the
# old one. In place and under `no_grad`, `w` stays the same leaf. And just because it stays, its
# gradient does too: without clearing, the function would run, and each step would follow the
# sum of all gradients so far.

# %% [markdown]
# ### 4. A rule of your own
#
# The *logistic function* is $\sigma(u) = \frac{1}{1 + e^{-u}}$, and its slope is
# $\sigma(u) \left( 1 - \sigma(u) \right)$. Write a subclass of `torch.autograd.Function` for
# it, which saves its result instead of its input, and a function that applies it to `u`. Both
# must keep the dtype of `u`. Test the rule with `gradcheck`.

# %% [markdown] tags=["hint"]
# The class has the two static methods that `Cube` has; `ctx.save_for_backward` takes any
# tensor, and `ctx.saved_tensors` is a tuple, even of one. `gradcheck` wants `float64`, and more
# than one place.


# %% tags=["solution"]
class Logistic(torch.autograd.Function):
    """The logistic function, with its rule."""

    @staticmethod
    def forward(ctx: Any, u: Tensor) -> Tensor:
        """Compute, and save the result."""
        result = 1 / (1 + torch.exp(-u))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        """Multiply by the slope, which the result alone gives."""
        (result,) = ctx.saved_tensors
        return upstream * result * (1 - result)


def logistic(u: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """Return 1 / (1 + exp(-u)) for each element, with a rule of its own."""
    return Logistic.apply(u)


# %% tags=["check"]
check(logistic)

# %% [markdown] tags=["solution"]
# The result is mostly kept anyway, by whoever asked for it; the input, which the rule does not
# need, can be freed. Through `save_for_backward`, PyTorch notices if the result is changed in
# place before `backward`. With an attribute such as `ctx.result` it would not, and the gradient
# would be silently wrong.

# %% [markdown]
# ### 5. A second derivative
#
# Return the second derivative of a function that works element by element, at every element of
# `u` and in its dtype, by automatic differentiation. The result must have no graph, even if `u`
# is tracked, and `u` must stay as it was: tracked only if it was so before, and without another
# `.grad`.

# %% [markdown] tags=["hint"]
# `torch.func.grad`, twice, is for one number, and `vmap` brings it to all. Or `autograd.grad`,
# twice: it wants one number too, so take the sum; why does that do no harm here? Try both on
# `lambda u: 2 * u`.


# %% tags=["solution"]
def second_derivative(
    f: Callable[[Tensor], Tensor],
    u: Float[Tensor, " n"],
) -> Float[Tensor, " n"]:
    """Return the second derivative of `f` at each element, without a graph."""
    of_one_number = torch.func.grad(torch.func.grad(f))
    return torch.func.vmap(of_one_number)(u).detach()


# %% tags=["check"]
check(second_derivative)

# %% [markdown] tags=["solution"]
# `torch.func` notes by itself what a second walk needs, also where the slope is constant. With
# `autograd.grad` one has to see to it: track a detached copy of `u`, pass `create_graph=True`
# the first time, and return zeros if the first derivative has no graph, as for
# `lambda u: 2 * u`. The sum does no harm, as each result depends on its own element alone. If `u`
# is tracked, so is all that `torch.func` computes from it; hence the `detach`.

# %% [markdown]
# ## Next
#
# [Dataset preparation](03_data.py), chapter 3, turns to what is learned from: it splits the digits
# so that a test stays honest, brings their pixels to one scale, and serves them in batches.
