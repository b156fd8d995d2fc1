"""Wrong answers to chapter 1's exercises."""

from tests.exercises.answers import Wrong, edited

WRONG = {
    "five_shapes": [
        edited("five_shapes", "what does `y` become", "[(6, 4), ", "[(4,), "),
        edited("five_shapes", "`x.mean(dim=1)` is not (4,)", "(6,), ", "(4,), "),
        edited("five_shapes", "`x[:, None] * x` is not (6, 4)", "(6, 6, 4)", "(6, 4)"),
        edited("five_shapes", "`x.T @ z` is not (6, 1)", "(4, 1)", "(6, 1)"),
        edited("five_shapes", "`z - z[:, 0]` is not (6, 1)", "(6, 6)]", "(6, 1)]"),
        edited("five_shapes", "got 6", "(6,), ", "6, "),
        edited("five_shapes", "must be 5 shapes", ", (6, 6)]", "]"),
    ],
    "one_hot": [
        edited("one_hot", "need a new dimension", "labels[:, None]", "labels"),
        edited(
            "one_hot",
            "rows and columns are exchanged",
            "labels[:, None] == torch.arange(classes)",
            "labels == torch.arange(classes)[:, None]",
        ),
        edited("one_hot", "got False and True", ".float()", ""),
        edited("one_hot", "got whole numbers", ".float()", ".long()"),
        edited("one_hot", "first class is number 0", "arange(classes)", "arange(1, classes + 1)"),
    ],
    "standardise_images": [
        Wrong(
            "must keep their dimensions",
            "def standardise_images(images):\n"
            "    return (images - images.mean(dim=(1, 2))) / images.std(dim=(1, 2))\n",
        ),
        Wrong(
            "share one mean and one deviation",
            "def standardise_images(images):\n    return (images - images.mean()) / images.std()\n",
        ),
        Wrong(
            "those of each pixel",
            "def standardise_images(images):\n"
            "    return (images - images.mean(0, keepdim=True)) / images.std(0, keepdim=True)\n",
        ),
        Wrong(
            "those of each column",
            "def standardise_images(images):\n"
            "    return (images - images.mean(1, keepdim=True)) / images.std(1, keepdim=True)\n",
        ),
        Wrong(
            "those of each row",
            "def standardise_images(images):\n"
            "    return (images - images.mean(2, keepdim=True)) / images.std(2, keepdim=True)\n",
        ),
        edited("standardise_images", "divided by the variance", "images.std", "images.var"),
        edited("standardise_images", "nothing is divided", " / deviations", ""),
        edited(
            "standardise_images",
            "and the deviation loses",
            "std(dim=(1, 2), keepdim=True",
            "std((1, 2)",
        ),
        edited(
            "standardise_images",
            "and the mean loses",
            "mean(dim=(1, 2), keepdim=True",
            "mean((1, 2)",
        ),
        edited("standardise_images", "needs parentheses", "(images - means)", "images - means"),
        edited(
            "standardise_images", "not that of `.std`", "images.std(", "images.std(correction=0, "
        ),
    ],
    "mean_squared_error": [
        edited("mean_squared_error", "compared with all targets", "targets[:, None]", "targets"),
        edited("mean_squared_error", "returns the sum", ".mean()", ".sum()"),
        edited(
            "mean_squared_error",
            "a number for each pair",
            "(predictions - targets[:, None]).square().mean()",
            "(predictions[:, 0] - targets).square()",
        ),
        edited("mean_squared_error", "with its distance", ".square()", ".abs()"),
        edited(
            "mean_squared_error",
            "only the means of both",
            "(predictions - targets[:, None]).square().mean()",
            "(predictions.mean() - targets.mean()).square()",
        ),
    ],
    "pairwise_distances": [
        edited("pairwise_distances", "the distance is nan", ".clamp(min=0)", ""),
        edited("pairwise_distances", "must be subtracted", "row - 2", "row + 2"),
        edited("pairwise_distances", "must be 0 at [0, 19], got 0.3162", "min=0", "min=0.1"),
        Wrong(
            "the sum over all rows",
            "def pairwise_distances(a, b):\n"
            "    return (a.square().sum() + b.square().sum() - 2 * a @ b.T).sqrt()\n",
        ),
        # It is right, and needs the memory that the exercise is about.
        Wrong(
            "a tensor of all differences",
            "def pairwise_distances(a, b):\n"
            "    return (a[:, None] - b).square().sum(dim=2).sqrt()\n",
        ),
        edited("pairwise_distances", "the dot product counts twice", "2 * a @ b.T", "a @ b.T"),
        edited(
            "pairwise_distances", "must become a column and a row", "dim=1, keepdim=True", "dim=1"
        ),
        edited("pairwise_distances", "the root is missing", ".sqrt()", ""),
    ],
}

RIGHT = {
    "five_shapes": ["def five_shapes():\n    return [(6, 4), (6,), (6, 6, 4), (4, 1), (6, 6)]\n"],
    "one_hot": [
        "def one_hot(labels, classes):\n    return torch.eye(classes)[labels]\n",
        (
            "def one_hot(labels, classes):\n"
            "    rows = torch.zeros(len(labels), classes)\n"
            "    rows[torch.arange(len(labels)), labels] = 1\n"
            "    return rows\n"
        ),
        (
            "def one_hot(labels, classes):\n"
            "    return torch.stack([(torch.arange(classes) == n) * 1.0 for n in labels])\n"
        ),
    ],
    "standardise_images": [
        (
            "def standardise_images(images):\n"
            "    rows = images.flatten(1)\n"
            "    mean, deviation = rows.mean(1), rows.double().std(1).float()\n"
            "    return (images - mean[:, None, None]) / deviation[:, None, None]\n"
        ),
    ],
    "mean_squared_error": [
        (
            "def mean_squared_error(predictions, targets):\n"
            "    return ((predictions.squeeze() - targets) ** 2).mean()\n"
        ),
        (
            "def mean_squared_error(predictions, targets):\n"
            "    return torch.nn.functional.mse_loss(predictions.flatten(), targets)\n"
        ),
    ],
    "pairwise_distances": [
        "def pairwise_distances(a, b):\n    return torch.cdist(a, b)\n",
        (
            "def pairwise_distances(a, b):\n"
            "    squares = (a * a).sum(1)[:, None] - 2 * (a @ b.T) + (b**2).sum(1)\n"
            "    squares[squares < 0] = 0\n"
            "    return squares**0.5\n"
        ),
        (
            "def pairwise_distances(a, b):\n"
            "    return torch.stack([(row - b).norm(dim=1) for row in a])\n"
        ),
    ],
}
