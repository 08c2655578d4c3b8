"""Runs the exported Keras classes of module m0 through a training of all its updates; prints what is set at each of them."""
import sys
from types import SimpleNamespace

import m0

rate = m0.LearningRate()
callback = m0.WeightDecayAndMomentum()
optimizer = SimpleNamespace(iterations=0, weight_decay=None, momentum=0.5)
callback.model = SimpleNamespace(optimizer=optimizer, run_eagerly=False)

if m0.VARIES:
    try:
        callback.on_train_begin()
        sys.exit("a compiled step was accepted, which would ignore what changes")
    except RuntimeError as error:
        assert "run_eagerly=True" in str(error)
    callback.model.run_eagerly = True

middle = m0.TOTAL_STEPS // 2
for begin, end in ((0, middle), (middle, m0.TOTAL_STEPS)):  # fit is called twice, as when resuming
    optimizer.iterations = begin
    callback.on_train_begin()
    for t in range(begin, end):
        callback.on_train_batch_begin(t - begin)
        print(t, float(rate(t)), optimizer.weight_decay, optimizer.momentum, sep=",")
        callback.on_train_batch_end(t - begin)

assert rate.get_config() == {}
without_momentum = SimpleNamespace(iterations=0, weight_decay=None)
callback.model.optimizer = without_momentum
callback.on_train_begin()
assert not hasattr(without_momentum, "momentum") and without_momentum.weight_decay == m0.values(0)[1]
