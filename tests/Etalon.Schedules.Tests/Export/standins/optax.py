"""What exported modules use of Optax, for machines without it: a gradient transformation is a pair, and a trace keeps its buffers by that name."""
from typing import Any, Callable, NamedTuple


class GradientTransformation(NamedTuple):
    init: Callable
    update: Callable


class TraceState(NamedTuple):
    trace: Any
