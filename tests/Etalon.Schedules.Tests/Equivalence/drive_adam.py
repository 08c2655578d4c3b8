"""Runs the real torch.optim.AdamW in float64 with the numbers of source.csv on a small normalized network, and torch.optim.Adam with those of target.csv
on its scale-invariant weights; in target.csv gradients are multiplied by the column gradient_factor. Gains, shifts and the head have an optimizer of their own,
the same on both sides. Prints the largest relative difference of the outputs on a fixed batch over all updates; then that of the source with its decay merely
dropped. Columns: lr, weight_decay, beta1, beta2, eps, gradient_factor.
"""
import csv

import torch

torch.set_default_dtype(torch.float64)


def read(name):
    with open(name) as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        widths = [12, 16, 16]
        self.linear = torch.nn.ModuleList(torch.nn.Linear(a, b, bias=False) for a, b in zip(widths, widths[1:]))
        self.gain = torch.nn.ParameterList(torch.nn.Parameter(torch.ones(b)) for b in widths[1:])
        self.shift = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(b)) for b in widths[1:])
        self.head = torch.nn.Linear(widths[-1], 5)

    def forward(self, x):
        for linear, gain, shift in zip(self.linear, self.gain, self.shift):
            x = linear(x)
            x = (x - x.mean(0)) / x.var(0, unbiased=False).sqrt()
            x = torch.tanh(x * gain + shift)
        return self.head(x)


def run(optimizer_class, rows, drop=False):
    torch.manual_seed(7)
    network = Network()
    invariant = [linear.weight for linear in network.linear]
    rest = [p for p in network.parameters() if all(p is not w for w in invariant)]
    optimizer = optimizer_class(invariant, lr=0.1, weight_decay=0.0, foreach=False)
    other = torch.optim.Adam(rest, lr=1e-3, foreach=False)
    probe = torch.randn(64, 12)
    outputs = []
    for row in rows:
        x, y = torch.randn(32, 12), torch.randint(5, (32,))
        optimizer.zero_grad()
        other.zero_grad()
        torch.nn.functional.cross_entropy(network(x), y).backward()
        for w in invariant:
            w.grad.mul_(row["gradient_factor"])
        optimizer.param_groups[0].update(
            lr=row["lr"], betas=(row["beta1"], row["beta2"]), eps=row["eps"], weight_decay=0.0 if drop else row["weight_decay"])
        optimizer.step()
        other.step()
        with torch.no_grad():
            outputs.append(network(probe))
    return outputs


def distance(one, two):
    return max(float((a - b).norm() / a.norm()) for a, b in zip(one, two))


source = run(torch.optim.AdamW, read("source.csv"))
print(distance(source, run(torch.optim.Adam, read("target.csv"))), distance(source, run(torch.optim.AdamW, read("source.csv"), drop=True)))
