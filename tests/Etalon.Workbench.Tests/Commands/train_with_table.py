"""Trains a small convolutional network in float64 by the tables of a recipe and of its equivalent, and prints how far apart the outputs come.

The convolutions follow the table under test, batch normalization's scales and shifts and the last layer that of the recipe. Printed: the largest
difference of an output relative to the largest output, for the equivalent, and for the recipe's rates with the equivalent's decay.
"""
import csv
import sys

import torch


def rows(file):
    with open(file, encoding="utf-8") as lines:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(lines)]


def network():
    torch.manual_seed(1)
    layers = [
        torch.nn.Conv2d(1, 6, 3, padding=1, bias=False), torch.nn.BatchNorm2d(6, eps=0.0), torch.nn.ReLU(),
        torch.nn.Conv2d(6, 8, 3, padding=1, bias=False), torch.nn.BatchNorm2d(8, eps=0.0), torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(8, 4),
    ]
    return torch.nn.Sequential(*layers).double()


def outputs(table, others):
    net = network()
    weights = [p for p in net.parameters() if p.dim() == 4]
    rest = [p for p in net.parameters() if p.dim() != 4]
    optimizer = torch.optim.SGD([{"params": weights}, {"params": rest}], lr=1.0, momentum=0.5)
    draws = torch.Generator().manual_seed(2)
    images = torch.randn(64, 1, 6, 6, generator=draws, dtype=torch.float64)
    labels = (images[:, 0, :3].mean((1, 2)) > 0).long() + 2 * (images[:, 0, :, :3].mean((1, 2)) > 0).long()
    for now, other in zip(table, others):
        for group, row in zip(optimizer.param_groups, (now, other)):
            group["lr"], group["weight_decay"], group["momentum"] = row["lr"], row["weight_decay"], row["momentum"]
        batch = torch.randperm(64, generator=draws)[:16]
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(images[batch]), labels[batch]).backward()
        optimizer.step()
    return net(images).detach()


recipe, equivalent = rows(sys.argv[1]), rows(sys.argv[2])
control = [dict(row, weight_decay=other["weight_decay"]) for row, other in zip(recipe, equivalent)]
own = outputs(recipe, recipe)
for table in (equivalent, control):
    print(float((outputs(table, recipe) - own).abs().max() / own.abs().max()))
