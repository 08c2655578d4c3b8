"""Two covered layers in a row before a normalization, whose epsilon then grows by P^4; and what the exported modules refuse.

In the folder are own.py, numbers.py and scaled.py, the modules of a recipe and of its equivalents, and etalon_audit.py. Printed, for a depthwise and a
pointwise convolution and for a pair of matrices: the degrees, then how far outputs come from those of AdamW, relative to the largest, in training and in
evaluation mode: of Adam in numbers, of scaled gradients, and of AdamW whose decay is dropped. Then a line for each misuse: "refused", or what it did.
"""
import copy
import io

import numbers_of_adam
import own
import scaled
import torch
from etalon_audit import audit

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


class Separable(torch.nn.Module):
    def __init__(self):
        super().__init__()
        conv, bn = torch.nn.Conv2d, torch.nn.BatchNorm2d
        self.stem, self.n0 = conv(1, 6, 3, padding=1, bias=False), bn(6)
        self.depthwise, self.pointwise, self.n1 = conv(6, 6, 3, padding=1, groups=6, bias=False), conv(6, 8, 1, bias=False), bn(8, eps=1e-2)
        self.fc = torch.nn.Linear(8, 4)

    def forward(self, x):
        x = torch.relu(self.n0(self.stem(x)))
        return self.fc(torch.relu(self.n1(self.pointwise(self.depthwise(x)))).mean((2, 3)))


class LowRank(torch.nn.Module):
    """Three matrices in a row, and a normalization by rows."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = (torch.nn.Linear(i, o, bias=False) for i, o in ((36, 5), (5, 6), (6, 8)))
        self.norm, self.fc = torch.nn.LayerNorm(8, eps=1e-2), torch.nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(torch.relu(self.norm(self.c(self.b(self.a(x.flatten(1)))))))


class Frozen(Separable):
    """The stem does not grow, and neither does what the first normalization reads."""

    def __init__(self):
        super().__init__()
        self.stem.weight.requires_grad_(False)
        self.depthwise = torch.nn.Identity()


class Biased(torch.nn.Module):
    """A bias before a batch normalization acts in no output of training, but the running mean has it."""

    def __init__(self):
        super().__init__()
        self.a, self.n0 = torch.nn.Conv2d(1, 6, 3, padding=1), torch.nn.BatchNorm2d(6)
        self.b, self.n1 = torch.nn.Conv2d(6, 8, 3, padding=1), torch.nn.BatchNorm2d(8)
        self.fc = torch.nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(torch.relu(self.n1(self.b(torch.relu(self.n0(self.a(x)))))).mean((2, 3)))


class Computed(torch.nn.Module):
    """The bias of a layer whose weight a hook computes."""

    def __init__(self):
        super().__init__()
        self.a, self.n1, self.fc = torch.nn.utils.weight_norm(torch.nn.Conv2d(1, 8, 3)), torch.nn.BatchNorm2d(8), torch.nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(torch.relu(self.n1(self.a(x))).mean((2, 3)))


class Shifted(Computed):
    """A learned shift in the place of a bias."""

    def __init__(self):
        super().__init__()
        self.a, self.shift = torch.nn.Conv2d(1, 8, 3, bias=False), torch.nn.Parameter(0.3 * torch.randn(1, 8, 1, 1))

    def forward(self, x):
        return self.fc(torch.relu(self.n1(self.a(x) + self.shift)).mean((2, 3)))


class Experts(torch.nn.Module):
    """Layers of which an update uses one or the other."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.norm, self.fc = torch.nn.Linear(36, 8, bias=False), torch.nn.Linear(36, 8, bias=False), torch.nn.LayerNorm(8), torch.nn.Linear(8, 4)
        self.used = "ab"

    def forward(self, x):
        return self.fc(torch.relu(self.norm(sum(getattr(self, name)(x.flatten(1)) for name in self.used))))


class Packed(torch.nn.Module):
    """One normalization of two inputs, packed into a tuple, which grow by different powers."""

    class Both(torch.nn.Module):
        eps = 1e-2

        def forward(self, pair):
            return tuple(x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) for x in pair)

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = (torch.nn.Linear(i, o, bias=False) for i, o in ((36, 8), (36, 5), (5, 8)))
        self.both, self.fc = self.Both(), torch.nn.Linear(8, 4)

    def forward(self, x):
        x = x.flatten(1)
        one, two = self.both((self.a(x), self.c(self.b(x))))
        return self.fc(torch.relu(one + 2 * two))


class Activated(torch.nn.Module):
    """What stands between a layer and its normalization is no ReLU."""

    def __init__(self):
        super().__init__()
        self.a, self.between, self.norm, self.fc = torch.nn.Linear(36, 8, bias=False), torch.nn.SiLU(), torch.nn.LayerNorm(8), torch.nn.Linear(8, 4)


class Act(torch.nn.Module):
    """A module with another inside, whose own forward keeps no scale."""

    def __init__(self):
        super().__init__()
        self.drop = torch.nn.Dropout(0.0)

    def forward(self, x):
        return self.drop(torch.nn.functional.gelu(x))


class BiasedAct(torch.nn.Module):
    """A module with a bias of its own between a layer and its normalization."""

    def __init__(self, trains=True):
        super().__init__()
        self.bias = torch.nn.Parameter(torch.ones(8), requires_grad=trains)

    def forward(self, x):
        return torch.relu(x + self.bias)


class Contained(torch.nn.Module):
    def __init__(self, between):
        super().__init__()
        self.a, self.between, self.norm, self.fc = torch.nn.Linear(36, 8, bias=False), between, torch.nn.LayerNorm(8), torch.nn.Linear(8, 4)


class Squeezed(torch.nn.Module):
    """A normalization reads the sum of one covered layer and of two in a row."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = (torch.nn.Linear(i, o, bias=False) for i, o in ((36, 8), (36, 5), (5, 8)))
        self.norm, self.fc = torch.nn.LayerNorm(8, eps=1e-2), torch.nn.Linear(8, 4)

    def forward(self, x):
        x = x.flatten(1)
        return self.fc(torch.relu(self.norm(self.a(x) + self.c(self.b(x)))))


def images(t):
    x = torch.randn(24, 1, 6, 6, generator=torch.Generator().manual_seed(100 + t))
    return x, (x[:, 0, :3].mean((1, 2)) > 0).long() + 2 * (x[:, 0, :, :3].mean((1, 2)) > 0).long()


def made(network):
    torch.manual_seed(1)
    return network()


def run(network, module, report, drop=False):
    net = made(network)
    names = set(report.invariant())
    if module is own:
        groups = [{"params": [p for n, p in net.named_parameters() if (n in names) == inside and p.requires_grad]} for inside in (True, False)]
        optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-6)
        scheduler = own.RecipeScheduler(optimizer)
    else:
        groups = module.parameter_groups(net, head="fc", covered=names)
        optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-6)
        scheduler = module.RecipeScheduler(optimizer, net, norms=report.norms())
    for t in range(200):
        if drop:
            optimizer.param_groups[0]["weight_decay"] = 0.0
        optimizer.zero_grad()
        x, labels = images(t)
        torch.nn.functional.cross_entropy(net(x), labels).backward()
        if hasattr(scheduler, "scale_gradients"):
            scheduler.scale_gradients()
        optimizer.step()
        scheduler.step()
    with torch.no_grad():
        return net(images(-1)[0]), net.eval()(images(-1)[0])


def distance(one, two):
    return max(float((a - b).abs().max() / a.abs().max()) for a, b in zip(one, two))


for network in (Separable, LowRank, Frozen, Biased, Computed, Shifted):
    report = audit(made(network), images(-1)[0])
    source = run(network, own, report)
    print(report.norms(), *(distance(source, run(network, module, report, drop)) for module, drop in ((numbers_of_adam, False), (scaled, False), (own, True))), sep="; ")


def told(what, expected):
    try:
        what()
        print("not refused")
    except (ValueError, RuntimeError) as error:
        print("refused" if expected in str(error) else error)


def twice():
    net = made(Separable)
    report = audit(net, images(0)[0])
    scheduler = scaled.RecipeScheduler(torch.optim.AdamW(scaled.parameter_groups(net, "fc", covered=report.invariant())), net, norms=report.norms())
    for t in range(2):
        torch.nn.functional.cross_entropy(net(images(t)[0]), images(t)[1]).backward()
        scheduler.scale_gradients()


def skipped():
    """A second call is right where the gradients are new, as after an update that a gradient scaler skipped."""
    net = made(Separable)
    report = audit(net, images(0)[0])
    optimizer = torch.optim.AdamW(scaled.parameter_groups(net, "fc", covered=report.invariant()))
    scheduler = scaled.RecipeScheduler(optimizer, net, norms=report.norms())
    for t in range(2):
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(net(images(t)[0]), images(t)[1]).backward()
        scheduler.scale_gradients()
    optimizer.step()
    scheduler.step()
    raise ValueError("nothing was wrong")


def of_adam(**options):
    net = made(Separable)
    report = audit(net, images(0)[0])
    make = torch.optim.Adam if not options else torch.optim.AdamW
    optimizer = make(numbers_of_adam.parameter_groups(net, "fc", covered=report.invariant()), **options)
    numbers_of_adam.RecipeScheduler(optimizer, net, norms=report.norms())


def scheduled(network, norms=None):
    net = made(network)
    report = audit(net, images(0)[0])
    groups = scaled.parameter_groups(net, "fc", covered=report.invariant())
    scaled.RecipeScheduler(torch.optim.AdamW(groups), net, norms=report.norms() if norms == "audit" else norms)


def skips(module, used, zeros=False, clears=True):
    """Trains layers of which some updates leave one out, with a gradient of None or of zeros."""
    net = made(Experts)
    report = audit(net, images(0)[0])
    optimizer = torch.optim.AdamW(module.parameter_groups(net, "fc", covered=report.invariant()))
    scheduler = module.RecipeScheduler(optimizer, net, norms=report.norms())
    for p in net.parameters():
        p.grad = torch.zeros_like(p) if zeros else None
    for t, net.used in enumerate(used):
        torch.nn.functional.cross_entropy(net(images(t)[0]), images(t)[1]).backward()
        if hasattr(scheduler, "scale_gradients"):
            scheduler.scale_gradients()
        optimizer.step()
        if clears:
            optimizer.zero_grad(set_to_none=not zeros)
        scheduler.step()
        if not clears:
            optimizer.zero_grad(set_to_none=True)
    raise ValueError("nothing was wrong")


def begun(module, network=Separable):
    net = made(network)
    report = audit(net, images(0)[0])
    optimizer = torch.optim.AdamW(module.parameter_groups(net, "fc", covered=report.invariant()), betas=(0.9, 0.99), eps=1e-6)
    return net, optimizer, module.RecipeScheduler(optimizer, net, norms=report.norms())


def update(net, optimizer, scheduler, t):
    optimizer.zero_grad(set_to_none=True)
    torch.nn.functional.cross_entropy(net(images(t)[0]), images(t)[1]).backward()
    if hasattr(scheduler, "scale_gradients"):
        scheduler.scale_gradients()
    optimizer.step()


def steps(module, count):
    """The scheduler is stepped for an update that was not made, as where a gradient scaler skips it, or for several."""
    net, optimizer, scheduler = begun(module)
    make, optimizer.step = optimizer.step, lambda: None
    update(net, optimizer, scheduler, 0)
    for _ in range(count):
        make()
    scheduler.step()


def frozen(touch=lambda p: None):
    """All covered weights are without a gradient in update 2; the head trains. A touch changes no number."""
    net, optimizer, scheduler = begun(numbers_of_adam)
    for t in range(3):
        for p in optimizer.param_groups[0]["params"]:
            p.requires_grad_(t < 2)
        update(net, optimizer, scheduler, t)
        for p in optimizer.param_groups[0]["params"]:
            touch(p.data)
            touch(p.detach())
        optimizer.zero_grad(set_to_none=True)
        scheduler.step()


def beyond(module):
    net, optimizer, scheduler = begun(module)
    scheduler.load_state_dict({"t": module.TOTAL_STEPS - 1, "recipe_hash": module.RECIPE_HASH})
    for state in (update(net, optimizer, scheduler, 0), *optimizer.state.values()):
        if state:
            state["step"] = state["step"] * 0 + module.TOTAL_STEPS
    scheduler.step()
    update(net, optimizer, scheduler, 1)
    scheduler.step()


def copied(module, copy):
    """A run whose model, optimizer and scheduler are copied together after three updates ends as one that is not."""
    ends = []
    for copies in (False, True):
        run = begun(module)
        for t in range(6):
            if copies and t == 3:
                run = copy(run)
            update(*run, t)
            run[2].step()
        with torch.no_grad():
            ends.append(run[0](images(-1)[0]))
    raise ValueError("the same" if torch.equal(*ends) else f"{distance(ends[:1], ends[1:])} apart")


def saved(run):
    file = io.BytesIO()
    torch.save(run, file)
    return torch.load(io.BytesIO(file.getvalue()))


def hooked():
    net = made(lambda: Contained(torch.nn.ReLU()))
    net.a.register_forward_hook(lambda module, inputs, output: torch.tanh(output))
    return net


def forwarded():
    net = made(lambda: Contained(torch.nn.ReLU()))
    net.a.forward = lambda x: torch.tanh(type(net.a).forward(net.a, x))
    return net


told(lambda: skips(scaled, ["ab", "ab", "b"]), "a.weight has no gradient in update 2")
told(lambda: skips(numbers_of_adam, ["ab", "ab", "b"]), "a.weight has no gradient in update 2")
told(lambda: skips(numbers_of_adam, ["a", "ab"], clears=False), "b.weight has no gradient in update 0")
told(lambda: skips(numbers_of_adam, ["a", "b", "ab"], zeros=True), "nothing was wrong")
told(lambda: skips(scaled, ["a", "b", "ab"], zeros=True), "nothing was wrong")
for module in (numbers_of_adam, scaled):
    told(lambda: steps(module, 0), "was called 0 times for update 0")
    told(lambda: steps(module, 2), "was called 2 times for update 0")
    told(lambda: beyond(module), "the recipe has 300 updates")
    told(lambda: copied(module, copy.deepcopy), "the same")
    told(lambda: copied(module, saved), "the same")
told(frozen, "has no gradient in update 2, as where it is frozen")
told(lambda: frozen(lambda weights: weights.clamp_(-1e9, 1e9)), "has no gradient in update 2")
told(lambda: numbers_of_adam.parameter_groups(made(lambda: Contained(Act())), head="fc"), "between, a Act, stands between a and its normalization")
told(lambda: numbers_of_adam.parameter_groups(made(lambda: Contained(BiasedAct())), head="fc"), "a BiasedAct, has parameters of its own")
told(lambda: numbers_of_adam.parameter_groups(made(lambda: Contained(BiasedAct(trains=False))), head="fc"), "has parameters of its own")
told(lambda: numbers_of_adam.parameter_groups(hooked(), head="fc"), "a has a forward hook or a forward of its own")
told(lambda: numbers_of_adam.parameter_groups(forwarded(), head="fc"), "a has a forward hook or a forward of its own")
numbers_of_adam.parameter_groups(made(lambda: Contained(torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Dropout()))), head="fc")
told(lambda: numbers_of_adam.parameter_groups(made(Separable), head="fc"), "no normalization stands between depthwise and pointwise")
told(lambda: numbers_of_adam.parameter_groups(made(Frozen), head="fc"), "n0 stands behind stem, which is not covered")
told(lambda: scheduled(Separable), "no normalization stands between depthwise and pointwise")
told(lambda: scheduled(Separable, ["n0", "n1"]), "norms is no dictionary")
told(lambda: scheduled(Separable, {"n7": 1}), "no normalization 'n7'")
told(lambda: scheduled(Packed, "audit"), "no power of the covered weights' growth fits epsilon of both")
told(lambda: numbers_of_adam.parameter_groups(made(Biased), head="fc"), "a has a bias")
told(lambda: numbers_of_adam.parameter_groups(made(Activated), head="fc"), "between, a SiLU, stands between a and its normalization")
told(lambda: scheduled(Squeezed, {"norm": None}), "no power of the covered weights' growth fits epsilon of norm")
told(twice, "are scaled already")
told(skipped, "nothing was wrong")
told(of_adam, "take torch.optim.AdamW")
told(lambda: of_adam(amsgrad=True), "scaled-gradient")
told(lambda: own.RecipeScheduler(torch.optim.Adam(made(Separable).parameters())), "take torch.optim.AdamW")
decoupled = torch.optim.Adam(made(Separable).parameters())
decoupled.param_groups[0]["decoupled_weight_decay"] = True
own.RecipeScheduler(decoupled)
