"""The companion with the real PyTorch: one module with scheduler, logger and audit, used together.

    drive_companion_module.py FOLDER      with FOLDER/companion.py, FOLDER/plan.csv, the table of the same recipe, and FOLDER/others, more companions
"""
import ast
import copy
import csv
import os
import sys
import warnings

import torch
from torch.optim import lr_scheduler

FOLDER = sys.argv[1]
sys.path.insert(0, FOLDER)
import companion

warnings.simplefilter("ignore")  # SequentialLR passes an epoch, of which PyTorch warns

# No part takes a name of another, whatever the recipe.
for file in ["companion.py", *(os.path.join("others", name) for name in os.listdir(os.path.join(FOLDER, "others")))]:
    with open(os.path.join(FOLDER, file)) as text:
        module = ast.parse(text.read())
    names = [node.name for node in module.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    names += [target.id for node in module.body if isinstance(node, ast.Assign) for target in node.targets if isinstance(target, ast.Name)]
    assert len(names) == len(set(names)), (file, [name for name in names if names.count(name) > 1])
    assert ast.get_docstring(module).count("Written by Etalon") == 3, file
print("names")

with open(os.path.join(FOLDER, "plan.csv")) as text:
    plan = [tuple(float(row[key]) for key in ("lr", "weight_decay", "momentum")) for row in csv.DictReader(text)]
assert len(plan) == companion.TOTAL_STEPS
assert all(companion.values(t) == row for t, row in enumerate(plan))
print("values")


def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(6, 8, bias=False), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Linear(8, 3))


def parts(net):
    weights, rest = [p for p in net.parameters() if p.dim() == 2], [p for p in net.parameters() if p.dim() != 2]
    optimizer = torch.optim.SGD([{"params": weights}, {"params": rest, "weight_decay_scale": 0.0, "lr_scale": 0.5}], lr=0.1, momentum=0.9)
    return optimizer, companion.RecipeScheduler(optimizer)


def train(log=None, resume_at=None, updates=40):
    net = network()
    optimizer, scheduler = parts(net)
    logger = companion.RunLogger(net, optimizer, log, every=1) if log else None
    seen = []
    for t in range(updates):
        if t == resume_at:
            saved = copy.deepcopy((net.state_dict(), optimizer.state_dict(), scheduler.state_dict()))
            optimizer, scheduler = parts(net := network())
            for part, state in zip((net, optimizer, scheduler), saved):
                part.load_state_dict(state)
        inputs = torch.randn((16, 6), generator=torch.Generator().manual_seed(t))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(inputs), inputs[:, :3].argmax(1)).backward()
        seen.append([(group["lr"], group["weight_decay"], group["momentum"]) for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()
    if logger:
        logger.close()
    return net, seen


log = os.path.join(FOLDER, "log.csv")
net, seen = train(log)
assert seen == [[(lr, decay, mu), (0.5 * lr, 0.0, mu)] for lr, decay, mu in plan[:40]]
with open(log) as text:
    logged = [tuple(float(row[key]) for key in ("lr", "weight_decay", "momentum")) for row in csv.DictReader(text)]
assert logged == plan[:40]
print("logged")

again, same = train(resume_at=17)
assert same == seen and all(torch.equal(a, b) for a, b in zip(net.state_dict().values(), again.state_dict().values()))
print("resumed")

report = companion.audit(network(), torch.randn((16, 6), generator=torch.Generator().manual_seed(1)))
assert report.invariant() == ["0.weight"], report.invariant()
print("audit")
