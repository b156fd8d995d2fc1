"""Wrong answers to chapter 3's exercises, and right ones that were written in other ways."""

from tests.exercises.answers import Wrong, edited

WRONG = {
    "ImageRows": [
        edited("ImageRows", "rows are still squares", ".flatten()", ""),
        edited(
            "ImageRows", "only full ink is kept", "flatten() / 16", "flatten().floor_divide(16.0)"
        ),
        edited("ImageRows", "rows still go up to 16", " / 16", ".float()"),
        edited("ImageRows", "divided by 255", "/ 16", "/ 255"),
        edited("ImageRows", "own largest ink", "/ 16", "/ self.images[index].max()"),
        edited("ImageRows", "at [0], got 0.5385", "/ 16", "/ self.images.max()"),
        edited("ImageRows", "must have the dtype torch.float32, got", " / 16", ".double() / 16"),
        edited("ImageRows", "got an int", "self.labels[index]", "int(self.labels[index])"),
        edited("ImageRows", "[1] must be", "self.labels[index]", "self.labels[-1]"),
        edited("ImageRows", "must not be 8", "len(self.images)", "len(self.images[0])"),
        edited(
            "ImageRows",
            "as soon as the dataset is made",
            "self.images, self.labels = images, labels",
            "self.images, self.labels = images.float(), labels",
        ),
        edited(
            "ImageRows",
            "converts all images: take",
            "self.images[index].flatten() / 16",
            "(self.images.flatten(start_dim=1) / 16)[index]",
        ),
        edited(  # of two datasets, the later one has the images of both
            "ImageRows",
            "`len(dataset)` must not be 20",
            "self.images, self.labels = images, labels",
            "ImageRows.images, self.labels = images, labels",
        ),
        edited(  # right as long as each is asked for once
            "ImageRows",
            "at [0], got 1.312",
            "self.images[index].flatten() / 16, self.labels[index]",
            "self.images[index].mul_(3).flatten() / 48, self.labels[index]",
        ),
    ],
    "standardise": [
        edited(
            "standardise",
            "divides by nearly 0: it gives 3e+08",
            "torch.where(constant, 1, deviation)",
            "deviation + 1e-8",
        ),
        edited(
            "standardise", "gives nan or inf", "torch.where(constant, 1, deviation)", "deviation"
        ),
        Wrong(
            "`nan_to_num` makes",
            "def standardise(seen, unseen):\n"
            "    z = (unseen - seen.mean(dim=0)) / seen.std(dim=0, correction=0)\n"
            "    return z.nan_to_num()\n",
        ),
        Wrong(
            "becomes 0 in all unseen samples",
            "def standardise(seen, unseen):\n"
            "    z = (unseen - seen.mean(dim=0)) / seen.std(dim=0, correction=0)\n"
            "    return z.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)\n",
        ),
        edited(
            "standardise",
            "seen samples gives 3e+08",
            "torch.where(constant, 1, deviation)",
            "torch.where(deviation == 0, 1, deviation)",
        ),
        edited(
            "standardise",
            "varies by very little",
            "torch.where(constant, 1, deviation)",
            "torch.where(deviation < 1e-6, 1, deviation)",
        ),
        Wrong(
            "those of the unseen samples",
            "def standardise(seen, unseen):\n"
            "    deviation = unseen.std(dim=0, correction=0)\n"
            "    scale = torch.where(deviation == 0, 1, deviation)\n"
            "    return (unseen - unseen.mean(dim=0)) / scale\n",
        ),
        Wrong(
            "those of all samples",
            "def standardise(seen, unseen):\n"
            "    both = torch.cat([seen, unseen])\n"
            "    constant = (both == both[0]).all(dim=0)\n"
            "    scale = torch.where(constant, 1, both.std(dim=0, correction=0))\n"
            "    return (unseen - both.mean(dim=0)) / scale\n",
        ),
        edited("standardise", "see `correction=0`", "dim=0, correction=0", "dim=0"),
        edited("standardise", "by the variance", "seen.std", "seen.var"),
        Wrong(
            "share one mean",
            "def standardise(seen, unseen):\n"
            "    return (unseen - seen.mean()) / seen.std(correction=0)\n",
        ),
        edited("standardise", "shifted, but not scaled", ") / scale", ")"),
        edited(
            "standardise",
            "stays as it is",
            "(unseen - seen.mean(dim=0)) / scale",
            "(unseen - torch.where(constant, 0, seen.mean(dim=0))) / scale",
        ),
        edited(
            "standardise",
            "must have the dtype torch.float64",
            "(unseen - seen.mean(dim=0)) / scale",
            "((unseen - seen.mean(dim=0)) / scale).float()",
        ),
        Wrong(  # of float32, float64 makes no rounding error; of float64, it does
            "seen samples gives 1e+17",
            "def standardise(seen, unseen):\n"
            "    mean = seen.double().mean(dim=0)\n"
            "    deviation = seen.double().std(dim=0, correction=0)\n"
            "    z = (unseen - mean) / torch.where(deviation == 0, 1, deviation)\n"
            "    return z.to(seen.dtype)\n",
        ),
        edited(  # it looks at two samples only
            "standardise",
            "at [1, 2], got -1",
            "(seen == seen[0]).all(dim=0)",
            "seen[0] == seen[1 % len(seen)]",
        ),
    ],
    "collate_ragged": [
        edited("collate_ragged", "float32, whatever they were", ", dtype=rows[0].dtype", ""),
        edited(
            "collate_ragged",
            "counts what is not 0",
            "return padded, lengths",
            "return padded, (padded != 0).sum(dim=1)",
        ),
        edited(
            "collate_ragged",
            "zeros stand in front",
            "filled[: len(row)] = row",
            "filled[len(filled) - len(row) :] = row",
        ),
        Wrong(
            "cut to the shortest",
            "def collate_ragged(samples):\n"
            "    rows, labels = zip(*samples)\n"
            "    lengths = torch.tensor([len(row) for row in rows])\n"
            "    cut = torch.stack([row[: min(lengths)] for row in rows])\n"
            "    return cut, lengths, torch.stack(labels)\n",
        ),
        Wrong(
            "rows and columns are exchanged",
            "def collate_ragged(samples):\n"
            "    rows, labels = zip(*samples)\n"
            "    lengths = torch.tensor([len(row) for row in rows])\n"
            "    return torch.nn.utils.rnn.pad_sequence(rows), lengths, torch.stack(labels)\n",
        ),
        edited(
            "collate_ragged",
            "lengths and labels are exchanged",
            "lengths, torch.stack(labels)",
            "torch.stack(labels), lengths",
        ),
        edited("collate_ragged", "a plain tensor", "return padded", "return padded.to_sparse()"),
        edited("collate_ragged", "(4, 5), got (4, 64)", "int(lengths.max())", "64"),
        edited(
            "collate_ragged",
            "got a list",
            "return padded, lengths",
            "return padded, lengths.tolist()",
        ),
        edited("collate_ragged", "raised RuntimeError", "int(lengths.max())", "int(lengths[0])"),
    ],
    "leaked": [
        edited("leaked", "share any pixel", ".all(dim=2)", ".any(dim=2)"),
        edited("leaked", "equals all training images", ".any(dim=1)", ".all(dim=1)"),
        Wrong(
            "are exchanged",
            "def leaked(train, test):\n"
            "    same_pixels = (test[:, None] == train).flatten(start_dim=2)\n"
            "    return same_pixels.any(dim=2).all(dim=1).nonzero()[:, 0]\n",
        ),
        edited("leaked", "positions in `train`", ".any(dim=1)", ".any(dim=0)"),
        edited("leaked", "named twice", ".any(dim=1)", ""),
        edited("leaked", "got True or False", ".nonzero()[:, 0]", ""),
        edited("leaked", "(4,), got (4, 1)", ".nonzero()[:, 0]", ".nonzero()"),
        Wrong(
            "squares of `uint8` wrap",
            "def leaked(train, test):\n"
            "    squares = (test[:, None] - train) ** 2\n"
            "    return (squares.sum(dim=(2, 3)) == 0).any(dim=1).nonzero()[:, 0]\n",
        ),
        Wrong(
            "it must be the one in `test`",
            "import torch\n"
            "def leaked(train, test):\n"
            "    found = []\n"
            "    for image in test:\n"
            "        for position, other in enumerate(train):\n"
            "            if torch.equal(image, other):\n"
            "                found.append(position)\n"
            "                break\n"
            "    return torch.tensor(found, dtype=torch.int64)\n",
        ),
        Wrong(
            "images of equal sums",
            "def leaked(train, test):\n"
            "    differences = test[:, None].float() - train.float()\n"
            "    return (differences.sum(dim=(2, 3)) == 0).any(dim=1).nonzero()[:, 0]\n",
        ),
        Wrong(
            "`torch.tensor([])` is float32",
            "import torch\n"
            "def leaked(train, test):\n"
            "    known = [image.tolist() for image in train]\n"
            "    return torch.tensor([n for n, i in enumerate(test) if i.tolist() in known])\n",
        ),
        Wrong(
            "at its own position",
            "def leaked(train, test):\n"
            "    return (test == train).flatten(start_dim=1).all(dim=1).nonzero()[:, 0]\n",
        ),
        edited("leaked", "(1,), got ()", ".nonzero()[:, 0]", ".nonzero().squeeze()"),
        edited(  # nearly equal is not equal
            "leaked", "(1,), got (2,)", ".all(dim=2)", ".double().mean(dim=2) > 0.98"
        ),
    ],
    "split_by_group": [
        edited(
            "split_by_group",
            "a share of the groups",
            "tested.sum() >= share * len(groups)",
            "len(groups[tested].unique()) >= share * len(names)",
        ),
        Wrong(
            "draw whole groups, not samples",
            "def split_by_group(groups, share, generator):\n"
            "    order = torch.randperm(len(groups), generator=generator)\n"
            "    cut = round(share * len(groups))\n"
            "    return order[cut:], order[:cut]\n",
        ),
        edited(
            "split_by_group",
            "draws the groups [0, 5] every time",
            "generator=generator",
            "generator=torch.Generator().manual_seed(1)",
        ),
        edited("split_by_group", "asked twice", ", generator=generator", ""),
        edited(
            "split_by_group",
            "draws the groups [-9, 0] every time",
            "torch.randperm(len(names), generator=generator)",
            "range(len(names))",
        ),
        edited(  # the larger a group, the earlier
            "split_by_group",
            "whatever their size and number",
            "names = groups.unique()",
            "names = groups",
        ),
        edited(  # a random beginning, then one after the other
            "split_by_group",
            "[-9, 2] out of four",
            "torch.randperm(len(names), generator=generator)",
            "torch.arange(len(names)).roll(torch.randint(12, (1,), generator=generator).item())",
        ),
        edited("split_by_group", "would still hold the share", ">= share", "> share"),
        edited(
            "split_by_group",
            "is less than the share",
            "tested.sum() >= share * len(groups)",
            "(tested | (groups == names[place])).sum() > share * len(groups)",
        ),
        edited(
            "split_by_group",
            "the two parts are exchanged",
            "(~tested).nonzero()[:, 0], tested.nonzero()[:, 0]",
            "tested.nonzero()[:, 0], (~tested).nonzero()[:, 0]",
        ),
        edited(
            "split_by_group",
            "one dimension, got torch.bool of shape (16,)",
            "(~tested).nonzero()[:, 0], tested.nonzero()[:, 0]",
            "~tested, tested",
        ),
        edited(
            "split_by_group",
            "the groups themselves",
            "(~tested).nonzero()[:, 0], tested.nonzero()[:, 0]",
            "groups[~tested], groups[tested]",
        ),
        edited(
            "split_by_group",
            "a place among the groups",
            "groups == names[place]",
            "groups == place",
        ),
        edited(  # right as long as groups are numbers from 0 upwards
            "split_by_group",
            "draws [-9, 0] out of four",
            "names = groups.unique()",
            "names = torch.arange(int(groups.max()) + 1)",
        ),
        edited(
            "split_by_group",
            "each must be in one of the parts",
            "(~tested).nonzero()[:, 0], ",
            "(~tested).nonzero()[1:, 0], ",
        ),
        edited(
            "split_by_group",
            "got torch.float32 of shape",
            "(~tested).nonzero()[:, 0], ",
            "torch.tensor([n for n, t in enumerate(tested) if not t]), ",
        ),
        edited(
            "split_by_group",
            "must return a tuple, got a list",
            "return (~tested).nonzero()[:, 0], tested.nonzero()[:, 0]",
            "return [part.nonzero()[:, 0] for part in (~tested, tested)]",
        ),
    ],
}

RIGHT: dict[str, list[str]] = {
    "ImageRows": [
        (
            "class ImageRows:\n"
            "    def __init__(self, images, labels):\n"
            "        self.samples = list(zip(images, labels))\n"
            "    def __len__(self):\n"
            "        return len(self.samples)\n"
            "    def __getitem__(self, number):\n"
            "        image, label = self.samples[number]\n"
            "        return image.float().div_(16).reshape(-1), label.clone()\n"
        ),
        (
            "import torch\n"
            "class ImageRows(Dataset):\n"
            "    def __init__(self, images, labels):\n"
            "        self.rows = images.reshape(-1, 64).clone()\n"
            "        self.labels = labels.tolist()\n"
            "        self.full = torch.tensor(16.0)\n"
            "    def __len__(self):\n"
            "        return len(self.labels)\n"
            "    def __getitem__(self, index):\n"
            "        return self.rows[index] / self.full, torch.tensor(self.labels[index])\n"
        ),
        (
            "import torch\n"
            "class ImageRows(Dataset):\n"
            "    def __init__(self, images, labels):\n"
            "        self.both = torch.utils.data.TensorDataset(images, labels)\n"
            "    def __len__(self):\n"
            "        return len(self.both)\n"
            "    def __getitem__(self, index):\n"
            "        image, label = self.both[index]\n"
            "        inks = sum(image.tolist(), [])\n"
            "        return torch.tensor([ink / 16 for ink in inks]), label\n"
        ),
    ],
    "standardise": [
        (
            "def standardise(seen, unseen):\n"
            "    result = torch.empty_like(unseen)\n"
            "    for f in range(seen.shape[1]):\n"
            "        column = seen[:, f].double()\n"
            "        mean = column.sum() / len(column)\n"
            "        s = ((column - mean) ** 2).mean() ** 0.5\n"
            "        if column.max() == column.min():\n"
            "            s = 1.0\n"
            "        result[:, f] = (unseen[:, f].double() - mean) / s\n"
            "    return result\n"
        ),
        (
            "def standardise(seen, unseen):\n"
            "    mean = seen.mean(dim=0, keepdim=True)\n"
            "    shifted = unseen - mean\n"
            "    varies = (seen != seen[-1:]).any(dim=0)\n"
            "    shifted[:, varies] /= (seen - mean).square().mean(dim=0)[varies].sqrt()\n"
            "    return shifted\n"
        ),
        (
            "from ptfund.data import Standardizer\n"
            "def standardise(seen, unseen):\n"
            "    return Standardizer.fit(seen)(unseen)\n"
        ),
    ],
    "collate_ragged": [
        (
            "def collate_ragged(samples):\n"
            "    rows = [row for row, _ in samples]\n"
            "    padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)\n"
            "    lengths = torch.tensor(list(map(len, rows)))\n"
            "    return padded, lengths, torch.tensor([int(label) for _, label in samples])\n"
        ),
        (
            "def collate_ragged(samples):\n"
            "    longest = max(row.numel() for row, _ in samples)\n"
            "    rows, lengths, labels = [], [], []\n"
            "    for row, label in samples:\n"
            "        rows.append(torch.cat([row, row.new_zeros(longest - len(row))]))\n"
            "        lengths.append(torch.tensor(len(row)))\n"
            "        labels.append(label)\n"
            "    return torch.stack(rows), torch.stack(lengths), torch.stack(labels)\n"
        ),
        (
            "def collate_ragged(samples):\n"
            "    lengths = torch.tensor([row.shape[0] for row, _ in samples])\n"
            "    inside = torch.arange(int(lengths.max())) < lengths[:, None]\n"
            "    padded = torch.zeros(inside.shape, dtype=samples[0][0].dtype)\n"
            "    padded[inside] = torch.cat([row for row, _ in samples])\n"
            "    return padded, lengths, torch.stack([label for _, label in samples])\n"
        ),
    ],
    "leaked": [
        (
            "import torch\n"
            "def leaked(train, test):\n"
            "    seen = {bytes(image.flatten().tolist()) for image in train}\n"
            "    rows = test.flatten(1).tolist()\n"
            "    found = [n for n, row in enumerate(rows) if bytes(row) in seen]\n"
            "    return torch.tensor(found, dtype=torch.long)\n"
        ),
        (
            "import torch\n"
            "def leaked(train, test):\n"
            "    distances = torch.cdist(test.flatten(1).float(), train.flatten(1).float())\n"
            "    return torch.where(distances.amin(dim=1) == 0)[0]\n"
        ),
        (
            "import torch\n"
            "def leaked(train, test):\n"
            "    differs = (test[:, None] - train).flatten(2).sum(dim=2)\n"
            "    return (differs == 0).nonzero()[:, 0].unique()\n"
        ),
    ],
    "split_by_group": [
        (
            "def split_by_group(groups, share, generator):\n"
            "    names, sizes = groups.unique(return_counts=True)\n"
            "    order = torch.randperm(len(names), generator=generator)\n"
            "    before = sizes[order].cumsum(dim=0) - sizes[order]\n"
            "    drawn = names[order[before < share * len(groups)]]\n"
            "    tested = torch.isin(groups, drawn)\n"
            "    return torch.where(~tested)[0], torch.where(tested)[0]\n"
        ),
        (
            "def split_by_group(groups, share, generator):\n"
            "    names = sorted(set(groups.tolist()))\n"
            "    keys = torch.rand(len(names), generator=generator).tolist()\n"
            "    waiting = [name for _, name in sorted(zip(keys, names))]\n"
            "    test = []\n"
            "    while len(test) / len(groups) < share:\n"
            "        name = waiting.pop()\n"
            "        test += [n for n, group in enumerate(groups.tolist()) if group == name]\n"
            "    train = [n for n in range(len(groups)) if n not in test]\n"
            "    return torch.tensor(train, dtype=torch.int64), torch.tensor(test)\n"
        ),
        (
            "import random\n"
            "def split_by_group(groups, share, generator):\n"
            "    dice = random.Random(int(torch.randint(2**31, (), generator=generator)))\n"
            "    names = groups.unique().tolist()\n"
            "    dice.shuffle(names)\n"
            "    test = torch.zeros(0, dtype=torch.int64)\n"
            "    while len(test) < share * len(groups):\n"
            "        test = torch.cat([test, (groups == names.pop()).nonzero()[:, 0]])\n"
            "    others = torch.tensor(names, dtype=torch.int64)\n"
            "    train = torch.isin(groups, others).nonzero()[:, 0]\n"
            "    return train[torch.randperm(len(train))], test.flip(0)\n"
        ),
    ],
}
