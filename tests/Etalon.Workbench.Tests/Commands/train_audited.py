"""Trains a network by torch.optim.AdamW, and its scale-invariant weights, as the exported audit finds them, by torch.optim.Adam with the exported modules.

Arguments: the network, "transformer", "llama" (its normalizations call their epsilon otherwise), "tied" or "residual", and the updates. In the folder are
own.py, numbers.py and scaled.py, the modules of a recipe and of its equivalents, and etalon_audit.py. All other parameters follow AdamW with the recipe's
numbers on all sides. Printed: how far outputs come from those of AdamW, relative to the largest, over all updates: of Adam in numbers, of scaled gradients, of
scaled gradients by hooks of the parameters, of AdamW whose decay of the scale-invariant weights is dropped, and of Adam in numbers with the wrong weights:
all matrices but the head's. Then with AMSGrad: of scaled gradients, and of Adam in numbers, whose largest squares do not follow.
"""
import math
import sys

import networks
import numbers_of_adam
import own
import scaled
import torch
from etalon_audit import audit

torch.set_default_dtype(torch.float64)
KIND, UPDATES = sys.argv[1], int(sys.argv[2])
TEXT = KIND != "residual"
BETAS, EPSILON = (0.9, 0.99), 1e-6


def network():
    torch.manual_seed(1)
    if not TEXT:
        return networks.ResNet()
    return networks.Transformer(tied=KIND == "tied", epsilon="variance_epsilon" if KIND == "llama" else "eps")


def batch(t):
    draws = torch.Generator().manual_seed(100 + t)
    if TEXT:
        # Each letter follows from the two before it, but for one in five.
        tokens = torch.randint(0, 11, (8, 13), generator=draws)
        for place in range(2, 13):
            follows = torch.rand(8, generator=draws) < 0.8
            tokens[:, place] = torch.where(follows, (2 * tokens[:, place - 1] + tokens[:, place - 2]) % 11, tokens[:, place])
        return tokens[:, :-1], tokens[:, 1:]
    images = torch.randn(24, 1, 6, 6, generator=draws)
    return images, (images[:, 0, :3].mean((1, 2)) > 0).long() + 2 * (images[:, 0, :, :3].mean((1, 2)) > 0).long()


PROBE = batch(-1)[0]
REPORT = audit(network(), PROBE)


def loss_of(net, t):
    inputs, labels = batch(t)
    outputs = net(inputs)
    return torch.nn.functional.cross_entropy(outputs.reshape(-1, outputs.shape[-1]), labels.reshape(-1))


def run(module, make, covered=None, hooked=False, drop=False, amsgrad=False):
    net = network()
    names = set(covered or REPORT.invariant())
    weights = [p for name, p in net.named_parameters() if name in names]
    rest = [p for name, p in net.named_parameters() if name not in names]
    others = torch.optim.AdamW(rest, betas=BETAS, eps=EPSILON)
    of_others = own.RecipeScheduler(others)
    if module is own:
        optimizer = make(weights, betas=BETAS, eps=EPSILON, amsgrad=amsgrad)
        scheduler = own.RecipeScheduler(optimizer)
    else:
        # As a user does it: the groups of the module, of which the covered one goes to Adam.
        groups = {group["name"]: group for group in module.parameter_groups(net, head="head", covered=names)}
        assert {id(p) for p in groups["covered"]["params"]} == {id(p) for p in weights}
        optimizer = make([groups["covered"]], betas=BETAS, eps=EPSILON)
        scheduler = module.RecipeScheduler(optimizer, net, norms=REPORT.norms())
        # In numbers it is refused beforehand; here is why.
        optimizer.param_groups[0]["amsgrad"] = amsgrad
    if hooked:
        for p in weights:
            p.register_hook(lambda g: g * math.exp(scaled.covered_log_scale(scheduler.t)))
    outputs = []
    for t in range(UPDATES):
        if drop:
            optimizer.param_groups[0]["weight_decay"] = 0.0
        optimizer.zero_grad()
        others.zero_grad()
        loss_of(net, t).backward()
        if hooked:
            scheduler._scaled = scheduler.t
        elif hasattr(scheduler, "scale_gradients"):
            scheduler.scale_gradients()
        optimizer.step()
        others.step()
        scheduler.step()
        of_others.step()
        if t % 10 == 9:
            with torch.no_grad():
                outputs.append(net(PROBE))
    return outputs


def distance(one, two):
    return max(float((a - b).abs().max() / a.abs().max()) for a, b in zip(one, two))


source = run(own, torch.optim.AdamW)
matrices = [name for name, p in network().named_parameters() if p.dim() >= 2 and name != "head.weight"]
for other in (
    run(numbers_of_adam, torch.optim.Adam),
    run(scaled, torch.optim.Adam),
    run(scaled, torch.optim.Adam, hooked=True),
    run(own, torch.optim.AdamW, drop=True),
    run(numbers_of_adam, torch.optim.Adam, covered=matrices),
):
    print(distance(source, other))
source = run(own, torch.optim.AdamW, amsgrad=True)
print(distance(source, run(scaled, torch.optim.Adam, amsgrad=True)))
print(distance(source, run(numbers_of_adam, torch.optim.Adam, amsgrad=True)))
if TEXT:
    for refused in (lambda: numbers_of_adam.parameter_groups(network(), head="head"), lambda: scaled.RecipeScheduler(torch.optim.Adam(
            [{"name": "covered", "params": list(network().parameters())}]), network())):
        try:
            refused()
            print("not refused")
        except ValueError as error:
            print("refused" if "audit(model, inputs)" in str(error) else error)
