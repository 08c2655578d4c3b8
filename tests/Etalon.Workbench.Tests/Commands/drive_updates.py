"""What the exported equivalents make of updates that are skipped, repeated, copied or come by other ways, with the real PyTorch in float64.

In the folder are NAME_own.py and NAME.py, the modules of a recipe of 12 updates and of its equivalent, for NAME in numbers_of_adam, scaled and texp. Each
case trains the equivalent. Printed, for each case: "the same" where its outputs are the recipe's own to 1e-12, or what it was refused with.
"""
import copy
import importlib
import io
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
NAME = sys.argv[1]
own, module = importlib.import_module(NAME + "_own"), importlib.import_module(NAME)
PROBE = torch.randn(32, 6, generator=torch.Generator().manual_seed(1))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.a, self.norm1 = torch.nn.Linear(6, 8, bias=False), torch.nn.LayerNorm(8)
        self.b, self.norm2 = torch.nn.Linear(8, 8, bias=False), torch.nn.LayerNorm(8)
        self.fc = torch.nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(torch.relu(self.norm2(self.b(torch.relu(self.norm1(self.a(x)))))))


class ThroughData(torch.optim.Optimizer):
    """SGD that writes weights behind the back of autograd's count of versions, as what comes from another process does."""

    def __init__(self, groups):
        super().__init__(groups, {"lr": 1.0, "momentum": 0.9, "weight_decay": 0.0})

    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    gradient = p.grad + group["weight_decay"] * p.data
                    state = self.state[p]
                    buffer = state.get("momentum_buffer")
                    state["momentum_buffer"] = gradient if buffer is None else group["momentum"] * buffer + gradient
                    p.data = p.data - group["lr"] * state["momentum_buffer"]


class Elsewhere(ThroughData):
    """Has its memory where the module does not find it."""

    def step(self, closure=None):
        super().step()
        self.state.clear()


def optimizer_of(groups):
    if NAME == "texp":
        return torch.optim.SGD(groups, lr=1.0, momentum=0.9)
    return torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-6)


def backward(net, t):
    draws = torch.Generator().manual_seed(100 + t)
    x = torch.randn(16, 6, generator=draws)
    loss = torch.nn.functional.cross_entropy(net(x), (x[:, 0] > 0).long() + 2 * (x[:, 1] > 0).long())
    loss.backward()
    return loss


def start(of, optimizer=optimizer_of):
    net = Net()
    if of is own:
        made = optimizer(net.parameters())
        return net, made, own.RecipeScheduler(made)
    made = optimizer(module.parameter_groups(net, head="fc"))
    return net, made, module.RecipeScheduler(made, net)


def train(of, updates=12, before=None, gradients=None, skips=(), after=None, optimizer=optimizer_of):
    net, optimizer, scheduler = start(of, optimizer)
    for t in range(updates):
        optimizer.zero_grad(set_to_none=True)
        if before:
            net, optimizer, scheduler = before(t, net, optimizer, scheduler)
        backward(net, t)
        if gradients:
            gradients(t, net)
        if hasattr(scheduler, "scale_gradients"):
            scheduler.scale_gradients()
        if t not in skips:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        if after:
            after(t, net, scheduler)
        else:
            scheduler.step()
    with torch.no_grad():
        return net(PROBE)


def told(case, **how):
    try:
        expected, outputs = train(own, **how), train(module, **how)
        distance = float((expected - outputs).abs().max() / expected.abs().max())
        print(f"{case}: {'the same' if distance < 1e-12 else distance}")
    except (RuntimeError, ValueError) as error:
        print(f"{case}: {error}")


def without(names, updates):
    def clear(t, net):
        for name in names:
            if t in updates:
                getattr(net, name).weight.grad = None
    return clear


def zeros(t, net):
    if t % 3 == 1:
        net.b.weight.grad.zero_()


def clamp(t, net, scheduler):
    with torch.no_grad():
        net.b.weight.clamp_(-1e9, 1e9)
    scheduler.step()


def per_epoch(t, net, scheduler):
    if t % 2 == 1:
        scheduler.step()


def only_made(t, net, scheduler):
    if t not in (0, 5, 6):
        scheduler.step()


def copied(t, *run):
    return copy.deepcopy(run) if t == 5 else run


def saved(t, *run):
    if t == 5:
        file = io.BytesIO()
        torch.save(run, file)
        file.seek(0)
        run = torch.load(file, **({} if torch.__version__.startswith("1.") else {"weights_only": False}))
    return run


def by_closure(of, used):
    """The update calls what makes the gradients, as Lightning's do; used says which updates have all of them."""
    net, optimizer, scheduler = start(of)
    for t in range(12):
        def closure():
            optimizer.zero_grad(set_to_none=True)
            loss = backward(net, t)
            if not used(t):
                net.b.weight.grad = None
            if hasattr(scheduler, "scale_gradients"):
                scheduler.scale_gradients()
            return loss
        optimizer.step(closure)
        scheduler.step()
    with torch.no_grad():
        return net(PROBE)


told("plain")
told("zeros are a gradient", gradients=zeros)
told("all frozen at first", gradients=without("ab", range(3)))
told("all frozen for a while", gradients=without("ab", range(4, 7)))
told("one frozen and touched", gradients=without("b", range(4, 7)), after=clamp)
told("touched", after=clamp)
told("a scaler skips", skips=(5, 6))
told("a scaler skips, and the scheduler waits", skips=(0, 5, 6), after=only_made)
told("stepped every other update", after=per_epoch)
told("one update too many", updates=13)
told("copied", before=copied)
told("saved whole", before=saved)
for case, used in (("by closures", lambda t: True), ("an expert by closures", lambda t: t % 2 == 0)):
    try:
        print(f"{case}: {'the same' if float((by_closure(own, used) - by_closure(module, used)).abs().max()) < 1e-12 else 'another run'}")
    except RuntimeError as error:
        print(f"{case}: {error}")
if NAME == "texp":
    told("through data", optimizer=ThroughData)
    told("one frozen through data", gradients=without("b", range(4, 7)), optimizer=ThroughData)
    module.CHANGES[6] = (2.0**-32, 2.0**-32, 0.0)
    told("memory elsewhere", optimizer=Elsewhere)

# A captured update does not come by, and its rate is a tensor.
net, optimizer, scheduler = start(module)
for group in optimizer.param_groups:
    group["lr"] = torch.tensor(group["lr"])
scheduler._scaled = 0
scheduler.step()
assert scheduler.t == 1
