"""Steps the exported scheduler of module m0 with the real PyTorch on two parameter groups, and prints what is set at each update."""
import sys

import torch

import m0

resume_at = int(sys.argv[1])


def new_optimizer():
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(3))]},
        {"params": [torch.nn.Parameter(torch.ones(2))], "lr_scale": 0.5, "weight_decay_scale": 0.0},
    ]
    return torch.optim.SGD(groups, lr=123.0, momentum=0.123, weight_decay=0.123)


optimizer = new_optimizer()
scheduler = m0.RecipeScheduler(optimizer)
for t in range(m0.TOTAL_STEPS):
    if t == resume_at:
        saved = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
        optimizer = new_optimizer()
        scheduler = m0.RecipeScheduler(optimizer)
        scheduler.load_state_dict(saved["scheduler"])
        assert optimizer.param_groups[0]["lr"] == m0.values(t)[0]
        optimizer.load_state_dict(saved["optimizer"])
    first, second = optimizer.param_groups
    assert second["lr"] == 0.5 * first["lr"] and second["weight_decay"] == 0.0 and second["momentum"] == first["momentum"]
    assert scheduler.get_last_lr() == [first["lr"], second["lr"]]
    print(t, repr(first["lr"]), repr(first["weight_decay"]), repr(first["momentum"]), sep=",")
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    scheduler.step()

adam = torch.optim.AdamW([torch.nn.Parameter(torch.ones(1))], lr=1.0)
m0.RecipeScheduler(adam)
assert "momentum" not in adam.param_groups[0] and adam.param_groups[0]["lr"] == m0.values(0)[0]

try:
    scheduler.load_state_dict({"t": 3, "recipe_hash": "of another recipe"})
    sys.exit("the state of another recipe was accepted")
except ValueError as error:
    assert "of another recipe" in str(error)

state = scheduler.state_dict()
for wrong, part in [
    (torch.optim.lr_scheduler.ExponentialLR(adam, 0.9).state_dict(), "this one has gamma"),
    ({}, "has nothing"), (None, "has None"), (dict(state, t=-3), "t of the state is -3"), (dict(state, t=5.5), "is 5.5"),
    (dict(state, t="5"), "is '5'"),
]:
    try:
        scheduler.load_state_dict(wrong)
        sys.exit(f"the state {wrong} was accepted")
    except ValueError as error:
        assert part in str(error), error
    assert scheduler.state_dict() == state

warm_up = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=5)
sequence = torch.optim.lr_scheduler.SequentialLR(optimizer, [warm_up, m0.RecipeScheduler(optimizer)], milestones=[5])
waiting = sequence._schedulers[1].state_dict()
assert waiting["t"] == -1
scheduler.load_state_dict(waiting)
