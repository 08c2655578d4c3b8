"""Finds, in a network of PyTorch, which weights are scale-invariant. Written by Etalon; needs PyTorch alone.

    from etalon_audit import audit

    report = audit(model, inputs)          # the inputs of one batch: a tensor, a tuple of arguments, or a dict of keywords
    print(report)                          # the smallest groups, how far outputs move, and why the other weights are in none
    print(report.code())                   # parameter groups for the optimizer, as code

A group is scale-invariant where multiplying all of its weights by one factor leaves the outputs as they are, whatever the batch. Weight decay on
it does nothing but raise the effective rate, and one rate, one decay and one factor must hold for all of it.

It works on a copy in float64, in training mode, so that batch normalization takes the statistics of the batch; dropout draws the same numbers
each time. The copy's weights are moved at random, zeros too, so that a bias or a branch that starts at 0 counts as it will in training; and `eps`
of every module is set to next to nothing for the search. The column "as it is" has the `eps` of the model. Groups are found from the
derivative of the outputs by the logarithm of each weight's scale, and each is then scaled in earnest, up and down. How far outputs may move is
held against how far they do when the weight is drawn anew; a weight that outputs hardly depend on is not judged.

Where the outputs do not depend on a weight with this batch, as on an expert that no row is sent to, it may still write where a group does. So
no group is established then, and `invariant()`, `norms()` and `code()` refuse.

The outputs must be tensors before the loss, such as logits; give `output=` where the model returns something else, as in output=lambda o: o.logits.
Where there are several, one is judged, and the report says so. Hooks of the model run with it: one that collects outputs collects these too.
What the model computes in less than float64, as by x.float() in a normalization, stays in float64 here, so that rounding hides no symmetry.
"""

import contextlib
import copy
import math
import random
import re
import sys

import torch

try:
    from torch.overrides import TorchFunctionMode
except ImportError:
    TorchFunctionMode = contextlib.nullcontext  # before PyTorch 1.13

EPSILONS = ("eps", "epsilon", "variance_epsilon", "layer_norm_epsilon", "norm_eps")
SPREADS = (0.3, 0.03, 0.003)
DEGREES = (0, 0.5, 1, 1.5, 2, 3, 4, 5, 6)
# Between the two effects a weight is not judged; below both a normalization takes it off, and only rounding is left.
LEAST_EFFECT, ROUNDING, LEAST_SIZE = 1e-6, 1e-12, 1e-2
# Instead of 0, where a row of zeros would have no direction, as behind ReLU.
NO_EPSILON = 1e-60
# Scales to which a group is taken at last, as powers of the factor: an exported equivalent stores weights of 2^-16 to 2^32 times their size.
FAR = (10, -5)
LESS_THAN_FLOAT64 = {torch.float32, torch.float16, torch.bfloat16, "torch.FloatTensor", "torch.HalfTensor", "torch.BFloat16Tensor"}


def audit(model, inputs, output=None, factor=10.0, tolerance=1e-8, seed=0):
    """The report on a model.

    inputs: of one batch; numbers become float64. output: what of the model's result to look at; default: it, its `logits`, or its first part.
    factor: groups are scaled by it, by its cube and by one over it. tolerance: below which outputs count as the same, as a share of what drawing the
    weight anew does to them.
    """
    devices, state = {p.device.index for p in model.parameters() if p.is_cuda}, random.getstate()
    numpy = sys.modules.get("numpy")
    of_numpy = numpy and numpy.random.get_state()
    with torch.inference_mode(False), torch.enable_grad(), torch.random.fork_rng(devices=devices):
        try:
            return Audit(_Probe(model, inputs, output, seed), factor, tolerance)
        finally:
            random.setstate(state)
            if numpy:
                numpy.random.set_state(of_numpy)


class Audit:
    """What was found. `groups` are the smallest scale-invariant groups, `others` the weights in none with the reason, `pairs` what only cancels."""

    def __init__(self, probe, factor, tolerance):
        self._factor, self._tolerance, self._judged_by, self._limited = factor, tolerance, probe.judged_by, set()
        self.numbers = {name: p.numel() for name, p in probe.parameters}
        probe.move_weights()
        with probe.without_epsilon():
            derivatives = probe.derivatives()
            self._effects = {name: probe.effect(name) for name, p in probe.parameters if p.dim() >= 2 or name not in probe.reached}
            for name, effect in self._effects.items():
                # One factor for each channel changes nothing when drawn anew either; what only shifts feeds no normalization more.
                if name in probe.reached and effect <= ROUNDING and probe.normalizations_fed([name], factor)[0]:
                    self._effects[name] = 1.0
            self.not_judged = [name for name in self._effects if not self._is_judged(probe, name)]
            self.groups = self._groups_of(probe, derivatives)
            self._norms = self._norms_of(probe)
            self.statistics = probe.own_statistics(self._inside(), factor, tolerance)
            self.others = self._others_of(probe, derivatives)
        for group in self.groups:
            group.as_it_is = probe.deviation(group.names, factor)
        self.pairs = self._pairs_of(probe, derivatives)

    def invariant(self):
        """The names of all weights in a scale-invariant group. Refused while a weight is not judged: it may have to be in one of them."""
        if self.not_judged:
            raise ValueError(self._not_established())
        return self._inside()

    def _is_judged(self, probe, name):
        effect = self._effects[name]
        if name in probe.reached:
            return effect > LEAST_EFFECT or effect <= ROUNDING
        # Without a derivative, as behind a choice of the largest, its scale has to be without effect.
        return effect > LEAST_EFFECT and probe.largest_deviation([name], self._factor) <= self._tolerance

    def _inside(self):
        return [name for group in self.groups for name in group.names]

    def _not_established(self):
        some = ", ".join(self.not_judged[:3]) + (f" and {len(self.not_judged) - 3} more" if len(self.not_judged) > 3 else "")
        return (f"with this batch the outputs do not depend on {some}, which may write where a group does, so that no group is established; give a batch"
                " that reaches every weight (or another seed=, where layers are left out at random), and freeze what training never uses by"
                " requires_grad_(False)")

    def _not_followed(self):
        return (f"training sets {', '.join(self.statistics[:3])} to what grows with these weights, evaluation reads it, and an exported equivalent lets"
                " running_mean and running_var of a normalization follow alone: give it these names, or cover none of the weights before it")

    def norms(self):
        """The normalizations that read something larger when the scale-invariant weights are, by name, each with its degree d.

        Where those weights grow by P, the input grows by P^d, and epsilon has to be multiplied by P^(2d), so that all is as it was. d is 1 behind
        one of those weights and 2 behind two in a row. It is None where no power does: that epsilon cannot follow, or the running mean
        cannot, as behind a second layer in a row that has a bias. Refused where the model keeps other statistics of what those weights feed.
        """
        self.invariant()
        if self.statistics:
            raise ValueError(self._not_followed())
        return dict(self._norms)

    def code(self):
        """Parameter groups for an optimizer, as Python."""
        self.invariant()
        lines = ["# Each of these leaves the outputs as they are when all of it is multiplied by one factor: one rate and one decay for each.",
                 "# A bias among them decays with its weight; without it the group is not scale-invariant.",
                 "# An exported equivalent makes its own groups: parameter_groups(model, head=..., covered=report.invariant()).", "INVARIANT = ["]
        lines += ["    {" + ", ".join(map(repr, group.names)) + "}," for group in self.groups]
        lines += ["]", "_names = {name for group in INVARIANT for name in group}",
                  "_others = [p for n, p in model.named_parameters() if n not in _names and p.requires_grad]", "parameter_groups = [",
                  "    {\"name\": \"scale-invariant\", \"params\": [p for n, p in model.named_parameters() if n in _names], \"weight_decay\": WEIGHT_DECAY},",
                  "    {\"name\": \"other matrices\", \"params\": [p for p in _others if p.dim() >= 2], \"weight_decay\": WEIGHT_DECAY},",
                  "    {\"name\": \"vectors\", \"params\": [p for p in _others if p.dim() < 2], \"weight_decay\": 0.0},",
                  "]"]
        return "\n".join(lines)

    def __str__(self):
        lines = [f"{'scale-invariant group':<58} {'numbers':>10} {'outputs move':>13} {'as it is':>9}"]
        for group in self.groups:
            numbers = sum(self.numbers[name] for name in group.names)
            note = "" if group.as_it_is <= self._tolerance else "  epsilon has to grow with the weights"
            lines.append(f"{group.names[0]:<58} {numbers:>10} {group.deviation:>13.1e} {group.as_it_is:>9.1e}{note}")
            lines += [f"  and {name}" for name in group.names[1:]]
        if not self.groups:
            lines.append("none")
        lines += ["", f"{'in no group':<58} {'numbers':>10} {'outputs move':>13}"]
        lines += [f"{name:<58} {self.numbers[name]:>10} {moved:>13.1e}  {reason}" for name, moved, reason in self.others]
        if self.not_judged:
            lines += ["", "not established: " + self._not_established()]
        if self.pairs:
            lines += ["", "what cancels (one times c, the other over c)"] + [f"{a} and {b}" for a, b in self.pairs]
        lines += self._epsilons()
        if self.statistics:
            lines += ["", "not followed: " + self._not_followed()]
        if self._judged_by:
            lines += ["", f"judged by {self._judged_by} alone: where the loss reads more, give output=, and cover what is invariant in each"]
        covered, of = sum(self.numbers[name] for name in self._inside()), sum(self.numbers.values())
        lines += ["", f"{covered} of {of} numbers are in a scale-invariant group; outputs move relative to their largest, with a factor of {self._factor:g}."]
        return "\n".join(lines)

    def _epsilons(self):
        """What each epsilon is to be multiplied by where all scale-invariant weights grow by P: most by P^2, so that only the others are named."""
        if not self._norms:
            return []
        others = {name: degree for name, degree in self._norms.items() if degree != 1}
        lines = ["", "where all of these weights grow by P, epsilon has to grow"]
        if count := len(self._norms) - len(others):
            lines.append(f"  by P^2 in {count} normalization{'s' if count > 1 else ''}")
        for name, degree in others.items():
            lines.append(f"  by P^{2 * degree:g} in {name}" if degree else
                         f"  by no power of P in {name}, or its running mean by none: no bias in front of it and epsilon 0, or cover fewer weights")
        return lines

    def _groups_of(self, probe, derivatives):
        found, taken, self._elsewhere = [], set(), {}
        names = [name for name, _ in probe.parameters]
        judged = [i for i, (name, p) in enumerate(probe.parameters) if p.dim() >= 2 and self._effects[name] > LEAST_EFFECT and name not in probe.rewritten]
        among_all = [i for i, name in enumerate(names) if name not in probe.rewritten]
        # Weights alone first: a bias belongs to a group only where it must, and the scale of a normalization only where a bias does not do.
        bias_of = {i: names.index(other) for i in judged if (other := probe.bias_of(names[i]))}
        for i in judged:
            if i in taken:
                continue
            allowed = self._tolerance * min(1.0, self._effects[names[i]])
            members = next(filter(None, (_smallest(derivatives, i, among, allowed, bias_of) for among in (judged, judged + [*bias_of.values()], among_all))), None)
            if members is None:
                continue
            if taken & set(members):
                group = next(group for group in found if set(group.names) & {names[k] for k in members})
                self._elsewhere[names[i]] = [name for name in group.names if name not in {names[k] for k in members}]
                continue
            group = Group([names[k] for k in members], probe.largest_deviation([names[k] for k in members], self._factor))
            if group.deviation > allowed or probe.rewritten & set(group.names):
                continue
            group.deviation = max(group.deviation, *(probe.deviation(group.names, self._factor**power) for power in FAR))
            if group.deviation <= allowed:
                found.append(group)
                taken.update(members)
            else:
                self._limited.update(group.names)
        return found

    def _norms_of(self, probe):
        """The degrees, once what acts on no output, as a bias before a batch normalization, has joined where running means need it to grow."""
        inside = self._inside()
        degrees, means = probe.normalizations_fed(inside, self._factor)
        if means:
            off = probe.means_off(inside, degrees, self._factor)
            for name, p in probe.parameters:
                if max(off.values()) <= self._tolerance:
                    break
                if name in inside or name in probe.rewritten or name not in probe.reached or self._effects.get(name, 0.0) > LEAST_EFFECT:
                    continue
                if probe.largest_deviation([name], self._factor) <= self._tolerance:
                    less = probe.means_off(inside + [name], degrees, self._factor)
                    if sum(less.values()) < sum(off.values()) * (1 - 1e-6):
                        off, inside = less, inside + [name]
                        self._cover(probe, name)
            degrees.update({name: None for name, part in off.items() if part > self._tolerance})
        return probe.with_epsilon_or_mean(degrees)

    def _cover(self, probe, name):
        """In the group of its weight where it is a bias, else in one of its own, as its scale is without effect."""
        for group in self.groups:
            if any(probe.bias_of(other) == name for other in group.names):
                group.names.append(name)
                return
        self.groups.append(Group([name], probe.largest_deviation([name], self._factor)))

    def _others_of(self, probe, derivatives):
        inside = set(self._inside())
        return [(name, *self._reason(probe, name)) for name, p in probe.parameters if (p.dim() >= 2 or name in self.not_judged) and name not in inside]

    def _reason(self, probe, name):
        moved = probe.largest_deviation([name], self._factor)
        if name in probe.rewritten:
            return moved, "rewritten: the forward changes it in place, as a largest norm does, whatever the optimizer made of it"
        if name in self.not_judged:
            return moved, "not judged: with this batch the outputs do not depend on it" + (f" but for {self._effects[name]:.0e}" if self._effects[name] > 0 else "")
        if not self._effects[name] > LEAST_EFFECT:
            return moved, "no effect: a normalization takes it off the outputs, and no running mean needs it to grow"
        bias = probe.bias_of(name)
        own = [name, bias] if bias else [name]
        if probe.scales_outputs(own, self._factor, self._tolerance):
            return moved, "head: the outputs are proportional to it" + (f" and {bias}" if bias else "")
        if bias and probe.largest_deviation(own, self._factor) <= self._tolerance * min(1.0, self._effects[name]):
            return moved, f"bias: invariant only together with {bias}"
        if replaced := self._elsewhere.get(name):
            return moved, f"it could stand in a group in the place of {replaced[0]}, and not beside it"
        if name in self._limited:
            least, most = (f"{self._factor**power:.0e}" for power in sorted(FAR))
            return moved, f"limit: its group leaves the outputs as they are where it is scaled a little, and not by {least} or {most}"
        if probe.settles(own):
            return moved, "epsilon: the larger it is, the less its scale matters, so behind it stands a constant, as an epsilon that is no attribute, or a limit"
        if probe.is_shared(name):
            return moved, "shared: it stands in two places, and one of them has no normalization behind it"
        return moved, "no normalization behind it undoes its scale"

    def _pairs_of(self, probe, derivatives):
        inside = set(self._inside())
        columns = [(name, derivatives[:, i]) for i, (name, _) in enumerate(probe.parameters) if name not in inside]
        size = max((column.norm() for _, column in columns), default=0.0)
        pairs = []
        for i, (a, first) in enumerate(columns):
            for b, second in columns[i + 1:]:
                if first.norm() > 1e-6 * size and (first - second).norm() <= self._tolerance * size:
                    pairs.append((a, b))
        return pairs


class Group:
    """A smallest scale-invariant group. `deviation`: how far outputs move without epsilon; `as_it_is`: with it."""

    def __init__(self, names, deviation):
        self.names, self.deviation, self.as_it_is = names, deviation, deviation


class _Probe:
    def __init__(self, model, inputs, output, seed):
        # What a hook computed from the weights, as weight_norm does, is no leaf and is copied as a number: the hook computes it anew.
        computed = {id(t): t.detach().clone() for m in model.modules() for t in vars(m).values() if torch.is_tensor(t) and not t.is_leaf}
        try:
            self._model = copy.deepcopy(model, computed).double().train()
        except Exception as error:
            raise TypeError(f"the model cannot be copied ({error}); give the module itself, before it is wrapped or compiled") from error
        self.parameters = [(name, p) for name, p in self._model.named_parameters() if p.requires_grad]
        if not any(p.dim() >= 2 for _, p in self.parameters):
            raise ValueError("the model has no trained weight of two or more dimensions")
        _name_epsilons(self._model, model)
        _give_padding_a_gradient(self._model)
        self._inputs, self._pick, self.seed, self.judged_by = _in_float64(inputs), output, seed, ""
        self.reached, self.rewritten = set(), set()
        # Of the others nothing has to follow: they have no epsilon and no running statistics.
        self._following = {name for name, m in self._normalizations().items()
                           if any(getattr(m, key, 0) for key in EPSILONS) or getattr(m, "running_mean", None) is not None}
        self._buffers = [(buffer, buffer.detach().clone()) for buffer in self._model.buffers()]
        self.refresh()
        if not torch.isfinite(self._outputs).all():
            raise ValueError("the outputs are not finite")
        self._refuse_noise()
        if self._outputs.numel() < 4 * len(self.parameters):
            raise ValueError(f"{self._outputs.numel()} outputs cannot tell {len(self.parameters)} parameters apart; give a larger batch, and outputs before the loss")

    def _refuse_noise(self):
        """Outputs must be the same when nothing changes, and move no more than weights that change in their last digits make them."""
        first, largest = self._outputs, float(self._outputs.abs().max())
        for _ in range(2):
            self.refresh()
            if self._outputs.shape != first.shape or float((self._outputs - first).abs().max()) > 1e-12 * largest:
                raise ValueError("the outputs differ from run to run: the model draws numbers that the seeds of torch, random and numpy do not set; audit it"
                                 " without")
        moved = []
        for spread in (1e-13, 1e-10):
            draws, kept = torch.Generator().manual_seed(self.seed), [p.detach().clone() for _, p in self.parameters]
            with torch.no_grad():
                for _, p in self.parameters:
                    p.mul_(1 + spread * torch.randn(p.shape, generator=draws, dtype=torch.float64).to(p.device))
                moved.append(float((self._run() - first).abs().max()) / largest)
                for (_, p), old in zip(self.parameters, kept):
                    p.copy_(old)
        if moved[0] > max(1e-10, moved[1] / 100):
            raise ValueError(f"the outputs move by {moved[0]:.0e} where weights do by 1e-13: the model computes in less than float64 inside, as under autocast"
                             " or in compiled code, and rounding hides which weights are scale-invariant; audit it without")

    def own_statistics(self, names, factor, tolerance):
        """Buffers that training sets to something that is another when these are scaled, that evaluation reads, and that no running_mean is."""
        followed = {f"{name}.{key}".lstrip(".") for name, m in self._normalizations().items() for key in ("running_mean", "running_var")
                    if all(getattr(m, each, None) is not None for each in ("running_mean", "running_var"))}
        buffers = [(name, b, kept) for (name, b), (_, kept) in zip(self._model.named_buffers(), self._buffers) if b.is_floating_point() and name not in followed]
        with torch.no_grad():
            self._run()
            before = [b.clone() for _, b, _ in buffers]
            self._scaled(names, factor)
            changed = [(name, b, kept) for (name, b, kept), old in zip(buffers, before)
                       if not torch.equal(old, kept) and float((b - old).abs().max()) > tolerance * float(old.abs().max())]
            if not changed:
                return []
            self._model.eval()
            try:
                as_it_is, read = self._run(), []
                for name, _, kept in changed:
                    old = kept.clone()
                    kept.copy_(2 * old + 1)
                    if float((self._run() - as_it_is).abs().max()) > tolerance * float(as_it_is.abs().max()):
                        read.append(name)
                    kept.copy_(old)
                return read
            finally:
                self._model.train()
                self._run()

    def _run(self):
        with _InFloat64():
            return self._run_once()

    def _run_once(self):
        torch.manual_seed(self.seed)
        random.seed(self.seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(self.seed % 2**32)
        before = [(name, p, p._version, p.detach().clone()) for name, p in self.parameters]
        # What a forward pass leaves behind, such as the vectors of spectral_norm, is not to reach the next one.
        for buffer, kept in self._buffers:
            buffer.copy_(kept)
        if isinstance(self._inputs, dict):
            result = self._model(**self._inputs)
        elif isinstance(self._inputs, (tuple, list)):
            result = self._model(*self._inputs)
        else:
            result = self._model(self._inputs)
        # A weight that the forward changes in place, as Embedding(max_norm=...) does, is not what the optimizer made of it.
        for name, p, version, value in before:
            if p._version != version or not torch.equal(p, value):
                self.rewritten.add(name)
                p.data.copy_(value)
        if self._pick is not None:
            result = self._pick(result)
        elif hasattr(result, "logits"):
            count = len(_tensors_of(result) if isinstance(result, (dict, tuple)) else [])
            result, self.judged_by = result.logits, f"logits, one of {count} outputs," if count > 1 else ""
        elif isinstance(result, (tuple, list)) and result:
            count = len(_tensors_of(result))
            result, self.judged_by = result[0], f"the first of {count} outputs" if count > 1 else ""
        if not torch.is_tensor(result):
            raise TypeError(f"the model returns {type(result).__name__}; say by output= which tensor of it to look at")
        return result.double()

    def without_epsilon(self):
        return _WithoutEpsilon(self._model, self)

    def move_weights(self):
        """To no special value: what holds there holds wherever training takes them."""
        given = [p.detach().clone() for _, p in self.parameters]
        for spread in SPREADS:
            draws = torch.Generator().manual_seed(self.seed)
            for (_, parameter), kept in zip(self.parameters, given):
                _move(parameter, kept, spread, draws)
            with self.without_epsilon():
                moved = self._outputs
            if bool(torch.isfinite(moved).all() and torch.isfinite(self._outputs).all()):
                return
        raise ValueError("the outputs are not finite without epsilon, or where weights are moved a little; give another batch, or weights of another scale")

    def effect(self, name):
        """How far outputs move, relative to the largest, when a tensor is replaced by a random one of its size."""
        parameter = dict(self.parameters)[name]
        kept, draws = parameter.detach().clone(), torch.Generator().manual_seed(self.seed + 1)
        with torch.no_grad():
            drawn = torch.randn(kept.shape, generator=draws, dtype=torch.float64).to(kept.device)
            parameter.copy_(kept.pow(2).mean().sqrt() * drawn)
            try:
                moved = float((self._run() - self._outputs).abs().max() / self._outputs.abs().max())
            finally:
                parameter.copy_(kept)
        return moved if moved == moved else float("inf")

    def bias_of(self, name):
        """The bias of a weight, as conv.bias of conv.weight and in_proj_bias of in_proj_weight; None where there is none."""
        name = re.sub(r"parametrizations\.(\w+)\.original\d?$|(weight)_(?:g|v|orig|v_orig)$", r"\1\2", name)
        module, dot, last = name.rpartition(".")
        other = module + dot + last.replace("weight", "bias")
        return other if any(other == each and p.dim() == 1 for each, p in self.parameters) else None

    def settles(self, names):
        """Whether outputs go to a limit as these grow without bound."""
        with torch.no_grad():
            large, larger = self._scaled(names, 1e7), self._scaled(names, 1e8)
        return bool((larger - large).abs().max() <= 1e-5 * large.abs().max()) and self.deviation(names, 10.0) < 0.01

    def refresh(self):
        with torch.no_grad():
            self._outputs = self._run()

    def derivatives(self):
        """One row for each random mix of the outputs: its derivative by the logarithm of the scale of each parameter."""
        rows, draws = [], torch.Generator().manual_seed(self.seed)
        outputs = self._run()
        for _ in range(len(self.parameters) + 8):
            mix = torch.randn(outputs.shape, generator=draws, dtype=torch.float64)
            gradients = torch.autograd.grad((outputs * mix.to(outputs.device)).sum(), [p for _, p in self.parameters], retain_graph=True, allow_unused=True)
            self.reached |= {name for g, (name, _) in zip(gradients, self.parameters) if g is not None and bool(g.count_nonzero())}
            rows.append(torch.stack([torch.zeros((), dtype=torch.float64) if g is None else (g * p).sum().detach().cpu() for g, (_, p) in zip(gradients, self.parameters)]))
        return torch.stack(rows)

    @torch.no_grad()
    def _scaled(self, names, factor):
        chosen = [p for name, p in self.parameters if name in set(names)]
        before = [p.clone() for p in chosen]
        for p in chosen:
            p.mul_(factor)
        try:
            return self._run()
        finally:
            for p, old in zip(chosen, before):
                p.copy_(old)

    def deviation(self, names, factor):
        """How far outputs move when these are scaled, relative to the largest output."""
        moved = float((self._scaled(names, factor) - self._outputs).abs().max() / self._outputs.abs().max())
        return moved if moved == moved else float("inf")

    def largest_deviation(self, names, factor):
        return max(self.deviation(names, by) for by in (factor, factor**3, 1 / factor))

    def normalizations_fed(self, names, factor):
        """The normalizations that read something larger when these are scaled, with the degree in which it grows, or None where there is none; and the
        means of what those with running statistics read.

        A normalization is a module with an epsilon. Its degree is the d for which it gives the same with an epsilon that is factor^(2d) times as large.
        """
        with torch.no_grad(), _Epsilons(self._normalizations(), factor) as epsilons:
            self._run()
            self._means, before = epsilons.means, epsilons.take()
            self._scaled(names, factor)
            degrees = {name: {degree for call in zip(before.get(name, ()), calls) for degree in _degrees(*call, factor) if degree != "none is read"} for name, calls in epsilons.take().items()}
        return {name: next(iter(found)) if len(found) == 1 else None for name, found in degrees.items() if found - {0}}, self._means

    def means_off(self, names, degrees, factor):
        """How far each batch mean is from the power that the degree tells when these are scaled, as a share of mean and deviation."""
        with torch.no_grad(), _Epsilons(self._normalizations(), factor, degrees=()) as epsilons:
            self._scaled(names, factor)
        off = {}
        for name, calls in self._means.items():
            by = factor ** (degrees.get(name, 0) or 0)
            shares = [(new - by * old).abs().max() / (by * (old.abs() + var.clamp_min(0).sqrt()).max()) for (old, var), (new, _) in zip(calls, epsilons.means[name])]
            off[name] = max(float(share) if share == share else 0.0 for share in shares)
        return off

    def with_epsilon_or_mean(self, degrees):
        return {name: degree for name, degree in degrees.items() if name in self._following}

    def _normalizations(self):
        return {name: m for name, m in self._model.named_modules() if any(isinstance(getattr(m, key, None), (int, float)) for key in EPSILONS)}

    def scales_outputs(self, names, factor, tolerance):
        scaled = self._scaled(names, factor)
        return float((scaled - factor * self._outputs).abs().max()) <= tolerance * factor * float(self._outputs.abs().max())

    def is_shared(self, name):
        parameter = dict(self.parameters)[name]
        return sum(p is parameter for module in self._model.modules() for p in module.parameters(recurse=False)) > 1


class _Epsilons:
    """Has each of the modules compute, beside its own outputs, those with an epsilon as large as the mean square of its input, and powers of a factor times it."""

    def __init__(self, modules, factor, degrees=DEGREES):
        self._modules, self._by, self._calls, self._sizes, self._own, self._is_busy = modules, factor, {}, {}, {}, False
        # Of each call of a module with running statistics, the mean and the variance of the batch.
        self._degrees, self.means = degrees, {}

    def __enter__(self):
        for name, module in self._modules.items():
            # A forward that the instance has and not its class, as wrappers set it.
            if "forward" in vars(module):
                self._own[module] = {"forward": module.forward}
            module.forward = self._watched(name, module, module.forward)
        return self

    def __exit__(self, *_):
        for module in self._modules.values():
            del module.forward
            vars(module).update(self._own.pop(module, {}))

    def take(self):
        """The calls of each module since the last time: of each call its outputs by the degree of epsilon."""
        calls, self._calls, self.means = self._calls, {}, {}
        return calls

    def _watched(self, name, module, forward):
        def watched(*args, **kwargs):
            read = next(iter(_tensors_of((args, kwargs))), None)
            if self._is_busy or read is None:
                return forward(*args, **kwargs)
            self._is_busy, state, buffers = True, torch.get_rng_state(), [(buffer, buffer.clone()) for buffer in module.buffers()]
            kept = {key: getattr(module, key) for key in EPSILONS if isinstance(getattr(module, key, None), (int, float))}
            calls = self._calls.setdefault(name, [])
            # The same size on both sides: of the call before weights are scaled.
            size = self._sizes.setdefault((name, len(calls)), float(read.pow(2).mean()) or 1.0)
            try:
                outputs = {}
                if all(getattr(module, each, None) is not None for each in ("running_mean", "running_var")):
                    # From statistics of 0 they go to a share of the batch's.
                    module.running_mean.zero_()
                    module.running_var.zero_()
                    forward(*args, **kwargs)
                    self.means.setdefault(name, []).append((module.running_mean.clone(), module.running_var.clone()))
                    torch.set_rng_state(state)
                    for buffer, value in buffers:
                        buffer.copy_(value)
                for degree in self._degrees:
                    for key in kept:
                        setattr(module, key, size * self._by ** (2 * degree))
                    outputs[degree] = _tensors_of(forward(*args, **kwargs))
                    torch.set_rng_state(state)
                    for buffer, value in buffers:
                        buffer.copy_(value)
                calls.append(outputs)
            finally:
                for key, value in kept.items():
                    setattr(module, key, value)
                self._is_busy = False
            return forward(*args, **kwargs)

        return watched


def _degrees(before, scaled, factor):
    """The degree of each tensor that a module gives."""
    if not before[0]:
        return [None]
    return [_degree({degree: given[i] for degree, given in before.items()}, {degree: given[i] for degree, given in scaled.items()}, factor) for i in range(len(before[0]))]


def _degree(before, scaled, factor):
    """The degree whose epsilon gives what there was before, or a power of the factor times it where the outputs grow too; None where none does."""
    first = before[0]
    if float((before[1] - first).abs().max()) <= 1e-9 * float(first.abs().max()):
        return "none is read"
    for multiple in (lambda _: 1.0, lambda outputs: float((outputs * first).sum() / first.pow(2).sum())):
        for degree, outputs in scaled.items():
            by = multiple(outputs)
            if not by > 0 or abs(math.log(by, factor) - round(math.log(by, factor))) > 1e-6:
                continue
            if float((outputs - by * first).abs().max()) <= 1e-6 * abs(by) * float(first.abs().max()):
                return degree
    return None


def _tensors_of(value):
    """The tensors of numbers in arguments or results, however they are packed."""
    if torch.is_tensor(value):
        return [value] if value.is_floating_point() else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    return [tensor for part in parts for tensor in _tensors_of(part)]


def _name_epsilons(copied, model):
    """An epsilon of None, as torch.nn.RMSNorm has it, is that of the model's own numbers and not that of float64."""
    numbers = next(p.dtype for p in model.parameters() if p.is_floating_point())
    for module, own in zip(copied.modules(), model.modules()):
        kind = type(module).__name__.lower()
        for key in EPSILONS:
            if ("norm" in kind or "rms" in kind) and vars(module).get(key, 0) is None:
                setattr(module, key, torch.finfo(next((p.dtype for p in own.parameters()), numbers)).eps)


def _give_padding_a_gradient(model):
    """The row of padding has none in training. It grows with the others here as there: what its scale does has to be in the derivative."""
    for module in model.modules():
        if type(module) is torch.nn.Embedding:
            module.padding_idx = None


class _InFloat64(TorchFunctionMode):
    """Casts to less than float64 give float64."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function in (torch.Tensor.float, torch.Tensor.half, torch.Tensor.bfloat16):
            return args[0].double()
        args = [_raised(value) for value in args]
        return function(*args, **{key: _raised(value) for key, value in (kwargs or {}).items()})


def _raised(value):
    return torch.float64 if isinstance(value, (torch.dtype, str)) and value in LESS_THAN_FLOAT64 else value


class _WithoutEpsilon:
    def __init__(self, model, probe):
        self._kept = [(m, key, getattr(m, key)) for m in model.modules() for key in EPSILONS if isinstance(getattr(m, key, None), (int, float))]
        self._probe = probe

    def __enter__(self):
        for module, key, value in self._kept:
            try:
                setattr(module, key, NO_EPSILON)
            except AttributeError:
                raise TypeError(f"{key} of {type(module).__name__} cannot be set, and an epsilon has to follow weights that grow: make it an attribute") from None
        self._probe.refresh()

    def __exit__(self, *_):
        for module, key, value in self._kept:
            setattr(module, key, value)
        self._probe.refresh()


def _move(parameter, kept, spread, draws):
    """Each number by a factor of its own. Zeros get numbers of the size that a layer as wide as it starts with, small tensors larger ones."""
    factors = (spread * torch.randn(kept.shape, generator=draws, dtype=torch.float64)).exp().to(kept.device)
    drawn = torch.randn(kept.shape, generator=draws, dtype=torch.float64).to(kept.device)
    with torch.no_grad():
        size = float(kept.pow(2).mean().sqrt()) or 1 / max(1, kept[0].numel() if kept.dim() > 1 else kept.numel()) ** 0.5
        parameter.copy_(torch.where(kept == 0, spread * size * drawn, kept * factors) * max(1.0, LEAST_SIZE / size))


def _smallest(derivatives, i, candidates, tolerance, bias_of):
    """The smallest set with i whose columns sum to nothing, each taken once; None where there is none."""
    size = derivatives.norm(dim=0).max()
    members = _needed(derivatives, i, candidates, tolerance * size)
    # Values with their bias may stand where the output's weight does, of which one is enough: the fewest, and of as many the last.
    for k in sorted(bias_of):
        if members and k != i and {k, bias_of[k]} <= members:
            without = [m for m in candidates if m != k]
            others = _needed(derivatives, i, without, tolerance * size)
            if others and (len(others), -sum(others)) < (len(members), -sum(members)):
                members, candidates = others, without
    if members is None:
        return None
    total = derivatives[:, sorted(members)].sum(dim=1)
    return sorted(members) if total.norm() <= tolerance * size else None


def _needed(derivatives, i, candidates, limit):
    """A set with i whose columns sum to nothing, of which none can be left out; None where there is none."""
    members = _solve(derivatives, i, candidates, limit)
    for k in list(members or ()):
        if k != i and k in members:
            fewer = _solve(derivatives, i, [m for m in members if m != k], limit)
            members = fewer if fewer is not None else members
    return members


def _solve(derivatives, i, candidates, limit):
    """Non-negative least squares (Lawson and Hanson): column i plus shares of others. The columns with a share, or None where a rest stays."""
    others = [k for k in candidates if k != i]
    target, a = -derivatives[:, i], derivatives[:, others]
    if not others or (target - a @ torch.linalg.lstsq(a, target.unsqueeze(1), driver="gelsd").solution.squeeze(1)).norm() > limit:
        return {i} if target.norm() <= limit else None  # not with shares of any sign
    x, passive, sizes, gram = torch.zeros(len(others), dtype=torch.float64), [], a.norm(dim=0).tolist(), a.T @ a
    for _ in range(3 * len(others) + 1):
        rest = target - a @ x
        if rest.norm() <= limit:
            return {i} | {k for k, share in zip(others, x) if share > 1e-6}
        gain = a.T @ rest
        gains = {j: each / size for j, (each, size) in enumerate(zip(gain.tolist(), sizes)) if j not in passive and each > 1e-12}
        if not gains:
            return None
        # Of two weights in a row with nothing between, such as values and outputs of attention, the later writes the stream.
        largest = max(gains.values())
        passive.append(max(j for j, each in gains.items() if each >= largest * (1 - 1e-9)))
        while True:
            z = _least_squares(a[:, passive], gram[passive][:, passive], target)
            low = [n for n, value in enumerate(z) if value <= 0]
            if not low:
                x = torch.zeros_like(x)
                x[passive] = z
                break
            step = min((float(x[passive[n]] / (x[passive[n]] - z[n])) for n in low), default=0.0)
            for n, j in enumerate(passive):
                x[j] += step * (z[n] - x[j])
            passive = [j for j in passive if x[j] > 1e-12]
            if not passive:
                break
    return None


def _least_squares(a, gram, target):
    """By the normal equations, refined once: a tenth of the time of a singular value decomposition, which is left for columns that depend on each other."""
    try:
        z = torch.linalg.solve(gram, a.T @ target)
        z = z + torch.linalg.solve(gram, a.T @ (target - a @ z))
    except RuntimeError:
        z = torch.full((a.shape[1],), math.nan, dtype=torch.float64)
    return z if bool(torch.isfinite(z).all()) else torch.linalg.lstsq(a, target.unsqueeze(1), driver="gelsd").solution.squeeze(1)


def _in_float64(inputs):
    if torch.is_tensor(inputs):
        return inputs.detach().to(torch.float64 if inputs.is_floating_point() else inputs.dtype, copy=True)
    if isinstance(inputs, dict):
        return {key: _in_float64(value) for key, value in inputs.items()}
    if isinstance(inputs, (tuple, list)):
        return tuple(_in_float64(value) for value in inputs)
    return inputs
