"""Drives the exported module m0 of an equivalent on a scale-invariant loss, with NumPy, and compares the directions of the weights with the recipe's own.

Arguments: optax or keras. The update rules are written out here: v = mu v + g + wd w, w = w - lr v for Optax, u = mu u - lr g, w = w + u - lr wd w for Keras.
Prints the largest distance of the two directions over the run, that of the recipe without its decay, and that of a start changed by rounding.
"""
import sys

import numpy

import m0

MATRIX = numpy.random.default_rng(1).normal(size=(6, 6))
MATRIX = MATRIX @ MATRIX.T / 20  # small enough for a run that does not amplify rounding
START = numpy.random.default_rng(2).normal(size=6)


class Variable:
    """What the module uses of keras.Variable."""

    def __init__(self, value):
        self.value = value

    def assign(self, value):
        self.value = value

    def __array__(self, dtype=None, copy=None):
        return self.value

    def __add__(self, other):
        return self.value + numpy.asarray(other)

    def __mul__(self, factor):
        return self.value * factor

    __rmul__ = __mul__


class Optimizer:
    momentum = 0.0


def gradient(w):
    """Of w M w / 2 |w|^2."""
    norm = numpy.linalg.norm(w)
    unit = w / norm
    return (MATRIX @ unit - (unit @ MATRIX @ unit) * unit) / norm


def recipe(factor, start=START):
    w, v = start.copy(), numpy.zeros(6)
    for t in range(m0.TOTAL_STEPS):
        lr, decay, mu = (float(x) for x in m0.values(numpy.int64(t), "rest"))
        v = mu * v + gradient(w) + factor * decay * w
        w = w - lr * v
        yield w / numpy.linalg.norm(w)


def optax():
    w, v = START.copy(), numpy.zeros(6)
    for t in range(m0.TOTAL_STEPS):
        [w], [v] = m0.before_update(numpy.int64(t), [w], [v])
        lr, decay, mu = (float(x) for x in m0.values(numpy.int64(t), "covered"))
        v = mu * v + gradient(w) + decay * w
        w = w - lr * v
        yield w / numpy.linalg.norm(w)


def keras():
    w, u, optimizer = Variable(START.copy()), Variable(numpy.zeros(6)), Optimizer()
    for t in range(m0.TOTAL_STEPS):
        m0.before_update(numpy.int64(t), [w], [u])
        m0.set_values(numpy.int64(t), {"covered": optimizer})
        assert optimizer.weight_decay == 0.0
        u.value = optimizer.momentum * u.value - optimizer.learning_rate * gradient(w.value)
        w.value = w.value + u.value
        yield w.value / numpy.linalg.norm(w.value)


own = list(recipe(1.0))
for other in ({"optax": optax, "keras": keras}[sys.argv[1]](), recipe(0.0), recipe(1.0, START * (1 + 1e-15 * numpy.arange(6)))):
    print(max(float(numpy.linalg.norm(a - b)) for a, b in zip(other, own)))
try:
    m0.before_update(numpy.int64(m0.TOTAL_STEPS), [], [])
    print("not refused")
except ValueError as error:
    assert f"the recipe has {m0.TOTAL_STEPS} updates" in str(error), error
