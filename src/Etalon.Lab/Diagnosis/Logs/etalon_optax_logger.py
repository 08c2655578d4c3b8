"""Logs what `etalon diagnose` reads, from any loop that trains with Optax by the rule of SGD. Written by Etalon; needs JAX and Optax alone.

    from etalon_optax_logger import RunLogger

    logger = RunLogger("log.csv", params, weights=["layer1/kernel", "layer2/kernel"], every=10)
    optimizer = logger.around(optimizer, values)       # values(t): rate, weight decay and momentum of update t, as the exported module has them
    state = optimizer.init(params)
    for batch in batches:
        grads = jax.grad(loss)(params, batch)
        updates, state = optimizer.update(grads, state, params)       # inside jax.jit, or outside of it
        params = optax.apply_updates(params, updates)
        logger.write(state)                                           # outside of jax.jit, after each update
    logger.close()

and then: etalon diagnose log.csv

`around` gives a gradient transformation: the optimizer's own updates, and a state that has the numbers of a row beside the optimizer's state in
`state.inner`. It must be the outermost one and be given the gradients of the loss, so that a clip or a decay before it would not be seen. What a
row needs is computed in each update, on the device; only `write` waits for the device, at the updates that are logged.

Which weights a normalization follows cannot be told from their names: say which, by their paths in `params`. Each is a group of its own;
`scale_invariant` is all of them together. The momentum buffer is the `trace` of optax.trace, wherever it is in the optimizer's state.

JAX computes in float32 unless jax_enable_x64 is on: `residual` is good to a millionth then.

To resume, keep `logger.step` in the checkpoint, and give it back: RunLogger(..., step=N) cuts off what the file has from update N on.

Each row is one update t (0-based), with the numbers that the rule used, and for each group NAME
    norm/NAME        |w| before the update
    gradsq/NAME      |g|^2 of the gradient that the transformation was given
    dot/NAME         <g, w>
    angle/NAME       the angle between w before and after the update, in radians
    buffer_dot/NAME  <v, g> with the momentum buffer v before the update; 0 where there is none
    buffer_weight/NAME   <v, w> with the same v
    residual/NAME    |w|^2 after the update over what SGD's rule makes of it, minus 1
    gradmax/NAME     the largest |g_i| of the gradient's elements
    norm1/NAME       the sum of |w_i| before the update
and gradsq/all, over all parameters. Of the updates since the row before, that one included and this one not, a row has
    updates, lr_sum, decay_sum          how many, and the sums of eta and of eta lambda
    gradsq_sum/NAME, buffer_dot_sum/NAME     sums of eta^2 |g|^2 and of eta^2 <v, g>
    gradsq_min/all, gradsq_max/all      the smallest and the largest |g|^2 over all parameters
and, this update included, lr_min and lr_max.
"""

import math
import os
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

WHOLE = "scale_invariant"
MEASURED = ("norm", "gradsq", "dot", "angle", "buffer_dot", "buffer_weight", "residual", "gradmax", "norm1", "gradsq_sum", "buffer_dot_sum")
NUMBERS = ("lr", "weight_decay", "momentum")
INTERVAL = ("updates", "lr_sum", "decay_sum", "lr_min", "lr_max")
ALL = ("gradsq/all", "gradsq_min/all", "gradsq_max/all")
PRODUCTS = 10  # of a weight: |w|^2, |g|^2, <g, w>, <v, g>, <v, w>, |w'|^2 by the rule, |w'|^2, |w' - w|^2, max |g|, sum |w|


class LoggedState(NamedTuple):
    """The state of a logged optimizer: its own, the updates it has made, and the numbers of the last one."""

    inner: Any
    count: Any
    numbers: Any  # eta, lambda, mu
    products: Any  # [weight, product] of the last update
    everything: Any  # |g|^2 of all parameters at the last update
    sums: Any  # of the updates before it since the last row: updates, eta, eta lambda
    weight_sums: Any  # [weight, (eta^2 |g|^2, eta^2 <v, g>)] of the same updates
    extremes: Any  # the least and largest eta, that update included, and the least and largest |g|^2, of those before


class RunLogger:
    """Appends a row to a CSV file for each update whose number is a multiple of `every`."""

    def __init__(self, path, params, weights, every=10, step=0, nesterov=False):
        if every < 1 or step < 0:
            raise ValueError(f"every={every}, step={step}: every must be at least 1 and step at least 0")
        self.path, self.weights, self.every, self.step, self.nesterov = os.fspath(path), list(weights), every, step, bool(nesterov)
        self._check(_leaves(params))
        groups = [WHOLE, *self.weights]
        self._header = ["step", "optimizer", *NUMBERS, "dampening", "nesterov", *INTERVAL]
        self._header += [f"{quantity}/{name}" for name in groups for quantity in MEASURED] + list(ALL)
        self._file = self._open()

    def around(self, inner, values):
        """The gradient transformation `inner`, with the numbers of a row in its state. values(t): eta, lambda and mu of update t."""
        weights, every, nesterov, first = self.weights, self.every, self.nesterov, self.step

        def init(params):
            n, zero = len(weights), jnp.zeros(())
            return LoggedState(inner.init(params), jnp.asarray(first), jnp.zeros(3), jnp.zeros((n, PRODUCTS)), zero, jnp.zeros(3),
                               jnp.zeros((n, 2)), jnp.asarray([math.inf, -math.inf, math.inf, -math.inf]))

        def update(updates, state, params=None):
            if params is None:
                raise ValueError("a logged optimizer needs the parameters: optimizer.update(grads, state, params)")
            t = state.count
            eta, decay, mu = (jnp.asarray(number, dtype=float) for number in values(t))
            grads, before, buffers = _leaves(updates), _leaves(params), _buffers(state.inner, params)
            moved, inner_state = inner.update(updates, state.inner, params)
            steps = _leaves(moved)
            products = jnp.stack([_products(before[name], grads[name], buffers.get(name), steps[name], eta, decay, mu, nesterov) for name in weights])
            everything = sum(_square(grad) for grad in grads.values())
            # A row takes what was summed up to the update before it; the next one begins anew with the update of that row.
            begins = (t - 1) % every == 0
            eta1, decay1, _ = state.numbers
            is_first = t == first
            last = jnp.where(is_first, 0.0, 1.0)
            sums = jnp.where(begins, 0.0, state.sums) + last * jnp.stack([jnp.ones(()), eta1, eta1 * decay1])
            squares = jnp.stack([state.products[:, 1], state.products[:, 3]], axis=1)
            weight_sums = jnp.where(begins, 0.0, state.weight_sums) + last * eta1 * eta1 * squares
            least, most, smallest, largest = jnp.where(begins, jnp.asarray([math.inf, -math.inf, math.inf, -math.inf]), state.extremes)
            eta0 = jnp.where(is_first, eta, eta1)
            extremes = jnp.stack([
                jnp.minimum(least, jnp.minimum(eta, eta0)), jnp.maximum(most, jnp.maximum(eta, eta0)),
                jnp.where(is_first, smallest, jnp.minimum(smallest, state.everything)),
                jnp.where(is_first, largest, jnp.maximum(largest, state.everything))])
            numbers = jnp.stack([eta, decay, mu])
            return moved, LoggedState(inner_state, t + 1, numbers, products, everything, sums, weight_sums, extremes)

        return optax.GradientTransformation(init, update)

    def write(self, state):
        """Call after each update, outside of jax.jit: writes a row where the update's number is a multiple of `every`."""
        step = self.step
        self.step = step + 1
        if step % self.every == 0:
            if int(state.count) != step + 1:
                raise ValueError(f"the state is that of update {int(state.count) - 1}, and the logger is at update {step}: call write once an update")
            self._write(self._row(step, state))

    def close(self):
        """Closes the file; call it when training ends."""
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _check(self, leaves):
        matrices = ", ".join(name for name, leaf in leaves.items() if leaf.ndim >= 2)
        if not self.weights:
            raise ValueError(f"weights: name those that a normalization follows; with two dimensions or more there are {matrices}")
        for name in self.weights:
            if name not in leaves:
                raise ValueError(f"weights: there is no {name!r} in the parameters; with two dimensions or more there are {matrices}")
            if self.weights.count(name) > 1 or name in (WHOLE, "all") or any(c in name for c in ',"\n\r'):
                raise ValueError(f"weights: {name!r} must occur once, be neither {WHOLE!r} nor 'all', and have no comma, quote or line break")

    def _row(self, step, state):
        eta, decay, mu = map(float, state.numbers)
        updates, lr_sum, decay_sum = map(float, state.sums)
        lr_min, lr_max, smallest, largest = map(float, state.extremes)
        row = {"step": step, "optimizer": "sgd", "lr": eta, "weight_decay": decay, "momentum": mu, "dampening": 0.0, "nesterov": float(self.nesterov),
               "updates": int(updates), "lr_sum": lr_sum, "decay_sum": decay_sum, "lr_min": lr_min, "lr_max": lr_max,
               "gradsq/all": float(state.everything)}
        if updates:
            row["gradsq_min/all"], row["gradsq_max/all"] = smallest, largest
        products = [[float(each) for each in line] for line in state.products]
        summed = [[float(each) for each in line] for line in state.weight_sums]
        for name, line, its in zip(self.weights, products, summed):
            _add(row, name, line, its)
        # Sums over the weights, but for the largest element.
        whole = [math.fsum(column) for column in zip(*products)]
        whole[8] = max(line[8] for line in products)
        _add(row, WHOLE, whole, [math.fsum(column) for column in zip(*summed)])
        return row

    def _open(self):
        header = (",".join(self._header) + "\n").encode("utf-8")
        if not os.path.exists(self.path) or os.path.getsize(self.path) == 0:
            file = open(self.path, "wb", buffering=0)
            file.write(header)
            return file
        if self.step == 0:
            raise FileExistsError(f"{self.path} exists: remove it to log a new run, or go on with it with step=N, the number of the next update")
        with open(self.path, "rb") as old:
            if old.readline() != header:
                raise ValueError(f"{self.path} has other columns than these weights give; log into another file")
            keep = old.tell()
            for line in old:
                # A line without its end was torn by a crash.
                if not line.endswith(b"\n") or int(line.split(b",", 1)[0]) >= self.step:
                    break
                keep += len(line)
        file = open(self.path, "r+b", buffering=0)
        file.truncate(keep)
        file.seek(keep)
        return file

    def _write(self, row):
        cells = (row.get(column) for column in self._header)
        self._file.write((",".join("" if cell is None else cell if isinstance(cell, str) else repr(cell) for cell in cells) + "\n").encode("utf-8"))


def _products(w, g, v, moved, eta, decay, mu, nesterov):
    w, g, moved = (jnp.asarray(each, dtype=float) for each in (w, g, moved))
    d = g + decay * w
    buffer = d if v is None else mu * jnp.asarray(v, dtype=float) + d
    expected = w - eta * (d + mu * buffer if nesterov else buffer)
    zero = jnp.zeros(())
    along = (zero, zero) if v is None else (jnp.sum(v * g), jnp.sum(v * w))
    return jnp.stack([_square(w), _square(g), jnp.sum(g * w), *along, _square(expected), _square(w + moved), _square(moved), jnp.max(jnp.abs(g)),
                      jnp.sum(jnp.abs(w))])


def _add(row, name, products, sums):
    norm2, grad2, dot, along, outward, expected, after2, moved2, largest, norm1 = products
    norm, after = math.sqrt(norm2), math.sqrt(after2)
    # The chord between the directions: arccos of their product loses every digit of a small angle.
    chord2 = max(moved2 - (after - norm) ** 2, 0.0) / (norm * after) if norm * after > 0 else math.nan
    angle = 2 * math.asin(min(math.sqrt(chord2) / 2, 1.0)) if chord2 == chord2 else math.nan
    residual = after2 / expected - 1 if expected > 0 else math.nan
    row.update({f"{key}/{name}": value for key, value in zip(MEASURED, (norm, grad2, dot, angle, along, outward, residual, largest, norm1, *sums))})


def _leaves(tree):
    """The leaves of a tree by their paths, such as layer1/kernel."""
    return {"/".join(map(_word, path)): leaf for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]}


def _word(key):
    for attribute in ("key", "idx", "name"):
        if hasattr(key, attribute):
            return str(getattr(key, attribute))
    return str(key)


def _buffers(state, params):
    """The momentum buffers by the paths of their parameters: what optax.trace keeps; none where there is no such state."""
    if hasattr(state, "trace"):
        return _leaves(state.trace)
    parts = state.values() if isinstance(state, dict) else state if isinstance(state, (tuple, list)) else ()
    for part in parts:
        found = _buffers(part, params)
        if found:
            return found
    return {}


def _square(x):
    return jnp.sum(jnp.square(jnp.asarray(x, dtype=float)))
