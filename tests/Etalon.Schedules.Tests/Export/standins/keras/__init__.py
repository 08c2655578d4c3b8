"""What exported Keras modules use of Keras 3, from NumPy, for machines without Keras."""
from types import SimpleNamespace

from . import ops  # noqa: F401


class _LearningRateSchedule:
    pass


class _Callback:
    pass


saving = SimpleNamespace(register_keras_serializable=lambda package: lambda kind: kind)
optimizers = SimpleNamespace(schedules=SimpleNamespace(LearningRateSchedule=_LearningRateSchedule))
callbacks = SimpleNamespace(Callback=_Callback)
config = SimpleNamespace(floatx=lambda: "float64")
