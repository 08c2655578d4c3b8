"""Trains a small network with batch normalization by the exported modules of a recipe and of its equivalent, and prints how far apart the outputs come.

Arguments: float64 or float32, the updates, and of the rule "nesterov", "adamw" (the equivalent by torch.optim.Adam, whose groups have no decay) and "clip" (of
the norm of all gradients); the modules are own.py and converted.py in the folder. Printed, for the equivalent
and for the recipe with the covered group's decay dropped: the largest difference of an output relative to the largest output, in training and in evaluation
mode, the mean loss over the second half of the updates, and the largest parameter; then the same of the recipe itself.
"""
import sys

import torch

import converted
import own

DTYPE, UPDATES, RULE = getattr(torch, sys.argv[1]), int(sys.argv[2]), " ".join(sys.argv[3:]).split()
RESUME_AT = UPDATES // 2


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.conv1, self.norm1 = torch.nn.Conv2d(1, 6, 3, padding=1, bias=False), torch.nn.BatchNorm2d(6)
        self.conv2, self.norm2 = torch.nn.Conv2d(6, 8, 3, padding=1, bias=False), torch.nn.BatchNorm2d(8)
        self.fc = torch.nn.Linear(8, 4)

    def forward(self, x):
        x = torch.relu(self.norm1(self.conv1(x)))
        x = torch.relu(self.norm2(self.conv2(x)))
        return self.fc(x.mean((2, 3)))


def optimizer_of(groups, adam=torch.optim.AdamW):
    if "adamw" in RULE:
        return adam(groups, betas=(0.9, 0.99), eps=1e-3)
    return torch.optim.SGD(groups, lr=1.0, momentum=0.9, nesterov="nesterov" in RULE)


def run(make):
    net = Net().to(DTYPE)
    optimizer, scheduler = make(net)
    draws = torch.Generator().manual_seed(2)
    images = torch.randn(64, 1, 6, 6, generator=draws, dtype=torch.float64).to(DTYPE)
    labels = (images[:, 0, :3].mean((1, 2)) > 0).long() + 2 * (images[:, 0, :, :3].mean((1, 2)) > 0).long()
    losses = []
    for t in range(UPDATES):
        if t == RESUME_AT:  # everything through its state, as from a checkpoint
            saved = net.state_dict(), optimizer.state_dict(), scheduler.state_dict()
            net = Net().to(DTYPE)
            optimizer, scheduler = make(net)
            for part, state in zip((net, optimizer, scheduler), saved):
                part.load_state_dict(state)
        batch = torch.randperm(64, generator=draws)[:16]
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(images[batch]), labels[batch])
        loss.backward()
        losses.append(float(loss))
        if hasattr(scheduler, "scale_gradients"):
            scheduler.scale_gradients()
        if "clip" in RULE:
            torch.nn.utils.clip_grad_norm_(net.parameters(), 0.05)
        optimizer.step()
        scheduler.step()
    with torch.no_grad():
        net.eval()
        evaluated = net(images)
        net.train()
        trained = net(images)
    largest = max(float(p.abs().max()) for p in net.parameters())
    return trained, evaluated, sum(losses[UPDATES // 2:]) / (UPDATES - UPDATES // 2), largest


def recipe(net):
    optimizer = optimizer_of(own.parameter_groups(net, head="fc") if hasattr(own, "parameter_groups") else net.parameters())
    return optimizer, own.RecipeScheduler(optimizer)


def equivalent(net):
    optimizer = optimizer_of(converted.parameter_groups(net, head="fc"), torch.optim.Adam)
    scheduler = converted.RecipeScheduler(optimizer, net)
    assert "adamw" not in RULE or all(group["weight_decay"] == 0.0 for group in optimizer.param_groups)
    return optimizer, scheduler


class WithoutDecay:
    """The recipe's own scheduler, and no decay in the covered group."""

    def __init__(self, optimizer, covered):
        self.scheduler, self.optimizer, self.covered = own.RecipeScheduler(optimizer), optimizer, covered
        self._drop()

    def _drop(self):
        for group in self.optimizer.param_groups:
            if all(any(p is weight for weight in self.covered) for p in group["params"]):
                group["weight_decay"] = 0.0

    def step(self):
        self.scheduler.step()
        self._drop()

    def state_dict(self):
        return self.scheduler.state_dict()

    def load_state_dict(self, state):
        self.scheduler.load_state_dict(state)
        self._drop()


def without_decay(net):
    groups = converted.parameter_groups(net, head="fc")
    covered = groups[[group["name"] for group in groups].index("covered")]["params"]
    for group in groups:
        if group["name"] == "covered":
            group["name"] = "rest"
    optimizer = optimizer_of(groups)
    return optimizer, WithoutDecay(optimizer, covered)


def distance(a, b):
    return float((a - b).abs().max() / b.abs().max())


first = run(recipe)
for make in (equivalent, without_decay):
    trained, evaluated, loss, largest = run(make)
    print(distance(trained, first[0]), distance(evaluated, first[1]), loss, largest)
print(0.0, 0.0, *first[2:])
