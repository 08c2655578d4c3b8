"""Checks of the exported logger against PyTorch itself; prints one line a check that held."""
import csv
import math
import os
import sys
import warnings

import torch
from torch import nn

from etalon_logger import RunLogger

FOLDER = sys.argv[1]


def path(name):
    return os.path.join(FOLDER, name)


def rows(name):
    with open(path(name), encoding="utf-8", newline="") as lines:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(lines)]


def model(double=False):
    torch.manual_seed(3)
    net = nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 5), nn.LayerNorm(5), nn.ReLU(), nn.Linear(5, 2))
    return net.double() if double else net


def updates(net, optimizer, first, last, scheduler=None, closure=False):
    for t in range(first, last):
        draws = torch.Generator().manual_seed(t)
        x = torch.randn(16, 6, generator=draws, dtype=next(net.parameters()).dtype)

        def loss():
            optimizer.zero_grad()
            value = net(x).square().mean()
            value.backward()
            return value

        if closure:
            optimizer.step(loss)
        else:
            loss()
            optimizer.step()
        if scheduler:
            scheduler.step()


def raises(kind, words, make):
    try:
        make()
    except kind as error:
        assert words in str(error), error
        return
    raise AssertionError(f"no {kind.__name__}")


def sgd(net, **options):
    return torch.optim.SGD(net.parameters(), **{"lr": 0.05, "momentum": 0.9, "weight_decay": 5e-4, **options})


def columns():
    net = model()
    optimizer = sgd(net)
    with RunLogger(net, optimizer, path("columns.csv"), every=4) as logger:
        updates(net, optimizer, 0, 10)
    assert logger.step == 10
    with open(path("columns.csv"), encoding="utf-8") as lines:
        header = lines.readline().rstrip("\n").split(",")
    groups = ["scale_invariant", "0.weight", "3.weight"]
    assert header == ["step", "lr", "weight_decay", "momentum"] + [
        f"{key}/{name}" for name in groups for key in ("norm", "gradsq", "dot", "angle", "buffer_dot", "residual")] + ["gradsq/all"], header
    assert [row["step"] for row in rows("columns.csv")] == [0, 4, 8]


def against_float64():
    """The same run in float64, from which everything is computed plainly: v by the rule, angles by atan2."""
    net = model(double=True)
    optimizer = sgd(net, nesterov=True)
    with RunLogger(net, optimizer, path("plain.csv"), every=1):
        w, v = net[0].weight, torch.zeros_like(net[0].weight)
        expected = []
        for t in range(30):
            before = w.detach().clone()
            updates(net, optimizer, t, t + 1)
            g = w.grad
            expected.append((before.norm(), g.norm() ** 2, (g * before).sum(), (v * g).sum(), before, w.detach().clone()))
            v = 0.9 * v + g + 5e-4 * before
    for row, (norm, gradsq, dot, along, old, new) in zip(rows("plain.csv"), expected):
        a, b = old / old.norm(), new / new.norm()
        angle = 2 * math.atan2((a - b).norm(), (a + b).norm())
        for key, value in (("norm", norm), ("gradsq", gradsq), ("dot", dot), ("buffer_dot", along), ("angle", angle)):
            assert abs(row[f"{key}/0.weight"] - value) <= 1e-9 * max(1e-3, abs(value)), (key, row[f"{key}/0.weight"], value)
        assert abs(row["residual/0.weight"]) < 1e-14


def small_angles():
    """Weights moved by a known turn, where the arccos of a product of directions would give 0 or noise."""
    # Storing 48 weights turns them by up to their rounding, 6e-8 or 1e-16, over the root of 3.
    for double, turn, tolerance in ((False, 1e-5, 5e-8), (False, 1e-6, 5e-8), (True, 1e-9, 1e-15)):
        net = model(double)
        optimizer = sgd(net, lr=0.0)
        w = net[0].weight
        with RunLogger(net, optimizer, path(f"turn{turn}.csv"), every=1, weights=[("w", w)]):
            updates(net, optimizer, 0, 1)
            with torch.no_grad():
                old = w.double()
                across = torch.randn(old.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
                across -= (across * old).sum() / (old * old).sum() * old
                w.copy_(old + turn * old.norm() * across / across.norm())
        measured = rows(f"turn{turn}.csv")[0]["angle/w"]
        assert abs(measured - turn) < tolerance, (turn, measured)


def resumes():
    def run(name, stop, resume):
        net = model()
        optimizer = sgd(net)
        logger = RunLogger(net, optimizer, path(name), every=3)
        updates(net, optimizer, 0, resume)
        state = [p.detach().clone() for p in net.parameters()], [optimizer.state[p]["momentum_buffer"].clone() for p in net.parameters()]
        updates(net, optimizer, resume, stop)
        logger.close()
        return net, state

    net = model()
    optimizer = sgd(net)
    with RunLogger(net, optimizer, path("once.csv"), every=3):
        updates(net, optimizer, 0, 30)

    net, (weights, buffers) = run("twice.csv", 23, 15)
    with open(path("twice.csv"), "a", encoding="utf-8") as torn:
        torn.write("24,0.05,0.0")
    optimizer = sgd(net)
    with torch.no_grad():
        for p, w, v in zip(net.parameters(), weights, buffers):
            p.copy_(w)
            optimizer.state[p]["momentum_buffer"] = v
    with RunLogger(net, optimizer, path("twice.csv"), every=3, step=15):
        updates(net, optimizer, 15, 30)
    with open(path("once.csv"), "rb") as once, open(path("twice.csv"), "rb") as twice:
        assert once.read() == twice.read()

    # A line that a crash tore is cut off too, whatever its step.
    with open(path("once.csv"), encoding="utf-8") as once, open(path("torn.csv"), "w", encoding="utf-8") as torn:
        torn.write(once.readline() + once.readline() + "3,0.05")
    with RunLogger(net, optimizer, path("torn.csv"), every=3, step=6):
        updates(net, optimizer, 6, 9)
    assert [row["step"] for row in rows("torn.csv")] == [0, 6]


def refusals():
    net = model()
    optimizer = sgd(net)
    RunLogger(net, optimizer, path("there.csv")).close()
    raises(FileExistsError, "step=N", lambda: RunLogger(net, optimizer, path("there.csv")))
    raises(ValueError, "other columns", lambda: RunLogger(net, optimizer, path("there.csv"), step=5, weights=[("w", net[0].weight)]))
    raises(TypeError, "AdamW", lambda: RunLogger(net, torch.optim.AdamW(net.parameters()), path("x.csv")))
    raises(ValueError, "does not update 0.weight", lambda: RunLogger(net, torch.optim.SGD(net[3].parameters(), lr=0.1), path("x.csv")))
    raises(ValueError, "no weights", lambda: RunLogger(nn.Linear(2, 2), sgd(net), path("x.csv")))
    assert not os.path.exists(path("x.csv"))


def company():
    """Schedulers before and after the logger, closures, a parameter group of its own; and nothing changes what is trained."""
    trained = []
    for kind in ("none", "after", "before", "closure"):
        net = model()
        weights = [p for p in net.parameters() if p.dim() == 2]
        others = [p for p in net.parameters() if p.dim() != 2]
        optimizer = torch.optim.SGD([{"params": weights, "weight_decay": 0.0}, {"params": others}], lr=0.05, momentum=0.9, weight_decay=5e-4)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if kind == "before":
                scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
            logger = RunLogger(net, optimizer, path(f"{kind}.csv"), every=1) if kind != "none" else None
            if kind != "before":
                scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
            updates(net, optimizer, 0, 12, scheduler, closure=kind == "closure")
        if logger:
            logger.close()
            read = rows(f"{kind}.csv")
            assert [row["lr"] for row in read] == [0.05] * 5 + [0.05 * 0.1] * 5 + [0.05 * 0.1 * 0.1] * 2
            assert all(row["weight_decay"] == 5e-4 and row["weight_decay/scale_invariant"] == 0 for row in read)
            assert max(abs(row["residual/0.weight"]) for row in read) < 1e-7
        trained.append([p.detach().clone() for p in net.parameters()])
    assert all(torch.equal(a, b) for other in trained[1:] for a, b in zip(trained[0], other))


for check in (columns, against_float64, small_angles, resumes, refusals, company):
    check()
    print(check.__name__)
