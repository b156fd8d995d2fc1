"""Wrong answers to chapter 7's exercises, and right ones that are written in other ways."""

from tests.exercises.answers import Wrong, edited

WRONG = {
    "mean_f1": [
        edited(
            "mean_f1",
            "which gives the accuracy",
            "2 * right.double() / (named + true).clamp(min=1)",
            "right.sum() / named.sum()",
        ),
        edited("mean_f1", "that 0 / 0 must count", ".clamp(min=1)", ""),
        Wrong(
            "precision and recall are 0 or 0 / 0",
            "def mean_f1(predicted, labels, classes):\n"
            "    hits = labels[predicted == labels].bincount(minlength=classes).double()\n"
            "    precision = hits / predicted.bincount(minlength=classes)\n"
            "    recall = hits / labels.bincount(minlength=classes)\n"
            "    return (2 * precision * recall / (precision + recall)).mean().item()\n",
        ),
        edited(
            "mean_f1",
            "that neither occur nor are named are left out",
            "f1.mean()",
            "f1[named + true > 0].mean()",
        ),
        edited("mean_f1", "that do not occur are left out", "f1.mean()", "f1[true > 0].mean()"),
        edited("mean_f1", "that are never named are left out", "f1.mean()", "f1[named > 0].mean()"),
        edited("mean_f1", "that are never right are left out", "f1.mean()", "f1[right > 0].mean()"),
        edited("mean_f1", "where the last class", "minlength=classes", ""),
        edited(
            "mean_f1",
            "frequent classes weigh more",
            "f1.mean()",
            "((f1 * true).sum() / true.sum())",
        ),
        Wrong(
            "the mean precision and the mean recall",
            "def mean_f1(predicted, labels, classes):\n"
            "    hits = labels[predicted == labels].bincount(minlength=classes).double()\n"
            "    named = predicted.bincount(minlength=classes).clamp(min=1)\n"
            "    true = labels.bincount(minlength=classes).clamp(min=1)\n"
            "    precision, recall = (hits / named).mean(), (hits / true).mean()\n"
            "    return (2 * precision * recall / (precision + recall)).item()\n",
        ),
        edited("mean_f1", "a factor of 2 is missing", "2 * right", "right"),
        edited(
            "mean_f1",
            "F1 takes precision, too",
            "2 * right.double() / (named + true)",
            "right.double() / true",
        ),
        edited(
            "mean_f1",
            "F1 takes recall, too",
            "2 * right.double() / (named + true)",
            "right.double() / named",
        ),
        edited(
            "mean_f1",
            "it is their harmonic mean",
            "2 * right.double() / (named + true).clamp(min=1)",
            "(right / named.clamp(min=1) + right / true.clamp(min=1)) / 2",
        ),
        edited("mean_f1", "counts with 1", ".clamp(min=1)\n", "\n    f1 = f1.nan_to_num(1.0)\n"),
        edited(
            "mean_f1",
            "do not occur or are never named are left out",
            "f1.mean()",
            "f1[(named > 0) & (true > 0)].mean()",
        ),
        Wrong(
            "raised ZeroDivisionError",
            "def mean_f1(predicted, labels, classes):\n"
            "    total = 0\n"
            "    for k in range(classes):\n"
            "        named, true = (predicted == k).sum().item(), (labels == k).sum().item()\n"
            "        if named and true:\n"
            "            right = ((predicted == k) & (labels == k)).sum().item()\n"
            "            precision, recall = right / named, right / true\n"
            "            total += 2 * precision * recall / (precision + recall)\n"
            "    return total / classes\n",
        ),
        edited("mean_f1", "got a tensor", ".mean().item()", ".mean()"),
        Wrong(
            "calls `ptfund.evaluation`",
            "def mean_f1(predicted, labels, classes):\n"
            "    from ptfund.evaluation import macro_f1\n"
            "    return macro_f1(predicted, labels, classes=classes)\n",
        ),
    ],
    "difference_interval": [
        Wrong(
            "both must be measured on the same images",
            "def difference_interval(first, second, labels, generator):\n"
            "    def resampled(answers):\n"
            "        rows = torch.randint(len(labels), (2000, len(labels)), generator=generator)\n"
            "        return (answers == labels)[rows].double().mean(dim=1)\n"
            "    ends = torch.tensor([0.025, 0.975]).double()\n"
            "    return tuple((resampled(first) - resampled(second)).quantile(ends).tolist())\n",
        ),
        edited("difference_interval", "one is never drawn", "randint(n, (", "randint(n - 1, ("),
        Wrong(
            "of two images no resample has these ends",
            "def difference_interval(first, second, labels, generator):\n"
            "    lead = (first == labels).double() - (second == labels).double()\n"
            "    rows = torch.randint(len(lead), (2000, len(lead)), generator=generator)\n"
            "    means = lead[rows].mean(dim=1)\n"
            "    low, high = means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()\n"
            "    return low.item(), high.item()\n",
        ),
        edited(
            "difference_interval",
            "must be about",
            "[0.025, 0.975]",
            "[0.0, 1.0]",  # which hang on chance more as well, and not for too few resamples
        ),
        edited("difference_interval", "90 % of the differences", "[0.025, 0.975]", "[0.05, 0.95]"),
        edited(
            "difference_interval",
            "sign is turned round",
            "(first == labels).double() - (second == labels).double()",
            "(second == labels).double() - (first == labels).double()",
        ),
        edited("difference_interval", "hang on chance more", "(2000, n)", "(1000, n)"),
        edited("difference_interval", "hang on chance far more", "(2000, n)", "(100, n)"),
        edited(
            "difference_interval", "must be drawn from `generator`", ", generator=generator", ""
        ),
        edited(
            "difference_interval",
            "in the state in which it comes",
            "=generator)\n    ends",
            "=generator.manual_seed(0))\n    ends",
        ),
        edited(
            "difference_interval",
            "both come once in each resample",
            "torch.randint(n, (2000, n), generator=generator)",
            "torch.stack([torch.randperm(n, generator=generator) for _ in range(2000)])",
        ),
        edited(
            "difference_interval", "the ends are numbers of images", ".mean(dim=1)", ".sum(dim=1)"
        ),
        edited(
            "difference_interval",
            "the lower end must come first",
            "return low, high",
            "return high, low",
        ),
        edited("difference_interval", "[0] must return a float, got a tensor", ".tolist()", ""),
        edited(
            "difference_interval",
            "difference_interval(...) must return a tuple, got a list",
            "return low, high",
            "return [low, high]",
        ),
        edited(
            "difference_interval", "the ends are in percent", "lead[rows]", "(100 * lead)[rows]"
        ),
        edited("difference_interval", "means over 2,000 images", "dim=1", "dim=0"),
        edited(
            "difference_interval",
            "as they are of single images",
            "lead[rows].mean(dim=1)",
            "lead[rows].flatten()",
        ),
    ],
    "equal_bins": [
        Wrong(
            "the bins are equally wide",
            "def equal_bins(confidence, right, bins):\n"
            "    sure, hits = [], []\n"
            "    for k in range(bins):\n"
            "        inside = (confidence > k / bins) & (confidence <= (k + 1) / bins)\n"
            "        sure.append(confidence[inside].mean())\n"
            "        hits.append(right[inside].to(confidence.dtype).mean())\n"
            "    return torch.stack(sure), torch.stack(hits)\n",
        ),
        edited("equal_bins", "are not sorted", "x[order]", "x"),
        edited(
            "equal_bins",
            "`right` is not in the order",
            "right.to(confidence.dtype))",
            "right.to(confidence.dtype)[order.argsort()])",
        ),
        edited(
            "equal_bins",
            "the most confident bin comes first",
            "stable=True",
            "descending=True, stable=True",
        ),
        edited("equal_bins", "`chunk` makes", "tensor_split", "chunk"),
        edited(
            "equal_bins",
            "what is left over is dropped",
            "x[order].tensor_split(bins)",
            "x[order][: len(x) // bins * bins].tensor_split(bins)",
        ),
        edited(
            "equal_bins",
            "the last bin takes all that is left over",
            "tensor_split(bins)",
            "tensor_split([len(x) // bins * k for k in range(1, bins)])",
        ),
        edited(
            "equal_bins",
            "must stay in the order",
            "confidence.argsort(stable=True)",
            "confidence.argsort(descending=True, stable=True).flip(0)",
        ),
        edited(
            "equal_bins",
            "the last bin holds one more",
            "tensor_split(bins)",
            "tensor_split([len(x) * k // bins for k in range(1, bins)])",
        ),
        edited(
            "equal_bins",
            "stand apart",
            "x[order].tensor_split(bins)",
            "x[order].split((torch.arange(len(x)) * bins // len(x)).bincount().tolist())",
        ),
        edited(
            "equal_bins",
            "`right` is sorted by itself",
            "x[order]",
            "x.sort().values",
        ),
        edited("equal_bins", "are exchanged", "return sure, hits", "return hits, sure"),
        edited("equal_bins", "got torch.float32", "right.to(confidence.dtype)", "right.float()"),
    ],
    "worst_slice": [
        edited(
            "worst_slice",
            "must return 2, got 4",
            "int(shares.argmin())",
            "min(range(len(counts)), key=lambda k: (shares[k], counts[k]))",
        ),
        edited("worst_slice", "returns one that is too small", "math.inf", "1.0"),
        Wrong(
            "[0] must not be None",
            "def worst_slice(right, group, at_least):\n"
            "    worst, lowest = None, 1.0\n"
            "    for k in range(int(group.max()) + 1):\n"
            "        part = right[group == k].double()\n"
            "        if len(part) >= at_least and part.mean() < lowest:\n"
            "            worst, lowest = k, part.mean().item()\n"
            "    return worst, lowest\n",
        ),
        Wrong(
            "with the largest number is never looked at",
            "def worst_slice(right, group, at_least):\n"
            "    worst, lowest = None, math.inf\n"
            "    for k in range(int(group.max())):\n"
            "        part = right[group == k].double()\n"
            "        if len(part) >= at_least and part.mean() < lowest:\n"
            "            worst, lowest = k, part.mean().item()\n"
            "    return worst, lowest\n",
        ),
        edited(
            "worst_slice",
            "must return 0, got 2",
            "int(shares.argmin())",
            "1 + int(shares[1:].argmin())",
        ),
        edited(
            "worst_slice",
            "with 0 / 0",
            "    shares = torch.where(counts < at_least, math.inf, shares)\n",
            "",
        ),
        edited("worst_slice", "are not passed over", "counts < at_least", "counts < 1"),
        edited(
            "worst_slice",
            "exactly `at_least` images is large enough",
            "counts < at_least",
            "counts <= at_least",
        ),
        edited(
            "worst_slice",
            "that is the best group",
            "math.inf, shares)\n    worst = int(shares.argmin())",
            "-math.inf, shares)\n    worst = int(shares.argmax())",
        ),
        edited(
            "worst_slice",
            "the smallest number",
            "int(shares.argmin())",
            "len(shares) - 1 - int(shares.flip(0).argmin())",
        ),
        edited(
            "worst_slice",
            "has the most errors",
            "shares.argmin()",
            "torch.where(shares.isinf(), -1, (1 - shares) * counts).argmax()",
        ),
        Wrong(
            "where the group stands among those",
            "def worst_slice(right, group, at_least):\n"
            "    numbers, counts = group.unique(return_counts=True)\n"
            "    kept = numbers[counts >= at_least]\n"
            "    shares = torch.stack([right[group == k].double().mean() for k in kept])\n"
            "    return int(shares.argmin()), shares.min().item()\n",
        ),
        edited(
            "worst_slice",
            "share of errors is returned",
            "shares[worst].item()",
            "1 - shares[worst].item()",
        ),
        edited("worst_slice", "got a tensor", "shares[worst].item()", "shares[worst]"),
    ],
    "accuracy_of_surest": [
        edited("accuracy_of_surest", "least sure of", "descending=True, ", ""),
        edited("accuracy_of_surest", "are not sorted", "right[order]", "right"),
        edited(
            "accuracy_of_surest",
            "is sorted by itself",
            "right[order].double()",
            "right.double().sort(descending=True).values",
        ),
        Wrong(
            "0 images have no accuracy",
            "def accuracy_of_surest(confidence, right):\n"
            "    order = confidence.argsort(descending=True, stable=True)\n"
            "    parts = [right[order[:k]] for k in range(len(right))]\n"
            "    return torch.stack([part.double().mean() for part in parts])\n",
        ),
        Wrong(  # Only where some are equally sure.
            "raised RuntimeError",
            "def accuracy_of_surest(confidence, right):\n"
            "    table = dict(zip(confidence.tolist(), right.tolist()))\n"
            "    hits = torch.tensor([table[c] for c in sorted(table, reverse=True)]).double()\n"
            "    return hits.cumsum(dim=0) / torch.arange(1, len(right) + 1)\n",
        ),
        edited(
            "accuracy_of_surest",
            "divided by that of all images",
            "torch.arange(1, len(hits) + 1)",
            "len(hits)",
        ),
        edited(
            "accuracy_of_surest", "these are the numbers", " / torch.arange(1, len(hits) + 1)", ""
        ),
        edited(
            "accuracy_of_surest",
            "the first `k` is 1",
            "torch.arange(1, len(hits) + 1)",
            "torch.arange(len(hits))",
        ),
        edited(
            "accuracy_of_surest",
            "must stay in the order",
            "confidence.argsort(descending=True, stable=True)",
            "confidence.argsort(stable=True).flip(0)",
        ),
        edited("accuracy_of_surest", "shares of errors", "right[order]", "(~right)[order]"),
        edited(
            "accuracy_of_surest",
            "whole numbers divided by whole numbers",
            "right[order].double()",
            "right[order]",
        ),
    ],
}

RIGHT: dict[str, list[str]] = {
    "mean_f1": [
        (
            "def mean_f1(predicted, labels, classes):\n"
            "    total = 0\n"
            "    for k in range(classes):\n"
            "        right = ((predicted == k) & (labels == k)).sum().item()\n"
            "        wrong = ((predicted == k) != (labels == k)).sum().item()\n"
            "        if right:\n"
            "            total += 2 * right / (2 * right + wrong)\n"
            "    return total / classes\n"
        ),
        (
            "def mean_f1(predicted, labels, classes):\n"
            "    confusion = torch.zeros(classes, classes)\n"
            "    for p, y in zip(predicted.tolist(), labels.tolist()):\n"
            "        confusion[y, p] += 1\n"
            "    precision = (confusion.diag() / confusion.sum(0)).nan_to_num()\n"
            "    recall = (confusion.diag() / confusion.sum(1)).nan_to_num()\n"
            "    f1 = 2 * precision * recall / (precision + recall)\n"
            "    return f1.nan_to_num().mean().item()\n"
        ),
        (
            "def mean_f1(predicted, labels, classes):\n"
            "    one_hot = torch.nn.functional.one_hot\n"
            "    named, true = one_hot(predicted, classes), one_hot(labels, classes)\n"
            "    seen = named.sum(0) + true.sum(0)\n"
            "    return float((2 * (named * true).sum(0) / seen).where(seen > 0, 0.0).mean())\n"
        ),
    ],
    "difference_interval": [
        (
            "def difference_interval(first, second, labels, generator):\n"
            "    n, shape = len(labels), (2000, len(labels))\n"
            "    rows = (torch.rand(shape, generator=generator) * n).long()\n"
            "    a, b = ((x == labels)[rows].float().mean(1) for x in (first, second))\n"
            "    means = (a - b).sort().values.tolist()\n"
            "    return means[50], means[-51]\n"
        ),
        (
            "def difference_interval(first, second, labels, generator):\n"
            "    lead = (first == labels).int() - (second == labels).int()\n"
            "    weights = torch.ones(2000, len(lead))\n"
            "    rows = weights.multinomial(len(lead), replacement=True, generator=generator)\n"
            "    means = lead[rows].sum(1) / len(lead)\n"
            "    return means.quantile(0.025).item(), means.quantile(0.975).item()\n"
        ),
        (
            "def difference_interval(first, second, labels, generator):\n"
            "    lead, n = (first == labels).double() - (second == labels).double(), len(labels)\n"
            "    shares = torch.stack([(lead == k).double().mean() for k in (-1, 0, 1)])\n"
            "    drawn = shares.multinomial(2000 * n, replacement=True, generator=generator) - 1\n"
            "    means = drawn.reshape(n, 2000).double().mean(0)\n"
            "    return means.kthvalue(50).values.item(), means.kthvalue(1950).values.item()\n"
        ),
    ],
    "equal_bins": [
        (
            "def equal_bins(confidence, right, bins):\n"
            "    rows = sorted(zip(confidence.tolist(), right.tolist()), key=lambda row: row[0])\n"
            "    size, more = divmod(len(rows), bins)\n"
            "    means, start = [], 0\n"
            "    for k in range(bins):\n"
            "        part = rows[start : start + size + (k < more)]\n"
            "        start += len(part)\n"
            "        means.append([sum(column) / len(part) for column in zip(*part)])\n"
            "    return tuple(torch.tensor(means, dtype=confidence.dtype).unbind(1))\n"
        ),
        (
            "def equal_bins(confidence, right, bins):\n"
            "    order = confidence.sort(stable=True).indices\n"
            "    parts = order.tensor_split(bins)\n"
            "    number = torch.cat([torch.full((len(p),), k) for k, p in enumerate(parts)])\n"
            "    means = (\n"
            "        number.bincount(weights=x[order].double()) / number.bincount()\n"
            "        for x in (confidence, right)\n"
            "    )\n"
            "    return tuple(mean.to(confidence.dtype) for mean in means)\n"
        ),
        (
            "def equal_bins(confidence, right, bins):\n"
            "    order = torch.from_numpy(confidence.numpy().argsort(kind='stable'))\n"
            "    sure, hits = confidence.new_zeros(bins), confidence.new_zeros(bins)\n"
            "    for k, part in enumerate(order.tensor_split(bins)):\n"
            "        sure[k] = confidence[part].sum() / len(part)\n"
            "        hits[k] = right[part].sum() / len(part)\n"
            "    return sure, hits\n"
        ),
    ],
    "worst_slice": [
        (
            "def worst_slice(right, group, at_least):\n"
            "    best = None\n"
            "    for k in sorted(set(group.tolist())):\n"
            "        part = right[group == k]\n"
            "        if len(part) >= at_least:\n"
            "            share = part.float().mean().item()\n"
            "            if best is None or share < best[1]:\n"
            "                best = k, share\n"
            "    return best\n"
        ),
        (
            "def worst_slice(right, group, at_least):\n"
            "    numbers, place, counts = group.unique(return_inverse=True, return_counts=True)\n"
            "    wrong = torch.zeros(len(numbers)).index_add(0, place, (~right).float())\n"
            "    shares = torch.where(counts >= at_least, wrong / counts, -1.0)\n"
            "    worst = shares.argmax()\n"
            "    return numbers[worst].item(), 1 - shares[worst].item()\n"
        ),
        (
            "def worst_slice(right, group, at_least):\n"
            "    found = {}\n"
            "    for k, is_right in zip(group.tolist(), right.tolist()):\n"
            "        found.setdefault(k, []).append(is_right)\n"
            "    kept = [(sum(v) / len(v), k) for k, v in found.items() if len(v) >= at_least]\n"
            "    return min(kept)[::-1]\n"
        ),
    ],
    "accuracy_of_surest": [
        (
            "def accuracy_of_surest(confidence, right):\n"
            "    order = (-confidence).argsort(stable=True)\n"
            "    parts = [right[order[:k]] for k in range(1, len(right) + 1)]\n"
            "    return torch.stack([part.double().mean() for part in parts])\n"
        ),
        (
            "def accuracy_of_surest(confidence, right):\n"
            "    pairs = list(zip(confidence.tolist(), right.tolist()))\n"
            "    pairs.sort(key=lambda pair: pair[0], reverse=True)\n"
            "    hits, shares = 0, []\n"
            "    for k, (_, is_right) in enumerate(pairs, 1):\n"
            "        hits += is_right\n"
            "        shares.append(hits / k)\n"
            "    return torch.tensor(shares, dtype=torch.float64)\n"
        ),
        (
            "def accuracy_of_surest(confidence, right):\n"
            "    order = confidence.sort(descending=True, stable=True).indices\n"
            "    below = torch.ones(len(right), len(right)).tril()\n"
            "    return ((below @ right[order].float()) / below.sum(1)).double()\n"
        ),
    ],
}
