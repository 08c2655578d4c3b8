"""Trains small networks in PyTorch with one seeded fault each, watched by the exported logger at five intervals, for `etalon diagnose` to judge.

    PYTHONPATH=FOLDER_OF_etalon_logger.py faults.py FASHION_MNIST_FOLDER LOGS [--only TEXT] [--updates N] [--seeds N]

A cell is NETWORK-SCHEDULE-FAULT-SEED; LOGS/CELL/ gets every-1.csv, every-10.csv, ..., every-200.csv, all of the same run; recipe.yaml, what the
user meant to train; and cell.json: fault, what is wrong in words, and the losses. A cell that is there is skipped, and a cell is there as a whole
or not at all, so the script can be stopped and started again. `--only=-steps-` takes the cells whose name contains it; several such scripts may work side by side.
`--seeds 10` takes seeds 1 to 10; the grid is seeds 1 and 2, and `--only=-none-` of more of them is what margins are held against.
`--draw 3 --seed 31` takes of each fault three of the six pairs of network and schedule, which follow from the seed alone.

Data: Fashion-MNIST, the first 6,400 images, 2x2 pixels averaged: 14x14. Batches of 64, so an epoch has 100 updates; 10 epochs.
Networks: `resnet`, a stem and three blocks of two 3x3 convolutions with 8, 16 and 32 channels; `cnn`, six 3x3 convolutions of the same widths.
Batch normalization follows each convolution. The sound run: SGD, rate 0.1 after a warm-up of one epoch, weight decay 5e-3, momentum 0.9: the mixing
units of 20 epochs at 5e-4 and batch 128 on all 60,000 images. Faults whose names begin with "sound" are none: diagnose must be silent.
"""
import argparse
import copy
import gzip
import json
import math
import os
import random
import shutil
import sys
from collections import OrderedDict

import numpy
import torch
from torch import nn
from torch.nn import functional

from etalon_logger import RunLogger

RATE, MOMENTUM, DECAY, BATCH, IMAGES, EPOCHS, WARMUP = 0.1, 0.9, 5e-3, 64, 6400, 10, 1
MILESTONES = (5, 8)
UPDATES_PER_EPOCH = IMAGES // BATCH
INTERVALS = (1, 10, 20, 50, 200)
WIDTHS = (8, 16, 32)
SEEDS = 2
SCHEDULES = ("steps", "cosine", "constant")
# What comes in the middle of a run comes with this epoch; what would diverge otherwise has a tenth of the rate.
MIDDLE = 4
SLOW = ("rate-a-tenth", "eval-from-start", "eval-from-middle", "no-zero-grad", "zero-grad-of-four")
# A checkpoint of one update is loaded before another: between rows of every interval but 1, or where the rate of `steps` drops.
SAVED, RELOADED = {"reloaded": 305, "reloaded-at-drop": 400}, {"reloaded": 605, "reloaded-at-drop": MILESTONES[0] * UPDATES_PER_EPOCH}

FAULTS = {
    "none": "nothing",
    "l2-in-loss": "the loss has a term of half the decay times |w|^2 beside the optimizer's decay",
    "no-decay-convolutions": "the convolutions are in a parameter group without decay",
    "no-decay": "the optimizer was made without weight_decay",
    "decay-on-wrong-group": "biases and normalizations decay, weights do not",
    "scheduler-per-batch": "a schedule counted in epochs is stepped after each batch",
    "tiny-clip": "clip_grad_norm_ with 0.1",
    "global-clip": "clip_grad_norm_ with 1",
    "no-norm-last": "the convolutions of the last block have no normalization",
    "no-norm-middle": "the convolutions of the middle block have no normalization",
    "momentum-0": "the optimizer was made without momentum",
    "rate-a-tenth": "the rate is 0.01 instead of 0.1",
    "nesterov": "the updates are Nesterov's, the optimizer's numbers and so the log say heavy ball",
    "two-rates": "stem and the first two blocks are in a parameter group with a tenth of the rate",
    "bias-before-norm": "the convolutions have biases before their batch normalization",
    "bias-before-group-norm": "the convolutions have biases before a group normalization of four channels a group",
    "epsilon": "pixels are divided by 255 twice, so that the first normalization feels its epsilon",
    "eval-from-start": "the network is in eval(), so that batch normalization divides by numbers of its own and not by the batch's",
    "eval-from-middle": "the network is put in eval() after four epochs and never back in train()",
    "clip-value": "clip_grad_value_ with 0.003",
    "l1-in-loss": "the loss has a term of 0.001 |w|_1",
    "l2-from-middle": "the loss has a term of half the decay times |w|^2 from the fifth epoch on",
    "clip-per-tensor": "clip_grad_norm_ with 0.05 of each parameter alone",
    "no-zero-grad": "gradients are never set to zero",
    "zero-grad-of-four": "gradients are set to zero at every fourth update only",
    "reloaded": "a checkpoint of weights and optimizer is loaded again in the middle, while scheduler and count of updates go on",
    "reloaded-at-drop": "the same, of an epoch's end and before the update at which the rate drops",
    "centralized": "the mean of each filter is taken out of its gradient, as gradient centralization does",
    "micro-steps": "a log of its own with a row for each of four micro-batches, while the optimizer steps after the fourth",
    "sound-label-smoothing": "nothing: labels are smoothed by 0.1",
    "sound-mixup": "nothing: images and labels are mixed",
    "sound-accumulation": "nothing: the gradient is the mean over four micro-batches",
    "sound-nesterov": "nothing: Nesterov's momentum, and the log says so",
    "sound-dampening": "nothing: a dampening of 0.5, and the log says so",
    "sound-average": "nothing: an average of the weights is kept beside",
    "sound-standardized": "nothing: convolutions standardize their weights",
    "sound-channels-last": "nothing: weights and images are laid out with channels last",
    "sound-frozen": "nothing: the first convolution is frozen",
}


def read(folder):
    def idx(name, offset):
        with gzip.open(os.path.join(folder, name)) as file:
            return numpy.frombuffer(file.read(), numpy.uint8, offset=offset)

    images = torch.from_numpy(idx("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)[:IMAGES].astype(numpy.float32))
    return functional.avg_pool2d(images, 2), torch.from_numpy(idx("train-labels-idx1-ubyte.gz", 8)[:IMAGES].astype(numpy.int64))


class Standardized(nn.Conv2d):
    """A convolution with weights of mean 0 and standard deviation 1 in each filter."""

    def forward(self, x):
        deviation, mean = torch.std_mean(self.weight, (1, 2, 3), keepdim=True)
        return functional.conv2d(x, (self.weight - mean) / deviation, self.bias, self.stride, self.padding)


class Convolution(nn.Sequential):
    """A convolution and its normalization, which the fault may lack."""

    def __init__(self, inputs, outputs, size, stride, fault, block):
        bare = fault == ("no-norm-last" if block == 2 else "no-norm-middle" if block == 1 else "")
        norm = nn.Identity() if bare else nn.GroupNorm(outputs // 4, outputs) if fault == "bias-before-group-norm" else nn.BatchNorm2d(outputs)
        kind = Standardized if fault == "sound-standardized" else nn.Conv2d
        conv = kind(inputs, outputs, size, stride, size // 2, bias=bare or fault.startswith("bias-before"))
        super().__init__(OrderedDict(conv=conv, norm=norm))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, fault, block):
        super().__init__()
        self.conv1 = Convolution(inputs, outputs, 3, stride, fault, block)
        self.conv2 = Convolution(outputs, outputs, 3, 1, fault, block)
        self.shortcut = nn.Identity() if stride == 1 and inputs == outputs else Convolution(inputs, outputs, 1, stride, fault, block)

    def forward(self, x):
        return functional.relu(self.conv2(functional.relu(self.conv1(x))) + self.shortcut(x))


def resnet(fault):
    layers = OrderedDict(stem=Convolution(1, WIDTHS[0], 3, 1, fault, None), relu=nn.ReLU())
    for i, width in enumerate(WIDTHS):
        layers[f"block{i + 1}"] = Block(WIDTHS[max(i - 1, 0)], width, 1 if i == 0 else 2, fault, i)
    return layers


def cnn(fault):
    layers, inputs = OrderedDict(), 1
    for i, width in enumerate(WIDTHS):
        for j in (1, 2):
            layers[f"conv{i + 1}{j}"] = Convolution(inputs, width, 3, 1, fault, i)
            layers[f"relu{i + 1}{j}"] = nn.ReLU()
            inputs = width
        if i < len(WIDTHS) - 1:
            layers[f"pool{i + 1}"] = nn.MaxPool2d(2)
    return layers


NETWORKS = {"resnet": resnet, "cnn": cnn}


def network(name, fault):
    net = nn.Sequential(OrderedDict(**NETWORKS[name](fault), mean=nn.AdaptiveAvgPool2d(1), flat=nn.Flatten(), head=nn.Linear(WIDTHS[-1], 10)))
    for conv in (m for m in net.modules() if isinstance(m, nn.Conv2d)):
        nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
    if fault == "sound-frozen":
        next(net.parameters()).requires_grad_(False)
    return net.to(memory_format=torch.channels_last) if fault == "sound-channels-last" else net


def factor(schedule, t, unit):
    """The rate over its peak after t steps of the scheduler, of which an epoch has `unit`."""
    warmup, total = WARMUP * unit, EPOCHS * unit
    if t < warmup:
        return (t + 1) / (warmup + 1)
    if schedule == "steps":
        return 0.1 ** sum(t >= epoch * unit for epoch in MILESTONES)
    return 0.5 * (1 + math.cos(math.pi * (t - warmup) / (total - warmup))) if schedule == "cosine" else 1.0


def recipe(schedule):
    after = {"constant": f"constant: {{value: {RATE}}}", "steps": f"steps: {{start: {RATE}, at: [{', '.join(f'{e}ep' for e in MILESTONES)}], factor: 0.1}}",
             "cosine": f"cosine: {{from: {RATE}, to: 0}}"}[schedule]
    return (f"# What the user meant to train.\nduration: {EPOCHS}ep\nsteps_per_epoch: {UPDATES_PER_EPOCH}\nlearning_rate:\n"
            f"  - warmup: {{peak: {RATE}, for: {WARMUP}ep}}\n  - {after}\nweight_decay: {DECAY}\nmomentum: {MOMENTUM}\n")


def groups(net, fault):
    """The parameters as the optimizer gets them."""
    weights = [p for p in net.parameters() if p.dim() > 1]
    others = [p for p in net.parameters() if p.dim() <= 1]
    if fault == "no-decay-convolutions":
        convolutions = [p for p in weights if p.dim() == 4]
        return [{"params": convolutions, "weight_decay": 0.0}, {"params": [p for p in net.parameters() if p.dim() != 4]}]
    if fault == "decay-on-wrong-group":
        return [{"params": weights, "weight_decay": 0.0}, {"params": others}]
    if fault == "two-rates":
        # The last block of the ResNet, or the last two convolutions, and the head train at the full rate.
        last = {id(p) for m in net.modules() if isinstance(m, Convolution) and m.conv.out_channels == WIDTHS[-1] for p in m.parameters()}
        last |= {id(p) for p in net.head.parameters()}
        return [{"params": [p for p in net.parameters() if id(p) not in last], "lr": RATE / 10}, {"params": [p for p in net.parameters() if id(p) in last]}]
    return [{"params": list(net.parameters())}]


class SGD(torch.optim.SGD):
    """Makes Nesterov's updates while its parameter groups say heavy ball: what a log of wrong numbers looks like."""

    def step(self, closure=None):
        for group in self.param_groups:
            group["nesterov"] = True
        result = super().step(closure)
        for group in self.param_groups:
            group["nesterov"] = False
        return result


class MicroSteps:
    """A log as one writes it by hand: norm and gradient of each weight after each backward()."""

    def __init__(self, net, optimizer, folder):
        self.weights, self.optimizer, self.step = [(name, p) for name, p in net.named_parameters() if p.dim() == 4], optimizer, 0
        self.files = [open(os.path.join(folder, f"every-{every}.csv"), "w", encoding="utf-8") for every in INTERVALS]
        for file in self.files:
            file.write(",".join(["step,lr,weight_decay,momentum", *(f"{what}/{name}" for name, _ in self.weights for what in ("norm", "gradsq", "dot"))]) + "\n")

    def row(self):
        group, numbers = self.optimizer.param_groups[0], []
        for _, p in self.weights:
            w, g = p.detach().double().flatten(), p.grad.double().flatten()
            numbers += [w.norm().item(), g.dot(g).item(), g.dot(w).item()]
        for file, every in zip(self.files, INTERVALS):
            if self.step % every == 0:
                file.write(",".join(map(repr, [self.step, group["lr"], group["weight_decay"], group["momentum"], *numbers])) + "\n")
        self.step += 1

    def close(self):
        for file in self.files:
            file.close()


def objective(net, fault, images, labels, draws):
    """The loss of a batch."""
    if fault == "sound-label-smoothing":
        return functional.cross_entropy(net(images), labels, label_smoothing=0.1)
    if fault == "sound-mixup":
        share, other = torch.rand((), generator=draws).item(), torch.randperm(len(images), generator=draws)
        out = net(share * images + (1 - share) * images[other])
        return share * functional.cross_entropy(out, labels) + (1 - share) * functional.cross_entropy(out, labels[other])
    return functional.cross_entropy(net(images), labels)


def penalty(net, fault, epoch):
    """What the fault adds to the loss."""
    if fault == "l2-in-loss" or fault == "l2-from-middle" and epoch >= MIDDLE:
        return 0.5 * DECAY * sum(p.pow(2).sum() for p in net.parameters())
    return 1e-3 * sum(p.abs().sum() for p in net.parameters()) if fault == "l1-in-loss" else 0.0


def clip(net, fault):
    """Cuts the gradients as the fault does; their norm before."""
    if fault == "clip-per-tensor":
        for p in net.parameters():
            nn.utils.clip_grad_norm_([p], 0.05)
    if fault == "clip-value":
        nn.utils.clip_grad_value_(net.parameters(), 0.003)
    return float(nn.utils.clip_grad_norm_(net.parameters(), {"tiny-clip": 0.1, "global-clip": 1.0}.get(fault, math.inf)))


def train(cell, folder, images, labels, updates):
    name, schedule, fault, seed = cell
    torch.manual_seed(seed)
    draws = torch.Generator().manual_seed(1000 + seed)
    net = network(name, fault)
    optimizer = (SGD if fault == "nesterov" else torch.optim.SGD)(
        groups(net, fault), lr=RATE / 10 if fault in SLOW else RATE, momentum=0.0 if fault == "momentum-0" else MOMENTUM,
        weight_decay=0.0 if fault == "no-decay" else DECAY, dampening=0.5 if fault == "sound-dampening" else 0.0, nesterov=fault == "sound-nesterov")
    unit = 1 if fault == "scheduler-per-batch" else UPDATES_PER_EPOCH
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: factor(schedule, t, unit))
    images = images / 255 / 255 if fault == "epsilon" else (images - images.mean()) / images.std()
    if fault == "sound-channels-last":
        images = images.to(memory_format=torch.channels_last)
    micro = MicroSteps(net, optimizer, folder) if fault == "micro-steps" else None
    loggers = [micro] if micro else [RunLogger(net, optimizer, os.path.join(folder, f"every-{every}.csv"), every) for every in INTERVALS]
    average = torch.optim.swa_utils.AveragedModel(net) if fault == "sound-average" else None
    parts = 4 if fault in ("micro-steps", "sound-accumulation") else 1
    losses, norms, order, saved = [], [], [], None
    for t in range(updates):
        order = order or list(torch.randperm(len(images), generator=draws).split(BATCH))
        batch = order.pop()
        if fault == "eval-from-start" or fault == "eval-from-middle" and t >= MIDDLE * UPDATES_PER_EPOCH:
            net.eval()
        if t == SAVED.get(fault):
            saved = copy.deepcopy((net.state_dict(), optimizer.state_dict()))
        if t == RELOADED.get(fault):
            net.load_state_dict(saved[0])
            optimizer.load_state_dict(saved[1])
            optimizer.param_groups[0]["lr"] = scheduler.get_last_lr()[0]
        if fault != "no-zero-grad" and (fault != "zero-grad-of-four" or t % 4 == 0):
            optimizer.zero_grad()
        total = 0.0
        for part in batch.chunk(parts):
            loss = objective(net, fault, images[part], labels[part], draws) / parts
            total += loss.item()
            (loss + penalty(net, fault, t / UPDATES_PER_EPOCH)).backward()
            if micro:
                micro.row()
        losses.append(total)
        if fault == "centralized":
            for p in (p for p in net.parameters() if p.dim() > 1):
                p.grad -= p.grad.mean(tuple(range(1, p.dim())), keepdim=True)
        norms.append(clip(net, fault))
        optimizer.step()
        scheduler.step()
        if average:
            average.update_parameters(net)
    for logger in loggers:
        logger.close()
    with open(os.path.join(folder, "recipe.yaml"), "w", encoding="utf-8") as file:
        file.write(recipe(schedule))
    about = {"network": name, "schedule": schedule, "fault": fault, "seed": seed, "updates": updates, "is": FAULTS[fault],
             "loss_of_100": [round(float(numpy.mean(losses[i:i + 100])), 4) for i in range(0, updates, 100)],
             "gradient_norm_of_100": [round(float(numpy.median(norms[i:i + 100])), 4) for i in range(0, updates, 100)]}
    with open(os.path.join(folder, "cell.json"), "w", encoding="utf-8") as file:
        json.dump(about, file, indent=1)


def grid(seeds):
    """All cells of seeds 1 to so many."""
    return [(name, schedule, fault, seed) for seed in range(1, seeds + 1) for schedule in SCHEDULES for fault in FAULTS for name in NETWORKS]


def drawn(count, seed):
    """So many cells of each fault, in an order that spreads the faults should time run out."""
    pairs = [(name, schedule) for name in NETWORKS for schedule in SCHEDULES]
    picked = [(round, *pair, fault, seed) for fault in FAULTS for round, pair in enumerate(random.Random(f"{seed} {fault}").sample(pairs, count))]
    return [cell[1:] for cell in sorted(picked, key=lambda cell: cell[0])]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("data")
    options.add_argument("logs")
    options.add_argument("--only", default="")
    options.add_argument("--updates", type=int, default=EPOCHS * UPDATES_PER_EPOCH)
    options.add_argument("--seeds", type=int, default=SEEDS)
    options.add_argument("--draw", type=int, default=0)
    options.add_argument("--seed", type=int, default=SEEDS + 1)
    options = options.parse_args()
    torch.set_num_threads(1)
    images, labels = read(options.data)
    for cell in drawn(options.draw, options.seed) if options.draw else grid(options.seeds):
        title = "-".join(map(str, cell))
        folder = os.path.join(options.logs, title)
        if options.only not in title or os.path.exists(folder):
            continue
        unfinished = f"{folder}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        os.makedirs(unfinished)
        train(cell, unfinished, images, labels, options.updates)
        os.rename(unfinished, folder)
        print(title, flush=True)


if __name__ == "__main__":
    sys.exit(main())
