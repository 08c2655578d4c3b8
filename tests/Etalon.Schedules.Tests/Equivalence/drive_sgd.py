"""Runs the real torch.optim.SGD in float64 on a scale-invariant loss, once with the numbers of source.csv and once with those of target.csv and the
corrections of corrections.csv (step, weights in the buffer K, factor of the buffer: v <- factor (v - K w)), and prints the largest distance of the directions
over all steps; then the same with the source's decay merely dropped. Argument: the dampening.
"""
import csv
import sys

import torch

torch.set_default_dtype(torch.float64)
DAMPENING = float(sys.argv[1])
DIMENSION = 12


def read(name):
    with open(name) as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def loss(step, w):
    generator = torch.Generator().manual_seed(1000 + step)
    a, b = torch.randn(DIMENSION, DIMENSION, generator=generator), torch.randn(DIMENSION, generator=generator)
    u = w / w.norm()
    return u @ (a + a.T) @ u / 4 + b @ u


def run(rows, corrections=(), drop=False):
    w = torch.nn.Parameter(torch.randn(DIMENSION, generator=torch.Generator().manual_seed(7)))
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9, dampening=DAMPENING)
    directions = []
    for row in rows:
        for each in corrections:
            if each["step"] == row["step"]:
                state = optimizer.state[w]
                buffer = state.get("momentum_buffer")
                buffer = torch.zeros_like(w) if buffer is None else buffer
                state["momentum_buffer"] = each["factor"] * (buffer - each["share"] * w.detach())
        group = optimizer.param_groups[0]
        group.update(lr=row["lr"], momentum=row["momentum"], weight_decay=0.0 if drop else row["weight_decay"])
        optimizer.zero_grad()
        loss(int(row["step"]), w).backward()
        optimizer.step()
        directions.append((w / w.norm()).detach().clone())
    return directions


def distance(one, two):
    return max(float((x - y).norm()) for x, y in zip(one, two))


source = run(read("source.csv"))
print(distance(source, run(read("target.csv"), read("corrections.csv"))), distance(source, run(read("source.csv"), drop=True)))
