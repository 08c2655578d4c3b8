"""Rates of PyTorch's own schedulers, a CSV each in the folder that is named: step,lr, with all digits, a row for each update of a run of 200."""
import csv
import os
import sys
import warnings

import torch
from torch.optim import lr_scheduler

FOLDER, T = sys.argv[1], 200
warnings.simplefilter("ignore")
SCHEDULERS = {
    "constant": lambda o: lr_scheduler.LambdaLR(o, lambda t: 1.0),
    "step": lambda o: lr_scheduler.StepLR(o, 60, 0.2),
    "multistep": lambda o: lr_scheduler.MultiStepLR(o, [100, 150], 0.1),
    "linear": lambda o: lr_scheduler.LinearLR(o, 1.0, 0.01, total_iters=T),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T, eta_min=1e-6),
    "cosine-inclusive": lambda o: lr_scheduler.CosineAnnealingLR(o, T - 1),
    "warm-restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 40),
    "growing-restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 29, T_mult=2, eta_min=1e-4),
    "one-cycle": lambda o: lr_scheduler.OneCycleLR(o, 0.4, total_steps=T),
    "one-cycle-linear": lambda o: lr_scheduler.OneCycleLR(o, 0.4, total_steps=T, pct_start=0.25, anneal_strategy="linear", div_factor=10),
    "polynomial": lambda o: lr_scheduler.PolynomialLR(o, T, power=0.9),
    "polynomial-to-rest": lambda o: lr_scheduler.PolynomialLR(o, 150, power=2.0),
    "warm-up-polynomial": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o, 0.1, 1.0, total_iters=20), lr_scheduler.PolynomialLR(o, T - 20, power=3.0)], milestones=[20]),
    "triangular": lambda o: lr_scheduler.CyclicLR(o, 0.001, 0.1, step_size_up=20),
    "triangular2": lambda o: lr_scheduler.CyclicLR(o, 0.001, 0.1, step_size_up=20, mode="triangular2"),
    "triangular-uneven": lambda o: lr_scheduler.CyclicLR(o, 0.002, 0.1, step_size_up=15, step_size_down=35),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, 0.97),
    "inverse-root": lambda o: lr_scheduler.LambdaLR(o, lambda t: (30 / (t + 30)) ** 0.5),
    "warm-up-inverse-root": lambda o: lr_scheduler.LambdaLR(o, lambda t: min((t + 1) / 25, (25 / (t + 1)) ** 0.5)),
    "warm-up-cosine": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o, 0.1, 1.0, total_iters=20), lr_scheduler.CosineAnnealingLR(o, T - 20)], milestones=[20]),
    "warm-up-restarts": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o, 0.05, 1.0, total_iters=20), lr_scheduler.CosineAnnealingWarmRestarts(o, 45)], milestones=[20]),
}
for name, make in SCHEDULERS.items():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    with open(os.path.join(FOLDER, f"{name}.csv"), "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["step", "lr"])
        for t in range(T):
            rows.writerow([t, repr(optimizer.param_groups[0]["lr"])])
            optimizer.step()
            scheduler.step()
print(" ".join(SCHEDULERS))
