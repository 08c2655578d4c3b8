"""Checks of the exported logger against PyTorch itself; prints one line a check that held."""
import copy
import csv
import io
import math
import os
import resource
import sys
import warnings

import torch
from torch import nn

import etalon_logger
from etalon_logger import RunLogger

FOLDER = sys.argv[1]
SINCE = ("updates", "lr_sum", "decay_sum", "lr_min", "lr_max", "lr_changes", "lr_jumps", "gradsq_sum", "buffer_dot_sum", "gradsq_min", "gradsq_max")
TEXTS = ("optimizer", "lr_jumps", "modules", "note")


def path(name):
    return os.path.join(FOLDER, name)


def rows(name):
    with open(path(name), encoding="utf-8", newline="") as lines:
        return [{key: value if key in TEXTS else float(value or "nan") for key, value in row.items()} for row in csv.DictReader(lines)]


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


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, weight_decay):
        super().__init__(params, {"lr": lr, "betas": (0.9, 0.99), "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                moment = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_((0.9 * moment + 0.1 * p.grad).sign(), alpha=-group["lr"])
                moment.mul_(0.99).add_(p.grad, alpha=0.01)


class Muon(torch.optim.Optimizer):
    def __init__(self, params, lr, weight_decay):
        super().__init__([p for p in params if p.dim() == 2], {"lr": lr, "momentum": 0.9, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                left, _, right = torch.linalg.svd(self.state[p].setdefault("momentum_buffer", torch.zeros_like(p)).lerp_(p.grad, 0.1), full_matrices=False)
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_(left @ right, alpha=-group["lr"])


def updates_of_their_own_size():
    """|U|^2 and <U, w> of AdamW, Adam, Lion and Muon against the weights before and after, in float64."""
    makes = {"AdamW": torch.optim.AdamW, "Adam": torch.optim.Adam, "amsgrad": lambda params, **numbers: torch.optim.AdamW(params, amsgrad=True, **numbers),
             "Lion": Lion, "Muon": Muon}
    for name, make in makes.items():
        net = model(double=True)
        optimizer = make(list(net.parameters()), lr=0.01, weight_decay=0.1)
        weight, seen = net[0].weight, []
        with RunLogger(net, optimizer, path(f"own-size-{name}.csv"), every=1):
            for t in range(12):
                optimizer.param_groups[0]["lr"] = 0.01 / (1 + t)
                before, rate = weight.detach().clone(), 0.01 / (1 + t)
                updates(net, optimizer, t, t + 1)
                kept = 1 if name == "Adam" else 1 - rate * 0.1
                u = (kept * before - weight.detach()) / rate
                seen.append((float((u * u).sum()), float((u * before).sum()), float(before.norm())))
                if t == 7:
                    with torch.no_grad():
                        weight.mul_(1.001)
        logged = rows(f"own-size-{name}.csv")
        assert [row["momentum"] for row in logged] == [0.9] * 12 and logged[0]["optimizer"] == type(optimizer).__name__
        assert "weight_decay 0.1 momentum 0.9: " in logged[0]["note"], logged[0]["note"]
        assert all(row["decoupled"] == (name != "Adam") for row in logged) and logged[3]["elements/0.weight"] == 48
        for t, (row, (square, dot, norm)) in enumerate(zip(logged, seen)):
            # What changes the weights after the update is Muon's update too, since nothing else says what that was.
            if t != 7 or name != "Muon":
                assert abs(row["update_sq/0.weight"] / square - 1) < 1e-7 and abs(row["update_dot/0.weight"] - dot) < 1e-7 * norm * math.sqrt(square), (name, t)
            assert math.isnan(row["residual/0.weight"]) if name == "Muon" else abs(row["residual/0.weight"] - (1.001 ** 2 - 1 if t == 7 else 0)) < 1e-9, (name, t)
        if name == "Lion":
            assert {row["update_sq/0.weight"] for row in logged} == {48.0}
        if name == "Muon":
            assert logged[0]["rows/0.weight"] == 8 and [key for key in logged[0] if key.startswith("rows/")][1:] == ["rows/0.weight", "rows/3.weight", "rows/6.weight"]
    raises(TypeError, "RMSprop", lambda: RunLogger(net, torch.optim.RMSprop(net.parameters()), path("x.csv")))
    net = model()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
    with RunLogger(net, optimizer, path("own-size-none.csv"), every=1):
        updates(net, optimizer, 0, 2)
        net[0].weight.grad = None
        optimizer.step()
    assert math.isnan(rows("own-size-none.csv")[2]["update_sq/0.weight"]) and rows("own-size-none.csv")[2]["residual/0.weight"] == 0


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
    assert header == ["step", "optimizer", "lr", "weight_decay", "momentum", "dampening", "nesterov"] + [
        "updates", "lr_sum", "decay_sum", "lr_min", "lr_max", "lr_changes", "lr_jumps", "norms_in_eval"] + [
        f"{key}/{name}" for name in groups for key in ("norm", "gradsq", "dot", "angle", "buffer_dot", "buffer_weight", "residual", "gradmax", "gradmean", "norm1", "gradsq_sum", "buffer_dot_sum", "group")] + [
        "gradsq/all", "gradsq_min/all", "gradsq_max/all", "modules", "note"], header
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


def largest_elements_and_normalizations_in_eval():
    """A clip of values shows as one largest element; eval() is counted, and a normalization without statistics is not."""
    torch.manual_seed(4)
    net = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Linear(8, 5), nn.BatchNorm1d(5, track_running_stats=False), nn.LayerNorm(5), nn.Linear(5, 2))
    optimizer = sgd(net)
    expected, sums = [], []
    with RunLogger(net, optimizer, path("eval.csv"), every=1):
        for t in range(6):
            net.train(t < 4)
            optimizer.zero_grad()
            net(torch.randn(16, 6, generator=torch.Generator().manual_seed(t))).square().mean().backward()
            if t % 2:
                nn.utils.clip_grad_value_(net.parameters(), 1e-3)
            expected.append([float(net[i].weight.grad.abs().max()) for i in (0, 2)])
            sums.append([float(net[i].weight.detach().double().abs().sum()) for i in (0, 2)])
            optimizer.step()
    read = rows("eval.csv")
    assert [row["norms_in_eval"] for row in read] == [0, 0, 0, 0, 1, 1], read
    assert [[row["gradmax/0.weight"], row["gradmax/2.weight"]] for row in read] == expected
    assert all(abs(row[f"norm1/{name}"] / value - 1) < 1e-12 for row, own in zip(read, sums)
               for name, value in zip(("0.weight", "2.weight", "scale_invariant"), (*own, sum(own))))
    assert all(row["gradmax/scale_invariant"] == max(own) for row, own in zip(read, expected))
    assert expected[1][0] == expected[3][1] == float(torch.tensor(1e-3))


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
        header = once.readline().decode().rstrip("\n").split(",")
        assert twice.readline() == (",".join(header) + "\n").encode()
        # Nobody kept what lies between the last row before the checkpoint and the checkpoint: updates 12, 13, 14.
        for one, two in zip(once.read().splitlines(), twice.read().splitlines()):
            if one.startswith(b"15,"):
                keys = [i for i, key in enumerate(header) if key in SINCE or key.split("/")[0] in SINCE]
                one, two = ([cell for i, cell in enumerate(line.split(b",")) if i not in keys] for line in (one, two))
            assert one == two
    assert rows("once.csv")[5]["updates"] == 3 and rows("twice.csv")[5]["updates"] == 0

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
    raises(TypeError, "Adagrad", lambda: RunLogger(net, torch.optim.Adagrad(net.parameters()), path("x.csv")))
    raises(ValueError, "does not update 0.weight", lambda: RunLogger(net, torch.optim.SGD(net[3].parameters(), lr=0.1), path("x.csv")))
    net[0].weight.full_tensor = lambda: None
    raises(ValueError, "0.weight: sharded", lambda: RunLogger(net, sgd(net), path("x.csv")))
    del net[0].weight.full_tensor
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


def intervals():
    """Between its rows a log has what a log of every update adds up to; the sums in float64 from the gradients themselves."""
    net = model(double=True)
    optimizer = torch.optim.SGD([{"params": net[0].parameters(), "lr": 0.02, "weight_decay": 1e-3}, {"params": [*net[1:].parameters()]}],
                                lr=0.05, momentum=0.9, weight_decay=5e-4)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: (t + 1) / 5 if t < 5 else 0.1 if t in (13, 14) else 1.0 if t < 18 else 0.5)
    every, first = [RunLogger(net, optimizer, path(f"interval{n}.csv"), every=n) for n in (1, 8)], net[0].weight
    plain = []
    for t in range(25):
        v = optimizer.state[first].get("momentum_buffer", torch.zeros_like(first)).clone() if first in optimizer.state else torch.zeros_like(first)
        rate = optimizer.param_groups[0]["lr"]
        updates(net, optimizer, t, t + 1)
        everything = sum(float(p.grad.square().sum()) for p in net.parameters())
        plain.append((rate, rate ** 2 * float(first.grad.square().sum()), rate ** 2 * float((v * first.grad).sum()), everything))
        scheduler.step()
    for logger in every:
        logger.close()
    fine, coarse = rows("interval1.csv"), rows("interval8.csv")
    assert [row["updates"] for row in coarse] == [0, 8, 8, 8] and [row["updates"] for row in fine] == [0] + [1] * 24
    assert [row["lr_jumps"] for row in coarse] == ["", "", f"13:{plain[12][0]!r}>{plain[13][0]!r};15:{plain[14][0]!r}>{plain[15][0]!r}", "18:0.02>0.01"], coarse
    assert [row["lr_changes"] for row in coarse] == [0, 4, 2, 1]
    for row, begin, end in zip(coarse[1:], (0, 8, 16), (8, 16, 24)):
        rates, squares, along, everything = zip(*plain[begin:end])
        assert abs(row["lr_sum"] - sum(rates)) < 1e-15 and abs(row["decay_sum/0.weight"] - 1e-3 * sum(rates)) < 1e-17
        assert abs(row["lr_sum/3.weight"] - 2.5 * sum(rates)) < 1e-15 and row["lr_min"] == min(*rates, plain[end][0]) and row["lr_max"] == max(*rates, plain[end][0])
        assert abs(row["gradsq_sum/0.weight"] / sum(squares) - 1) < 1e-12 and abs(row["buffer_dot_sum/0.weight"] - sum(along)) < 1e-12 * sum(map(abs, along))
        assert abs(row["gradsq_min/all"] / min(everything) - 1) < 1e-12 and abs(row["gradsq_max/all"] / max(everything) - 1) < 1e-12
        whole = sum(row[f"gradsq_sum/{name}"] for name in ("0.weight", "3.weight"))
        assert abs(row["gradsq_sum/scale_invariant"] / whole - 1) < 1e-14
    assert coarse[0]["group/0.weight"] == 0 and coarse[0]["group/3.weight"] == 1 and math.isnan(coarse[0]["group/scale_invariant"])
    assert coarse[0]["note"].startswith("group 0: lr 0.004 weight_decay 0.001 momentum 0.9: 2 parameters of 56 numbers: 0.weight 0.bias; group 1: lr 0.01 "), coarse[0]["note"]
    assert coarse[0]["modules"].startswith("0 Linear bias; 1 LayerNorm bias eps 1e-05; 3 Linear bias; ") and coarse[1]["modules"] == coarse[1]["note"] == ""


class Mixed(nn.Module):
    """Weights of many kinds, all logged; the last is left out."""

    def __init__(self):
        super().__init__()
        self.plain = nn.Parameter(torch.randn(3, 4))
        self.table = nn.Parameter(torch.randn(6, 2))
        self.waves = nn.Parameter(torch.randn(2, 2, dtype=torch.complex64))
        self.small = nn.Parameter(torch.randn(4, 4).half())
        self.rare = nn.Parameter(torch.randn(2, 5))
        self.last = nn.Parameter(torch.randn(2, 2))


def mixed(t, net):
    draws = torch.Generator().manual_seed(t)
    for p in net.parameters():
        p.grad = torch.randn(p.shape, generator=draws, dtype=torch.complex64 if p.is_complex() else torch.float32).to(p.dtype)
    net.table.grad = net.table.grad.to_sparse()
    net.small.grad = net.small.grad * 300
    if t % 2:
        net.rare.grad = None


def listened(action):
    """What an action says on standard error."""
    heard, sys.stderr = sys.stderr, io.StringIO()
    try:
        action()
        return sys.stderr.getvalue().splitlines()
    finally:
        sys.stderr = heard


def ends_no_training():
    """Gradients that cannot be read, and what happens to an optimizer between two updates."""
    torch.manual_seed(1)
    net = Mixed()
    twin = copy.deepcopy(net)
    trained = []
    said = []
    for each in (net, twin):
        optimizer = torch.optim.SGD(each.parameters(), lr=0.01)
        logger = RunLogger(each, optimizer, path("mixed.csv"), every=2) if each is net else None

        def train():
            for t in range(4):
                mixed(t, each)
                optimizer.step()
            optimizer.load_state_dict(optimizer.state_dict())
            optimizer.add_param_group({"params": [nn.Parameter(torch.ones(2))], "weight_decay": 0.1})
            for t in range(4, 8):
                mixed(t, each)
                optimizer.step()
            optimizer.param_groups[0]["params"] = [p for p in optimizer.param_groups[0]["params"] if p is not each.rare]
            for t in range(8, 12):
                mixed(t, each)
                optimizer.step()
            if logger:
                logger.close()

        said.append(listened(train))
        trained.append([p.detach().clone() for p in each.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*trained))
    assert [line.split(": ", 2)[1:] for line in said[0]] == [
        ["update 0", "table is no longer logged: its gradient is sparse"], ["update 0", "waves is no longer logged: it is complex"],
        ["update 4", "parameter group 1 was added after the logger was made; its weights are not logged, nor those of later ones"],
        ["update 8", "rare is no longer logged: the optimizer no longer has it"]], said[0]
    read = rows("mixed.csv")
    assert [row["step"] for row in read] == [0, 2, 4, 6, 8, 10]
    assert all(math.isnan(row["norm/table"]) and math.isnan(row["norm/waves"]) and row["norm/plain"] > 0 for row in read)
    assert all(row["gradsq/small"] > 65504 and abs(row["residual/plain"]) < 1e-6 and row["weight_decay"] == 0 for row in read)
    assert all(math.isfinite(row["gradsq_sum/small"]) and row["gradsq_sum/small"] > 1e-4 * before["gradsq/small"] for row, before in zip(read[1:], read))
    assert [row["norm/scale_invariant"] > 0 for row in read] == [True] * 4 + [False] * 2
    assert all(abs(row["gradsq_sum/rare"] / (1e-4 * before["gradsq/rare"]) - 1) < 1e-6 for row, before in zip(read[1:4], read))
    assert "table is no longer logged" in read[0]["note"] and "update 8" in read[4]["note"] and read[1]["note"] == ""


def full_disk():
    """A limit on the size of files is what a full disk is to a writer: a part of a line is taken, then nothing."""
    net = model()
    optimizer = sgd(net)
    logger = RunLogger(net, optimizer, path("full.csv"), every=1)
    updates(net, optimizer, 0, 3)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(path("full.csv")) + 100, old[1]))
    said = listened(lambda: updates(net, optimizer, 3, 8))
    with open(path("full.csv"), "rb") as file:
        whole = file.read().endswith(b"\n")
    resource.setrlimit(resource.RLIMIT_FSIZE, old)
    updates(net, optimizer, 8, 10)
    logger.close()
    assert len(said) == 1 and "a row could not be logged: OSError" in said[0], said
    assert whole
    read = rows("full.csv")
    assert [row["step"] for row in read] == [0, 1, 7, 8, 9] and [row["updates"] for row in read] == [0, 1, 1, 1, 1]
    assert "could not be logged" in read[2]["note"] and read[3]["note"] == ""

    net = model()
    optimizer = sgd(net)
    logger = RunLogger(net, optimizer, path("shut.csv"), every=1)
    logger._file.close()
    assert len(listened(lambda: updates(net, optimizer, 0, 5))) == 1
    heard, sys.stderr = sys.stderr, None
    try:
        updates(net, optimizer, 5, 6)
        logger.close()
    finally:
        sys.stderr = heard
    updates(net, optimizer, 6, 7)


def foreign_errors():
    """An error of the loop's own goes through, and leaves no row of an update that did not happen; one of the logger's does not go through."""
    net = model()
    optimizer = sgd(net)
    logger = RunLogger(net, optimizer, path("foreign.csv"), every=1)
    updates(net, optimizer, 0, 2)

    def fails():
        raise KeyError("mine")

    raises(KeyError, "mine", lambda: optimizer.step(fails))
    assert logger.step == 2
    optimizer.grad_scale = torch.tensor(1024.0)
    said = listened(lambda: updates(net, optimizer, 2, 4))
    del optimizer.grad_scale
    assert len(said) == 1 and "fused=False" in said[0], said
    measure = etalon_logger._squares

    def no_memory(_):
        raise RuntimeError("out of memory")

    etalon_logger._squares = no_memory
    said = listened(lambda: updates(net, optimizer, 4, 5))
    etalon_logger._squares = measure
    updates(net, optimizer, 5, 7)
    assert len(said) == 1 and "RuntimeError: out of memory" in said[0], said
    optimizer.param_groups[0]["lr"] = "fast"
    said = listened(lambda: raises(TypeError, "", optimizer.step))
    assert len(said) == 1 and "could not convert string to float" in said[0], said
    optimizer.param_groups[0]["lr"] = 0.05
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
    updates(net, optimizer, 7, 9)
    logger.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        updates(net, optimizer, 9, 11, scheduler)
    read = rows("foreign.csv")
    # Update 1 had no row yet when the closure failed, and took the sums of update 0 with it; 2 and 3 were scaled; the sums of update 4 are in row 5.
    assert [row["step"] for row in read] == [0, 4, 5, 6, 7, 8], [row["step"] for row in read]
    assert [row["updates"] for row in read] == [0, 1, 1, 1, 1, 1]
    assert [math.isfinite(row["gradsq_sum/0.weight"]) for row in read] == [True, True, False, True, True, True]
    assert logger.step == 11


for check in (columns, against_float64, small_angles, largest_elements_and_normalizations_in_eval, resumes, refusals, company, intervals, ends_no_training, full_disk, foreign_errors, updates_of_their_own_size):
    check()
    print(check.__name__)
