"""Logs what `etalon diagnose` reads, from any PyTorch loop that trains with torch.optim.SGD. Written by Etalon; needs PyTorch alone.

    from etalon_logger import RunLogger

    logger = RunLogger(model, optimizer, "log.csv", every=10)     # after model.to(device), before or after the schedulers
    for batch in batches:
        ...
        optimizer.step()                                          # logged by itself
    logger.close()

and then: etalon diagnose log.csv

What is logged: every weight with two or more dimensions but the last one, which is the head: the weights that a normalization follows. Where
that is not so, say which: `weights=[(name, parameter), ...]`. Each is a group of its own; `scale_invariant` is all of them together.

To resume, keep `logger.step` in the checkpoint and give it back: RunLogger(..., step=N) cuts off what the file has from update N on and appends.

Each row is one update t (0-based), with the numbers the optimizer used, and for each group NAME
    norm/NAME        |w| before the update
    gradsq/NAME      |g|^2 of the gradient that the optimizer was given, without weight decay
    dot/NAME         <g, w>
    angle/NAME       the angle between w before this update and before the next, in radians
    buffer_dot/NAME  <v, g> with the momentum buffer v before the update; 0 where there is none
    residual/NAME    |w|^2 before the next update over what SGD's rule makes of it, minus 1: rounding, unless something else changes the weights
and gradsq/all, over all parameters of the optimizer: a constant one gives clipping away. Parameter groups with numbers of their own add
lr/NAME, weight_decay/NAME and momentum/NAME (a mean weighted by |w|^2 where a group of weights spans several); Nesterov and dampening add a column.
"""

import math
import os
import types

import torch

WHOLE = "scale_invariant"
MEASURED = ("norm", "gradsq", "dot", "angle", "buffer_dot", "residual")
NUMBERS = ("lr", "weight_decay", "momentum")


class RunLogger:
    """Appends a row to a CSV file for each update whose number is a multiple of `every`.

    A row is written when the update after it begins, so that whatever else changes the weights between two updates is seen; `close()` writes the
    last one. Costs a copy of the logged weights, and three passes over them at a logged update.
    """

    def __init__(self, model, optimizer, path, every=10, step=0, weights=None):
        if not isinstance(optimizer, torch.optim.SGD):
            raise TypeError(f"the optimizer is {type(optimizer).__name__}; the laws that the log is read by are those of torch.optim.SGD")
        if every < 1 or step < 0:
            raise ValueError(f"every={every}, step={step}: every must be at least 1 and step at least 0")
        self.optimizer, self.path, self.every, self.step = optimizer, os.fspath(path), every, step
        self._weights = list(weights) if weights is not None else _weights_of(model)
        self._group_of = {id(p): group for group in optimizer.param_groups for p in group["params"]}
        self._check()
        self._pending = None
        self._header = self._columns()
        self._file = self._open()
        self._unhooked = optimizer.step
        optimizer.step = self._hooked(optimizer.step)

    def close(self):
        """Writes the last row, and lets go of the optimizer; call it when training ends."""
        if self._file.closed:
            return
        self._finish()
        self._file.close()
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

    # --- the file ---

    def _columns(self):
        groups = [WHOLE] + [name for name, _ in self._weights]
        columns = ["step", *NUMBERS]
        columns += [key for key in ("dampening", "nesterov") if any(group.get(key) for group in self.optimizer.param_groups)]
        columns += [f"{quantity}/{name}" for name in groups for quantity in MEASURED]
        if len(self.optimizer.param_groups) > 1:
            columns += [f"{number}/{name}" for name in groups for number in NUMBERS]
        return columns + ["gradsq/all"]

    def _open(self):
        header = ",".join(self._header) + "\n"
        if not os.path.exists(self.path) or os.path.getsize(self.path) == 0:
            file = open(self.path, "w", encoding="utf-8", newline="\n")
            file.write(header)
            file.flush()
            return file
        if self.step == 0:
            raise FileExistsError(f"{self.path} exists: remove it to log a new run, or go on with it with step=N, the number of the next update")
        with open(self.path, "rb") as old:
            if old.readline() != header.encode("utf-8"):
                raise ValueError(f"{self.path} has other columns than this model and optimizer give; log into another file")
            keep = old.tell()
            for line in old:
                # A line without its end was torn by a crash.
                if not line.endswith(b"\n") or int(line.split(b",", 1)[0]) >= self.step:
                    break
                keep += len(line)
        file = open(self.path, "r+", encoding="utf-8", newline="\n")
        file.truncate(keep)
        file.seek(keep)
        return file

    # --- one update ---

    def _hooked(self, original):
        def step(optimizer, closure=None, *args, **kwargs):
            if closure is None:
                self._begin()
                result = original(*args, **kwargs)
            else:
                result = original(lambda: self._after(closure()), *args, **kwargs)
            self.step += 1
            return result

        # Learning rate schedulers look for a bound method, and for the marks that they put on it.
        step.__dict__.update(getattr(original, "__dict__", {}))
        return types.MethodType(step, self.optimizer)

    def _after(self, loss):
        # A closure computes the gradients inside step().
        self._begin()
        return loss

    @torch.no_grad()
    def _begin(self):
        self._finish()
        if self.step % self.every != 0:
            return
        before = [p.detach().clone() for _, p in self._weights]
        sums = torch.stack([self._sums(p, w) for (_, p), w in zip(self._weights, before)])
        everything = sum(_square(p.grad) for group in self.optimizer.param_groups for p in group["params"] if p.grad is not None)
        self._pending = self.step, self._numbers(), before, sums, everything

    def _sums(self, p, w):
        """|w|^2, |g|^2, <g, w>, <v, g>, and |w|^2 after the update that torch.optim.SGD is about to make."""
        w = _wide(w)
        if p.grad is None:
            none = torch.zeros_like(_square(w))
            return torch.stack([_square(w), none, none, none, _square(w)])
        group = self._group_of[id(p)]
        g = _wide(-p.grad if group.get("maximize") else p.grad)
        v = self.optimizer.state[p].get("momentum_buffer")
        rate, mu = float(group["lr"]), group["momentum"]
        d = g + group["weight_decay"] * w
        buffer = d if v is None else mu * _wide(v) + (1 - group["dampening"]) * d
        update = d + mu * buffer if group["nesterov"] else buffer if mu else d
        along = torch.zeros_like(_square(w)) if v is None else (_wide(v) * g).sum()
        return torch.stack([_square(w), _square(g), (g * w).sum(), along, _square(w - rate * update)])

    def _numbers(self):
        return [{key: float(group.get(key) or 0) for key in (*NUMBERS, "dampening", "nesterov")} for group in self.optimizer.param_groups]

    @torch.no_grad()
    def _finish(self):
        if self._pending is None:
            return
        step, numbers, before, sums, everything = self._pending
        self._pending = None
        moved = [(_wide(p.detach()), _wide(w)) for (_, p), w in zip(self._weights, before)]
        after = torch.stack([torch.stack([_square(new), _square(new - old)]) for new, old in moved])
        table = torch.cat([sums, after], dim=1).tolist()
        row = {"step": step, "gradsq/all": float(everything)}
        # What the run means by its decay is the largest one: a parameter group without decay is an exception to it.
        row.update(numbers[0], weight_decay=max(each["weight_decay"] for each in numbers))
        index = {id(group): i for i, group in enumerate(self.optimizer.param_groups)}
        own = [numbers[index[id(self._group_of[id(p)])]] for _, p in self._weights]
        self._add(row, WHOLE, table, own)
        for (name, _), measured, its in zip(self._weights, table, own):
            self._add(row, name, [measured], [its])
        self._file.write(",".join(repr(row[column]) for column in self._header) + "\n")
        self._file.flush()

    @staticmethod
    def _add(row, name, table, own):
        squares = [line[0] for line in table]
        norm2, grad2, dot, along, expected, norm2_after, moved2 = map(math.fsum, zip(*table))
        norm, after = math.sqrt(norm2), math.sqrt(norm2_after)
        # The chord between the directions: arccos of their product loses every digit of a small angle.
        chord2 = max(moved2 - (after - norm) ** 2, 0.0) / (norm * after) if norm * after > 0 else math.nan
        values = (norm, grad2, dot, 2 * math.asin(min(math.sqrt(chord2) / 2, 1.0)) if chord2 == chord2 else math.nan, along,
                  norm2_after / expected - 1 if expected > 0 else math.nan)
        row.update({f"{quantity}/{name}": value for quantity, value in zip(MEASURED, values)})
        for number in NUMBERS:
            row[f"{number}/{name}"] = math.fsum(s * each[number] for s, each in zip(squares, own)) / norm2 if norm2 > 0 else own[0][number]


def _weights_of(model):
    """Every trained weight with two or more dimensions but the last."""
    return [(name, p) for name, p in model.named_parameters() if p.requires_grad and p.dim() >= 2][:-1]


def _wide(tensor):
    # float64, but for devices that have none: float32 sums of squares are good to about 1e-7 there.
    return tensor.float() if tensor.device.type == "mps" else tensor.double()


def _square(tensor):
    return (_wide(tensor) ** 2).sum()
