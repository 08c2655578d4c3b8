"""Trains the network of a recipe for the digits in PyTorch with the exported logger attached, whole and with one fault after the other.

    train_with_logger.py DIGITS.csv.gz FOLDER           writes FOLDER/whole.csv, FOLDER/no-decay.csv and so on, by SGD
    train_with_logger.py DIGITS.csv.gz FOLDER adamw     writes FOLDER/adamw.csv; so with the other optimizers

The network is Etalon's `cnn` of width 4: three stages of two 3x3 convolutions, each with batch normalization and ReLU, max pooling between the
stages, the mean, a linear head. Every image is moved by up to 4 pixels each way on black and mirrored or not, as `augment: crop-flip` does.
"""
import csv
import gzip
import sys

import torch
from torch import nn

from etalon_logger import RunLogger

MOMENTUM, DECAY, BATCH, WIDTH = 0.9, 5e-3, 32, 4


def read(file):
    with gzip.open(file, "rt") as lines:
        rows = torch.tensor([[float(value) for value in row] for row in csv.reader(lines)])
    training = torch.arange(len(rows)) % 5 != 0
    return rows[training, :64].view(-1, 8, 8), rows[training, 64].long()


def crop_and_flip(images, draws):
    n = len(images)
    dy, dx = (torch.randint(0, 9, (n, 1, 1), generator=draws) for _ in range(2))
    rows, columns = torch.arange(8).view(1, 8, 1) + dy, torch.arange(8).view(1, 1, 8) + dx
    columns = torch.where(torch.rand(n, 1, 1, generator=draws) < 0.5, columns.flip(2), columns)
    return nn.functional.pad(images, (4, 4, 4, 4))[torch.arange(n).view(n, 1, 1), rows, columns]


def network(last_is_bare):
    layers, channels = [], 1
    for stage in range(3):
        for i in range(2):
            width, is_bare = WIDTH << stage, last_is_bare and stage == 2 and i == 1
            layers += [nn.Conv2d(channels, width, 3, padding=1, bias=is_bare), nn.Identity() if is_bare else nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        if stage < 2:
            layers.append(nn.MaxPool2d(2))
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))
    for conv in (m for m in net if isinstance(m, nn.Conv2d)):
        nn.init.kaiming_normal_(conv.weight, mode="fan_out")
    return net


class Lion(torch.optim.Optimizer):
    """As its authors wrote it: the sign of a mean, decoupled decay."""

    def __init__(self, params, lr, weight_decay, betas=(0.9, 0.99)):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                (first, second), moment = group["betas"], self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(moment.clone().mul_(first).add(p.grad, alpha=1 - first).sign_(), alpha=-group["lr"])
                moment.mul_(second).add_(p.grad, alpha=1 - second)


class Muon(torch.optim.Optimizer):
    """Mean of gradients with orthogonal factors in the place of the singular values, by a decomposition; decoupled decay."""

    def __init__(self, params, lr, weight_decay, momentum=0.9):
        super().__init__([p for p in params if p.dim() == 4], {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                moment = self.state[p].setdefault("momentum_buffer", torch.zeros_like(p))
                moment.lerp_(p.grad, 1 - group["momentum"])
                left, _, right = torch.linalg.svd(moment.flatten(1), full_matrices=False)
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_((left @ right).view_as(p), alpha=-group["lr"])


class Both:
    """Muon for the convolutions and AdamW for the rest, as one loop steps them."""

    def __init__(self, net):
        self.muon = Muon(net.parameters(), lr=0.02, weight_decay=0.1)
        self.rest = torch.optim.AdamW([p for p in net.parameters() if p.dim() != 4], lr=0.01)

    def step(self):
        self.rest.step()
        self.muon.step()


def train_others(images, labels, log, make, updates, flat, fault=None):
    """At one rate for `flat` updates and then along a line to 0, by an optimizer whose updates have a size of their own."""
    torch.manual_seed(1)
    draws = torch.Generator().manual_seed(2)
    net = network(last_is_bare=False)
    optimizer = make(net)
    logged = optimizer.muon if isinstance(optimizer, Both) else optimizer
    peaks = [group["lr"] for group in logged.param_groups]
    batches = []
    with RunLogger(net, logged, log, every=5) as logger:
        for t in range(updates):
            for group, peak in zip(logged.param_groups, peaks):
                group["lr"] = peak * min(1, (updates - t) / (updates - flat)) if flat < updates else peak
            batches = batches or list(torch.randperm(len(images), generator=draws).split(BATCH))
            batch = batches.pop()
            net.zero_grad()
            pixels = (crop_and_flip(images[batch], draws) - images.mean()) / images.std(unbiased=False)
            nn.functional.cross_entropy(net(pixels.unsqueeze(1)), labels[batch], label_smoothing=0.1).backward()
            optimizer.step()
            if fault == "second-decay":
                with torch.no_grad():
                    for p in (p for p in net.parameters() if p.dim() == 4):
                        p.mul_(1 - 0.5 * logged.param_groups[0]["lr"] * logged.param_groups[0]["weight_decay"])
        assert logger.step == updates


def train(images, labels, log, phases, fault=None):
    torch.manual_seed(1)
    draws = torch.Generator().manual_seed(2)
    net = network(last_is_bare=fault == "bare-layer")
    convolutions = [p for p in net.parameters() if p.dim() == 4]
    rest = [p for p in net.parameters() if p.dim() != 4]
    groups = [{"params": convolutions, "weight_decay": 0.0 if fault == "no-decay" else DECAY}, {"params": rest}] if fault == "no-decay" else net.parameters()
    optimizer = torch.optim.SGD(groups, lr=1.0, momentum=MOMENTUM, weight_decay=DECAY)
    batches = []
    with RunLogger(net, optimizer, log, every=5) as logger:
        for updates, rate in phases:
            for group in optimizer.param_groups:
                group["lr"] = rate
            for _ in range(updates):
                batches = batches or list(torch.randperm(len(images), generator=draws).split(BATCH))
                batch = batches.pop()
                optimizer.zero_grad()
                pixels = (crop_and_flip(images[batch], draws) - images.mean()) / images.std(unbiased=False)
                nn.functional.cross_entropy(net(pixels.unsqueeze(1)), labels[batch]).backward()
                if fault == "clip":
                    nn.utils.clip_grad_norm_(net.parameters(), 0.3)
                optimizer.step()
                if fault == "second-decay":
                    with torch.no_grad():
                        for p in convolutions:
                            p.mul_(1 - 0.5 * rate * DECAY / (1 - MOMENTUM))
        assert logger.step == sum(updates for updates, _ in phases)


torch.set_num_threads(1)
digits = read(sys.argv[1])
# Rate times decay is 2e-3: two mixing units at one rate, and one on the way to 0.
ADAMW = {"lr": 0.01, "weight_decay": 0.2}
OTHERS = {
    "adamw": (lambda net: torch.optim.AdamW(net.parameters(), betas=(0.9, 0.95), **ADAMW), 2000, 1000),
    "adamw-second-decay": (lambda net: torch.optim.AdamW(net.parameters(), **ADAMW), 150, 150, "second-decay"),
    "adam-with-l2": (lambda net: torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=0.01), 400, 400),
    "lion": (lambda net: Lion(net.parameters(), lr=0.002, weight_decay=1.0), 800, 800),
    "muon": (Both, 800, 800),
}
if len(sys.argv) > 3:
    train_others(*digits, f"{sys.argv[2]}/{sys.argv[3]}.csv", *OTHERS[sys.argv[3]])
    sys.exit()
train(*digits, f"{sys.argv[2]}/whole.csv", [(900, 0.1), (800, 0.05)])
train(*digits, f"{sys.argv[2]}/no-decay.csv", [(200, 0.1)], "no-decay")
train(*digits, f"{sys.argv[2]}/clip.csv", [(200, 0.1)], "clip")
train(*digits, f"{sys.argv[2]}/bare-layer.csv", [(200, 0.1)], "bare-layer")
train(*digits, f"{sys.argv[2]}/second-decay.csv", [(200, 0.1)], "second-decay")
# A tenth of the rate: ln(9/0.05)/(4 L) is 2,600 updates.
train(*digits, f"{sys.argv[2]}/short-phase.csv", [(400, 0.1), (260, 0.01)])
