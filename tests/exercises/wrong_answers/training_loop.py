"""Wrong answers to chapter 6's exercises, and right ones that are written otherwise."""

from tests.exercises.answers import Wrong, edited


def _left(says: str, *, softmax: bool = False, means: bool = False, drops: bool = False) -> Wrong:
    """Return `measured` with some of its bugs mended, and these left."""
    return Wrong(
        says,
        "def measured(model, batches):\n"
        "    mode = model.training\n"
        f"    model.train({'mode' if drops else 'False'})\n"
        "    with torch.no_grad():\n"
        f"        logits = [model(x){'.softmax(dim=1)' if softmax else ''} for x, _ in batches]\n"
        "    losses = [F.cross_entropy(z, y).item() for z, (_, y) in zip(logits, batches)]\n"
        f"    sizes = [{'1' if means else 'len(y)'} for _, y in batches]\n"
        "    model.train(mode)\n"
        "    return sum(loss * size for loss, size in zip(losses, sizes)) / sum(sizes)\n",
    )


_ACCUMULATED = """
def accumulated_epoch(model, optimizer, batches, accumulate):
    optimizer.zero_grad()
    for number, (x, y) in enumerate(batches, 1):
        first = (number - 1) // accumulate * accumulate
        size = sum(len(y) for _, y in batches[first : first + accumulate])
        (F.cross_entropy(model(x), y) * len(y) / size).backward()
        if number % accumulate == 0:
            optimizer.step()
            optimizer.zero_grad()
"""
_STEPS = """
def accumulated_epoch(model, optimizer, batches, accumulate):
    for first in range(0, len(batches), accumulate):
        group = batches[first : first + accumulate]
        optimizer.zero_grad()
        x, y = (torch.cat(part) for part in zip(*group))
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
"""
_ONE_BACKWARD = """
def accumulated_epoch(model, optimizer, batches, accumulate):
    for first in range(0, len(batches), accumulate):
        group = batches[first : first + accumulate]
        optimizer.zero_grad()
        loss = sum(F.cross_entropy(model(x), y, reduction="sum") for x, y in group)
        (loss / sum(len(y) for _, y in group)).backward()
        optimizer.step()
"""
_TOO_LATE = """
def accumulated_epoch(model, optimizer, batches, accumulate):
    for first in range(0, len(batches), accumulate):
        group = batches[first : first + accumulate]
        for x, y in group:
            loss = F.cross_entropy(model(x), y, reduction="sum")
            (loss / sum(len(y) for _, y in group)).backward()
        optimizer.step()
        optimizer.zero_grad()
"""
_ALL_AS_ONE = """
import torch


def clip_each(parameters, limit):
    parameters = [p for p in parameters if p.grad is not None]
    length = torch.cat([p.grad.flatten() for p in parameters] or [torch.zeros(1)]).norm()
    if length > limit:
        for p in parameters:
            p.grad *= limit / length
    return int(length > limit)
"""
_WALKED_TWICE = """
def clip_each(parameters, limit):
    for p in parameters:
        if p.grad is not None and p.grad.norm() > limit:
            p.grad *= limit / p.grad.norm()
    return sum(int(p.grad.norm() > 0.999 * limit) for p in parameters if p.grad is not None)
"""
_WAITS_IN_ALL = """
def last_epoch(losses, patience, least):
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        if best - loss > least:
            best = loss
        else:
            waited += 1
        if waited == patience:
            return epoch
    return len(losses)
"""
_FOLLOWS = """
def last_epoch(losses, patience, least):
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        waited = 0 if best - loss > least else waited + 1
        best = %s
        if waited == patience:
            return epoch
    return len(losses)
"""
_FIRST_WAITS = """
def last_epoch(losses, patience, least):
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses, 1):
        waited += 1
        if loss < best - least:
            best, waited = loss, 0
        if waited == patience:
            return epoch
    return len(losses)
"""
_NO_SECOND_EPOCH = """
def last_epoch(losses, patience, least):
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        waited += 1
        if best - loss > least:
            best, waited = loss, 0
        if waited == patience:
            break
    return epoch
"""
_BY_HAND = """
def snapshot(model, optimizer, generator):
    weights = [p.detach().clone() for p in model.parameters()]
    optimizer = copy.deepcopy(optimizer.state_dict())
    return {"w": weights, "o": optimizer, "g": generator.get_state(), "d": torch.get_rng_state()}


def restore(saved, model, optimizer, generator):
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), saved["w"]):
            parameter.copy_(value)
    optimizer.load_state_dict(copy.deepcopy(saved["o"]))
    generator.set_state(saved["g"])
    torch.set_rng_state(saved["d"])
"""

_IN_A_GLOBAL = """
LAST = {}


def snapshot(model, optimizer, generator):
    LAST["dropout"] = torch.get_rng_state()
    states = copy.deepcopy([model.state_dict(), optimizer.state_dict()])
    return {"states": states, "order": generator.get_state()}


def restore(saved, model, optimizer, generator):
    model.load_state_dict(saved["states"][0])
    optimizer.load_state_dict(copy.deepcopy(saved["states"][1]))
    generator.set_state(saved["order"])
    torch.set_rng_state(LAST["dropout"])
"""
_GENERATOR_ITSELF = """
def snapshot(model, optimizer, generator):
    states = copy.deepcopy([model.state_dict(), optimizer.state_dict()])
    return {"states": states, "order": generator, "dropout": torch.get_rng_state()}


def restore(saved, model, optimizer, generator):
    model.load_state_dict(saved["states"][0])
    optimizer.load_state_dict(copy.deepcopy(saved["states"][1]))
    generator.set_state(saved["order"].get_state())
    torch.set_rng_state(saved["dropout"])
"""
_COPY = "return copy.deepcopy(states | draws)"

WRONG = {
    "accumulated_epoch": [
        edited("accumulated_epoch", "added up undivided", "(loss * len(y) / size)", "loss"),
        edited("accumulated_epoch", "counts the same", "len(y) / size", "1 / accumulate"),
        edited("accumulated_epoch", "is 10 times that of its group", " / size)", ")"),
        edited(
            "accumulated_epoch",
            "only the last batch of a group counts",
            "            loss =",
            "            optimizer.zero_grad()\n            loss =",
        ),
        edited("accumulated_epoch", "by the group before", "        optimizer.zero_grad()\n", ""),
        Wrong("before the epoch", _TOO_LATE),
        edited(
            "accumulated_epoch",
            "finds no gradient",
            "        optimizer.step()",
            "        optimizer.zero_grad()\n        optimizer.step()",
        ),
        Wrong("no step for it", _ACCUMULATED),
        edited(
            "accumulated_epoch", "batches, 1) raised RuntimeError", "model(x)", "model(x.float())"
        ),
        edited(
            "accumulated_epoch",
            "a step after each batch",
            "        optimizer.step()",
            "            optimizer.step()",
        ),
        edited("accumulated_epoch", "got [5]", "        optimizer.step()", "    optimizer.step()"),
        edited("accumulated_epoch", "is never called", "        optimizer.step()", ""),
        Wrong("all samples of a group at once", _STEPS),
        Wrong("graphs of a whole group", _ONE_BACKWARD),
        # Right where all batches of a group are of one size.
        edited(
            "accumulated_epoch",
            "is 0.833 times that of its group",
            "sum(len(y) for _, y in group)",
            "len(group) * len(group[0][1])",
        ),
        edited(
            "accumulated_epoch",
            "the gradient of a step is not that of its group",
            "F.cross_entropy(model(x), y)",
            "F.cross_entropy(model(x).softmax(dim=1), y)",
        ),
        edited(
            "accumulated_epoch",
            "must be given each batch once",
            "        group = batches[first",
            "        group = batches[::-1][first",
        ),
        edited(
            "accumulated_epoch",
            "otherwise than by the steps of the optimizer",
            "        optimizer.step()",
            "        optimizer.step()\n        optimizer.param_groups[0]['params'][0].data *= 0.9",
        ),
        edited(
            "accumulated_epoch",
            "in eval mode",
            "    for first in",
            "    model.eval()\n    for first in",
        ),
        edited(
            "accumulated_epoch",
            "changes `batches`",
            "        optimizer.step()",
            "        optimizer.step()\n    batches.clear()",
        ),
    ],
    "clip_each": [
        edited("clip_each", "no gradient has changed", "gradient *=", "gradient = gradient *"),
        Wrong("one length is taken of all", _ALL_AS_ONE),
        edited(
            "clip_each",
            "'NoneType' object has no attribute 'norm'",
            "gradient is not None and ",
            "",
        ),
        edited(
            "clip_each",
            "each element is clipped by itself",
            "gradient *= limit / gradient.norm()",
            "gradient.clamp_(-limit, limit)",
        ),
        edited(
            "clip_each",
            "short gradients become longer",
            " and gradient.norm() > limit",
            "",
        ),
        edited("clip_each", "upside down", "limit / gradient.norm()", "gradient.norm() / limit"),
        edited("clip_each", "multiplied by the limit", "limit / gradient.norm()", "limit"),
        Wrong(
            "becomes nan",
            "def clip_each(parameters, limit):\n"
            "    too_long = 0\n"
            "    for p in (p for p in parameters if p.grad is not None):\n"
            "        length = p.grad.norm()\n"
            "        p.grad *= length.clamp(max=limit) / length\n"
            "        too_long += int(length > limit)\n"
            "    return too_long\n",
        ),
        edited("clip_each", "exactly the limit is counted", "norm() > limit", "norm() >= limit"),
        edited(
            "clip_each",
            "but all are counted",
            "            too_long += 1",
            "        too_long += gradient is not None",
        ),
        Wrong("can `parameters` be walked twice", _WALKED_TWICE),
        edited("clip_each", "has the length 1", "limit / gradient.norm()", "1 / gradient.norm()"),
        edited(
            "clip_each",
            "raised RuntimeError",
            "gradient *= limit",
            "parameter.grad = gradient.float() * limit",
        ),
        edited("clip_each", "it returned None", "    return too_long", ""),
        edited("clip_each", "changes the parameters", "gradient *=", "parameter.data *="),
        edited(
            "clip_each",
            "no gradient may go",
            "            gradient *= limit / gradient.norm()",
            "            parameter.grad = None",
        ),
        edited(
            "clip_each",
            "gradient [3] must be 2 at [1], got 8",
            "        gradient = parameter.grad",
            "        gradient = parameter.grad\n        if gradient is None:\n            break",
        ),
        Wrong(
            "and the root is missing",
            "def clip_each(parameters, limit):\n"
            "    too_long = 0\n"
            "    for p in (p for p in parameters if p.grad is not None):\n"
            "        length = p.grad.square().sum()\n"
            "        p.grad *= min(1, limit / max(length, 1e-9))\n"
            "        too_long += int(length > limit)\n"
            "    return too_long\n",
        ),
    ],
    "measured": [
        _left("one bug is left: `cross_entropy`", softmax=True),
        _left("one bug is left: a small batch", means=True),
        _left("one bug is left: dropout", drops=True),
        _left(
            "two bugs are left: `cross_entropy` takes logits, and is given probabilities, and a",
            softmax=True,
            means=True,
        ),
        _left("probabilities, and dropout", softmax=True, drops=True),
        _left("large one, and dropout", means=True, drops=True),
        _left("all three bugs", softmax=True, means=True, drops=True),
        edited("measured", "left in train mode", "model.train(mode)", "model.train()"),
        edited("measured", "left in eval mode", "    model.train(mode)\n", ""),
        edited(
            "measured",
            "means of batches are added up",
            'F.cross_entropy(model(x), y, reduction="sum")',
            "F.cross_entropy(model(x), y)",
        ),
        edited(
            "measured",
            "sets the mode of the model alone",
            "model.train(mode)",
            "model.training = mode",
        ),
        edited("measured", "divided by the number of batches", "/ samples", "/ len(batches)"),
        edited("measured", "builds a graph", "torch.no_grad()", "torch.enable_grad()"),
        edited(
            "measured",
            "changes the weights, their gradients",
            "model.eval()",
            "model.eval()\n    model.zero_grad()",
        ),
        edited("measured", "must return a float, got a tensor", ".item()", ""),
    ],
    "last_epoch": [
        Wrong("moves with each gain", _FOLLOWS % "min(best, loss)"),
        Wrong("that of the epoch before", _FOLLOWS % "loss"),
        Wrong("does not end the waiting", _WAITS_IN_ALL),
        Wrong("the first epoch is taken", _FIRST_WAITS),
        edited("last_epoch", "by exactly `least`", "loss < losses[best]", "loss <= losses[best]"),
        edited("last_epoch", "`least` changes nothing", "losses[best] - least", "losses[best]"),
        edited("last_epoch", "on which side", "[best] - least", "[best] + least"),
        edited("last_epoch", "as a share", "losses[best] - least", "losses[best] * (1 - least)"),
        edited("last_epoch", "one epoch too late", "== patience", "> patience"),
        edited("last_epoch", "one epoch too early", "epoch - best ==", "epoch - best + 1 >="),
        edited(
            "last_epoch",
            "counted from 1",
            "return epoch + 1\n    return len(losses)",
            "return epoch\n    return len(losses) - 1",
        ),
        edited(
            "last_epoch",
            "last_epoch([4, 3.992, 4.008], 1, 0) must return 3, got 2",
            "loss < losses[best] - least",
            "round(loss, 1) < round(losses[best] - least, 1)",
        ),
        Wrong("UnboundLocalError", _NO_SECOND_EPOCH),
        edited("last_epoch", "returned None", "    return len(losses)", "    return None"),
    ],
    "snapshot": [
        edited("snapshot", "does `state_dict` copy?", _COPY, "return states | draws"),
        edited(
            "snapshot",
            "does `state_dict` copy them?",
            _COPY,
            'states["model"] = copy.deepcopy(states["model"])\n    return states | draws',
        ),
        edited(
            "snapshot",
            "the velocities in the optimizer are not put back",
            '    optimizer.load_state_dict(copy.deepcopy(saved["optimizer"]))\n',
            "",
        ),
        edited(
            "snapshot",
            "serves only once",
            'copy.deepcopy(saved["optimizer"])',
            'saved["optimizer"]',
        ),
        edited(
            "snapshot", "come in another order", '    generator.set_state(saved["order"])\n', ""
        ),
        edited("snapshot", "global one", '    torch.set_rng_state(saved["dropout"])', ""),
        edited(
            "snapshot",
            "the weights are not put back",
            '    model.load_state_dict(saved["model"])\n',
            "",
        ),
        Wrong("these are not put back", _BY_HAND),
        Wrong("is in `saved` itself, and draws on", _GENERATOR_ITSELF),
        Wrong("when is it read?", _IN_A_GLOBAL),
        edited(
            "snapshot",
            "must return a dict, got a list",
            _COPY,
            "return list(copy.deepcopy(states | draws).values())",
        ),
        edited(
            "snapshot",
            "must only look at it",
            "    states =",
            "    torch.manual_seed(0)\n    states =",
        ),
        edited(
            "snapshot",
            "the next batches are not those",
            'generator.set_state(saved["order"])',
            "generator.manual_seed(0)",
        ),
        edited(
            "snapshot",
            "does the optimizer still hold its parameters",
            'load_state_dict(saved["model"])',
            'load_state_dict(copy.deepcopy(saved["model"]), assign=True)',
        ),
    ],
}

RIGHT: dict[str, list[str]] = {
    "accumulated_epoch": [
        # Divided once, before the step.
        """
def accumulated_epoch(model, optimizer, batches, accumulate):
    samples = 0
    model.zero_grad()
    for number, (x, y) in enumerate(batches, 1):
        F.cross_entropy(model(x), y, reduction="sum").backward()
        samples += len(y)
        if number % accumulate == 0 or number == len(batches):
            for parameter in model.parameters():
                parameter.grad /= samples
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
            samples = 0
""",
        # Gradients asked for, and put into `.grad`.
        """
def accumulated_epoch(model, optimizer, batches, accumulate):
    model.train()
    parameters = list(model.parameters())
    rest = list(batches)
    while rest:
        group, rest = rest[:accumulate], rest[accumulate:]
        sizes = torch.tensor([float(len(y)) for _, y in group])
        totals = [torch.zeros_like(p) for p in parameters]
        for (x, y), share in zip(group, (sizes / sizes.sum()).tolist()):
            logs = model(x).log_softmax(dim=1)
            loss = -logs[torch.arange(len(y)), y].mean()
            for total, g in zip(totals, torch.autograd.grad(share * loss, parameters)):
                total += g
        for p, total in zip(parameters, totals):
            p.grad = total
        optimizer.step()
    return "done"
""",
    ],
    "clip_each": [
        """
from torch.nn.utils import clip_grad_norm_


def clip_each(parameters, limit):
    return sum(
        int(clip_grad_norm_([p], limit) > limit) for p in parameters if p.grad is not None
    )
""",
        """
def clip_each(parameters, limit):
    count = 0
    for p in list(parameters):
        if p.grad is None:
            continue
        length = p.grad.double().square().sum().sqrt().item()
        p.grad = p.grad * min(1, limit / max(length, 1e-12))
        if length > limit:
            count = count + 1
    return count
""",
    ],
    "measured": [
        """
def measured(model, batches):
    was = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.inference_mode():
            x, y = (torch.cat(part) for part in zip(*batches))
            return F.cross_entropy(model(x), y).item()
    finally:
        for module, training in was.items():
            module.training = training
""",
        """
import copy


@torch.no_grad()
def measured(model, batches):
    model = copy.deepcopy(model).eval()
    losses = [F.nll_loss(model(x).softmax(1).log(), y, reduction="none") for x, y in batches]
    return float(torch.cat(losses).mean())
""",
    ],
    "last_epoch": [
        """
def last_epoch(losses, patience, least):
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(losses, 1):
        if best - loss > least:
            best, waited = loss, 0
            continue
        waited += 1
        if waited >= patience:
            break
    return epoch
""",
        """
def last_epoch(losses, patience, least):
    def stop(best):
        for epoch in range(best + 1, min(best + patience + 1, len(losses))):
            if losses[epoch] + least < losses[best]:
                return stop(epoch)
        return min(best + patience + 1, len(losses))

    return stop(0)
""",
    ],
    "snapshot": [
        # The model and the optimizer whole.
        """
def snapshot(model, optimizer, generator):
    model, optimizer = copy.deepcopy((model, optimizer))
    return {"all": (model, optimizer, generator.clone_state(), torch.get_rng_state())}


def restore(saved, model, optimizer, generator):
    old_model, old_optimizer, old_generator, state = saved["all"]
    model.load_state_dict(old_model.state_dict())
    optimizer.load_state_dict(copy.deepcopy(old_optimizer.state_dict()))
    generator.set_state(old_generator.get_state())
    torch.set_rng_state(state)
""",
        # As bytes.
        """
import io


def snapshot(model, optimizer, generator):
    file = io.BytesIO()
    draws = generator.get_state(), torch.get_rng_state()
    torch.save((model.state_dict(), optimizer.state_dict(), draws), file)
    return {"file": file}


def restore(saved, model, optimizer, generator):
    saved["file"].seek(0)
    weights, velocities, draws = torch.load(saved["file"], weights_only=True)
    model.load_state_dict(weights, assign=False)
    optimizer.load_state_dict(velocities)
    generator.set_state(draws[0])
    torch.set_rng_state(draws[1])
""",
    ],
}
