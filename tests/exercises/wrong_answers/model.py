"""Wrong answers to chapter 4's exercises, and right ones that are written in another way."""

from textwrap import indent

from tests.exercises.answers import Wrong, edited


def of_class(name: str, arguments: str, **methods: str) -> str:
    """Write a module: `init` is what follows the call of the parent's, others take x."""
    source = f"from torch import nn\nimport torch\nclass {name}(nn.Module):\n"
    for method, body in methods.items():
        takes = f"__init__(self, {arguments})" if method == "init" else f"{method}(self, x)"
        first = "super().__init__()\n" if method == "init" else ""
        source += f"    def {takes}:\n" + indent(first + body + "\n", " " * 8)
    return source


def counting(body: str) -> str:
    """Write exercise 1."""
    return "def count_parameters(sizes):\n" + indent(body + "\n", "    ")


def branches(init: str, forward: str) -> str:
    """Write exercise 2."""
    return of_class("Branches", "f, c, n", init=init, forward=forward)


def dropout(training: str) -> str:
    """Write exercise 3, but for what it does in training."""
    forward = f"if not self.training:\n    return x\n{training}"
    init = "self.p, self.generator = p, generator"
    return of_class("MyDropout", "p, generator", init=init, forward=forward)


def standardise(init: str, fit: str, forward: str = "return (x - self.m) / self.s") -> str:
    """Write exercise 4."""
    return of_class("Standardise", "n", init=init, fit=fit, forward=forward)


def loading(body: str) -> str:
    """Write exercise 5."""
    return "def load_matching(model, state):\n" + indent(body + "\n", "    ")


BUFFERS = "self.register_buffer('m', torch.zeros(n))\nself.register_buffer('s', torch.ones(n))"
FIT = "self.m = x.mean(0)\nself.s = torch.where((x == x[0]).all(0), 1.0, x.std(0, correction=0))"
LINEARS = "self.layers = nn.ModuleList(nn.Linear(f, c) for _ in range(n))\n"
WEIGHTS = "self.weights = nn.Parameter(torch.ones(n))"
WEIGHTED = "return sum(w * layer(x) for w, layer in zip(self.weights, self.layers))"

WRONG = {
    "count_parameters": [
        edited("count_parameters", "the biases are missing", "(n + 1) * m", "n * m"),
        edited("count_parameters", "not to what goes in", "(n + 1) * m", "n * (m + 1)"),
        edited(
            "count_parameters",
            "the features have no biases",
            "sum((n + 1) * m for n, m in pairwise(sizes))",
            "sum((n + 1) * m for n, m in pairwise(sizes)) + sizes[0]",
        ),
        edited("count_parameters", "not one", "(n + 1) * m", "n * m + 1"),
        edited(
            "count_parameters",
            "the last layer has biases",
            "sum((n + 1) * m for n, m in pairwise(sizes))",
            "sum((n + 1) * m for n, m in pairwise(sizes)) - sizes[-1]",
        ),
        Wrong("must return 34, got 4810", counting("return 4810")),
        Wrong(
            "where does the loop return",
            counting(
                "total = 0\n"
                "for n, m in zip(sizes, sizes[1:]):\n"
                "    total += (n + 1) * m\n"
                "    return total"
            ),
        ),
        Wrong(
            "does the loop add up",
            counting("for n, m in pairwise(sizes):\n    total = (n + 1) * m\nreturn total"),
        ),
        Wrong(
            "it builds layers",
            counting(
                "from torch import nn\n"
                "layers = [nn.Linear(n, m, device='meta') for n, m in zip(sizes, sizes[1:])]\n"
                "return sum(p.numel() for layer in layers for p in layer.parameters())"
            ),
        ),
        Wrong(
            "changes its argument `sizes`",
            counting(
                "total, n = 0, sizes.pop(0)\n"
                "while sizes:\n"
                "    total, n = total + (n + 1) * sizes[0], sizes.pop(0)\n"
                "return total"
            ),
        ),
    ],
    "Branches": [
        edited("Branches", "no layer is registered", "nn.ModuleDict(parts)", "parts"),
        edited(
            "Branches",
            "the weights of the sum are not",
            "nn.Parameter(torch.ones(branches))",
            "torch.ones(branches, requires_grad=True)",
        ),
        edited(
            "Branches",
            "never learned",
            "self.weights = nn.Parameter(torch.ones(branches))",
            'self.register_buffer("weights", torch.ones(branches))',
        ),
        edited(
            "Branches",
            "`requires_grad=False`",
            "nn.Parameter(torch.ones(branches))",
            "nn.Parameter(torch.ones(branches), requires_grad=False)",
        ),
        edited("Branches", "must begin with 1.0", "torch.ones", "torch.rand"),
        edited("Branches", "no longer count", "weight * layer(x)", "layer(x)"),
        edited(
            "Branches", "does `forward` use each", "weight * layer(x)", "weight.item() * layer(x)"
        ),
        edited(
            "Branches",
            "weighted sum of what its registered layers give",
            "return sum(weight * layer(x) for weight, layer in pairs)",
            "return sum(weight * layer(x) for weight, layer in pairs) / len(self.layers)",
        ),
        Wrong(
            "5 weights are needed, got 9",
            branches(LINEARS + WEIGHTS + "\nself.bias = nn.Parameter(torch.zeros(c))", WEIGHTED),
        ),
        edited("Branches", "must have the same dtype", "layer(x)", "layer(x.float())"),
        Wrong(
            "not tracked",
            branches(LINEARS + WEIGHTS, f"with torch.no_grad():\n    {WEIGHTED}"),
        ),
        edited("Branches", "5 layers must be registered: 1 are", "range(branches)", "[0]"),
        edited(
            "Branches",
            "begin with the same numbers",
            "self.layers = nn.ModuleDict(parts)",
            "self.layers = nn.ModuleDict(parts)\n"
            "        for layer in parts.values():\n"
            "            nn.init.zeros_(layer.weight)",
        ),
    ],
    "MyDropout": [
        edited("MyDropout", "`super().__init__()`", "super().__init__()", "pass"),
        edited("MyDropout", "is not scaled", " / (1 - self.p)", ""),
        edited(
            "MyDropout", "in `eval` it sets elements to 0", "not self.training", "not self.train"
        ),
        edited("MyDropout", "is p the share that stays", ">= self.p", "< self.p"),
        edited("MyDropout", "the global generator", ", generator=self.generator", ""),
        edited("MyDropout", "not divided by it", "/ (1 - self.p)", "* (1 - self.p)"),
        edited("MyDropout", "divided by p", "/ (1 - self.p)", "/ self.p"),
        edited("MyDropout", "whole rows or columns", "x.shape,", "x.shape[1:],"),
        edited(
            "MyDropout",
            "draws nothing from the generator",
            "self.generator = generator",
            "self.generator = torch.Generator().manual_seed(generator.initial_seed())",
        ),
        edited(
            "MyDropout",
            "draw anew in each call",
            "kept = torch",
            "self.generator.manual_seed(self.generator.initial_seed())\n        kept = torch",
        ),
        edited(
            "MyDropout",
            "it is `training` that says",
            "if not self.training:",
            "if not torch.is_grad_enabled() or not self.training:",
        ),
        edited("MyDropout", "in `eval` it scales", "return x\n", "return x * (1 - self.p)\n"),
        edited("MyDropout", "changes its argument `x`", "return x * kept", "return x.mul_(kept)"),
        edited("MyDropout", "sets nothing to 0", "if not self.training:", "if self.eval:"),
        Wrong(
            "each row loses equally many",
            dropout(
                "order = torch.rand(x.shape, generator=self.generator).argsort(1)\n"
                "return x.scatter(1, order[:, : int(self.p * x.shape[1])], 0) / (1 - self.p)"
            ),
        ),
        Wrong(
            "each call sets equally many",
            dropout(
                "order = torch.randperm(x.numel(), generator=self.generator)\n"
                "y = x.flatten() / (1 - self.p)\n"
                "y[order[: int(self.p * x.numel())]] = 0\n"
                "return y.view(x.shape)"
            ),
        ),
        edited("MyDropout", "got 58%", "torch.rand(", "torch.randn("),
        edited("MyDropout", "multiplied by 1.562", "(1 - self.p)", "(1 - self.p) ** 2"),
        edited("MyDropout", "the dtype torch.float64", "x * kept", "x.float() * kept"),
        edited("MyDropout", "must have the shape", "x * kept", "x[kept]"),
        edited("MyDropout", "no gradient", "return x * kept", "return x.detach() * kept"),
        Wrong(
            "with p = 0 it must change nothing",
            dropout(
                "p = self.p or 0.5\n"
                "return x * (torch.rand(x.shape, generator=self.generator) >= p) / (1 - p)"
            ),
        ),
        Wrong(
            "equal seeds must",
            dropout(
                "self.calls = getattr(self, 'calls', 0) + 1\n"
                "torch.rand(1, generator=self.generator)\n"
                "own = torch.Generator().manual_seed(self.calls)\n"
                "return x * (torch.rand(x.shape, generator=own) >= self.p) / (1 - self.p)"
            ),
        ),
        edited(
            "MyDropout",
            "in `eval` it must draw nothing",
            "        if not self.training:\n            return x\n"
            "        kept = torch.rand(x.shape, generator=self.generator) >= self.p\n"
            "        return x * kept / (1 - self.p)",
            "        kept = torch.rand(x.shape, generator=self.generator) >= self.p\n"
            "        return x * kept / (1 - self.p) if self.training else x",
        ),
    ],
    "Standardise": [
        edited(
            "Standardise",
            "its state dict is empty",
            '        self.register_buffer("mean", torch.zeros(features))\n'
            '        self.register_buffer("deviation", torch.ones(features))\n',
            "        self.mean = torch.zeros(features)\n"
            "        self.deviation = torch.ones(features)\n",
        ),
        edited(
            "Standardise",
            "is all of it saved",
            'self.register_buffer("mean", torch.zeros(features))',
            "self.mean = torch.zeros(features)",
        ),
        Wrong(
            "must not be a parameter",
            standardise(
                "self.m = nn.Parameter(torch.zeros(n), requires_grad=False)\n"
                "self.s = nn.Parameter(torch.ones(n), requires_grad=False)",
                "s = x.std(0, correction=0)\n"
                "self.m.copy_(x.mean(0))\n"
                "self.s.copy_(torch.where(s == 0, 1.0, s))",
            ),
        ),
        edited(
            "Standardise",
            "changes a buffer's shape",
            "torch.std_mean(x, dim=0, correction=0)",
            "torch.std_mean(x, dim=0, correction=0, keepdim=True)",
        ),
        edited(
            "Standardise",
            "got -inf",
            "deviation.masked_fill((x == x[0]).all(dim=0), 1)",
            "deviation",
        ),
        edited(
            "Standardise",
            "got -4.358e+08",
            "deviation.masked_fill((x == x[0]).all(dim=0), 1)",
            "deviation + 1e-8",
        ),
        Wrong(
            "3.403e+38",
            standardise(
                BUFFERS,
                "self.m = x.mean(0)\nself.s = x.std(0, correction=0)",
                "return ((x - self.m) / self.s).nan_to_num()",
            ),
        ),
        edited("Standardise", "a fresh layer must change nothing", "torch.ones", "torch.zeros"),
        edited(
            "Standardise",
            "the dtype torch.float64",
            "(x - self.mean) / self.deviation",
            "((x - self.mean) / self.deviation).float()",
        ),
        edited("Standardise", "of its own batch", "(x - self.mean)", "(x - x.mean(dim=0))"),
        edited("Standardise", "`correction=0`", ", correction=0", ""),
        edited("Standardise", "not by the deviation", "/ self.deviation", "/ self.deviation**2"),
        edited("Standardise", "share one mean", "dim=0, ", ""),
        edited("Standardise", "what divides", " / self.deviation", ""),
        edited(
            "Standardise",
            "has no effect",
            "        deviation, self.mean = torch.std_mean(x, dim=0, correction=0)\n"
            "        self.deviation = deviation.masked_fill((x == x[0]).all(dim=0), 1)",
            "        mean, deviation = x.mean(dim=0), x.std(dim=0, correction=0)",
        ),
        Wrong(  # by rounding, the deviation of equal numbers is not always 0
            "was 0.1 in all 10 rows",
            standardise(BUFFERS, FIT.replace("(x == x[0]).all(0)", "x.std(0, correction=0) == 0")),
        ),
        Wrong(
            "changes the names in its state dict",
            standardise(
                "self.m, self.s = 0.0, 1.0",
                "if isinstance(self.m, float):\n    del self.m, self.s\n"
                "self.register_buffer('m', x.mean(0))\n"
                "s = x.std(0, correction=0)\n"
                "self.register_buffer('s', torch.where(s == 0, 1.0, s))",
            ),
        ),
        Wrong(
            "after `fit`, `forward` must be",
            standardise(BUFFERS, FIT.replace("self.m = x", "self.m = self.m + x")),
        ),
        Wrong(
            "in `eval` a single row",
            standardise(
                BUFFERS, FIT, "return (x - self.m) / self.s if self.training else x - self.m"
            ),
        ),
        Wrong(
            "`fit` changes its argument",
            standardise(BUFFERS, FIT + "\nx -= self.m"),
        ),
    ],
    "load_matching": [
        Wrong(
            "forgives names, not shapes",
            loading("return sorted(model.load_state_dict(state, strict=False).missing_keys)"),
        ),
        Wrong(
            "it changes `state`",
            loading(
                "own = model.state_dict()\n"
                "for name in list(state):\n"
                "    if name not in own or own[name].shape != state[name].shape:\n"
                "        del state[name]\n"
                "return sorted(model.load_state_dict(state, strict=False).missing_keys)"
            ),
        ),
        edited(
            "load_matching",
            "the names must be sorted",
            "sorted(own.keys() - fit)",
            "[n for n in own if n not in fit]",
        ),
        edited("load_matching", "these names were loaded", "own.keys() - fit", "fit"),
        edited(
            "load_matching",
            "of another shape is missing",
            "own.keys() - fit",
            "own.keys() - both",
        ),
        edited(
            "load_matching",
            "not in `state`",
            "own.keys() - fit",
            "own.keys() ^ state",
        ),
        edited(
            "load_matching",
            "`trunk.weight` must be loaded",
            "own[name].shape == state[name].shape",
            "(own[name].shape, own[name].dtype) == (state[name].shape, state[name].dtype)",
        ),
        edited("load_matching", "returned None", "return sorted(own.keys() - fit)", "pass"),
        edited("load_matching", "shares its memory", "strict=False", "strict=False, assign=True"),
        edited(
            "load_matching",
            "nothing of it is loaded",
            "model.load_state_dict",
            "__import__('copy').deepcopy(model).load_state_dict",
        ),
        edited(
            "load_matching",
            "`mean` must be loaded",
            "own = model.state_dict()",
            "own = dict(model.named_parameters())",
        ),
        Wrong(
            "`trunk.bias` must stay as it was",
            loading(
                "kept = []\n"
                "for name, own in model.state_dict().items():\n"
                "    try:\n"
                "        own.copy_(state[name])\n"
                "    except (KeyError, RuntimeError):\n"
                "        kept.append(name)\n"
                "return sorted(kept)"
            ),
        ),
        Wrong(
            "must keep its dtype",
            loading(
                "own = model.state_dict()\n"
                "fit = {n: t for n, t in state.items() if n in own and own[n].shape == t.shape}\n"
                "for name, parameter in model.named_parameters():\n"
                "    parameter.data = fit.pop(name, own[name]).clone()\n"
                "model.load_state_dict(fit, strict=False)\n"
                "return sorted(n for n in own if n not in state or own[n].shape != state[n].shape)"
            ),
        ),
        edited("load_matching", "raised KeyError", "own.keys() & state.keys()", "state"),
        Wrong(
            "`steps` must stay as it was",
            loading(
                "own = model.state_dict()\n"
                "try:\n"
                "    model.load_state_dict(state, strict=False)\n"
                "except RuntimeError:\n"
                "    pass\n"
                "return sorted(n for n in own if n not in state or own[n].shape != state[n].shape)"
            ),
        ),
        edited(
            "load_matching",
            "parameters must stay tracked",
            "    return",
            "    model.requires_grad_(False)\n    return",
        ),
    ],
}

RIGHT = {
    "count_parameters": [
        counting(
            "total = 0\n"
            "for i in range(1, len(sizes)):\n"
            "    total += sizes[i - 1] * sizes[i] + sizes[i]\n"
            "return total"
        ),
        counting(
            "if len(sizes) < 2:\n"
            "    return 0\n"
            "return (sizes[0] + 1) * sizes[1] + count_parameters(sizes[1:])"
        ),
        counting(
            "import torch\n"
            "each = torch.tensor(list(sizes))\n"
            "return ((each[:-1] + 1) @ each[1:]).item()"
        ),
    ],
    "Branches": [
        branches(LINEARS + WEIGHTS, WEIGHTED),
        branches(
            f"{WEIGHTS}\n{LINEARS}",
            "each = torch.stack([layer(x) for layer in self.layers])\n"
            "return torch.einsum('b,bnc->nc', self.weights, each)",
        ),
        branches(
            LINEARS + "self.weights = nn.ParameterList(torch.ones(()) for _ in range(n))", WEIGHTED
        ),
        branches(
            "self.n = n\n"
            "for i in range(n):\n"
            "    setattr(self, f'layer{i}', nn.Linear(f, c))\n"
            "self.register_parameter('weights', nn.Parameter(torch.ones(n)))",
            "total = 0\n"
            "for i in range(self.n):\n"
            "    total = total + getattr(self, f'layer{i}')(x) * self.weights[i]\n"
            "return total",
        ),
    ],
    "MyDropout": [
        dropout(
            "kept = torch.bernoulli(torch.full_like(x, 1 - self.p), generator=self.generator)\n"
            "return x * kept / (1 - self.p)"
        ),
        dropout(
            "gone = torch.rand(x.shape, generator=self.generator) < self.p\n"
            "return x.masked_fill(gone, 0) / (1 - self.p)"
        ),
        dropout(
            "if self.p == 0:\n"
            "    return x.clone()\n"
            "y = x.clone()\n"
            "y[torch.empty_like(x).uniform_(generator=self.generator) < self.p] = 0\n"
            "return y.div_(1 - self.p)"
        ),
    ],
    "Standardise": [
        standardise(
            BUFFERS,
            "s = x.std(dim=0, unbiased=False)\n"
            "s[x.amax(dim=0) == x.amin(dim=0)] = 1\n"
            "self.m.copy_(x.mean(0))\n"
            "self.s.copy_(s)",
        ),
        standardise(
            "self.register_buffer('m', torch.zeros(1, n))\n"
            "self.register_buffer('v', torch.ones(1, n))",
            "self.m = x.mean(0, keepdim=True)\n"
            "v = (x * x).mean(0, keepdim=True) - self.m**2\n"
            "self.v = torch.where(x.amax(0) == x.amin(0), torch.ones_like(v), v)",
            "return (x - self.m) / self.v.sqrt()",
        ),
        standardise(
            "self.register_buffer('both', torch.stack([torch.zeros(n), torch.ones(n)]))\n"
            "self.register_buffer('fits', torch.tensor(0))",
            "x = x.double()\n"
            "s = x.std(0, correction=0)\n"
            "self.both.copy_(torch.stack([x.mean(0), torch.where(s < 1e-7, 1.0, s)]))\n"
            "self.fits += 1\n"
            "return self",
            "return (x - self.both[0]) * (1 / self.both[1])",
        ),
    ],
    "load_matching": [
        loading(
            "own = model.state_dict()\n"
            "fit = {n: t for n, t in state.items() if n in own and own[n].shape == t.shape}\n"
            "model.load_state_dict({**own, **fit})\n"
            "return sorted(set(own) - set(fit))"
        ),
        loading(
            "kept = []\n"
            "for name, own in model.state_dict().items():\n"
            "    if name in state and state[name].shape == own.shape:\n"
            "        own.copy_(state[name])\n"
            "    else:\n"
            "        kept.append(name)\n"
            "return sorted(kept)"
        ),
        loading(
            "import copy\n"
            "state = copy.deepcopy(state)\n"
            "own = model.state_dict()\n"
            "for name in list(state):\n"
            "    if name not in own or state[name].size() != own[name].size():\n"
            "        state.pop(name)\n"
            "return sorted(model.load_state_dict(state, strict=False).missing_keys)"
        ),
    ],
}
