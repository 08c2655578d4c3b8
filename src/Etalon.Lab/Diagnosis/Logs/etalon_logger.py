"""Logs what `etalon diagnose` reads, from any PyTorch loop that trains with SGD, AdamW, Adam, Lion or Muon. Written by Etalon; needs PyTorch alone.

    from etalon_logger import RunLogger

    logger = RunLogger(model, optimizer, "log.csv", every=10)     # after model.to(device), before or after the schedulers
    for batch in batches:
        ...
        optimizer.step()                                          # logged by itself
    logger.close()

and then: etalon diagnose log.csv

What is logged: every weight with two or more dimensions but the last one, which is the head: the weights that a normalization follows. Where
that is not so, as in a transformer, say which: `weights=[(n, p) for n, p in model.named_parameters() if n in report.invariant()]`, with the report
of Etalon's audit. Each is a group of its own; `scale_invariant` is all of them together. With Muon
it is every matrix that Muon updates.

With several processes make one logger, in one of them.

To resume, keep `logger.step` in the checkpoint and give it back: RunLogger(..., step=N) cuts off what the file has from update N on and appends.

From its construction on the logger never ends a training: what it cannot read or write it leaves out, and says so once, on standard error and in
the column `note`, whose first cell has the parameter groups (`modules` has the layers). A weight with a sparse or complex gradient leaves the log; a row that cannot be made or written is missing.

Each row is one update t (0-based), with the numbers the optimizer used, and for each group NAME
    norm/NAME        |w| before the update
    gradsq/NAME      |g|^2 of the gradient that the optimizer was given, without weight decay
    dot/NAME         <g, w>
    angle/NAME       the angle between w before this update and before the next, in radians
    buffer_dot/NAME  <v, g> with the momentum buffer v before the update; 0 where there is none
    buffer_weight/NAME   <v, w> with the same v
    residual/NAME    |w|^2 before the next update over what SGD's rule makes of it, minus 1: rounding, unless something else changes the weights
    gradmax/NAME     the largest |g_i| of the gradient's elements: a clip of values makes it one and the same number
    gradmean/NAME    the share of |g|^2 in the means over each filter or row: 0 where gradients are centralized
    norm1/NAME       the sum of |w_i| before the update: of an L1 term c |w|_1 in the loss <g, w> is c times it
    group/NAME       the optimizer's parameter group that it is in, from 0; empty where there are several
With AdamW, Adam, Lion and Muon, whose update is w' = (1 - eta lambda) w - eta U (Adam's decay is in U), there are in the place of the buffer's products
    update_sq/NAME   |U|^2, from the moments after the update (AdamW, Adam), or before it (Lion); of Muon from the weights before and after
    update_dot/NAME  <U, w>
    elements/NAME    how many numbers the weights are; rows/NAME how many rows a matrix has (Muon)
residual/NAME is |w|^2 over (1 - eta lambda)^2 |w|^2 - 2 (1 - eta lambda) eta <U, w> + eta^2 |U|^2, minus 1, and empty with Muon. The column momentum
is beta1; beta2, eps and decoupled (1 where the decay is not in the gradient) are columns of their own, and there are no sums of gradients.

norms_in_eval, how many of the normalizations that keep statistics are in eval(), where they do not use the batch's,
and gradsq/all, over all parameters of the optimizer: a constant one gives clipping away. Parameter groups with numbers of their own add
lr/NAME, weight_decay/NAME and momentum/NAME (a mean weighted by |w|^2 where a group of weights spans several).

Of the updates since the row before, that one included and this one not, a row has
    updates                             how many the logger saw: fewer than lie between the rows where the log was resumed or a row is missing
    lr_sum, decay_sum                   sums of eta and of eta lambda; also for each NAME where there are several parameter groups
    gradsq_sum/NAME                     sum of eta^2 |g|^2
    buffer_dot_sum/NAME                 sum of eta^2 <v, g>
    gradsq_min/all, gradsq_max/all      the smallest and the largest |g|^2 over all parameters
and, this update included,
    lr_min, lr_max                      the smallest and the largest eta
    lr_changes                          how often eta was another than at the update before
    lr_jumps                            "UPDATE:FROM>TO", with ; between: where eta left the line through the two updates before by more than 5 %
"""

import math
import os
import sys
import types

import torch

WHOLE = "scale_invariant"
MEASURED = ("norm", "gradsq", "dot", "angle", "buffer_dot", "buffer_weight", "residual")
OF_UPDATES = ("norm", "gradsq", "dot", "angle", "update_sq", "update_dot", "residual")
SUMMED = ("gradsq_sum", "buffer_dot_sum")
ELEMENTS = ("gradmax", "gradmean", "norm1")
NUMBERS = ("lr", "weight_decay", "momentum")
RULE = ("dampening", "nesterov")
RULE_OF_OTHERS = ("beta2", "eps", "nesterov", "decoupled")
INTERVAL = ("updates", "lr_sum", "decay_sum", "lr_min", "lr_max", "lr_changes", "lr_jumps")
MOST_JUMPS = 8


class RunLogger:
    """Appends a row to a CSV file for each update whose number is a multiple of `every`.

    A row is written when the update after it begins, so that whatever else changes the weights between two updates is seen; `close()` writes the
    last one. Costs a copy of the logged weights and three passes over them at a logged update, and at every update one pass over the gradients
    and one over the logged weights' buffers, without waiting for the device.
    """

    def __init__(self, model, optimizer, path, every=10, step=0, weights=None):
        self._kind = _kind_of(optimizer)
        if every < 1 or step < 0:
            raise ValueError(f"every={every}, step={step}: every must be at least 1 and step at least 0")
        self.optimizer, self.path, self.every, self.step = optimizer, os.fspath(path), every, step
        self._weights = list(weights) if weights is not None else _matrices_of(model, optimizer) if self._kind == "muon" else _weights_of(model)
        # Groups are known by their index: load_state_dict() replaces them. Those that come later have no columns.
        self._groups = len(optimizer.param_groups)
        self._group_of = {id(p): i for i, group in enumerate(optimizer.param_groups) for p in group["params"]}
        self._check()
        self._own = [self._group_of[id(p)] for _, p in self._weights]
        self._left, self._said, self._notes = {}, set(), []
        self._has_rows = self._is_closed = False
        self._pending = None
        self._rates, self._sums = _Rates(self._groups), _Sums()
        self._header = self._columns()
        self._modules = ""
        self._norms = [module for module in model.modules() if getattr(module, "running_mean", None) is not None] if hasattr(model, "modules") else []
        self._file, self._end = self._open()
        if not self._has_rows:
            self._quietly("the parameter groups", lambda: self._notes.append(_groups_of(model, optimizer)))
            self._quietly("the modules", lambda: setattr(self, "_modules", _modules_of(model)))
        self._unhooked = optimizer.step
        self._hook = optimizer.step = self._hooked(optimizer.step)

    def close(self):
        """Writes the last row, and lets go of the optimizer; call it when training ends."""
        if self._is_closed:
            return
        self._quietly("the last row", self._finish)
        self._is_closed = True
        self._quietly("the file", self._file.close)
        # A scheduler made after the logger has wrapped the hook; the hook stays in its place then and does nothing.
        if self.optimizer.step is self._hook:
            self.optimizer.step = self._unhooked

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _check(self):
        if not self._weights:
            raise ValueError("there are no weights to log: none has two dimensions, but for the last; name them with weights=[(name, parameter), ...]")
        names = [name for name, _ in self._weights]
        for name in names:
            if names.count(name) > 1 or name in (WHOLE, "all") or any(c in name for c in ',"\n\r'):
                raise ValueError(f"weights: {name!r} must occur once, be neither {WHOLE!r} nor 'all', and have no comma, quote or line break")
        strangers = [name for name, p in self._weights if id(p) not in self._group_of]
        if strangers:
            raise ValueError(f"the optimizer does not update {', '.join(strangers)}; leave them out with weights=[(name, parameter), ...]")
        # A sharded weight has its sums in several processes, and asking for one in a single process waits for the others without end.
        sharded = [name for name, p in self._weights if hasattr(p, "full_tensor")]
        if sharded:
            raise ValueError(f"{', '.join(sharded[:8])}: sharded over processes, and no process sees the whole; log a run that is not sharded")

    # --- the file ---

    def _columns(self):
        groups = [WHOLE] + [name for name, _ in self._weights]
        is_sgd = self._kind == "sgd"
        columns = ["step", "optimizer", *NUMBERS, *(RULE if is_sgd else RULE_OF_OTHERS), *INTERVAL, "norms_in_eval"]
        own = (*MEASURED, *ELEMENTS, *SUMMED, "group")
        if not is_sgd:
            own = (*OF_UPDATES, *ELEMENTS, "elements", *(("rows",) if self._kind == "muon" else ()), "group")
        columns += [f"{quantity}/{name}" for name in groups for quantity in own]
        if self._groups > 1:
            columns += [f"{number}/{name}" for name in groups for number in (*NUMBERS, "lr_sum", "decay_sum")]
        return columns + ["gradsq/all", "gradsq_min/all", "gradsq_max/all", "modules", "note"]

    def _open(self):
        header = (",".join(self._header) + "\n").encode("utf-8")
        if not os.path.exists(self.path) or os.path.getsize(self.path) == 0:
            file = open(self.path, "wb", buffering=0)
            file.write(header)
            return file, len(header)
        if self.step == 0:
            raise FileExistsError(f"{self.path} exists: remove it to log a new run, or go on with it with step=N, the number of the next update")
        with open(self.path, "rb") as old:
            if old.readline() != header:
                raise ValueError(f"{self.path} has other columns than this model and optimizer give; log into another file")
            keep = old.tell()
            for line in old:
                # A line without its end was torn by a crash.
                if not line.endswith(b"\n") or int(line.split(b",", 1)[0]) >= self.step:
                    break
                keep += len(line)
        file = open(self.path, "r+b", buffering=0)
        file.truncate(keep)
        file.seek(keep)
        self._has_rows = keep > len(header)
        return file, keep

    def _write(self, row):
        line = (",".join(_cell(row.get(column)) for column in self._header) + "\n").encode("utf-8")
        # A full disk takes a part of a line and names no error. What it took is cut off, or overwritten by the next row.
        self._file.seek(self._end)
        taken = self._file.write(line)
        if taken != len(line):
            self._file.truncate(self._end)
            raise OSError(f"only {taken} of {len(line)} bytes could be written")
        self._end += len(line)

    # --- what must not end a training ---

    def _quietly(self, what, action):
        try:
            action()
        except Exception as error:
            self._say(f"{what} could not be logged: {type(error).__name__}: {error}", once=(what, type(error)))

    def _say(self, text, once):
        if once in self._said:
            return
        self._said.add(once)
        text = f"update {self.step}: {text}"
        self._notes.append(text)
        try:
            sys.stderr.write(f"etalon_logger: {text}\n")
            sys.stderr.flush()
        except Exception:
            pass

    # --- one update ---

    def _hooked(self, original):
        def step(optimizer, closure=None, *args, **kwargs):
            seen = []

            def begin():
                if not seen and not self._is_closed:
                    seen.append(True)
                    self._quietly("an update", self._begin)

            def evaluate():
                # A closure computes the gradients inside step().
                loss = closure()
                begin()
                return loss

            try:
                if closure is None:
                    begin()
                    result = original(*args, **kwargs)
                else:
                    result = original(evaluate, *args, **kwargs)
            except BaseException:
                # Nobody knows how far the update came.
                self._pending = None
                raise
            self.step += 1
            return result

        # Learning rate schedulers look for a bound method, and for the marks that they put on it.
        step.__dict__.update(getattr(original, "__dict__", {}))
        return types.MethodType(step, self.optimizer)

    @torch.no_grad()
    def _begin(self):
        self._quietly("a row", self._finish)
        numbers = self._numbers()
        if getattr(self.optimizer, "grad_scale", None) is not None:
            raise TypeError("the gradients are those of a GradScaler, which a fused optimizer unscales inside its update; use fused=False")
        self._rates.meet(self.step, numbers[0]["lr"])
        is_logged = self.step % self.every == 0
        if is_logged:
            interval = self._rates.take(), self._sums.take()
            self._quietly("a row", lambda: self._measure(numbers, interval))
        self._rates.add(numbers)
        summed = zip(self._weights, self._own) if self._kind == "sgd" else ()
        self._sums.add([(name, p, numbers[i]["lr"]) for (name, p), i in summed if name not in self._left], self.optimizer)

    def _measure(self, numbers, interval):
        self._look()
        logged = [(name, p, i) for (name, p), i in zip(self._weights, self._own) if name not in self._left]
        before = [p.detach().clone() for _, p, _ in logged]
        products = self._products if self._kind == "sgd" else self._products_of_gradients
        sums = [products(p, w, self.optimizer.param_groups[i]) for (_, p, i), w in zip(logged, before)]
        everything = [_square(_strided(p.grad)) for group in self.optimizer.param_groups for p in group["params"] if p.grad is not None]
        norms_in_eval = sum(not norm.training for norm in self._norms) if self._norms else None
        self._pending = self.step, numbers, logged, before, sums, everything, norms_in_eval, interval

    def _look(self):
        """Takes out of the log what can no longer be read, and tells of parameters that came later."""
        groups = self.optimizer.param_groups
        if len(groups) > self._groups:
            self._say(f"parameter group {self._groups} was added after the logger was made; its weights are not logged, nor those of later ones", once="groups")
        members = [{id(p) for p in group["params"]} for group in groups]
        for (name, p), i in zip(self._weights, self._own):
            reason = ("the optimizer no longer has it" if i >= len(groups) or id(p) not in members[i]
                      else "it is complex" if p.is_complex()
                      else "its gradient is sparse" if p.grad is not None and p.grad.layout != torch.strided
                      else None)
            if reason is not None and name not in self._left:
                self._left[name] = self._has_rows
                self._say(f"{name} is no longer logged: {reason}", once=name)

    def _products(self, p, w, group):
        """|w|^2, |g|^2, <g, w>, <v, g>, <v, w>, |w|^2 after the update that torch.optim.SGD is about to make, the largest |g_i|, the part of
        |g|^2 in the means of filters, and the sum of |w_i|."""
        w, v = _wide(w), _buffer(self.optimizer, p)
        if p.grad is None:
            none = torch.zeros_like(_square(w))
            return torch.stack([_square(w), none, none, none, none if v is None else (_wide(v) * w).sum(), _square(w), none, none, w.abs().sum()])
        g = _wide(-p.grad if group.get("maximize") else p.grad)
        rate, mu = float(group["lr"]), group["momentum"]
        d = g + group["weight_decay"] * w
        buffer = d if v is None else mu * _wide(v) + (1 - group["dampening"]) * d
        update = d + mu * buffer if group["nesterov"] else buffer if mu else d
        along = [torch.zeros_like(_square(w))] * 2 if v is None else [(_wide(v) * g).sum(), (_wide(v) * w).sum()]
        return torch.stack([_square(w), _square(g), (g * w).sum(), *along, _square(w - rate * update),
                            g.abs().max() if g.numel() else torch.zeros_like(_square(w)), _in_means(g), w.abs().sum()])

    def _products_of_gradients(self, p, w, group):
        """|w|^2, |g|^2, <g, w>; |U|^2 and <U, w> of Lion, 0 of others; whether there is an update; the largest |g_i|, the part in means, the sum of |w_i|."""
        wide = _wide(w)
        none = torch.zeros_like(_square(wide))
        if p.grad is None:
            return torch.stack([_square(wide), none, none, none, none, none, none, none, wide.abs().sum()])
        grad = -p.grad if group.get("maximize") else p.grad
        g, own = _wide(grad), [none, none]
        if self._kind == "lion":
            # In the weights' own type, since a sign has no digits to spare.
            first, moment = float(group["betas"][0]), self.optimizer.state[p].get("exp_avg") if p in self.optimizer.state else None
            u = _wide(torch.sign(grad * (1 - first) if moment is None else (moment * first).add(grad, alpha=1 - first)))
            own = [_square(u), (u * wide).sum()]
        return torch.stack([_square(wide), _square(g), (g * wide).sum(), *own, none + 1, g.abs().max() if g.numel() else none, _in_means(g), wide.abs().sum()])

    def _update(self, p, old, new, group, products):
        """[|U|^2, <U, w>, |w|^2 after the update by the rule] of AdamW, Adam, Lion or Muon; nan where it is not known."""
        norm2, is_updated, rate = products[0], products[5] > 0, group["lr"]
        if not is_updated or rate == 0:
            return [math.nan, math.nan, norm2]
        kept = 1 - rate * group["weight_decay"] if group["decoupled"] else 1.0
        if self._kind == "lion":
            square, dot = products[3:5]
        elif self._kind == "muon":
            u = (kept * old - new) / rate
            return [float(_square(u)), float((u * old).sum()), math.nan]
        else:
            u = self._adam(p, group)
            square, dot = float(_square(u)), float((u * old).sum())
        return [square, dot, kept * kept * norm2 - 2 * kept * rate * dot + rate * rate * square]

    def _adam(self, p, group):
        """m/(1 - beta1^t) over sqrt(u/(1 - beta2^t)) + eps, as torch.optim.AdamW has them after the update."""
        state = self.optimizer.state[p]
        step, squares = float(state["step"]), _wide(state["max_exp_avg_sq"] if "max_exp_avg_sq" in state else state["exp_avg_sq"])
        return _wide(state["exp_avg"]) / (1 - group["momentum"] ** step) / ((squares / (1 - group["beta2"] ** step)).sqrt() + group["eps"])

    def _numbers(self):
        groups = self.optimizer.param_groups[:self._groups]
        if self._kind == "sgd":
            return [{key: float(group.get(key) or 0) for key in (*NUMBERS, *RULE)} for group in groups]
        return [{"lr": float(group["lr"]), "weight_decay": float(group.get("weight_decay") or 0),
                 "momentum": float(group["betas"][0] if "betas" in group else group.get("momentum") or 0),
                 "beta2": float(group["betas"][1]) if "betas" in group else None, "eps": float(group["eps"]) if "eps" in group else None,
                 "nesterov": float(bool(group.get("nesterov"))), "decoupled": float(self._is_decoupled(group))} for group in groups]

    def _is_decoupled(self, group):
        return self._kind != "adam" or isinstance(self.optimizer, torch.optim.AdamW) or bool(group.get("decoupled_weight_decay"))

    @torch.no_grad()
    def _finish(self):
        if self._pending is None:
            return
        step, numbers, logged, before, sums, everything, norms_in_eval, (rates, gradients) = self._pending
        self._pending = None
        summed = gradients.of([name for name, _, _ in logged])
        row = {"step": step, "optimizer": _plain(type(self.optimizer).__name__), **numbers[0], **rates, "norms_in_eval": norms_in_eval,
               "gradsq/all": math.fsum(map(float, everything))}
        # What the run means by its decay is the largest one: a parameter group without decay is an exception to it.
        row["weight_decay"] = max(each["weight_decay"] for each in numbers)
        row["gradsq_min/all"], row["gradsq_max/all"] = gradients.extremes()
        table = []
        for (name, p, i), old, products in zip(logged, before, sums):
            new, old = _wide(p.detach()), _wide(old)
            products = products.tolist()
            *measured, largest, means, norm1 = products
            if self._kind != "sgd":
                measured = [*measured[:3], *self._update(p, old, new, numbers[i], products)]
            measured += [float(_square(new)), float(_square(new - old))]
            own = {**numbers[i], "elements": p.numel(), "rows": p.shape[0] if p.dim() else 1, "gradmax": largest, "gradmean": means, "norm1": norm1, "lr_sum": rates["lr_sums"][i], "decay_sum": rates["decay_sums"][i]}
            table.append((measured, own, i, summed[name]))
            self._add(row, name, table[-1:], self._kind == "sgd")
        # A weight that left in the middle of the run was a part of the whole up to then.
        if table and not any(self._left.values()):
            self._add(row, WHOLE, table, self._kind == "sgd")
        notes, self._notes = self._notes, []
        row["note"], row["modules"] = "; ".join(map(_plain, notes)), self._modules
        try:
            self._write(row)
        except BaseException:
            self._notes = notes + self._notes
            raise
        self._has_rows, self._modules = True, ""

    @staticmethod
    def _add(row, name, table, is_sgd):
        norm2, grad2, dot, along, outward, expected, norm2_after, moved2 = map(math.fsum, zip(*(measured for measured, *_ in table)))
        norm, after = math.sqrt(norm2), math.sqrt(norm2_after)
        # The chord between the directions: arccos of their product loses every digit of a small angle.
        chord2 = max(moved2 - (after - norm) ** 2, 0.0) / (norm * after) if norm * after > 0 else math.nan
        values = (norm, grad2, dot, 2 * math.asin(min(math.sqrt(chord2) / 2, 1.0)) if chord2 == chord2 else math.nan, along, outward,
                  norm2_after / expected - 1 if expected > 0 else math.nan)
        # What is not known of an update, as of one that a weight without a gradient did not take, is an empty cell.
        row.update({f"{quantity}/{name}": value if is_sgd or value == value else None for quantity, value in zip(MEASURED if is_sgd else OF_UPDATES, values)})
        row[f"elements/{name}"], row[f"rows/{name}"] = sum(own["elements"] for _, own, *_ in table), table[0][1]["rows"] if len(table) == 1 else None
        if all(summed is not None for *_, summed in table):
            row.update({f"{key}/{name}": math.fsum(summed[i] for *_, summed in table) for i, key in enumerate(SUMMED)})
        row[f"gradmax/{name}"] = max(own["gradmax"] for _, own, *_ in table)
        row[f"gradmean/{name}"] = math.fsum(own["gradmean"] for _, own, *_ in table) / grad2 if grad2 > 0 else None
        row[f"norm1/{name}"] = math.fsum(own["norm1"] for _, own, *_ in table)
        groups = {i for _, _, i, _ in table}
        row[f"group/{name}"] = groups.pop() if len(groups) == 1 else None
        for number in (*NUMBERS, "lr_sum", "decay_sum"):
            its = [own[number] for _, own, *_ in table]
            # A mean of equal numbers may differ from them by rounding, and would look like a change from row to row.
            is_one = min(its) == max(its) or not norm2 > 0
            row[f"{number}/{name}"] = its[0] if is_one else math.fsum(measured[0] * each for (measured, *_), each in zip(table, its)) / norm2


class _Rates:
    """What the optimizer's numbers did since the last row."""

    def __init__(self, groups):
        self._groups = groups
        self._before = []
        self._clear()

    def _clear(self):
        self._updates, self._lr_sum, self._decay_sum, self._changes, self._jumps = 0, 0.0, 0.0, 0, []
        self._lr_sums, self._decay_sums = [0.0] * self._groups, [0.0] * self._groups
        self._least, self._most = math.inf, -math.inf

    def meet(self, step, rate):
        """The rate of the update that begins, beside those of the two before."""
        self._least, self._most = min(self._least, rate), max(self._most, rate)
        if self._before and rate != self._before[-1]:
            self._changes += 1
            if len(self._before) == 2:
                a, b = self._before
                limit = 0.05 * max(abs(b), abs(rate))
                if abs(rate - b) > limit and abs(rate - 2 * b + a) > limit:
                    self._jumps.append(f"{step}:{b!r}>{rate!r}")
        self._before = [*self._before[-1:], rate]

    def take(self):
        """The cells of a row; the next row begins anew."""
        jumps = ";".join(self._jumps[:MOST_JUMPS]) + (";..." if len(self._jumps) > MOST_JUMPS else "")
        cells = dict(zip(INTERVAL, (self._updates, self._lr_sum, self._decay_sum, self._least, self._most, self._changes, jumps)))
        cells.update(lr_sums=self._lr_sums, decay_sums=self._decay_sums)
        self._clear()
        return cells

    def add(self, numbers):
        """The update belongs to the next row's interval."""
        rate, decay = numbers[0]["lr"], max(each["weight_decay"] for each in numbers)
        self._updates += 1
        self._lr_sum += rate
        self._decay_sum += rate * decay
        self._least, self._most = min(self._least, rate), max(self._most, rate)
        for i, each in enumerate(numbers):
            self._lr_sums[i] += each["lr"]
            self._decay_sums[i] += each["lr"] * each["weight_decay"]


class _Sums:
    """Sums over gradients since the last row, on the devices where the gradients are. What is unknown for one update is unknown for the interval."""

    def __init__(self):
        self._of = {}
        self._all = None
        self._is_known = True

    def take(self):
        """The sums; the next row begins anew."""
        taken = _Sums()
        taken.__dict__, self.__dict__ = self.__dict__, taken.__dict__
        return taken

    def add(self, weights, optimizer):
        """Adds eta^2 |g|^2 and eta^2 <v, g> of the weights (name, parameter, eta), and looks at |g|^2 of all parameters of the optimizer."""
        try:
            self._add(weights, optimizer)
        except BaseException:
            self._is_known = False
            raise

    def _add(self, weights, optimizer):
        signs = {id(p): -1 if group.get("maximize") else 1 for group in optimizer.param_groups for p in group["params"]}
        squares = []
        logged = set()
        for part in _parts([(name, p, rate) for name, p, rate in weights if p.grad is not None and p.grad.layout == torch.strided], lambda each: each[1]):
            grads = [_strided(p.grad) for _, p, _ in part]
            buffers = [_buffer(optimizer, p) for _, p, _ in part]
            norms = _squares(grads)
            zero = torch.zeros((), dtype=norms.dtype, device=norms.device)
            along = torch.stack([zero if v is None else signs[id(p)] * torch.dot(_strided(v).reshape(-1), g.reshape(-1)).to(norms.dtype)
                                 for (_, p, _), v, g in zip(part, buffers, grads)])
            squares.append(norms.sum())
            logged.update(id(p) for _, p, _ in part)
            key = tuple(name for name, _, _ in part)
            rates = [rate * rate for _, _, rate in part]
            scaled = torch.stack([norms, along]) * (rates[0] if min(rates) == max(rates) else torch.tensor(rates, dtype=norms.dtype, device=norms.device))
            self._of[key] = self._of[key] + scaled if key in self._of else scaled
        others = [p for group in optimizer.param_groups for p in group["params"] if p.grad is not None and id(p) not in logged]
        squares += [_squares([_strided(p.grad) for p in part]).sum() for part in _parts(others, lambda p: p)]
        if squares:
            total = squares[0]
            for square in squares[1:]:
                total = total + square.to(total.device, total.dtype)
            self._all = (total, total) if self._all is None else (torch.minimum(self._all[0], total), torch.maximum(self._all[1], total))

    def of(self, weights):
        """[sum of eta^2 |g|^2, sum of eta^2 <v, g>] of each weight by name: 0 where it had no gradient, None where nobody knows."""
        if not self._is_known:
            return dict.fromkeys(weights)
        found = {name: [0.0, 0.0] for name in weights}
        for names, sums in self._of.items():
            for name, square, along in zip(names, *sums.tolist()):
                # A weight whose gradient is there at some updates only is in several parts.
                if name in found:
                    found[name] = [found[name][0] + square, found[name][1] + along]
        return found

    def extremes(self):
        """The smallest and the largest |g|^2 over all parameters."""
        return map(float, self._all) if self._is_known and self._all is not None else (None, None)


def _kind_of(optimizer):
    """Which laws the optimizer's updates follow."""
    name = type(optimizer).__name__.lower()
    has = {key: all(key in group for group in optimizer.param_groups) for key in ("betas", "momentum")} if hasattr(optimizer, "param_groups") else {}
    kind = ("sgd" if isinstance(optimizer, torch.optim.SGD) else "adam" if isinstance(optimizer, (torch.optim.AdamW, torch.optim.Adam))
            else "lion" if "lion" in name and has.get("betas") else "muon" if "muon" in name and has.get("momentum") else None)
    if kind is None:
        raise TypeError(f"the optimizer is {type(optimizer).__name__}; the laws that the log is read by are those of torch.optim.SGD, AdamW and Adam, and of "
                        "optimizers named Lion (with betas) or Muon (with a momentum)")
    return kind


def _matrices_of(model, optimizer):
    """Every weight with two or more dimensions that Muon updates."""
    own = {id(p) for group in optimizer.param_groups if group.get("use_muon", True) for p in group["params"]}
    return [(name, p) for name, p in model.named_parameters() if id(p) in own and p.requires_grad and p.dim() >= 2]


def _weights_of(model):
    """Every trained weight with two or more dimensions but the last."""
    return [(name, p) for name, p in model.named_parameters() if p.requires_grad and p.dim() >= 2][:-1]


def _modules_of(model):
    """The layers with weights, and those without whose name tells of a normalization, in the order of their registration."""
    texts = []
    for name, module in model.named_modules() if hasattr(model, "named_modules") else ():
        own = {key for key, p in module.named_parameters(recurse=False) if p is not None}
        if own or "Norm" in type(module).__name__:
            eps = getattr(module, "eps", None)
            texts.append(f"{name or 'model'} {type(module).__name__}{' bias' if 'bias' in own else ''}{'' if eps is None else f' eps {eps!r}'}")
    return _plain("; ".join(texts))


def _groups_of(model, optimizer):
    """The parameter groups with their numbers and parameters, as a note."""
    names = {id(p): name for name, p in model.named_parameters()} if hasattr(model, "named_parameters") else {}
    texts = []
    for i, group in enumerate(optimizer.param_groups):
        own = [names.get(id(p), "?") for p in group["params"]]
        own_numbers = {"momentum": (group.get("betas") or (0,))[0], **group}
        numbers = " ".join(f"{key} {float(own_numbers.get(key) or 0):.6g}" for key in NUMBERS)
        called = f" {group['name']}" if isinstance(group.get("name"), str) else ""
        texts.append(f"group {i}{called}: {numbers}: {len(own)} parameters of {sum(p.numel() for p in group['params'])} numbers: {' '.join(own[:8])}{' ...' if len(own) > 8 else ''}")
    return "; ".join(texts)


def _parts(items, parameter_of):
    """The items by device and type of their parameters."""
    parts = {}
    for item in items:
        p = parameter_of(item)
        parts.setdefault((p.device, p.dtype), []).append(item)
    return parts.values()


def _buffer(optimizer, p):
    # The state is a defaultdict: asking for what is not there would put it there.
    return optimizer.state[p].get("momentum_buffer") if p in optimizer.state else None


def _strided(tensor):
    """The numbers of a tensor, dense, real, and of a type whose squares do not overflow."""
    tensor = tensor.detach()
    if tensor.layout != torch.strided:
        tensor = tensor.coalesce().values()
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor)
    return tensor if tensor.dtype in (torch.float32, torch.float64) else tensor.float()


def _squares(tensors):
    """The sum of squares of each tensor."""
    norms = torch._foreach_norm(tensors) if hasattr(torch, "_foreach_norm") else [torch.linalg.vector_norm(each) for each in tensors]
    return _wide(torch.stack(list(norms))) ** 2


def _wide(tensor):
    # float64, but for devices that have none: float32 sums of squares are good to about 1e-7 there.
    return tensor.float() if tensor.device.type == "mps" else tensor.double()


def _square(tensor):
    return (_wide(tensor) ** 2).sum()


def _in_means(g):
    """The part of |g|^2 that lies in the means over each filter or row."""
    rows = g.reshape(g.shape[0] if g.dim() > 1 and g.numel() else 1, -1) if g.dim() != 1 else g.reshape(-1, 1)
    return _square(rows.sum(1)) / max(1, rows.shape[1])


def _plain(text):
    """Text that may stand between two commas."""
    return "".join(" " if c in ',"\n\r' else c for c in text)


def _cell(value):
    return "" if value is None else value if isinstance(value, str) else repr(value)
