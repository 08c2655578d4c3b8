"""The exported logger for Optax beside the one for PyTorch: the same run, made by both in float64, must give the same columns.

    drive_optax_logger.py STANDINS FOLDER

JAX and Optax are stand-ins by NumPy; what moves the weights is the rule of Optax's sgd, add_decayed_weights, trace and scale in this order. Gradients
come from the real PyTorch. Writes FOLDER/torch.csv and FOLDER/optax.csv, and prints what holds.
"""
import csv
import os
import sys

sys.path.insert(0, sys.argv[1])

import numpy as np
import optax
import torch

import etalon_logger
import etalon_optax_logger

FOLDER = sys.argv[2]
UPDATES, EVERY = 60, 4
SHAPES = {"layer1/kernel": (5, 4), "layer2/kernel": (3, 5), "head/kernel": (2, 3)}
GENERATOR = torch.Generator().manual_seed(1)
START = {name: torch.randn(shape, generator=GENERATOR, dtype=torch.float64) for name, shape in SHAPES.items()}
BATCHES = torch.randn((UPDATES, 16, 4), generator=GENERATOR, dtype=torch.float64)


def values(t):
    return (0.1 if t < 30 else 0.01 * (1 + t % 3)), 0.05, 0.9


def loss(weights, batch):
    # Each row of outputs is divided by its norm, so that the first two weights are scale-invariant.
    x = batch
    for name in ("layer1/kernel", "layer2/kernel"):
        x = torch.tanh(x @ weights[name].T / weights[name].norm())
    return ((x @ weights["head/kernel"].T - 1) ** 2).mean()


def with_torch(nesterov):
    weights = {name: torch.nn.Parameter(start.clone()) for name, start in START.items()}
    optimizer = torch.optim.SGD(weights.values(), lr=0.1, momentum=0.9, nesterov=nesterov)
    logged = [(name, weights[name]) for name in list(SHAPES)[:2]]
    with etalon_logger.RunLogger(None, optimizer, os.path.join(FOLDER, "torch.csv"), every=EVERY, weights=logged):
        for t in range(UPDATES):
            for group in optimizer.param_groups:
                group["lr"], group["weight_decay"], group["momentum"] = values(t)
            optimizer.zero_grad()
            loss(weights, BATCHES[t]).backward()
            optimizer.step()


def nested(flat):
    tree = {}
    for name, value in flat.items():
        layer, kind = name.split("/")
        tree.setdefault(layer, {})[kind] = value
    return tree


def each(operation, *trees):
    return {key: each(operation, *(tree[key] for tree in trees)) if isinstance(trees[0][key], dict) else operation(*(tree[key] for tree in trees)) for key in trees[0]}


def sgd(nesterov):
    def init(params):
        return 0, optax.TraceState(each(np.zeros_like, params))

    def update(grads, state, params):
        t, before = state
        eta, decay, mu = values(t)
        decayed = each(lambda g, w: g + decay * w, grads, params)
        trace = each(lambda d, v: d + mu * v, decayed, before.trace)
        direction = each(lambda d, v: d + mu * v, decayed, trace) if nesterov else trace
        return each(lambda d: -eta * d, direction), (t + 1, optax.TraceState(trace))

    return optax.GradientTransformation(init, update)


def gradients(params, batch):
    weights = {name: torch.nn.Parameter(torch.from_numpy(params[name.split("/")[0]]["kernel"])) for name in SHAPES}
    loss(weights, batch).backward()
    return nested({name: weight.grad.numpy() for name, weight in weights.items()})


def with_optax(nesterov, stop=None):
    path = os.path.join(FOLDER, "optax.csv")
    params = nested({name: start.numpy().copy() for name, start in START.items()})
    logger = etalon_optax_logger.RunLogger(path, params, list(SHAPES)[:2], every=EVERY, nesterov=nesterov)
    optimizer = logger.around(sgd(nesterov), values)
    state = optimizer.init(params)
    for t in range(UPDATES):
        if t == stop:
            # A row that the checkpoint does not know, and a line that a crash tore.
            logger.close()
            with open(path, "ab") as file:
                file.write(b"%d,torn" % t)
            logger = etalon_optax_logger.RunLogger(path, params, list(SHAPES)[:2], every=EVERY, step=t, nesterov=nesterov)
        moved, state = optimizer.update(gradients(params, BATCHES[t]), state, params)
        params = each(np.add, params, moved)
        logger.write(state)
    logger.close()


def rows(name):
    with open(os.path.join(FOLDER, name)) as file:
        return list(csv.DictReader(file))


def compare(nesterov, stop=None):
    for name in ("torch.csv", "optax.csv"):
        if os.path.exists(os.path.join(FOLDER, name)):
            os.remove(os.path.join(FOLDER, name))
    with_torch(nesterov)
    with_optax(nesterov, stop)
    theirs, ours = rows("torch.csv"), rows("optax.csv")
    assert len(theirs) == len(ours) == UPDATES // EVERY, (len(theirs), len(ours))
    compared = 0
    for a, b in zip(theirs, ours):
        for column, value in b.items():
            if column == "optimizer":
                continue
            expected = a[column]
            if "" in (value, expected):
                assert value == expected, (a["step"], column, value, expected)
                continue
            x, y = float(value), float(expected)
            # A residual is rounding, and so are the products of g with the weights that it is normal to.
            scale = 1.0 if column.startswith(("residual", "dot", "buffer_dot", "buffer_weight")) else abs(y)
            assert abs(x - y) <= 1e-11 * scale, (a["step"], column, x, y)
            compared += 1
    assert compared > 15 * 30, compared


compare(nesterov=False)
print("columns")
compare(nesterov=True)
print("nesterov")
compare(nesterov=False, stop=22)
print("resumes")

PARAMS = nested({name: start.numpy() for name, start in START.items()})
refused = 0
for arguments in ({"weights": []}, {"weights": ["layer9/kernel"]}, {"weights": ["layer1/kernel"] * 2}, {"weights": ["layer1/kernel"], "every": 0}):
    try:
        etalon_optax_logger.RunLogger(os.path.join(FOLDER, "refused.csv"), PARAMS, **arguments)
    except ValueError as error:
        assert ":" in str(error), error
        refused += 1
assert refused == 4 and not os.path.exists(os.path.join(FOLDER, "refused.csv"))
try:
    etalon_optax_logger.RunLogger(os.path.join(FOLDER, "optax.csv"), PARAMS, ["layer1/kernel"])
    raise AssertionError("an existing log was overwritten")
except FileExistsError as error:
    assert "step=N" in str(error)
print("refusals")
