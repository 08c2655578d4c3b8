"""What PyTorch, Lightning and the transformers library expect of a scheduler, of the exported module m0 with the real PyTorch.

Two parameter groups; a sequence behind a warm-up of PyTorch's own; state saved and loaded in mid-run, before and after the part's turn; updates that a
gradient scaler skips. Prints ok.
"""
import copy
import warnings

import torch
from torch.optim import lr_scheduler

import m0

warnings.simplefilter("ignore")  # SequentialLR passes an epoch, of which PyTorch warns
Base = getattr(lr_scheduler, "LRScheduler", lr_scheduler._LRScheduler)


def new_optimizer():
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(3))]},
        {"params": [torch.nn.Parameter(torch.ones(2))], "lr_scale": 0.5},
    ]
    return torch.optim.SGD(groups, lr=0.25, momentum=0.5, weight_decay=0.5)


def update(optimizer):
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.ones_like(parameter)
    optimizer.step()


def rates(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


optimizer = new_optimizer()
scheduler = m0.RecipeScheduler(optimizer)
assert isinstance(scheduler, Base)
assert scheduler.base_lrs == [0.25, 0.25] and scheduler.last_epoch == 0 and scheduler.t == 0
for t in range(5):
    lr, decay, momentum = m0.values(t)
    assert rates(optimizer) == scheduler.get_last_lr() == scheduler.get_lr() == [lr, 0.5 * lr]
    assert all(group["weight_decay"] == decay and group["momentum"] == momentum for group in optimizer.param_groups)
    update(optimizer)
    scheduler.step()
assert copy.deepcopy(scheduler).t == 5

# Behind a warm-up of PyTorch's own, from update 4 on, and resumed before, at and after the turn.
def sequence(optimizer):
    parts = [lr_scheduler.LinearLR(optimizer, 0.1, 1.0, total_iters=4), m0.RecipeScheduler(optimizer)]
    return lr_scheduler.SequentialLR(optimizer, parts, milestones=[4])


def run(resume_at):
    optimizer = new_optimizer()
    parts = sequence(optimizer)
    seen = []
    for t in range(12):
        if t == resume_at:
            saved = copy.deepcopy((optimizer.state_dict(), parts.state_dict()))
            optimizer = new_optimizer()
            parts = sequence(optimizer)
            optimizer.load_state_dict(saved[0])
            parts.load_state_dict(saved[1])
        seen.append(rates(optimizer))
        update(optimizer)
        parts.step()
    return seen


whole = run(None)
for t in range(4, 12):
    lr = m0.values(t - 4)[0]
    assert whole[t] == [lr, 0.5 * lr], (t, whole[t])
for resume_at in (2, 4, 7):
    assert run(resume_at) == whole, resume_at

# A scaler that skips every third update: without its scheduler.step() the next update that is made has the next values.
optimizer = new_optimizer()
scheduler = m0.RecipeScheduler(optimizer)
made = 0
for t in range(9):
    assert rates(optimizer)[0] == m0.values(made)[0]
    if t % 3 != 2:
        update(optimizer)
        scheduler.step()
        made += 1
assert scheduler.t == made == 6
# With it the schedule runs ahead by one for each update that was skipped.
scheduler.step()
assert scheduler.t == 7 and rates(optimizer)[0] == m0.values(7)[0]
print("ok")
