"""Wrong answers to chapter 9's exercises, and right ones that are written in another way."""

from tests.exercises.answers import Wrong, edited


def _step(says: str, velocity: str, move: str) -> Wrong:
    """Return a training whose velocity `v` and slope `g` make a new velocity and a move."""
    return Wrong(
        says,
        "def train_with_momentum(start, batches, gradients, momentum):\n"
        "    w, v = start, [torch.zeros_like(w) for w in start]\n"
        "    for x, labels in batches:\n"
        "        g = gradients(x, F.one_hot(labels, 10), *w)\n"
        f"        old, v = v, [{velocity} for v, g in zip(v, g)]\n"
        f"        w = [w - 0.1 * {move} for w, v, g, old in zip(w, v, g, old)]\n"
        "        yield w\n",
    )


WRONG = {
    "tanh_gradients": [
        edited("tanh_gradients", "the slope is still that of ReLU", "(1 - a.square())", "(a > 0)"),
        edited("tanh_gradients", "no slope stands between", " * (1 - a.square())", ""),
        edited(
            "tanh_gradients",
            "not that of `h`",
            "(1 - a.square())",
            "(1 - (x @ w1.T + b1).square())",
        ),
        edited("tanh_gradients", "the slope lacks a square", "a.square()", "a"),
        Wrong(
            "the forward pass still has ReLU",
            "def tanh_gradients(x, one_hot, w1, b1, w2, b2):\n"
            "    h = x @ w1.T + b1\n"
            "    a = h.relu()\n"
            "    dz = ((a @ w2.T + b2).softmax(dim=1) - one_hot) / len(x)\n"
            "    dh = dz @ w2 * (1 - h.tanh() ** 2)\n"
            "    return [dh.T @ x, dh.sum(dim=0), dz.T @ a, dz.sum(dim=0)]\n",
        ),
        Wrong(
            "it overflows",
            "def tanh_gradients(x, one_hot, w1, b1, w2, b2):\n"
            "    a = (x @ w1.T + b1).tanh()\n"
            "    e = (a @ w2.T + b2).exp()\n"
            "    dz = (e / e.sum(dim=1, keepdim=True) - one_hot) / len(x)\n"
            "    dh = dz @ w2 * (1 - a * a)\n"
            "    return [dh.T @ x, dh.sum(dim=0), dz.T @ a, dz.sum(dim=0)]\n",
        ),
        edited("tanh_gradients", "the softmax goes over the images", "dim=1", "dim=0"),
        edited("tanh_gradients", "a sum over the images", " / len(x)", ""),
        edited(
            "tanh_gradients",
            "slopes of weights are transposed",
            "[dh.T @ x, dh.sum(dim=0), dz.T @ a",
            "[x.T @ dh, dh.sum(dim=0), a.T @ dz",
        ),
        edited(
            "tanh_gradients",
            "the order is not that of the parameters",
            "[dh.T @ x, dh.sum(dim=0), dz.T @ a, dz.sum(dim=0)]",
            "[dz.T @ a, dz.sum(dim=0), dh.T @ x, dh.sum(dim=0)]",
        ),
        edited(
            "tanh_gradients",
            "all signs are reversed",
            "(a @ w2.T + b2).softmax(dim=1) - one_hot",
            "one_hot - (a @ w2.T + b2).softmax(dim=1)",
        ),
        Wrong(
            "they are autograd's",
            "def tanh_gradients(x, one_hot, *parameters):\n"
            "    import torch\n"
            "    tracked = [w.clone().requires_grad_() for w in parameters]\n"
            "    w1, b1, w2, b2 = tracked\n"
            "    logits = (x @ w1.T + b1).tanh() @ w2.T + b2\n"
            "    loss = torch.nn.functional.cross_entropy(logits, one_hot.argmax(1))\n"
            "    return list(torch.autograd.grad(loss, tracked))\n",
        ),
        edited(
            "tanh_gradients",
            "must have the dtype torch.float32, got torch.float64",
            "return [dh.T @ x, dh.sum(dim=0), dz.T @ a, dz.sum(dim=0)]",
            "return [g.double() for g in (dh.T @ x, dh.sum(dim=0), dz.T @ a, dz.sum(dim=0))]",
        ),
    ],
    "train_with_momentum": [
        _step("it goes uphill", "momentum * v - g", "v"),
        _step("a tenth as long as they must be", "momentum * v + 0.1 * g", "v"),
        _step("only the old velocity must be", "momentum * (v + g)", "v"),
        edited("train_with_momentum", "a single tensor came", "yield p", "yield from p"),
        # The slopes of this network, whatever `gradients` returns.
        Wrong(
            "never calls the function `gradients`",
            "def train_with_momentum(start, batches, gradients, momentum):\n"
            "    w = [p.clone().requires_grad_() for p in start]\n"
            "    optimizer = torch.optim.SGD(w, lr=0.1, momentum=momentum)\n"
            "    for x, labels in batches:\n"
            "        optimizer.zero_grad()\n"
            "        logits = (x @ w[0].T + w[1]).relu() @ w[2].T + w[3]\n"
            "        F.cross_entropy(logits, labels).backward()\n"
            "        optimizer.step()\n"
            "        yield [p.detach().clone() for p in w]\n",
        ),
        _step("no momentum in its steps", "momentum * v + g", "g"),
        _step("with the factor 1 - momentum", "momentum * v + (1 - momentum) * g", "v"),
        _step("the velocity never forgets", "v + g", "v"),
        _step("along the velocity of the step before", "momentum * v + g", "old"),
        _step("Nesterov", "momentum * v + g", "(g + momentum * v)"),
        _step("its momentum is 0.9", "0.9 * v + g", "v"),
        Wrong(
            "what was yielded changes afterwards",
            "def train_with_momentum(start, batches, gradients, momentum):\n"
            "    parameters = [w.clone() for w in start]\n"
            "    velocities = [torch.zeros_like(w) for w in start]\n"
            "    for x, labels in batches:\n"
            "        slopes = gradients(x, F.one_hot(labels, 10), *parameters)\n"
            "        for w, v, slope in zip(parameters, velocities, slopes, strict=True):\n"
            "            v.mul_(momentum).add_(slope)\n"
            "            w -= 0.1 * v\n"
            "        yield parameters\n",
        ),
        edited(
            "train_with_momentum",
            "it changes `start`",
            "[w - 0.1 * v for",
            "[w.sub_(0.1 * v) for",
        ),
        Wrong(
            "it yields before the step",
            "def train_with_momentum(start, batches, gradients, momentum):\n"
            "    w, v = start, [torch.zeros_like(w) for w in start]\n"
            "    for x, labels in batches:\n"
            "        yield w\n"
            "        slopes = gradients(x, F.one_hot(labels, 10), *w)\n"
            "        v = [momentum * v + g for v, g in zip(v, slopes)]\n"
            "        w = [w - 0.1 * v for w, v in zip(w, v)]\n",
        ),
        edited(
            "train_with_momentum", "got more than 4", "    for x,", "    yield start\n    for x,"
        ),
        edited("train_with_momentum", "got 1", "        yield parameters", "    yield parameters"),
        edited("train_with_momentum", "returned None: is `yield`", "yield parameters", "pass"),
        edited(
            "train_with_momentum", "one_hot must have the shape", "F.one_hot(labels, 10)", "labels"
        ),
        edited("train_with_momentum", "[0] [0] must be", "0.1 * v", "0.2 * v"),
    ],
    "wrong_gradients": [
        edited(
            "wrong_gradients",
            "one with a `nan` passes",
            "(ours - right).norm() <= 1e-3 * right.norm()",
            "not (ours - right).norm() > 1e-3 * right.norm()",
        ),
        edited("wrong_gradients", "shapes are not compared", "return False", "pass"),
        Wrong(
            "neither a `nan` nor another shape",
            "def wrong_gradients(claimed, loss, parameters):\n"
            "    tracked = [w.detach().clone().requires_grad_() for w in parameters]\n"
            "    right = torch.autograd.grad(loss(*tracked), tracked)\n"
            "    found = []\n"
            "    for n in range(len(right)):\n"
            "        if (claimed[n] - right[n]).norm() > 1e-3 * right[n].norm():\n"
            "            found.append(n)\n"
            "    return found\n",
        ),
        edited(
            "wrong_gradients",
            "means or sums are compared",
            "(ours - right).norm() <= 1e-3 * right.norm()",
            "(ours - right).abs().mean() <= 1e-3 * right.abs().mean()",
        ),
        edited(
            "wrong_gradients",
            "does not grow with the gradient",
            "1e-3 * right.norm()",
            "1e-3",
        ),
        edited(
            "wrong_gradients",
            "off by half a thousandth",
            "(ours - right).norm() <= 1e-3 * right.norm()",
            "((ours - right).abs() <= 1e-3 * right.abs()).all()",
        ),
        edited(
            "wrong_gradients",
            "must have the length 1, got 2",
            "(ours - right).norm() <= 1e-3 * right.norm()",
            "(ours - right).abs().max() <= 1e-3 * right.abs().max()",
        ),
        edited(
            "wrong_gradients",
            "only lengths are compared",
            "(ours - right).norm()",
            "(ours.norm() - right.norm()).abs()",
        ),
        edited(
            "wrong_gradients",
            "0 / 0 is `nan`",
            "(ours - right).norm() <= 1e-3 * right.norm()",
            "(ours - right).norm() / right.norm() <= 1e-3",
        ),
        edited("wrong_gradients", "which can be `inf`", "* right.norm()", "* ours.norm()"),
        edited(
            "wrong_gradients",
            "off by two thousandths",
            "(ours - right).norm() <= 1e-3 * right.norm()",
            "(ours - right).square().sum() <= 1e-3 * right.square().sum()",
        ),
        edited("wrong_gradients", "positions of the right ones", "if not fits", "if fits"),
        edited("wrong_gradients", "positions count from 0", "[n for", "[n + 1 for"),
        edited(
            "wrong_gradients",
            "it changes `.grad` or `requires_grad`",
            "w.detach().clone().requires_grad_()",
            "w.requires_grad_()",
        ),
        Wrong(
            "have a `.grad` before",
            "def wrong_gradients(claimed, loss, parameters):\n"
            "    for w in parameters:\n"
            "        w.requires_grad_()\n"
            "    loss(*parameters).backward()\n"
            "    right = [w.grad for w in parameters]\n"
            "    return [\n"
            "        n for n, (c, r) in enumerate(zip(claimed, right))\n"
            "        if c.shape != r.shape or not (c - r).norm() <= 1e-3 * r.norm()\n"
            "    ]\n",
        ),
        edited(
            "wrong_gradients",
            "must return a list, got a tuple",
            "[n for n, pair in pairs if not fits(*pair)]",
            "tuple(n for n, pair in pairs if not fits(*pair))",
        ),
        # A column is stretched over a matrix.
        edited(
            "wrong_gradients",
            "(2, 1) passes for (2, 3)",
            "ours.shape != right.shape",
            "ours.ndim != right.ndim",
        ),
        # A row has the right numbers.
        edited(
            "wrong_gradients",
            "(1, 4) passes for (4,)",
            "ours.shape != right.shape",
            "ours.numel() != right.numel()",
        ),
        # What is added, to be safe, hides a small gradient.
        edited(
            "wrong_gradients",
            "something is added to what is allowed",
            "1e-3 * right.norm()",
            "1e-3 * right.norm() + 1e-7",
        ),
    ],
    "rounding_gap": [
        edited("rounding_gap", "both trainings end equal", "torch.float64)", "torch.float32)"),
        edited(
            "rounding_gap", "subtracted in `float32`", "w.detach().double()", "w.detach().float()"
        ),
        edited(
            "rounding_gap",
            "a tracked one is no leaf",
            "w.to(dtype, copy=True)",
            "w.to(dtype)",
        ),
        edited(
            "rounding_gap",
            "it changes its argument `start`",
            "w.to(dtype, copy=True)",
            "w.detach().to(dtype)",
        ),
        edited("rounding_gap", "signs are kept: a", "(w - v).abs()", "(w - v)"),
        edited("rounding_gap", "signs are kept: the other way round", "(w - v).abs()", "(v - w)"),
        edited("rounding_gap", "the rate is 0.1", "lr=lr", "lr=0.1"),
        edited("rounding_gap", "gradients add up", "            optimizer.zero_grad()\n", ""),
        edited("rounding_gap", "means of differences", ".abs().max()", ".abs().mean()"),
        edited("rounding_gap", "must return a float, got a tensor", ".max().item()", ".max()"),
        edited("rounding_gap", "raised RuntimeError", "x.to(dtype)", "x"),
        # Where float32 stands still in the biases, this is their gap, but not that of weights.
        edited(
            "rounding_gap",
            "must return 0.1354, got 0.37",
            "zip(*ends, strict=True)",
            "zip(ends[1], start)",
        ),
        edited("rounding_gap", "must return 0.4532, got", "(w - v).abs().max()", "(w - v).norm()"),
        # The largest after any step.
        Wrong(
            "must return 0.5892, got",
            "def rounding_gap(start, batches, lr):\n"
            "    ways, gaps = [[w.clone() for w in start], [w.double() for w in start]], []\n"
            "    for x, labels in batches:\n"
            "        for way in ways:\n"
            "            tracked = [w.requires_grad_() for w in way]\n"
            "            z = F.relu(F.linear(x.to(way[0].dtype), *tracked[:2]))\n"
            "            loss = F.cross_entropy(F.linear(z, *tracked[2:]), labels)\n"
            "            slopes = torch.autograd.grad(loss, tracked)\n"
            "            way[:] = [(w - lr * g).detach() for w, g in zip(way, slopes)]\n"
            "        gaps += [(a - b).abs().max().item() for a, b in zip(*ways)]\n"
            "    return max(gaps)\n",
        ),
    ],
}

RIGHT = {
    "tanh_gradients": [
        (
            "def tanh_gradients(x, one_hot, *parameters):\n"
            "    w1, b1, w2, b2 = parameters\n"
            "    h = x @ w1.T + b1\n"
            "    z = h.tanh() @ w2.T + b2\n"
            "    z = z - z.amax(dim=1, keepdim=True)\n"
            "    p = z.exp() / z.exp().sum(dim=1, keepdim=True)\n"
            "    slopes = [0 * w for w in parameters]\n"
            "    for i in range(len(x)):\n"
            "        a = h[i].tanh()\n"
            "        up = (p[i] - one_hot[i]) / len(x)\n"
            "        down = (w2.T @ up) * (1 - a) * (1 + a)\n"
            "        slopes[0] += down[:, None] * x[i]\n"
            "        slopes[1] += down\n"
            "        slopes[2] += up[:, None] * a\n"
            "        slopes[3] += up\n"
            "    return slopes\n"
        ),
        (
            "def tanh_gradients(x, one_hot, w1, b1, w2, b2):\n"
            "    import torch\n"
            "    a = torch.tanh(torch.addmm(b1, x, w1.mT))\n"
            "    dz = (torch.softmax(a @ w2.mT + b2, 1) - one_hot).mul(1 / x.shape[0])\n"
            "    dh = torch.einsum('nc,ch,nh->nh', dz, w2, 1 - a.pow(2))\n"
            "    w = torch.einsum('nh,nf->hf', dh, x), torch.einsum('nc,nh->ch', dz, a)\n"
            "    return [w[0], dh.sum(0), w[1], dz.sum(0)]\n"
        ),
        (
            "def tanh_gradients(x, one_hot, w1, b1, w2, b2):\n"
            "    wide = [t.double() for t in (x, w1, b1, w2, b2)]\n"
            "    x2, w1, b1, w2, b2 = wide\n"
            "    a = (x2 @ w1.T + b1).tanh()\n"
            "    dz = ((a @ w2.T + b2).log_softmax(1).exp() - one_hot.double()) / len(x)\n"
            "    dh = dz @ w2 / (x2 @ w1.T + b1).clamp(-300, 300).cosh() ** 2\n"
            "    return [g.to(x.dtype) for g in (dh.T @ x2, dh.sum(0), dz.T @ a, dz.sum(0))]\n"
        ),
    ],
    "train_with_momentum": [
        # In place, with copies of its own.
        (
            "def train_with_momentum(start, batches, gradients, momentum):\n"
            "    parameters = [w.clone() for w in start]\n"
            "    velocities = [0.0] * len(start)\n"
            "    for x, labels in batches:\n"
            "        slopes = gradients(x, F.one_hot(labels, num_classes=10), *parameters)\n"
            "        for i, slope in enumerate(slopes):\n"
            "            velocities[i] = velocities[i] * momentum + 0.1 * slope\n"
            "            parameters[i] -= velocities[i]\n"
            "        yield [w.clone() for w in parameters]\n"
        ),
        (
            "def train_with_momentum(start, batches, gradients, momentum):\n"
            "    parameters = [w.clone().requires_grad_() for w in start]\n"
            "    optimizer = torch.optim.SGD(parameters, lr=0.1, momentum=momentum)\n"
            "    for x, labels in batches:\n"
            "        hot = (labels[:, None] == torch.arange(10)).long()\n"
            "        for w, slope in zip(parameters, gradients(x, hot, *parameters)):\n"
            "            w.grad = slope\n"
            "        optimizer.step()\n"
            "        yield [w.detach().clone() for w in parameters]\n"
        ),
        # All at once, not one after the other.
        (
            "def train_with_momentum(start, batches, gradients, momentum):\n"
            "    steps, v = [tuple(start)], None\n"
            "    for x, labels in batches:\n"
            "        g = gradients(x, F.one_hot(labels, 10), *steps[-1])\n"
            "        v = g if v is None else [momentum * a + b for a, b in zip(v, g)]\n"
            "        steps.append(tuple(w - 0.1 * a for w, a in zip(steps[-1], v)))\n"
            "    return iter(steps[1:])\n"
        ),
    ],
    "wrong_gradients": [
        (
            "def wrong_gradients(claimed, loss, parameters):\n"
            "    copies = [w.detach().clone().requires_grad_() for w in parameters]\n"
            "    loss(*copies).backward()\n"
            "    found = []\n"
            "    for n, w in enumerate(copies):\n"
            "        if claimed[n].shape == w.shape:\n"
            "            off = (claimed[n] - w.grad).flatten().norm().item()\n"
            "            if off <= w.grad.flatten().norm().item() / 1000:\n"
            "                continue\n"
            "        found.append(n)\n"
            "    return found\n"
        ),
        (
            "def wrong_gradients(claimed, loss, parameters):\n"
            "    plain = tuple(w.detach() for w in parameters)\n"
            "    right = torch.func.grad(loss, argnums=tuple(range(len(plain))))(*plain)\n"
            "    wrong = []\n"
            "    for n in range(len(right)):\n"
            "        same = claimed[n].size() == right[n].size()\n"
            "        if same and not claimed[n].isnan().any():\n"
            "            squares = (claimed[n].double() - right[n].double()).square().sum()\n"
            "            if squares <= 1e-6 * right[n].double().square().sum():\n"
            "                continue\n"
            "        wrong += [n]\n"
            "    return wrong\n"
        ),
        (
            "def wrong_gradients(claimed, loss, parameters):\n"
            "    found = set()\n"
            "    for n, w in enumerate(parameters):\n"
            "        others = [v.detach() for v in parameters]\n"
            "        others[n] = w.detach().clone().requires_grad_(True)\n"
            "        g, = torch.autograd.grad(loss(*others), [others[n]])\n"
            "        if g.shape != claimed[n].shape:\n"
            "            found.add(n)\n"
            "        else:\n"
            "            off = torch.dist(claimed[n], g)\n"
            "            if off.isnan() or off > torch.linalg.vector_norm(g) * 0.001:\n"
            "                found.add(n)\n"
            "    return sorted(found)\n"
        ),
    ],
    "rounding_gap": [
        # The formulas by hand, without autograd.
        (
            "def rounding_gap(start, batches, lr):\n"
            "    def end(dtype):\n"
            "        w1, b1, w2, b2 = (w.to(dtype) for w in start)\n"
            "        for x, labels in batches:\n"
            "            x = x.to(dtype)\n"
            "            h = x @ w1.T + b1\n"
            "            a = h.clamp(min=0)\n"
            "            z = a @ w2.T + b2\n"
            "            e = (z - z.amax(dim=1, keepdim=True)).exp()\n"
            "            dz = (e / e.sum(dim=1, keepdim=True) - F.one_hot(labels, 10)) / len(x)\n"
            "            dh = dz @ w2 * (h > 0)\n"
            "            w1, b1 = w1 - lr * dh.T @ x, b1 - lr * dh.sum(dim=0)\n"
            "            w2, b2 = w2 - lr * dz.T @ a, b2 - lr * dz.sum(dim=0)\n"
            "        return w1, b1, w2, b2\n"
            "    both = zip(end(torch.float32), end(torch.float64))\n"
            "    return max(float((a - b).abs().max()) for a, b in both)\n"
        ),
        # A module for each dtype.
        (
            "def rounding_gap(start, batches, lr):\n"
            "    rows = []\n"
            "    for dtype in (torch.float64, torch.float32):\n"
            "        hidden = torch.nn.Linear(start[0].shape[1], start[0].shape[0])\n"
            "        output = torch.nn.Linear(start[2].shape[1], start[2].shape[0])\n"
            "        model = torch.nn.Sequential(hidden, torch.nn.ReLU(), output).to(dtype)\n"
            "        with torch.no_grad():\n"
            "            for p, w in zip(model.parameters(), start, strict=True):\n"
            "                p.copy_(w)\n"
            "        optimizer = torch.optim.SGD(model.parameters(), lr)\n"
            "        for x, labels in batches:\n"
            "            model.zero_grad()\n"
            "            F.cross_entropy(model(x.to(dtype)), labels).backward()\n"
            "            optimizer.step()\n"
            "        rows.append(torch.nn.utils.parameters_to_vector(model.parameters()))\n"
            "    return (rows[0] - rows[1].double()).abs().max().item()\n"
        ),
        # Both side by side, with a step of its own.
        (
            "def rounding_gap(start, batches, lr):\n"
            "    ways = [[w.clone() for w in start], [w.double() for w in start]]\n"
            "    for x, labels in batches:\n"
            "        for way in ways:\n"
            "            tracked = [w.requires_grad_() for w in way]\n"
            "            z = F.relu(F.linear(x.to(way[0].dtype), *tracked[:2]))\n"
            "            loss = F.cross_entropy(F.linear(z, *tracked[2:]), labels)\n"
            "            slopes = torch.autograd.grad(loss, tracked)\n"
            "            way[:] = [(w - lr * g).detach() for w, g in zip(way, slopes)]\n"
            "    return max((a - b).abs().max().item() for a, b in zip(*ways))\n"
        ),
    ],
}
