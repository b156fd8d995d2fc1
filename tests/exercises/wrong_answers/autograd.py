"""Wrong answers to chapter 2's exercises, and right ones that are written in other ways."""

from tests.exercises.answers import Wrong, edited

RULE = "(upstream * (1 - result**2),)"  # of tanh

# A second derivative without `torch.func`.
WALKS = """\
def second_derivative(f, u):
    u = u.detach().requires_grad_()
    (first,) = torch.autograd.grad(f(u).sum(), u, create_graph=True)
    if not first.requires_grad:
        return torch.zeros_like(u)
    return torch.autograd.grad(first.sum(), u)[0]
"""


def with_rule(says: str, keep: str, recall: str) -> Wrong:
    """Return a logistic function whose `forward` keeps, and whose `backward` recalls in its way."""
    return Wrong(
        says,
        f"""\
class Logistic(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u):
        s = torch.sigmoid(u)
        {keep}
        return s

    @staticmethod
    def backward(ctx, upstream):
        {recall}
        return upstream * s * (1 - s)


def logistic(u):
    return Logistic.apply(u)
""",
    )


def walks(says: str, old: str, new: str) -> Wrong:
    """Return that second derivative with a piece replaced."""
    assert WALKS.count(old) == 1
    return Wrong(says, WALKS.replace(old, new))


WRONG = {
    "tanh": [
        edited("tanh", "made of `u`", RULE, "(upstream * (1 - u.data**2),)"),
        edited("tanh", "upstream gradient has no part", RULE, "(1 - result**2,)"),
        edited("tanh", "wrong sign", RULE, "(upstream * (result**2 - 1),)"),
        edited("tanh", "lacks a square", RULE, "(upstream * (1 - result),)"),
        edited("tanh", "right for exp", RULE, "(upstream * result,)"),
        edited("tanh", "are added", RULE, "(upstream + 1 - result**2,)"),
        edited("tanh", "where is the slope", RULE, "(upstream,)"),
        edited("tanh", "of one gradient, with a comma, got 0.", RULE, "upstream * (1 - result**2)"),
        edited("tanh", "`inputs` must be a tuple", "(u,)", "(u)"),
        Wrong(
            "must be the rule itself",
            "def tanh(u):\n"
            "    result = Value(math.tanh(u.data))\n"
            "    result.inputs, result.grad_fn = (u,), 1 - result.data**2\n"
            "    return result\n",
        ),
        Wrong(
            "the rule returned None",
            "def tanh(u):\n"
            "    t = math.tanh(u.data)\n"
            "    def rule(upstream):\n"
            "        (upstream * (1 - t**2),)\n"
            "    return Value(t, (u,), rule)\n",
        ),
        edited("tanh", "is a leaf", f"(result, (u,), lambda upstream: {RULE})", "(result)"),
        edited("tanh", "not a copy", "(u,)", "(Value(u.data),)"),
        edited(
            "tanh",
            "must return a Value, got a float",
            f"Value(result, (u,), lambda upstream: {RULE})",
            "result",
        ),
        edited("tanh", "must be real number, not Value", "u.data", "u"),
        Wrong(
            "must be a plain number, got Value(",
            "def tanh(u):\n"
            "    t = Value(math.tanh(u.data), (u,), lambda g: (g * (1 - t * t),))\n"
            "    return t\n",
        ),
        Wrong(
            "changes the `.grad` of u",
            "def tanh(u):\n"
            "    t = math.tanh(u.data)\n"
            "    def rule(upstream):\n"
            "        u.grad += upstream * (1 - t**2)\n"
            "        return (0.0,)\n"
            "    return Value(t, (u,), rule)\n",
        ),
        Wrong(
            "changes the number in `u`",
            "def tanh(u):\n"
            "    u.data = math.tanh(u.data)\n"
            "    return Value(u.data, (u,), lambda g: (g * (1 - u.data**2),))\n",
        ),
        Wrong(
            "changes the `.grad` of the result",
            "def tanh(u):\n"
            "    t = math.tanh(u.data)\n"
            "    result = Value(t, (u,), lambda g: (g * (1 - t**2),))\n"
            "    result.grad = 1.0\n"
            "    return result\n",
        ),
        edited("tanh", "got (0.7864", RULE, "(upstream * (1 - result**2), 0.0)"),
        edited("tanh", "must be -0.3932, got 0.3932", RULE, "(abs(upstream) * (1 - result**2),)"),
        edited("tanh", "tanh(Value(0.5)) must return 0.4621", "math.tanh", "math.tan"),
        # The rule reads what the last call has left.
        Wrong(
            "must be 0.7864, got",
            "def tanh(u):\n"
            "    global t\n"
            "    t = math.tanh(u.data)\n"
            "    return Value(t, (u,), lambda g: (g * (1 - t**2),))\n",
        ),
        # With a false age, it is walked through after its input.
        Wrong(
            "but a walk through tanh(tanh(u)) * u",
            "def tanh(u):\n"
            "    t = math.tanh(u.data)\n"
            "    result = Value(t, (u,), lambda g: (g * (1 - t**2),))\n"
            "    result.created = 0\n"
            "    return result\n",
        ),
        # Made of exp, it has a right gradient, and other inputs.
        Wrong(
            "make one operation, not several",
            "def tanh(u):\n"
            "    plus, minus = u.exp(), (-u).exp()\n"
            "    return (plus - minus) / (plus + minus)\n",
        ),
    ],
    "grad_after_two_calls": [
        edited("grad_after_two_calls", "what one call finds", "8.0", "4.0"),
        edited("grad_after_two_calls", "does not multiply", "8.0", "16.0"),
        edited("grad_after_two_calls", "no line raises", "8.0", '"error"'),
        edited("grad_after_two_calls", "no line clears it", "8.0", "0.0"),
        edited("grad_after_two_calls", "what is the slope of", "8.0", "2.0"),
        edited("grad_after_two_calls", "got '8.0'", "8.0", '"8.0"'),
        edited("grad_after_two_calls", "got True", "8.0", "True"),
        edited("grad_after_two_calls", "returned None", "return 8.0", "8.0"),
    ],
    "fit_slope": [
        edited(
            "fit_slope",
            "still stops",
            "        with torch.no_grad():\n            w -= lr * w.grad\n        w.grad = None\n",
            "        w = w - lr * w.grad\n",
        ),
        edited("fit_slope", "add up", "        w.grad = None\n", ""),
        edited("fit_slope", "it climbs", "w -= lr", "w += lr"),
        edited(
            "fit_slope",
            "what `no_grad` or `detach` gives",
            "            w -= lr * w.grad\n        w.grad = None\n",
            "            w = w - lr * w.grad\n",
        ),
        edited(
            "fit_slope",
            "used in an in-place operation",
            "        with torch.no_grad():\n            w -= lr * w.grad\n",
            "        w -= lr * w.grad\n",
        ),
        edited(
            "fit_slope",
            "does each begin at 0 again",
            "        loss = ",
            "        w = torch.zeros((), requires_grad=True)\n        loss = ",
        ),
        edited("fit_slope", "`w` stays 0", "backward()", "backward()\n        w.grad.zero_()"),
        # The error of a second walk says how to avoid it, and not that it should be.
        Wrong(
            "follow the gradient at `w` = 0",
            "def fit_slope(x, y, steps, lr):\n"
            "    w = torch.zeros((), requires_grad=True)\n"
            "    loss = (w * x - y).square().mean()\n"
            "    for _ in range(steps):\n"
            "        loss.backward(retain_graph=True)\n"
            "        with torch.no_grad():\n"
            "            w -= lr * w.grad\n"
            "        w.grad = None\n"
            "    return w.detach()\n",
        ),
        edited("fit_slope", "still tracked", "w.detach()", "w"),
        Wrong(
            "jumps to the end",
            "def fit_slope(x, y, steps, lr):\n    return (x @ y) / (x @ x)\n",
        ),
        # The loss is another one, the steps are longer.
        edited("fit_slope", "must be 0.9353, got 3.7", ".mean()", ".sum()"),
        # It begins elsewhere.
        edited("fit_slope", "must be 0.9353, got 0.9399", "zeros(()", "full((), 0.01"),
        # It clears in the first step only.
        edited(
            "fit_slope",
            "fit_slope(…) must be",
            "        w.grad = None\n",
            "        if _ == 0:\n            w.grad = None\n",
        ),
        edited("fit_slope", "returned None", "return w.detach()", "w.detach()"),
    ],
    "logistic": [
        edited("logistic", "upstream gradient has no part", "upstream * result", "result"),
        edited("logistic", "wrong sign", "(1 - result)", "(result - 1)"),
        edited(
            "logistic", "made of the input", "save_for_backward(result)", "save_for_backward(u)"
        ),
        edited("logistic", "slope is that of tanh", "result * (1 - result)", "(1 - result**2)"),
        edited("logistic", "lacks a factor", " * (1 - result)", ""),
        edited("logistic", "are added", "upstream * result", "upstream + result"),
        edited("logistic", "exponent's sign", "torch.exp(-u)", "torch.exp(u)"),
        edited("logistic", "quotient ends too early", "(1 + torch.exp(-u))", "1 + torch.exp(-u)"),
        edited("logistic", "does it come from the `apply`", ".apply(u)", ".apply(u).detach()"),
        edited("logistic", "ends in PowBackward0", "Logistic.apply(u)", "(1 + (-u).exp()) ** -1"),
        edited("logistic", "ends in SigmoidBackward0", "Logistic.apply(u)", "torch.sigmoid(u)"),
        edited("logistic", "be all that the graph holds", ".apply(u)", ".apply(u * 1)"),
        edited("logistic", "`backward` returned None", "return upstream", "upstream"),
        edited(
            "logistic",
            "changes what it gets in place",
            "return upstream * result * (1 - result)",
            "return upstream.mul_(result * (1 - result))",
        ),
        with_rule(
            "it saves its input",
            "ctx.save_for_backward(u)",
            "(u,) = ctx.saved_tensors; s = torch.sigmoid(u)",
        ),
        with_rule(
            "not among what `ctx.save_for_backward` has saved",
            "ctx.save_for_backward(s * (1 - s))",
            "(slope,) = ctx.saved_tensors; s = 0.5 + (0.25 - slope).clamp(min=0) ** 0.5",
        ),
        with_rule(
            "changes what it has saved in place",
            "ctx.save_for_backward(s)",
            "(s,) = ctx.saved_tensors; s.mul_(1 - s); return upstream * s",
        ),
        edited(
            "logistic", "dtype torch.float32, got torch.float64", ".exp(-u)", ".exp(-u.double())"
        ),
        edited(
            "logistic",
            "must have the shape (1,), got ()",
            "exp(-u))\n",
            "exp(-u))\n        result = result.squeeze()\n",
        ),
        with_rule("an attribute of `ctx`", "ctx.s = s", "s = ctx.s"),
        with_rule("answers for the last call", "Logistic.s = s", "s = Logistic.s"),
        edited(
            "logistic",
            "is a step computed in `float32`",
            "1 / (1 + torch.exp(-u))",
            "torch.sigmoid(u.float()).to(u)",
        ),
    ],
    "second_derivative": [
        # What is usually written, and right for all that is curved.
        walks(
            "as for `lambda u: 2 * u`",
            "    if not first.requires_grad:\n        return torch.zeros_like(u)\n",
            "",
        ),
        edited(
            "second_derivative",
            "this is the first",
            "torch.func.grad(torch.func.grad(f))",
            "torch.func.grad(f)",
        ),
        edited(
            "second_derivative",
            "square of the first",
            "torch.func.grad(torch.func.grad(f))",
            "lambda number: torch.func.grad(f)(number) ** 2",
        ),
        Wrong(
            "the first walk itself, tracked",
            "def second_derivative(f, u):\n"
            "    u = u.detach().requires_grad_()\n"
            "    (first,) = torch.autograd.grad(f(u).sum(), u)\n"
            "    return torch.autograd.grad(first.sum(), u)[0]\n",
        ),
        walks("where is a mean", "first.sum()", "first.mean()"),
        Wrong("where are two means", WALKS.replace("sum()", "mean()")),
        walks("though nobody will walk", "first.sum(), u", "first.sum(), u, create_graph=True"),
        walks("got a tuple", "u)[0]", "u)"),
        walks("another `requires_grad`", "u.detach().requires_grad_()", "u.requires_grad_()"),
        walks(
            "another `.grad`",
            "u.detach().requires_grad_()",
            "u if u.requires_grad else u.detach().requires_grad_(); f(u).sum().backward()",
        ),
        walks(
            "(lambda u: 2 * u, [2, -0.7, 0.4]) must have the dtype torch.float64",
            "torch.zeros_like(u)",
            "torch.zeros(len(u))",
        ),
        walks("returned None", "return torch.autograd", "torch.autograd"),
        edited("second_derivative", "if `u` is tracked", "(u).detach()", "(u)"),
        edited(
            "second_derivative",
            "to return a scalar Tensor",
            "torch.func.vmap(of_one_number)(u)",
            "of_one_number(u)",
        ),
        Wrong(
            "both derivatives have been added up",
            "def second_derivative(f, u):\n"
            "    u = u.detach().requires_grad_()\n"
            "    f(u).sum().backward(create_graph=True)\n"
            "    if u.grad.requires_grad:\n"
            "        u.grad.sum().backward()\n"
            "    return u.grad.detach()\n",
        ),
        Wrong(
            "as by nudging",
            "def second_derivative(f, u):\n"
            "    v, h = u.detach().double(), 1e-4\n"
            "    return ((f(v + h) - 2 * f(v) + f(v - h)) / h**2).to(u)\n",
        ),
        # Right for the cube alone.
        Wrong("second_derivative(sin", "def second_derivative(f, u):\n    return 6 * u\n"),
    ],
}

RIGHT = {
    "tanh": [
        # The slope by another formula, inputs in a list, the result read from the value itself.
        """
def tanh(u):
    x = u.data
    return Value(math.tanh(x), [u], lambda g: (g / math.cosh(x) ** 2,))
""",
        """
def tanh(u: Value) -> Value:
    def rule(upstream):
        t = result.data
        return [upstream - upstream * t * t]

    result = Value(math.tanh(u.data), (u,), rule)
    return result
""",
        """
def tanh(u):
    plus, minus = math.exp(u.data), math.exp(-u.data)
    t = (plus - minus) / (plus + minus)
    slope = (1 + t) * (1 - t)
    return Value(t, inputs=(u,), grad_fn=lambda upstream: (slope * upstream,))
""",
    ],
    "grad_after_two_calls": [
        "def grad_after_two_calls():\n    return 8\n",
        "def grad_after_two_calls():\n    return 2 * (2 * 2.0)\n",
        """
def grad_after_two_calls() -> float | str:
    first = second = 4.0
    return first + second
""",
    ],
    "fit_slope": [
        # A new leaf in each step, which has no gradient yet.
        """
def fit_slope(x, y, steps, lr):
    w = torch.zeros((), requires_grad=True)
    for _ in range(steps):
        (w * x - y).square().mean().backward()
        w = (w - lr * w.grad).detach().requires_grad_()
    return w.detach()
""",
        """
def fit_slope(x, y, steps, lr):
    w = torch.zeros((), requires_grad=True)
    for _ in range(steps):
        if w.grad is not None:
            w.grad.zero_()
        torch.mean((y - w * x) ** 2).backward()
        w.data -= lr * w.grad
    return w.data
""",
        """
def fit_slope(x, y, steps, lr):
    w = torch.zeros(())
    for _ in range(steps):
        w.requires_grad_()
        (gradient,) = torch.autograd.grad(((w * x - y) ** 2).sum() / len(x), w)
        w = w.detach() - lr * gradient
    return w.clone()
""",
        # By hand, in float64.
        """
def fit_slope(x, y, steps, lr):
    w = 0.0
    for _ in range(steps):
        w -= lr * sum(2 * (w * a - b) * a for a, b in zip(x.tolist(), y.tolist())) / len(x)
    return torch.tensor(w)
""",
    ],
    "logistic": [
        # In the newer form, where saving has a method of its own.
        """
class S(torch.autograd.Function):
    @staticmethod
    def forward(u):
        return u.exp() / (1 + u.exp())

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, g):
        s = ctx.saved_tensors[0]
        return (s - s**2) * g


def logistic(u):
    return S.apply(u)
""",
        """
class S(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u):
        s = 0.5 * (1 + torch.tanh(u / 2))
        ctx.save_for_backward(s)
        return s

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        (s,) = ctx.saved_tensors
        return torch.where(g == 0, 0, g * s * (1 - s))


def logistic(u, rule=S.apply):
    return rule(u)
""",
        # A plain number beside the tensor, which gets no gradient; what is saved is a copy.
        """
class Steep(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u, steepness):
        ctx.steepness = steepness
        result = torch.sigmoid(steepness * u)
        ctx.save_for_backward(result.clone())
        return result

    @staticmethod
    def backward(ctx, upstream):
        (result,) = ctx.saved_tensors
        return ctx.steepness * upstream * result * (1 - result), None


def logistic(u):
    return Steep.apply(u, 1.0)
""",
    ],
    "second_derivative": [
        WALKS,
        """
def second_derivative(f, u):
    whole = torch.autograd.functional.hessian(lambda u: f(u).sum(), u.detach())
    return whole.diagonal()
""",
        """
def second_derivative(f, u):
    results = []
    for number in u.tolist():
        at = torch.tensor(number, dtype=u.dtype)
        results.append(torch.func.grad(torch.func.grad(f))(at))
    return torch.stack(results)
""",
        # In float64, which rounds otherwise.
        """
def second_derivative(f, u):
    second = torch.func.vmap(torch.func.grad(torch.func.grad(f)))
    return second(u.detach().double()).to(u.dtype)
""",
        # The Jacobian of the gradient, of which only the diagonal counts.
        """
def second_derivative(f, u):
    jacobian = torch.func.jacrev(torch.func.jacrev(lambda u: f(u).sum()))(u)
    return torch.diag(jacobian).clone().detach()
""",
    ],
}
