"""The exported audit on a transformer and on a residual network. Prints one line for each check that held.

The transformer is pre-norm with RMSNorm, GELU and an untied head, with RMSNorm of queries and keys and without, and with a tied head.
"""
import random

import numpy
import torch

from etalon_audit import audit


class RMSNorm(torch.nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(d) + 0.1 * torch.randn(d))
        self.eps = 1e-6

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def linear(inputs, outputs):
    return torch.nn.Linear(inputs, outputs, bias=False)


class Block(torch.nn.Module):
    def __init__(self, d, heads, qk):
        super().__init__()
        self.heads, self.n1, self.n2 = heads, RMSNorm(d), RMSNorm(d)
        self.q, self.k, self.v, self.o, self.up, self.down = linear(d, d), linear(d, d), linear(d, d), linear(d, d), linear(d, 4 * d), linear(4 * d, d)
        self.qn, self.kn = (RMSNorm(d // heads), RMSNorm(d // heads)) if qk else (torch.nn.Identity(), torch.nn.Identity())

    def forward(self, x):
        b, t, d = x.shape
        y = self.n1(x)
        q, k, v = (f(y).view(b, t, self.heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        a = self.qn(q) @ self.kn(k).transpose(-1, -2) / (d // self.heads) ** 0.5
        a = a.masked_fill(torch.triu(torch.ones(t, t, dtype=torch.bool), 1), float("-inf")).softmax(-1)
        x = x + self.o((a @ v).transpose(1, 2).reshape(b, t, d))
        return x + self.down(torch.nn.functional.gelu(self.up(self.n2(x))))


class Transformer(torch.nn.Module):
    def __init__(self, qk=True, tied=False, d=16, blocks=2):
        super().__init__()
        self.emb, self.norm, self.head = torch.nn.Embedding(11, d), RMSNorm(d), linear(d, 11)
        self.blocks = torch.nn.ModuleList(Block(d, 2, qk) for _ in range(blocks))
        if tied:
            self.head.weight = self.emb.weight

    def forward(self, tokens):
        x = self.emb(tokens)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class ResNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        conv, bn = (lambda a, b, bias=False: torch.nn.Conv2d(a, b, 3, padding=1, bias=bias)), torch.nn.BatchNorm2d
        self.stem, self.n1, self.a, self.n2, self.b, self.n3, self.fc = conv(1, 4), bn(4), conv(4, 4, True), bn(4), conv(4, 4), bn(4), torch.nn.Linear(4, 3)
        self.drop = torch.nn.Dropout(0.2)

    def forward(self, x):
        x = self.stem(x)
        x = x + self.b(torch.relu(self.n2(self.a(torch.relu(self.n1(x))))))
        return self.fc(self.drop(torch.relu(self.n3(x))).mean((2, 3)))


def groups(report):
    return {frozenset(group.names) for group in report.groups}


torch.manual_seed(0)
tokens = torch.randint(0, 11, (4, 12))
attention = {frozenset({f"blocks.{i}.{x}.weight"}) for i in range(2) for x in "qk"}
writers = {frozenset({"emb.weight", *(f"blocks.{i}.{x}.weight" for i in range(2) for x in ("o", "down"))})}

model = Transformer()
before = {name: p.clone() for name, p in model.named_parameters()}
report = audit(model, tokens)
assert groups(report) == attention | writers, report
assert all(group.deviation < 1e-12 and 1e-9 < group.as_it_is < 1e-4 for group in report.groups), report
assert {name.split(".")[-2] for name, *_ in report.others} == {"v", "up", "head"}, report
assert [reason for name, _, reason in report.others if name == "head.weight"] == ["head: the outputs are proportional to it"]
assert all(moved > 0.1 for _, moved, _ in report.others)
assert all(torch.equal(before[name], p) and p.grad is None for name, p in model.named_parameters()) and model.norm.eps == 1e-6
print("qk-norm")

assert groups(audit(Transformer(qk=False), tokens)) == writers
pairs = audit(Transformer(qk=False), tokens).pairs
assert ("blocks.0.q.weight", "blocks.0.k.weight") in pairs, pairs
print("no qk-norm")

tied = audit(Transformer(tied=True), tokens)
assert groups(tied) == attention, tied
assert [reason for name, _, reason in tied.others if name == "emb.weight"][0].startswith("shared"), tied
print("tied head")

images = torch.randn(16, 1, 5, 5)
resnet = audit(ResNet(), images)
assert groups(resnet) == {frozenset({"stem.weight", "b.weight"}), frozenset({"a.weight", "a.bias"})}, resnet
print("residual network")

# The code is Python, and its groups hold every parameter once.
names = {"model": model, "WEIGHT_DECAY": 0.1}
exec(report.code(), names)
listed = [id(p) for group in names["parameter_groups"] for p in group["params"]]
assert sorted(listed) == sorted(id(p) for p in model.parameters())
torch.optim.AdamW(names["parameter_groups"], lr=1e-3)
print("code")



def refused(what, words, kind=ValueError):
    try:
        what()
    except kind as error:
        assert words in str(error), error
        return
    raise SystemExit(f"not refused: {words}")


refused(lambda: audit(torch.nn.LayerNorm(3), torch.randn(2, 3)), "two or more dimensions")
refused(lambda: audit(model, tokens, output=lambda o: o.mean()), "larger batch")
print("refusals")


class Biased(torch.nn.Module):
    """A layer in front of RMSNorm whose bias starts at 0, as transformers' do: it breaks the scale as soon as it moves."""

    def __init__(self, zeros=True):
        super().__init__()
        self.a, self.norm, self.head = torch.nn.Linear(6, 8), RMSNorm(8), torch.nn.Linear(8, 12)
        if zeros:
            torch.nn.init.zeros_(self.a.bias)

    def forward(self, x):
        return self.head(self.norm(torch.relu(self.a(x))))


class ZeroBranch(torch.nn.Module):
    """Two branches of which one starts at 0, an expert that no input reaches, and a small LayerScale behind a normalized layer."""

    def __init__(self, b):
        super().__init__()
        self.w, self.b, self.norm, self.head = linear(6, 8), b, RMSNorm(8), torch.nn.Linear(8, 12)
        self.expert, self.inner, self.inner_norm = linear(8, 8), linear(8, 8), RMSNorm(8)
        self.scale = torch.nn.Parameter(torch.full((8,), 1e-6))

    def forward(self, x):
        y = self.norm(self.w(x) + self.b(x))
        return self.head(y + self.scale * self.inner_norm(self.inner(torch.tanh(y))))


def zeros(inputs, outputs):
    layer = linear(inputs, outputs)
    torch.nn.init.zeros_(layer.weight)
    return layer


class Constant(torch.nn.Module):
    """A normalization whose epsilon is no attribute, and a limit that this batch does not reach."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.norm, self.head = linear(6, 8), linear(8, 8), RMSNorm(8), torch.nn.Linear(8, 12)

    def forward(self, x):
        y = self.a(x)
        y = self.b(torch.tanh(y / (y.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt()))
        return self.head(self.norm(y.clamp(-40, 40)))


def reason(report, name):
    return [why for other, _, why in report.others if other == name][0]


rows = torch.randn(24, 6)
for start in (True, False):
    biased = audit(Biased(start), rows)
    assert groups(biased) == {frozenset({"a.weight", "a.bias"})}, biased
    assert reason(biased, "head.weight") == "head: the outputs are proportional to it and head.bias", biased
print("a bias of zeros")

for b in (zeros(6, 8), torch.nn.Sequential(linear(6, 2), zeros(2, 8))):
    branches = audit(ZeroBranch(b), rows)
    last = "b.weight" if isinstance(b, torch.nn.Linear) else "b.1.weight"
    assert groups(branches) == {frozenset({"w.weight", last}), frozenset({"inner.weight"})}, branches
    assert all(group.as_it_is > 1e-9 for group in branches.groups), branches
    assert reason(branches, "expert.weight").startswith("not judged"), branches
assert reason(branches, "b.0.weight") == "it could stand in a group in the place of b.1.weight, and not beside it", branches
print("a branch of zeros")

constant = audit(Constant(), rows)
assert groups(constant) == set(), constant
assert reason(constant, "a.weight").startswith("epsilon") and reason(constant, "b.weight").startswith("epsilon"), constant
print("a constant that is no attribute")

normed = torch.nn.Sequential(torch.nn.utils.weight_norm(torch.nn.Linear(6, 8)), torch.nn.ReLU(), torch.nn.utils.spectral_norm(linear(8, 12)))
assert groups(audit(normed, rows)) == {frozenset({"0.weight_v"}), frozenset({"2.weight_orig"})}, audit(normed, rows)
print("weights that hooks compute")


def refuses(call, word):
    try:
        call()
    except ValueError as error:
        return word in str(error)
    return False


# A weight that the batch does not reach may have to be in a group: nothing is established before it is reached or frozen.
assert branches.not_judged == ["expert.weight"] and "not established" in str(branches), branches
assert all(refuses(call, "do not depend on expert.weight") for call in (branches.invariant, branches.norms, branches.code))
frozen = ZeroBranch(zeros(6, 8))
frozen.expert.weight.requires_grad_(False)
assert set(audit(frozen, rows).invariant()) == {"w.weight", "b.weight", "inner.weight"}


class Dead(torch.nn.Module):
    """A branch whose ReLU lets nothing through, a choice of the largest, whose weight has no derivative, and a bias that some batches do not need."""

    def __init__(self, bias=-50.0, has_mask=True):
        super().__init__()
        self.a, self.b, self.norm, self.head, self.router = torch.nn.Linear(6, 8), torch.nn.Linear(6, 8), RMSNorm(8), torch.nn.Linear(8, 12), linear(6, 3)
        torch.nn.init.constant_(self.a.bias, bias)
        self.mask, self.has_mask = torch.nn.Parameter(torch.randn(8)), has_mask

    def forward(self, x):
        y = self.b(x) + torch.relu(self.a(x)) + torch.nn.functional.one_hot(self.router(x).argmax(-1), 8) * (self.mask if self.has_mask else 1)
        return self.head(self.norm(y))


torch.manual_seed(2)
assert audit(Dead(), rows).not_judged == ["a.weight"], audit(Dead(), rows)
assert audit(Dead(0.0, False), rows).not_judged == ["mask"], audit(Dead(0.0, False), rows)
dead = audit(Dead(0.0), rows)
assert groups(dead) == {frozenset({"a.weight", "a.bias", "b.weight", "b.bias", "mask"}), frozenset({"router.weight"})}, dead
print("weights that are not reached")


class Clipped(torch.nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.emb, self.norm, self.head = torch.nn.Embedding(11, 8, **options), RMSNorm(8), linear(8, 12)

    def forward(self, tokens):
        return self.head(self.norm(self.emb(tokens)))


clipped = audit(Clipped(max_norm=1.0), tokens)
assert groups(clipped) == set() and reason(clipped, "emb.weight").startswith("rewritten"), clipped
print("weights that the forward rewrites")

net = ResNet()
torch.manual_seed(11)
random.seed(11)
drawn = torch.rand(3), random.random()
torch.manual_seed(11)
random.seed(11)
audit(net, images)
assert torch.equal(torch.rand(3), drawn[0]) and random.random() == drawn[1]
print("random numbers")


class Before(torch.nn.Module):
    """Layers with biases before a batch normalization, which takes the last of them off its outputs; the running mean has it."""

    def __init__(self, *layers, shift=False):
        super().__init__()
        self.layers, self.norm, self.head = torch.nn.Sequential(*layers), torch.nn.BatchNorm2d(4), torch.nn.Linear(4, 5)
        if shift:
            self.shift = torch.nn.Parameter(torch.randn(1, 4, 1, 1))

    def forward(self, x):
        x = self.layers(x) + self.shift if hasattr(self, "shift") else self.layers(x)
        return self.head(torch.relu(self.norm(x)).mean((2, 3)))


class Standardized(torch.nn.Conv2d):
    def forward(self, x):
        return torch.nn.functional.conv2d(x, (self.weight - self.weight.mean()) / self.weight.std(), self.bias)


conv = torch.nn.Conv2d
for net, names, norms in (
    (Before(conv(1, 4, 3)), {"layers.0.weight", "layers.0.bias"}, {"norm": 1}),
    (Before(torch.nn.utils.weight_norm(conv(1, 4, 3))), {"layers.0.weight_g", "layers.0.weight_v", "layers.0.bias"}, {"norm": 1}),
    (Before(conv(1, 4, 3, bias=False), shift=True), {"layers.0.weight", "shift"}, {"norm": 1}),
    (Before(Standardized(1, 4, 3)), {"layers.0.weight"}, {}),
    (Before(conv(1, 4, 3), conv(4, 4, 1, bias=False)), {"layers.0.weight", "layers.0.bias", "layers.1.weight"}, {"norm": 2}),
    (Before(conv(1, 4, 3), torch.nn.ReLU(), conv(4, 4, 1)), {"layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias"}, {"norm": None}),
):
    report = audit(net, images)
    assert (set(report.invariant()), report.norms()) == (names, norms), (report, report.norms())
print("running means")


class NormOfItsNumbers(RMSNorm):
    """An epsilon of None, as torch.nn.RMSNorm has it by default: that of float32, and not of the float64 in which the audit computes."""

    def __init__(self, d):
        super().__init__(d)
        self.eps = None

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + (torch.finfo(x.dtype).eps if self.eps is None else self.eps)) * self.weight


small = Clipped()
small.norm = NormOfItsNumbers(8)
torch.nn.init.normal_(small.emb.weight, std=0.002)
report = audit(small, tokens)
assert report.norms() == {"norm": 1} and report.groups[0].as_it_is > 1e-4 and small.norm.eps is None, report
print("an epsilon of None")


class Cast(RMSNorm):
    """As the transformers of today have it: in float32 whatever the model computes in."""

    def forward(self, x):
        h = x.float()
        return (h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)).type_as(x) * self.weight


def cast(model):
    for module in model.modules():
        for name, child in list(module.named_children()):
            if type(child) is RMSNorm:
                setattr(module, name, Cast(child.weight.numel()))
    return model


torch.manual_seed(0)
plain, small_eps = audit(Transformer(), tokens), audit(cast(Transformer()), tokens)
assert groups(small_eps) == groups(plain) and small_eps.groups[0].deviation < 1e-12 and small_eps.groups[0].as_it_is > 1e-8, small_eps
print("casts to float32")

padded = Transformer()
padded.emb = torch.nn.Embedding(11, 16, padding_idx=0)
assert groups(audit(padded, tokens)) == groups(plain) and padded.emb.padding_idx == 0
print("a row of padding")


class Dropped(torch.nn.Module):
    """Numbers that the seeds of torch do not set, and those that no seed sets."""

    def __init__(self, draw):
        super().__init__()
        self.model, self.draw = Transformer(), draw

    def forward(self, tokens):
        x = self.model.emb(tokens)
        return self.model.head(self.model.norm(self.model.blocks[0](x) if self.draw() < 0.5 else self.model.blocks[1](self.model.blocks[0](x))))


numpy.random.seed(4)
expected = numpy.random.rand()
numpy.random.seed(4)
for seed in range(4):
    try:
        audit(Dropped(numpy.random.rand), tokens, seed=seed).invariant()
    except ValueError as error:
        assert "do not depend on model.blocks.1" in str(error), error
assert numpy.random.rand() == expected
draws = random.Random(1)
refused(lambda: audit(Dropped(draws.random), tokens), "the outputs differ from run to run")
print("numbers of numpy")


def with_biases(model):
    for block in model.blocks:
        block.v, block.o = torch.nn.Linear(16, 16), torch.nn.Linear(16, 16)
    return model


for seed in range(4):
    torch.manual_seed(seed)
    writers = max(groups(audit(with_biases(Transformer()), tokens, seed=seed)), key=len)
    assert writers == {"emb.weight", *(f"blocks.{i}.{name}" for i in range(2) for name in ("o.weight", "o.bias", "down.weight"))}, writers
print("values with biases")


class Statistics(torch.nn.Module):
    """A batch normalization of one's own, whose statistics have other names."""

    def __init__(self, names):
        super().__init__()
        self.names, self.eps = names, 1e-5
        for name, value in zip(names, (torch.zeros(4), torch.ones(4))):
            self.register_buffer(name, value)

    def forward(self, x):
        mean, var = (getattr(self, name) for name in self.names)
        if self.training:
            with torch.no_grad():
                mean.lerp_(x.mean((0, 2, 3)), 0.1)
                var.lerp_(x.var((0, 2, 3)), 0.1)
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
        return (x - mean[:, None, None]) * torch.rsqrt(var + self.eps)[:, None, None]


for names in (("mean", "var"), ("running_mean", "running_std"), ("running_mean", "running_var")):
    net = Before(conv(1, 4, 3, bias=False))
    net.norm = Statistics(names)
    report = audit(net, images)
    assert report.invariant() == ["layers.0.weight"], report
    if names[1] == "running_var":
        assert report.norms() == {"norm": 1}
    else:
        refused(report.norms, f"training sets norm.{names[0]}, norm.{names[1]} to what grows")
        assert "not followed: " in str(report)
print("statistics of one's own")


class Limited(Transformer):
    def __init__(self, limit):
        super().__init__(blocks=1)
        self.limit = limit

    def forward(self, tokens):
        stream = self.blocks[0](self.emb(tokens)).clamp(-self.limit, self.limit)
        return self.head(self.norm(stream)), stream


limited = audit(Limited(65504), tokens)
assert groups(limited) == {frozenset({f"blocks.0.{name}.weight"}) for name in "qk"}, limited
assert reason(limited, "emb.weight").startswith("limit: its group leaves the outputs as they are where it is scaled a little, and not by 1e-05 or 1e+10"), limited
assert "judged by the first of 2 outputs alone" in str(limited) and "judged by" not in str(plain)
print("limits and several outputs")


class Fixed(RMSNorm):
    eps = property(lambda self: 1e-6, lambda self, value: None if value == 1e-6 else self.fail())

    def fail(self):
        raise AttributeError("read-only")


held = Transformer()
held.norm = Fixed(16)
refused(lambda: audit(held, tokens), "eps of Fixed cannot be set", TypeError)
for context in (torch.no_grad, torch.inference_mode):
    with context():
        assert groups(audit(Transformer(), tokens.clone())) == groups(plain)
print("no gradients")
