"""Wrong answers to chapter 8's exercises, and right ones that are written in another way."""

from tests.exercises.answers import Wrong, edited


def _weight_decay(says: str, *arms: str) -> Wrong:
    """Return two arms with these arguments besides the seeds."""
    both = ", ".join(f"ex.final_accuracies({arm})" for arm in arms)
    return Wrong(
        says,
        "def weight_decay(seeds, decay, epochs):\n"
        "    sgd = partial(torch.optim.SGD, lr=0.1)\n"
        "    decaying = partial(sgd, weight_decay=decay)\n"
        f"    return ex.Arms({both})\n",
    )


def _momentum(says: str, settings: str) -> Wrong:
    return Wrong(says, f"def where_momentum_helps():\n    return {settings}\n")


def _replicated(says: str, *lines: str) -> Wrong:
    """Return an answer that goes on from the two differences, `first` and `second`."""
    begin = (
        "def replicated(compare, seeds, others):",
        "first, second = compare(seeds).difference, compare(others).difference",
    )
    return Wrong(says, "\n    ".join([*begin, *lines]))


def _lengths(says: str, *lines: str) -> Wrong:
    """Return an answer that goes on from the gradients that there are."""
    begin = (
        "def gradient_lengths(parameters):",
        "gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]",
    )
    return Wrong(says, "\n    ".join([*begin, *lines]))


WRONG = {
    "weight_decay": [
        edited(
            "weight_decay",
            "with weight decay the learning rate is 0.001",
            "partial(plain, weight",
            "partial(torch.optim.SGD, weight",
        ),
        edited("weight_decay", "both ways have the learning rate 0.001", ", lr=0.1", ""),
        edited("weight_decay", "both ways decay", "optimizer=plain", "optimizer=decaying"),
        edited("weight_decay", "neither way decays", "weight_decay=decay", "weight_decay=0.0"),
        edited("weight_decay", "both ways use Adam", "torch.optim.SGD", "torch.optim.Adam"),
        edited("weight_decay", "a pair of lists, got a tuple", "ex.Arms(", "("),
        edited("weight_decay", "a pair of lists, got None", "return ex.Arms(", "ex.Arms("),
        _weight_decay(
            "with weight decay it trains for 30 epochs",
            "seeds, optimizer=decaying",
            "seeds, epochs=epochs",
        ),
        _weight_decay(
            "without weight decay it trains for 30 epochs",
            "seeds, epochs=epochs, optimizer=decaying",
            "seeds",
        ),
        edited(
            "weight_decay",
            "what else do they differ in",
            "partial(plain",
            "partial(plain, momentum=0.9 * (decay == 0)",
        ),
        _weight_decay(
            "the two ways are exchanged",
            "seeds, epochs=epochs, optimizer=sgd",
            "seeds, epochs=epochs, optimizer=decaying",
        ),
        _weight_decay(
            ": it trains for 30 epochs",
            "seeds, optimizer=decaying",
            "seeds, optimizer=sgd",
        ),
        _weight_decay(
            "with the seeds 0 to 9, whatever",
            "range(10), epochs=epochs, optimizer=decaying",
            "range(10), epochs=epochs, optimizer=sgd",
        ),
    ],
    "where_momentum_helps": [
        _momentum("a training that arrives anyway", "{}"),
        _momentum("steps are long enough here", "{'lr': 1.0}"),
        _momentum("hardly anything is learned", "{'lr': 1e-7}"),
        _momentum("1,700 steps, more than the 510", "{'epochs': 100}"),
        _momentum("539 steps, more than the 510", "{'epochs': 1, 'batch': 2}"),
        _momentum("`momentum` must be left out", "{'momentum': 0.99}"),
        _momentum("`seeds` must be left out", "{'seeds': range(10), 'epochs': 1}"),
        _momentum("'epoch' is none of the names", "{'epoch': 1}"),
        _momentum("`lr` must be one number", "{'lr': [0.01, 0.1]}"),
        _momentum("'standardize' is none of the names", "{'standardize': False, 'lr': 0.01}"),
        _momentum("epochs=1.5) raised Type", "{'epochs': 1.5}"),
        _momentum("must return a dict", "'epochs=1'"),
    ],
    "replicated": [
        _replicated("judged as if they were ten", "return ex.verdict(first) == ex.verdict(second)"),
        _replicated(
            "judged as if they were as long as the first",
            "n = len(seeds)",
            "return ex.verdict(first, seeds=n) == ex.verdict(second, seeds=n)",
        ),
        _replicated(
            "seeds with two equal results are not counted",
            "one, other = (ex.verdict(d, seeds=d[2] + d[3]) for d in (first, second))",
            "return one == other",
        ),
        _replicated(
            "only two confirmations count",
            "one = ex.verdict(first, seeds=len(seeds))",
            "other = ex.verdict(second, seeds=len(others))",
            "return one == other == 'confirmed'",
        ),
        _replicated(
            "twice “not visible”",
            "one = ex.verdict(first, seeds=len(seeds))",
            "other = ex.verdict(second, seeds=len(others))",
            "return one == other and one != 'not visible'",
        ),
        _replicated("the signs of the means", "return (first.mean > 0) == (second.mean > 0)"),
        _replicated("the numbers of the two lists are compared", "return first == second"),
        _replicated("True whatever comes", "return True"),
        edited("replicated", "got a str", "first == second", "first"),
    ],
    "gradient_lengths": [
        # Where no parameter has a gradient, this sum is a plain 0, besides.
        Wrong(
            "the root comes last",
            "def gradient_lengths(parameters):\n"
            "    there = [p.grad.flatten(1) for p in parameters if p.grad is not None]\n"
            "    return sum(slope.norm(dim=1) for slope in there)\n",
        ),
        _lengths(
            "the lengths of the parameters, not those of their gradients",
            "return torch.cat([p.detach().flatten(1) for p in parameters], dim=1).norm(dim=1)",
        ),
        Wrong(
            "got a float. Here `.grad` of 4 of 4 parameters",
            "def gradient_lengths(parameters):\n"
            "    there = [p.grad.flatten(1) for p in parameters if p.grad is not None]\n"
            "    return sum(slope.square().sum(dim=1) for slope in there) ** 0.5\n",
        ),
        edited("gradient_lengths", "the root is missing", "squares.sqrt()", "squares"),
        Wrong(
            "list of Tensors. Here `.grad` of 4 of 4 parameters is None",
            "def gradient_lengths(parameters):\n"
            "    there = [p.grad.flatten(1) for p in parameters if p.grad is not None]\n"
            "    return torch.cat(there, dim=1).norm(dim=1)\n",
        ),
        edited(
            "gradient_lengths",
            "`.grad` of 2 of 4 parameters is None",
            "parameter.grad is not None",
            "parameter is not None",
        ),
        edited(
            "gradient_lengths",
            "must return a tensor, got a list",
            "squares.sqrt()",
            "squares.sqrt().tolist()",
        ),
        edited("gradient_lengths", "returned None", "return squares", "squares"),
        edited(
            "gradient_lengths",
            "it changes parameters or their gradients",
            ".square()",
            ".square_()",
        ),
        _lengths(
            "one length over all networks",
            "return sum(g.square().sum() for g in gradients).sqrt()",
        ),
        _lengths(
            "a length for each parameter",
            "return torch.stack([g.flatten(1).norm(dim=1) for g in gradients])",
        ),
        _lengths(
            "must be 6.199 at [0]",
            "return sum(g.flatten(1).abs().sum(dim=1) for g in gradients)",
        ),
    ],
}

RIGHT = {
    "weight_decay": [
        # The decay by hand: all that SGD does with it is to add it to the slope.
        (
            "def weight_decay(seeds, decay, epochs):\n"
            "    def decayed(parameters):\n"
            "        for p in parameters:\n"
            "            p.grad += decay * p.detach()\n"
            "    first = ex.final_accuracies(seeds, epochs=epochs, before_step=decayed)\n"
            "    return ex.Arms(first, ex.final_accuracies(seeds, epochs=epochs))\n"
        ),
        (
            "def weight_decay(seeds, decay, epochs):\n"
            "    arms = []\n"
            "    for strength in (decay, 0):\n"
            "        def make(parameters):\n"
            "            return torch.optim.SGD(parameters, lr=0.1, weight_decay=strength)\n"
            "        digits = ex.stacked_digits(seeds)\n"
            "        arms.append(ex.train(digits, epochs=epochs, optimizer=make).final)\n"
            "    return ex.Arms(*arms)\n"
        ),
        # One seed after the other.
        (
            "def weight_decay(seeds, decay, epochs):\n"
            "    def arm(d):\n"
            "        make = partial(torch.optim.SGD, lr=0.1, weight_decay=d)\n"
            "        recipe = {'epochs': epochs, 'optimizer': make}\n"
            "        return [ex.final_accuracies([seed], **recipe)[0] for seed in seeds]\n"
            "    return ex.Arms(claimed=arm(decay), other=arm(0.0))\n"
        ),
    ],
    "where_momentum_helps": [
        "def where_momentum_helps():\n    return {'lr': 0.01}\n",
        "def where_momentum_helps():\n    return dict(lr=0.03, epochs=10)\n",
        "def where_momentum_helps():\n    return {'batch': 1078}\n",
        ("def where_momentum_helps():\n    return {'epochs': 3, 'lr': 0.02, 'batch': 512}\n"),
    ],
    "replicated": [
        (
            "def replicated(compare, seeds, others):\n"
            "    def found(some):\n"
            "        d = compare(list(some)).difference\n"
            "        least = 9 * len(some)\n"
            "        return (10 * d.positive >= least) - (10 * d.negative >= least)\n"
            "    return found(seeds) == found(others)\n"
        ),
        (
            "def replicated(compare, seeds, others):\n"
            "    verdicts = set()\n"
            "    for some in others, seeds:\n"
            "        arms = compare(some)\n"
            "        verdicts.add(ex.verdict(arms.difference, seeds=len(arms.other)))\n"
            "    return len(verdicts) < 2\n"
        ),
        (
            "def replicated(compare, seeds, others):\n"
            "    def found(some):\n"
            "        claimed, other = compare(some)\n"
            "        ahead = sum(a > b for a, b in zip(claimed, other))\n"
            "        behind = sum(a < b for a, b in zip(claimed, other))\n"
            "        n = len(claimed)\n"
            "        return 'yes' if ahead >= 0.9 * n else 'no' if behind >= 0.9 * n else ''\n"
            "    return found(seeds) == found(others)\n"
        ),
    ],
    "gradient_lengths": [
        (
            "def gradient_lengths(parameters):\n"
            "    n = len(parameters[0])\n"
            "    rows = [p.grad.reshape(n, -1) for p in parameters if p.grad is not None]\n"
            "    return torch.cat([torch.zeros(n, 1), *rows], dim=1).norm(dim=1)\n"
        ),
        (
            "def gradient_lengths(parameters):\n"
            "    found = []\n"
            "    for network in range(parameters[0].shape[0]):\n"
            "        total = 0.0\n"
            "        for p in parameters:\n"
            "            if p.grad is not None:\n"
            "                total += (p.grad[network] ** 2).sum().item()\n"
            "        found.append(total ** 0.5)\n"
            "    return torch.tensor(found)\n"
        ),
        (
            "def gradient_lengths(parameters):\n"
            "    grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]\n"
            "    flat = [g.double().flatten(start_dim=1) for g in grads]\n"
            "    return torch.linalg.vector_norm(torch.cat(flat, dim=1), dim=1)\n"
        ),
    ],
}
