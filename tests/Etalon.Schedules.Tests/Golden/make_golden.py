"""Writes the tables of this folder with PyTorch's own schedulers: python3 make_golden.py (made with torch 1.13.1).

Each table has the header `step,lr` (OneCycleLR: `step,lr,momentum`), one row a step: the values a training loop sees at that update.
The last ones show what PyTorch itself gets wrong.
"""
import csv
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler as s

warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).parent


def write_rows(name, rows, header=("step", "lr")):
    with open(here / f"{name}.csv", "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)


def sgd():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)


def write(name, make, steps, columns=("lr",)):
    optimizer = sgd()
    scheduler = make(optimizer)
    group = optimizer.param_groups[0]
    rows = ([step, *(repr(float(group[column])) for column in columns)] for step in range(steps) if step == 0 or advance(optimizer, scheduler))
    write_rows(name, rows, ("step", *columns))


def advance(optimizer, scheduler):
    optimizer.step()
    scheduler.step()
    return True


write("multi_step", lambda o: s.MultiStepLR(o, [30, 80, 81], 0.1), 120)
write("cosine", lambda o: s.CosineAnnealingLR(o, 100, eta_min=0.001), 101)
write("cosine_past_end", lambda o: s.CosineAnnealingLR(o, 20, eta_min=0), 61)
write("exponential", lambda o: s.ExponentialLR(o, 0.97), 200)
write("exponential_growing", lambda o: s.ExponentialLR(o, 1.05), 200)
write("linear", lambda o: s.LinearLR(o, 0.25, 1.0, 40), 60)
write("polynomial", lambda o: s.PolynomialLR(o, 50, 2.0), 50)
write("restarts", lambda o: s.CosineAnnealingWarmRestarts(o, 10, 1, eta_min=0.002), 65)
write("restarts_doubling", lambda o: s.CosineAnnealingWarmRestarts(o, 10, 2, eta_min=0.002), 200)
write("restarts_tripling", lambda o: s.CosineAnnealingWarmRestarts(o, 1, 3), 400)
for anneal in ("cos", "linear"):
    for phases in (False, True):
        write(f"one_cycle_{anneal}_{3 if phases else 2}", lambda o: s.OneCycleLR(
            o, 0.4, total_steps=97, pct_start=0.3, anneal_strategy=anneal, three_phase=phases), 97, columns=("lr", "momentum"))
for anneal in ("cos", "linear"):
    for rise, phases in ((1.0, False), (0.0, False), (0.0, True), (0.5, True)):
        write(f"one_cycle_{anneal}_{3 if phases else 2}_rise_{rise:g}", lambda o: s.OneCycleLR(
            o, 0.4, total_steps=12, pct_start=rise, anneal_strategy=anneal, three_phase=phases), 12, columns=("lr", "momentum"))
for mode in ("triangular", "triangular2"):
    write(f"cyclic_{mode}", lambda o: s.CyclicLR(o, 0.01, 0.1, step_size_up=15, mode=mode, cycle_momentum=False), 130)
write("sequential", lambda o: s.SequentialLR(
    o, [s.LinearLR(o, 0.1, 1.0, 10), s.CosineAnnealingLR(o, 40), ], [10]), 50)
write("sequential_milestone_0", lambda o: s.SequentialLR(
    o, [s.ConstantLR(o, 0.1, 100), s.ExponentialLR(o, 0.9)], [0]), 20)
write("sequential_three", lambda o: s.SequentialLR(
    o, [s.ConstantLR(o, 0.1, 100), s.ExponentialLR(o, 0.9), s.MultiStepLR(o, [5], 0.5)], [7, 20]), 40)


def write_asked(name, steps):
    """MultiStepLR.get_lr() asked at each step, which is not the rate that the step uses: https://github.com/pytorch/pytorch/issues/31828."""
    optimizer = sgd()
    scheduler = s.MultiStepLR(optimizer, [30, 80, 81], 0.1)
    write_rows(name, ([step, repr(float(scheduler.get_lr()[0]))] for step in range(steps) if step == 0 or advance(optimizer, scheduler)))


write_asked("multi_step_asked", 120)


def write_resumed(name, steps, stop):
    """SequentialLR built again at `last_epoch`, as users resume: https://github.com/pytorch/pytorch/issues/162591."""
    def make(o, last):
        warm = s.LinearLR(o, 0.1, 1.0, 10)
        return s.SequentialLR(o, [warm, s.CosineAnnealingLR(o, 40)], [10], last_epoch=last)

    optimizer = sgd()
    scheduler = make(optimizer, -1)
    for _ in range(stop):
        advance(optimizer, scheduler)
    again = sgd()
    again.load_state_dict(optimizer.state_dict())
    resumed = make(again, stop - 1)
    group = again.param_groups[0]
    write_rows(name, ([step, repr(float(group["lr"]))] for step in range(stop, steps) if step == stop or advance(again, resumed)))


write_resumed("sequential_resumed", 50, 20)
