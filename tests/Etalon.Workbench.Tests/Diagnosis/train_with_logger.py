"""Trains the convolutional network of a digits recipe in PyTorch with the exported logger attached, whole or with one fault.

    train_with_logger.py DIGITS.csv.gz LOG.csv FAULT [PHASE...]

A PHASE is updates:rate:decay. The network is Etalon's `cnn` of width 8: three stages of two 3x3 convolutions, each with batch normalization and
ReLU, max pooling between the stages, the mean, a linear head.
"""
import csv
import gzip
import sys

import torch
from torch import nn

from etalon_logger import RunLogger

MOMENTUM, BATCH, WIDTH = 0.9, 64, 8


def read(file):
    with gzip.open(file, "rt") as lines:
        rows = torch.tensor([[float(value) for value in row] for row in csv.reader(lines)])
    training = torch.arange(len(rows)) % 5 != 0
    images, labels = rows[training, :64] / 16, rows[training, 64].long()
    return ((images - images.mean()) / images.std(unbiased=False)).view(-1, 1, 8, 8), labels


def network(bare_layer):
    layers, channels = [], 1
    for stage in range(3):
        for i in range(2):
            width, is_bare = WIDTH << stage, 2 * stage + i == bare_layer
            layers += [nn.Conv2d(channels, width, 3, padding=1, bias=is_bare), nn.Identity() if is_bare else nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        if stage < 2:
            layers.append(nn.MaxPool2d(2))
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))
    for conv in (m for m in net if isinstance(m, nn.Conv2d)):
        nn.init.kaiming_normal_(conv.weight, mode="fan_out")
    return net


def main(digits, log, fault, *phases):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    images, labels = read(digits)
    net = network(bare_layer=2 if fault == "bare-layer" else None)
    convolutions = [p for p in net.parameters() if p.dim() == 4]
    rest = [p for p in net.parameters() if p.dim() != 4]
    own = {"weight_decay": 0.0} if fault == "no-decay" else {}
    optimizer = torch.optim.SGD([{"params": convolutions, **own}, {"params": rest}] if own else net.parameters(), lr=1.0, momentum=MOMENTUM)
    draws = torch.Generator().manual_seed(2)
    with RunLogger(net, optimizer, log, every=5) as logger:
        batches = []
        for updates, rate, decay in (phase.split(":") for phase in phases):
            for group in optimizer.param_groups:
                group["lr"] = float(rate)
            optimizer.param_groups[-1]["weight_decay"] = float(decay)
            for _ in range(int(updates)):
                batches = batches or list(torch.randperm(len(images), generator=draws).split(BATCH))
                batch = batches.pop()
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(images[batch]), labels[batch]).backward()
                if fault == "clip":
                    nn.utils.clip_grad_norm_(net.parameters(), 0.02)
                optimizer.step()
                if fault == "extra-decay":
                    with torch.no_grad():
                        for p in convolutions:
                            p.mul_(1 - 0.5 * float(rate) * float(decay) / (1 - MOMENTUM))
        assert logger.step == sum(int(phase.split(":")[0]) for phase in phases)


main(*sys.argv[1:])
