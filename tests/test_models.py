"""Small networks, seeds for their layers, and what each layer gives."""

import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.functional import dropout, linear
from torch.testing import assert_close

from ptfund.models import MLP, layer_outputs, seeded

SIZES = st.integers(1, 6)


def samples(count: int = 7, features: int = 64) -> Tensor:
    """Return some samples, always the same ones."""
    return torch.randn(count, features, generator=torch.Generator().manual_seed(0))


def test_a_seed_fixes_what_layers_draw() -> None:
    """The numbers are those of torch.manual_seed; another seed gives others."""
    with seeded(3):
        ours = nn.Linear(4, 2)
    with seeded(4):
        other = nn.Linear(4, 2)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        expected = nn.Linear(4, 2)
    assert_close(ours.weight, expected.weight, rtol=0, atol=0)
    assert not torch.equal(ours.weight, other.weight)


def test_a_seed_fixes_dropout() -> None:
    """It takes no generator either."""
    masks = []
    for seed in (0, 0, 1):
        with seeded(seed):
            masks.append(dropout(torch.ones(50), 0.5))
    assert torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[0], masks[2])


def test_the_global_generator_is_left_as_it_was() -> None:
    """Nothing outside the block notices."""
    state = torch.get_rng_state()
    with seeded(0):
        torch.rand(5)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_global_generator_is_left_as_it_was_after_an_error() -> None:
    """An error passes through, and the state is put back all the same."""
    state = torch.get_rng_state()
    with pytest.raises(RuntimeError, match="is invalid for input"), seeded(0):
        torch.rand(5).view(7)
    assert torch.equal(torch.get_rng_state(), state)


def test_seeds_nest() -> None:
    """After an inner block the outer one goes on where it was."""
    with seeded(0):
        expected = torch.rand(4)
    with seeded(0):
        first = torch.rand(2)
        with seeded(9):
            torch.rand(3)
        second = torch.rand(2)
    assert torch.equal(torch.cat([first, second]), expected)


def test_several_accelerators_bring_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyTorch counts them itself it warns that there are many."""
    monkeypatch.setattr(torch.random, "_fork_rng_warned_already", False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with seeded(0):
            torch.rand(1)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("seed", [0.5, "1", True, None])
def test_a_seed_is_a_whole_number(seed: object) -> None:
    """PyTorch would cut 0.5 down to 0 without a word."""
    with (
        pytest.raises(TypeError, match=f"seed must be a whole number, got {seed!r}"),
        seeded(seed),  # type: ignore[arg-type]
    ):
        pass


def test_a_seed_is_not_negative() -> None:
    """PyTorch would take -1 for the largest of all seeds."""
    with pytest.raises(ValueError, match="seed must be at least 0, got -1"), seeded(-1):
        pass


def test_the_network_is_linear_relu_linear() -> None:
    """By the formula, with its own four parameters."""
    with seeded(0):
        model = MLP(features=5, hidden=4, classes=3)
    x = samples(features=5)
    hidden = linear(x, model.hidden.weight, model.hidden.bias).clamp(min=0)
    expected = linear(hidden, model.output.weight, model.output.bias)
    assert_close(model(x), expected)
    assert model(x).min() < 0, "the scores are not cut off"


def test_the_network_starts_as_torch_does() -> None:
    """The layers are PyTorch's own, drawn in their order."""
    with seeded(1):
        model = MLP()
    with seeded(1):
        layers = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    assert_close(model(samples()), layers(samples()), rtol=0, atol=0)


def test_the_network_of_the_book_has_4810_parameters_under_these_names() -> None:
    """Files that later chapters save depend on the names."""
    shapes = {name: tuple(tensor.shape) for name, tensor in MLP().state_dict().items()}
    assert shapes == {
        "hidden.weight": (64, 64),
        "hidden.bias": (64,),
        "output.weight": (10, 64),
        "output.bias": (10,),
    }
    assert sum(parameter.numel() for parameter in MLP().parameters()) == 4810
    assert all(parameter.requires_grad for parameter in MLP().parameters())


@settings(deadline=None, max_examples=30)
@given(SIZES, SIZES, SIZES, SIZES)
def test_any_sizes_fit(count: int, features: int, hidden: int, classes: int) -> None:
    """One row of scores a sample, and hidden units by the argument of that name."""
    model = MLP(features=features, hidden=hidden, classes=classes)
    x = samples(count, features)
    assert model(x).shape == (count, classes)
    assert [tuple(output.shape) for _, output in layer_outputs(model, x)] == [
        (count, hidden),
        (count, classes),
    ]


def test_each_sample_is_judged_alone() -> None:
    """The other samples of a batch change nothing."""
    model = MLP()
    assert_close(model(samples())[3:4], model(samples()[3:4]))


@pytest.mark.parametrize("name", ["features", "hidden", "classes"])
def test_sizes_are_positive(name: str) -> None:
    """The message names the size."""
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        MLP(**{name: 0})


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("size", [2.0, "2", True])
def test_sizes_are_whole_numbers(size: object) -> None:
    """Said before a layer is made of them."""
    with pytest.raises(TypeError, match=f"hidden must be a whole number, got {size!r}"):
        MLP(hidden=size)  # type: ignore[arg-type]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(64,), (2, 63), (2, 8, 8), (2, 8, 64), (0, 63)])
def test_samples_have_the_features_of_the_network(shape: tuple[int, ...]) -> None:
    """A single sample, an image that was not flattened: the message says what came."""
    with pytest.raises(ValueError, match=r"x must have the shape \(samples, 64\), got ") as error:
        MLP()(torch.zeros(shape))
    assert str(error.value).endswith(str(shape))


def chain() -> nn.Sequential:
    """Return layers of several kinds, one inside another module."""
    with seeded(0):
        inner = nn.Sequential(nn.Linear(4, 3), nn.Tanh())
        return nn.Sequential(nn.Linear(6, 4), nn.ReLU(), inner, nn.Linear(3, 2))


def hooks(model: nn.Module) -> int:
    """Return how many forward hooks a model and its parts have."""
    # PyTorch has no public way to ask.
    return sum(len(vars(module)["_forward_hooks"]) for module in model.modules())


def test_outputs_are_those_of_a_forward_pass_by_hand() -> None:
    """Each layer, by its name, in the order of the calls; containers are left out."""
    model, x = chain(), samples(features=6)
    expected = {}
    for name in ("0", "1", "2.0", "2.1", "3"):
        x = model.get_submodule(name)(x)
        expected[name] = x.detach()
    found = layer_outputs(model, samples(features=6))
    assert [name for name, _ in found] == list(expected)
    for name, output in found:
        assert_close(output, expected[name])


def test_a_layer_that_is_called_twice_stands_twice() -> None:
    """And in the order of the calls, not of the definition."""

    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last, self.first, self.unused = nn.Tanh(), nn.ReLU(), nn.ReLU()

        def forward(self, x: Tensor) -> Tensor:
            return self.first(self.last(self.first(x)))  # type: ignore[no-any-return]

    names = [name for name, _ in layer_outputs(Twice(), samples())]
    assert names == ["first", "last", "first"]


def test_a_model_that_is_a_layer_has_no_name() -> None:
    """As in named_modules."""
    ((name, output),) = layer_outputs(nn.ReLU(), torch.tensor([-1.0, 2.0]))
    assert name == ""
    assert_close(output, torch.tensor([0.0, 2.0]))


def test_outputs_are_kept_as_the_layer_gave_them() -> None:
    """A later layer that works in place does not reach them."""
    (_, before), (_, after) = layer_outputs(
        nn.Sequential(nn.Identity(), nn.ReLU(inplace=True)), torch.tensor([-1.0, 2.0])
    )
    assert_close(before, torch.tensor([-1.0, 2.0]))
    assert_close(after, torch.tensor([0.0, 2.0]))


def test_looking_leaves_no_trace() -> None:
    """No gradient, no hook, and tracking is on again."""
    model, x = chain(), samples(features=6).requires_grad_()
    found = layer_outputs(model, x)
    assert not any(output.requires_grad for _, output in found)
    assert hooks(model) == 0
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("train", [True, False])
def test_the_mode_is_left_alone(train: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Dropout works in training only."""
    model = nn.Sequential(nn.Dropout(0.5)).train(train)
    ((_, output),) = layer_outputs(model, torch.ones(1, 50))
    assert (output == 0).any() == train
    assert model.training == train


def test_hooks_are_removed_after_an_error() -> None:
    """The error of the model passes through."""
    model = chain()
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        layer_outputs(model, samples(features=5))
    assert hooks(model) == 0


def test_a_layer_gives_one_tensor() -> None:
    """A recurrent one gives several, which one name cannot hold."""
    model = nn.Sequential(nn.LSTM(4, 3))
    expected = "the output of the layer '0' must be a tensor, got <class 'tuple'>"
    with pytest.raises(TypeError, match=expected):
        layer_outputs(model, samples(features=4))
