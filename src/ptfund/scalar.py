"""Automatic differentiation of single numbers, small enough to be read in one sitting."""

import math
from collections.abc import Callable
from itertools import count
from typing import TypeAlias

from ptfund._guards import must, must_be

__all__ = ["Value"]

# A reader may pass 3 or 3.0; the run-time checks of the tests tell the two apart.
Number: TypeAlias = float | int
GradFn: TypeAlias = Callable[[float], tuple[float, ...]]

_clock = count()


class Value:
    """A number that remembers how it was computed, so that `backward` can differentiate it.

    Arithmetic with other values and with plain numbers (`+`, `-`, `*`, `/`, `**` with a
    plain exponent) and `exp` give new values, which together form the computed graph.
    All computing is done with Python's floats, which have the precision of `float64`.

    Examples:
        The slopes of an error that depends on two numbers:

        >>> w, b = Value(5.0), Value(-1.0)
        >>> loss = (w * 3 + b - 10) ** 2
        >>> loss.backward()
        >>> loss.data, w.grad, b.grad
        (16.0, 24.0, 8.0)

    References:
        Baydin et al., "Automatic Differentiation in Machine Learning: a Survey", 2018,
        section 3.2: the reverse mode.
    """

    data: float
    """The number."""
    grad: float
    """How fast the results of all calls of `backward` so far grow with this value, added up."""
    inputs: tuple["Value", ...]
    """The values that this one was computed from."""
    grad_fn: GradFn | None
    """The rule that hands an upstream gradient on to the inputs; None for a leaf."""
    created: int
    """Its place in the order in which all values were made."""

    def __init__(
        self, data: Number, inputs: tuple["Value", ...] = (), grad_fn: GradFn | None = None
    ) -> None:
        """Make a leaf from a number, or the result of an operation from all three.

        Args:
            data: The number itself.
            inputs: The values that it was computed from; none for a leaf.
            grad_fn: Given how fast the final result grows with this value (the upstream
                gradient), it returns how fast the result grows through it with each input,
                in their order. None for a leaf.

        Raises:
            TypeError: If `data` is not a number. The operators raise it for an operand that
                is neither a value nor a number.
            ValueError: If inputs come without `grad_fn`, or `grad_fn` without inputs.
        """
        if not isinstance(data, float | int):
            raise must_be("data", "a number", data)
        if bool(inputs) != (grad_fn is not None):
            raise must("inputs and grad_fn", "come together", (inputs, grad_fn))
        self.data = float(data)
        self.grad = 0.0
        self.inputs = inputs
        self.grad_fn = grad_fn
        self.created = next(_clock)

    def __repr__(self) -> str:
        """Return the number and its gradient as text."""
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other: "Value | Number") -> "Value":
        """Return the sum, which grows as fast as each of its inputs."""
        other = _as_value(other)
        return Value(self.data + other.data, (self, other), lambda upstream: (upstream, upstream))

    def __mul__(self, other: "Value | Number") -> "Value":
        """Return the product, which grows with each input as fast as the other one says."""
        other = _as_value(other)
        a, b = self.data, other.data
        return Value(a * b, (self, other), lambda upstream: (upstream * b, upstream * a))

    def __pow__(self, exponent: Number) -> "Value":
        """Return this value to the power of a plain number."""
        if not isinstance(exponent, float | int):
            raise must_be("exponent", "a number", exponent)
        a, n = self.data, float(exponent)
        if a < 0 and not n.is_integer():
            raise must("base", f"be at least 0 for the exponent {exponent}", a)
        if n == 0:
            return Value(1.0, (self,), lambda _: (0.0,))
        return Value(a**n, (self,), lambda upstream: (upstream * n * a ** (n - 1),))

    def exp(self) -> "Value":
        """Return e to the power of this value.

        Returns:
            A new value, with this one as its input.

        Raises:
            OverflowError: If the result is larger than any float.

        Examples:
            >>> x = Value(0.0)
            >>> y = x.exp()
            >>> y.backward()
            >>> y.data, x.grad
            (1.0, 1.0)
        """
        result = math.exp(self.data)
        return Value(result, (self,), lambda upstream: (upstream * result,))

    def __neg__(self) -> "Value":
        """Return the product with -1."""
        return self * -1

    def __sub__(self, other: "Value | Number") -> "Value":
        """Return the difference, as a sum."""
        return self + -_as_value(other)

    def __truediv__(self, other: "Value | Number") -> "Value":
        """Return the quotient, as a product."""
        return self * _as_value(other) ** -1

    def __radd__(self, other: Number) -> "Value":
        """Return the sum with a plain number on the left."""
        return self + other

    def __rmul__(self, other: Number) -> "Value":
        """Return the product with a plain number on the left."""
        return self * other

    def __rsub__(self, other: Number) -> "Value":
        """Return the difference from a plain number."""
        return _as_value(other) - self

    def __rtruediv__(self, other: Number) -> "Value":
        """Return a plain number divided by this value."""
        return _as_value(other) / self

    def backward(self) -> None:
        """Add to the `grad` of each value how fast this result grows with it.

        The graph is walked from the youngest value to the oldest. An input is always
        older than what was computed from it, so that each value has received all of its
        upstream gradient before it hands it on. There is no recursion: a graph may be
        deeper than Python's stack.

        Like `torch.Tensor.backward` it adds: a second call doubles what the first one
        left in `grad`. Unlike it, the values in between keep their gradients too, and
        the graph can be walked again.

        Examples:
            A value that is used twice receives the sum of both ways:

            >>> x = Value(3.0)
            >>> (x * x + x).backward()
            >>> x.grad
            7.0
        """
        reached, waiting = {self}, [self]
        while waiting:
            new = set(waiting.pop().inputs) - reached
            reached |= new
            waiting += new
        upstream = dict.fromkeys(reached, 0.0) | {self: 1.0}
        for value in sorted(reached, key=lambda value: value.created, reverse=True):
            value.grad += upstream[value]
            if value.grad_fn is not None:
                gradients = value.grad_fn(upstream[value])
                for source, gradient in zip(value.inputs, gradients, strict=True):
                    upstream[source] += gradient


def _as_value(operand: Value | Number) -> Value:
    if isinstance(operand, Value):
        return operand
    if not isinstance(operand, float | int):
        raise must_be("operand", "a Value or a number", operand)
    return Value(operand)
