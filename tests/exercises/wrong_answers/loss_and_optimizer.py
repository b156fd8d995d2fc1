"""Wrong answers to chapter 5's exercises, and right ones that are written otherwise."""

from tests.exercises.answers import Wrong, edited

FUNCTIONAL = "import torch\nfrom torch.nn import functional as F\n"
BCE = FUNCTIONAL + "def binary_cross_entropy(logits, targets):\n"
ADAM = "def adam_with_decay(w, gradients, lr, coupled, decoupled):\n"
WEIGHTED = FUNCTIONAL + "def weighted_cross_entropy(logits, labels, weights):\n"
EACH = '    each = F.cross_entropy(logits, labels, reduction="none")\n'
SHRINK = "        w = (1 - lr * decoupled) * w\n"
STEPS = (
    "    m, s = torch.zeros_like(w), torch.zeros_like(w)\n"
    "    for t, gradient in enumerate(gradients, 1):\n"
    "        g = gradient + coupled * w\n"
    "        m = 0.9 * m + 0.1 * g\n"
    "        s = 0.999 * s + 0.001 * g**2\n"
    + SHRINK
    + "        w = w - lr * (m / (1 - 0.9**t)) / ((s / (1 - 0.999**t)).sqrt() + 1e-8)\n"
    "    return w\n"
)
LARGEST = "def largest_lr(x):\n"
COSINE = "import math\ndef warm_up_then_cosine(t, warmup, total):\n"

WRONG = {
    "binary_cross_entropy": [
        Wrong(
            "must be 0.237, got nan",  # 0 times the logarithm of 0
            BCE + "    p = torch.sigmoid(logits)\n"
            "    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()\n",
        ),
        Wrong(
            "([1000, 0.5], [0, 1]) must be 500.2, got inf",
            BCE + "    p = torch.sigmoid(logits)\n"
            "    return -torch.where(targets == 1, p, 1 - p).log().mean()\n",
        ),
        Wrong(
            "must be 500.2, got 50.24",  # it clips logarithms at -100
            BCE + "    return F.binary_cross_entropy(torch.sigmoid(logits), targets)\n",
        ),
        Wrong(
            "must be 500.2, got 8.208",
            BCE + "    p = torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)\n"
            "    return -torch.where(targets == 1, p, 1 - p).log().mean()\n",
        ),
        edited("binary_cross_entropy", "sign is flipped", "    return ", "    return -"),
        edited("binary_cross_entropy", "yes and no are exchanged", "(1 - 2 *", "-(1 - 2 *"),
        edited("binary_cross_entropy", "returns the sum over the samples", ".mean()", ".sum()"),
        edited("binary_cross_entropy", "a number for each sample", ".mean()", ""),
        Wrong(
            "target 0 cost nothing", BCE + "    return -(targets * F.logsigmoid(logits)).mean()\n"
        ),
        Wrong(
            "both targets have a mean of their own",
            BCE + "    yes = -F.logsigmoid(logits[targets == 1]).mean()\n"
            "    no = -F.logsigmoid(-logits[targets == 0]).mean()\n"
            "    return (yes + no) / 2\n",
        ),
        Wrong(
            "a number that is not used overflows",
            BCE + "    signed = (1 - 2 * targets) * logits\n"
            "    small = torch.log1p(signed.exp())\n"
            "    return torch.where(signed > 50, signed, small).mean()\n",
        ),
        Wrong(
            "([-1000, 0.5], [1, 1]) must be 500.2, got inf",
            BCE + "    yes = torch.log1p((-logits).exp())\n"
            "    return (yes + (1 - targets) * logits).mean()\n",
        ),
        edited(
            "binary_cross_entropy",
            "must have the dtype torch.float64",
            ".mean()",
            ".mean().float()",
        ),
        Wrong(
            "must be -0.1888 at [1], got",
            BCE + "    signed = (1 - 2 * targets) * logits\n"
            "    rest = F.softplus(-signed.abs()).detach()\n"
            "    return (signed.clamp(min=0) + rest).mean()\n",
        ),
        edited("binary_cross_entropy", "has no gradient", ".mean()", ".mean().detach()"),
        Wrong(
            "write what `binary_cross_entropy_with_logits` does",
            BCE + "    return F.binary_cross_entropy_with_logits(logits, targets)\n",
        ),
    ],
    "adam_with_decay": [
        edited(
            "adam_with_decay",
            "changes its argument `w`",
            "w = (1 - lr * decoupled) * w",
            "w *= 1 - lr * decoupled",
        ),
        Wrong(
            "the two decays are exchanged",
            ADAM + "    coupled, decoupled = decoupled, coupled\n" + STEPS,
        ),
        Wrong(
            "`decoupled` goes into the gradient",
            ADAM + "    coupled, decoupled = coupled + decoupled, 0\n" + STEPS,
        ),
        Wrong(
            "`coupled` shrinks the parameter itself",
            ADAM + "    coupled, decoupled = 0, coupled + decoupled\n" + STEPS,
        ),
        edited("adam_with_decay", "decay shrinks too much", "lr * decoupled", "decoupled"),
        Wrong(
            "decay shrinks Adam's step, too",
            ADAM + STEPS.replace(SHRINK, "").replace("    return", SHRINK + "    return"),
        ),
        Wrong(
            "the `w` of the start",
            ADAM + "    decay = coupled * w\n" + STEPS.replace("+ coupled * w", "+ decay"),
        ),
        Wrong(
            "bias correction is missing",
            ADAM + STEPS.replace(" / (1 - 0.999**t)", "").replace(" / (1 - 0.9**t)", ""),
        ),
        edited("adam_with_decay", "number the first step 1", "(gradients, 1)", "(gradients)"),
        Wrong(
            "the corrected means replace",
            ADAM + "    m, s = torch.zeros_like(w), torch.zeros_like(w)\n"
            "    for t, gradient in enumerate(gradients, 1):\n"
            "        g = gradient + coupled * w\n"
            "        m = (0.9 * m + 0.1 * g) / (1 - 0.9**t)\n"
            "        s = (0.999 * s + 0.001 * g**2) / (1 - 0.999**t)\n"
            + SHRINK
            + "        w = w - lr * m / (s.sqrt() + 1e-8)\n"
            "    return w\n",
        ),
        edited("adam_with_decay", "decay misses the squares", "g**2", "gradient**2"),
        Wrong(
            "the running means begin anew",
            ADAM
            + STEPS.replace("        g = ", "        m = s = torch.zeros_like(w)\n        g = "),
        ),
        edited("adam_with_decay", "the root is missing", ".sqrt()", ""),
        edited("adam_with_decay", "ε is missing", "(root + 1e-8)", "root"),
        Wrong(
            "ε stands below the root",
            ADAM + STEPS.replace("**t)).sqrt() + 1e-8", "**t) + 1e-8).sqrt()"),
        ),
        Wrong(
            "an optimizer of `torch.optim",
            ADAM + "    kind = torch.optim.AdamW if decoupled else torch.optim.Adam\n"
            "    w = w.clone()\n"
            "    optimizer = kind([w], lr=lr, weight_decay=coupled + decoupled)\n"
            "    for gradient in gradients:\n"
            "        w.grad = gradient\n"
            "        optimizer.step()\n"
            "    return w\n",
        ),
        Wrong(
            "an optimizer of `ptfund.optim`",
            "from ptfund import optim\n" + ADAM + "    w = w.clone()\n"
            "    kind = optim.AdamW if decoupled else optim.Adam\n"
            "    optimizer = kind([w], lr=lr, weight_decay=coupled + decoupled)\n"
            "    for w.grad in gradients:\n"
            "        optimizer.step()\n"
            "    return w\n",
        ),
        edited("adam_with_decay", "must be 0.4386 at [2], got", "1e-8", "1e-7"),
        Wrong(
            "must have the dtype torch.float64",
            ADAM + STEPS.replace("return w", "return w.float()"),
        ),
        Wrong("got 1", ADAM + "    if not (coupled or decoupled):\n        return w\n" + STEPS),
    ],
    "weighted_cross_entropy": [
        Wrong(
            "got nan",  # 0 times the mean of nothing
            WEIGHTED + EACH + "    total = 0\n"
            "    for c in range(len(weights)):\n"
            "        mine = each[labels == c]\n"
            "        total = total + weights[c] * len(mine) * mine.mean()\n"
            "    return total / weights[labels].sum()\n",
        ),
        Wrong(
            "must have the dtype torch.float64",
            WEIGHTED
            + EACH
            + "    used = weights[labels]\n    return ((used * each).sum() / used.sum()).float()\n",
        ),
        edited(
            "weighted_cross_entropy", "divides by the number of images", "used.sum()", "len(used)"
        ),
        edited(
            "weighted_cross_entropy", "the weights of all classes", "used.sum()", "weights.sum()"
        ),
        edited(
            "weighted_cross_entropy", "by the position of an image", "weights[labels]", "weights"
        ),
        Wrong(
            "the weights multiply the logits",
            WEIGHTED + "    return F.cross_entropy(weights * logits, labels)\n",
        ),
        Wrong(
            "the weights have no effect",
            WEIGHTED + "    used = weights[labels]\n"
            "    return (used * F.cross_entropy(logits, labels)).sum() / used.sum()\n",
        ),
        edited("weighted_cross_entropy", "returns the weighted sum", " / used.sum()", ""),
        Wrong(
            "each class has a mean of its own",
            WEIGHTED + EACH + "    classes = labels.unique()\n"
            "    means = torch.stack([each[labels == c].mean() for c in classes])\n"
            "    return (weights[classes] * means).sum() / weights[classes].sum()\n",
        ),
        Wrong(
            "must be 500.5, got inf",
            WEIGHTED + "    p = logits.softmax(dim=1)\n"
            "    each = -p.gather(1, labels[:, None])[:, 0].log()\n"
            "    used = weights[labels]\n"
            "    return (used * each).sum() / used.sum()\n",
        ),
        edited(
            "weighted_cross_entropy", "has no gradient", "(used * each)", "(used * each.detach())"
        ),
        Wrong(
            "write what `cross_entropy` does",
            WEIGHTED + "    return F.cross_entropy(logits, labels, weight=weights)\n",
        ),
    ],
    "largest_lr": [
        edited("largest_lr", "what is the slope of a square", "2 * x.T", "x.T"),
        edited("largest_lr", "half the limit", "return 2 /", "return 1 /"),
        edited("largest_lr", "is the loss a sum", " / len(x)", ""),
        edited("largest_lr", "it takes XᵀX for the Hessian", "2 * x.T @ x / len(x)", "x.T @ x"),
        edited("largest_lr", "the smallest curvature", "[-1]", "[0]"),
        Wrong(
            "the largest element of the Hessian",
            LARGEST + "    return 2 / (2 * x.T @ x / len(x)).max().item()\n",
        ),
        edited(
            "largest_lr",
            "a column of ones for the bias",
            "    hessian",
            "    x = torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], dim=1)\n    hessian",
        ),
        Wrong(
            "less their mean",
            LARGEST + "    x = x - x.mean(dim=0)\n"
            "    return len(x) / torch.linalg.matrix_norm(x, 2).item() ** 2\n",
        ),
        Wrong(
            "not yet an eigenvalue",
            LARGEST + "    return len(x) / torch.linalg.svdvals(x)[0].item()\n",
        ),
        edited("largest_lr", "must return a float, got a tensor", ".item()", ""),
        # It fails where there are fewer samples than features.
        Wrong(
            "shape (2, 5)>)",
            LARGEST + "    inverse = torch.linalg.inv(2 * x.T @ x / len(x))\n"
            "    return 2 * torch.linalg.eigvalsh(inverse)[0].item()\n",
        ),
        Wrong(
            "expected m1 and m2 to have the same dtype",
            LARGEST + "    v = torch.randn(x.shape[1], 1)\n"
            "    for _ in range(500):\n"
            "        v = x.T @ (x @ v)\n"
            "        v = v / v.norm()\n"
            "    return len(x) / (x @ v).square().sum().item()\n",
        ),
    ],
    "warm_up_then_cosine": [
        edited("warm_up_then_cosine", "the first factor is 0", "(t + 1) /", "t /"),
        edited("warm_up_then_cosine", "how much is one rise", "/ warmup", "/ (warmup + 1)"),
        edited("warm_up_then_cosine", "step `warmup` has more than 1", "t < warmup", "t <= warmup"),
        edited("warm_up_then_cosine", "its own t is 0", "(t - warmup) /", "t /"),
        edited("warm_up_then_cosine", "jumps down", "(t - warmup) / (total - warmup)", "t / total"),
        edited("warm_up_then_cosine", "falls too slowly", "(total - warmup)", "total"),
        edited(
            "warm_up_then_cosine", "the last step has 0", "(total - warmup)", "(total - warmup - 1)"
        ),
        Wrong(
            "with a `warmup` of 0",
            COSINE + "    rise = min(1, (t + 1) / warmup)\n"
            "    share = max(0, t - warmup) / (total - warmup)\n"
            "    return rise * (1 + math.cos(math.pi * share)) / 2\n",
        ),
        edited(
            "warm_up_then_cosine",
            "warm_up_then_cosine(9, 4, 10) must",
            "    share =",
            "    if t == total - 1:\n        return 0.0\n    share =",
        ),
        edited("warm_up_then_cosine", "must return 1, got 2", ") / 2", ")"),
    ],
}

RIGHT = {
    "binary_cross_entropy": [
        BCE + "    return F.softplus((1 - 2 * targets) * logits).mean()\n",
        BCE + "    yes, no = -F.logsigmoid(logits), -F.logsigmoid(-logits)\n"
        "    return torch.where(targets == 1, yes, no).mean()\n",
        # The formula that libraries use; no side is empty, for a sum has no trouble with that.
        BCE + "    yes, no = logits[targets == 1], logits[targets == 0]\n"
        "    total = torch.log1p((-logits.abs()).exp()).sum()\n"
        "    return (total + (-yes).clamp(min=0).sum() + no.clamp(min=0).sum()) / len(logits)\n",
        # Two classes, of which no has the logit 0.
        BCE + "    both = torch.stack([torch.zeros_like(logits), logits], dim=1)\n"
        "    return F.cross_entropy(both, targets.long())\n",
        BCE + "    total = 0\n"
        "    for z, y in zip(logits, targets):\n"
        "        both = torch.stack([z * 0, -z if y else z])\n"
        "        total = total + both.double().logsumexp(0)\n"
        "    return (total / len(logits)).to(logits.dtype)\n",
    ],
    "adam_with_decay": [
        # In place, on copies.
        ADAM + "    w, m, s = w.clone(), w * 0, w * 0\n"
        "    for t in range(len(gradients)):\n"
        "        g = gradients[t].clone().add_(w, alpha=coupled)\n"
        "        w.mul_(1 - lr * decoupled)\n"
        "        m.mul_(0.9).add_(g, alpha=0.1)\n"
        "        s.mul_(0.999).addcmul_(g, g, value=0.001)\n"
        "        root = s.sqrt() / (1 - 0.999 ** (t + 1)) ** 0.5 + 1e-8\n"
        "        w.addcdiv_(m, root, value=-lr / (1 - 0.9 ** (t + 1)))\n"
        "    return w\n",
        # With numbers of Python's.
        ADAM + "    ends = []\n"
        "    for value, column in zip(w.tolist(), gradients.T.tolist()):\n"
        "        m = s = 0.0\n"
        "        for t, g in enumerate(column, 1):\n"
        "            g += coupled * value\n"
        "            m += (g - m) / 10\n"
        "            s += (g * g - s) / 1000\n"
        "            value -= lr * decoupled * value\n"
        "            value -= lr * m / (1 - 0.9**t) / ((s / (1 - 0.999**t)) ** 0.5 + 1e-8)\n"
        "        ends.append(value)\n"
        "    return torch.tensor(ends, dtype=w.dtype)\n",
        # Running means as sums over all gradients so far, and float64 inside.
        ADAM + "    value, seen = w.double(), []\n"
        "    for gradient in gradients.double():\n"
        "        seen.append(gradient + coupled * value)\n"
        "        ages = torch.arange(len(seen)).flip(0)[:, None]\n"
        "        past = torch.stack(seen)\n"
        "        mean = (0.9**ages * past).sum(0) / (0.9**ages).sum()\n"
        "        square = (0.999**ages * past**2).sum(0) / (0.999**ages).sum()\n"
        "        value = value - lr * (decoupled * value + mean / (square.sqrt() + 1e-8))\n"
        "    return value.to(w.dtype)\n",
    ],
    "weighted_cross_entropy": [
        WEIGHTED + "    log_p = F.log_softmax(logits, dim=1)\n"
        "    one_hot = F.one_hot(labels, len(weights)).to(logits.dtype)\n"
        "    return -(log_p * one_hot @ weights).sum() / (one_hot @ weights).sum()\n",
        WEIGHTED + "    total, used = 0, 0\n"
        "    for row, label in zip(logits, labels):\n"
        "        total = total + weights[label] * (row.logsumexp(0) - row[label])\n"
        "        used = used + weights[label]\n"
        "    return total / used\n",
        # The weights as shares of 1, class by class.
        WEIGHTED + EACH + "    shares = weights / weights[labels].sum()\n"
        "    return sum(shares[c] * each[labels == c].sum() for c in range(len(weights)))\n",
        WEIGHTED + "    z = logits - logits.amax(dim=1, keepdim=True)\n"
        "    log_p = z - z.exp().sum(dim=1, keepdim=True).log()\n"
        "    each = -log_p[torch.arange(len(labels)), labels]\n"
        "    return torch.dot(each, weights[labels]) / weights[labels].sum()\n",
    ],
    "largest_lr": [
        LARGEST + "    return len(x) / torch.linalg.matrix_norm(x, 2).item() ** 2\n",
        # The other product has the same eigenvalues, but for zeros.
        LARGEST + "    return len(x) / float(torch.linalg.eigvals(x @ x.T).real.max())\n",
        # Gradient descent itself, without targets: it shrinks or grows.
        "import torch\n" + LARGEST + "    low, high = 0.0, 1e4\n"
        "    values = torch.linalg.eigh(x.double().T @ x.double() * 2 / len(x)).eigenvalues\n"
        "    for _ in range(60):\n"
        "        lr = (low + high) / 2\n"
        "        if (1 - lr * values).abs().max() > 1 + 1e-12:\n"
        "            high = lr\n"
        "        else:\n"
        "            low = lr\n"
        "    return low\n",
        # Power iteration.
        "import torch\n" + LARGEST + "    v = x.T @ torch.ones(len(x), dtype=x.dtype)\n"
        "    for _ in range(500):\n"
        "        v = x.T @ (x @ v)\n"
        "        v = v / v.norm()\n"
        "    return len(x) / ((x @ v) ** 2).sum().item()\n",
    ],
    "warm_up_then_cosine": [
        COSINE + "    if warmup and t + 1 <= warmup:\n"
        "        return 1 / warmup * (t + 1)\n"
        "    return math.cos(math.pi / 2 * (t - warmup) / (total - warmup)) ** 2\n",
        COSINE + "    factors = [(n + 1) / warmup for n in range(warmup)]\n"
        "    left = total - warmup\n"
        "    factors += [0.5 + 0.5 * math.cos(math.pi * n / left) for n in range(left)]\n"
        "    return factors[t]\n",
        "import torch\n" + COSINE + "    rise = min(1, (t + 1) / max(warmup, 1))\n"
        "    share = torch.tensor(max(0, t - warmup) / (total - warmup))\n"
        "    return (rise * (1 + torch.cos(torch.pi * share)) / 2).item()\n",
    ],
}
