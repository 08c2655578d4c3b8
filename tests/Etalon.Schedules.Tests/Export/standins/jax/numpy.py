"""What exported Optax modules use of jax.numpy, from NumPy, for machines without JAX."""
from numpy import *  # noqa: F403
from numpy import result_type as _result_type


def result_type(*kinds):
    return _result_type(*(dtype(kind) for kind in kinds))  # noqa: F405
from numpy import absolute as abs, amax as max  # noqa: F401  what a star leaves to Python's own
