"""Two covered layers in a row before a normalization, whose epsilon then grows by P^4; and what the exported modules refuse.

In the folder are own.py, numbers.py and scaled.py, the modules of a recipe and of its equivalents, and etalon_audit.py. Printed, for a depthwise and a
pointwise convolution and for a pair of matrices: the degrees, then how far outputs come from those of AdamW, relative to the largest, in training and in
evaluation mode: of Adam in numbers, of scaled gradients, and of AdamW whose decay is dropped. Then a line for each misuse: "refused", or what it did.
"""
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


class Shift(torch.nn.Module):
    """A module of one's own that learns a shift, which does not grow with what comes in; or has it fixed."""

    def __init__(self, learned=True):
        super().__init__()
        self.bias = torch.nn.Parameter(torch.randn(8), requires_grad=learned)

    def forward(self, x):
        return torch.nn.functional.leaky_relu(x + self.bias)


class Added(torch.nn.Module):
    """The same in the forward of a block that has the layer and its normalization."""

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.norm, self.bias = torch.nn.Linear(36, 8, bias=False), torch.nn.LayerNorm(8), torch.nn.Parameter(torch.randn(8))

    def __init__(self):
        super().__init__()
        self.block, self.fc = self.Block(), torch.nn.Linear(8, 4)


def with_a_hook(place):
    """A network whose hook or whose instance's own forward bends what a layer put out."""
    net = Contained(torch.nn.ReLU())
    if place == "forward":
        net.a.forward = lambda x: torch.tanh(torch.nn.functional.linear(x, net.a.weight))
    else:
        dict(net.named_modules())[place].register_forward_hook(lambda module, inputs, outputs: torch.tanh(outputs))
    return net


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


def ahead():
    """The scheduler is stepped for an update that was not made."""
    net = made(Separable)
    report = audit(net, images(0)[0])
    optimizer = torch.optim.AdamW(numbers_of_adam.parameter_groups(net, "fc", covered=report.invariant()))
    scheduler = numbers_of_adam.RecipeScheduler(optimizer, net, norms=report.norms())
    torch.nn.functional.cross_entropy(net(images(0)[0]), images(0)[1]).backward()
    optimizer.step()
    scheduler.step()
    scheduler.step()


told(lambda: skips(scaled, ["ab", "ab", "b"]), "a.weight has no gradient in update 2")
told(lambda: skips(numbers_of_adam, ["ab", "ab", "b"]), "a.weight has no gradient in update 2")
told(lambda: skips(numbers_of_adam, ["a", "ab"], clears=False), "b.weight has no gradient in update 0")
told(lambda: skips(numbers_of_adam, ["a", "b", "ab"], zeros=True), "nothing was wrong")
told(lambda: skips(scaled, ["a", "b", "ab"], zeros=True), "nothing was wrong")
told(ahead, "optimizer.step() was called 0 times in update 1")
told(lambda: numbers_of_adam.parameter_groups(made(lambda: Contained(Act())), head="fc"), "between, a Act, stands between a and its normalization")
for learned in (True, False):
    told(lambda: scaled.parameter_groups(made(lambda: Contained(Shift(learned))), head="fc"), "between, a Shift, stands between a and its normalization")
told(lambda: scaled.parameter_groups(made(Added), head="fc"), "block is a Block with a parameter of its own")
told(lambda: scaled.parameter_groups(made(lambda: with_a_hook("a")), head="fc"), "a is a Linear with a hook or a forward of its own")
told(lambda: scaled.parameter_groups(made(lambda: with_a_hook("forward")), head="fc"), "a is a Linear with a hook or a forward of its own")
told(lambda: scaled.parameter_groups(made(lambda: with_a_hook("between")), head="fc"), "between, a ReLU with a hook")
told(lambda: scaled.parameter_groups(made(lambda: with_a_hook("norm")), head="fc"), "norm is a LayerNorm with a hook")
scaled.parameter_groups(made(lambda: with_a_hook("fc")), head="fc")
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
