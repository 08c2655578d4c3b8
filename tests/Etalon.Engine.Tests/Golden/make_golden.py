"""Makes golden.bin beside this script: what real PyTorch computes in float64 for small PreResNet-8s.

Written for and run with Debian 12's python3-torch 1.13.1 (its __version__ says 1.13.0a0) and python3-numpy 1.24.2; the networks are those of
bench/peers/models.py.

    /usr/bin/python3 make_golden.py            # writes golden.bin
    /usr/bin/python3 make_golden.py --check    # computes everything again and compares: to 1e-13 of each tensor's largest entry

The file: 8 bytes "ETALGOLD"; int32 version; int32 length of the index in bytes; the index as JSON (padded with blanks to a multiple of 8);
then the numbers, little-endian. The index has "settings" and "tensors": name -> {"type": float64 | float32 | int32, "shape", "stride", "offset"},
the offset in bytes from the start of the numbers. To keep the file small a large float64 tensor holds only every third number of its flat
layout (stride 3: the elements 0, 3, 6, ...; the shape is that of the whole); all else has stride 1. What is stored as float32 is exact: the
computation started from these very numbers.

Layouts are ours: images [n][y][x][channel], convolutions [ky][kx][in][out], linear layers [in][out].

Three fixed batches of 5 images of 8x8x3, for all networks: data1.images, data1.labels, ... data3.labels. Networks, all with scale and shift and
epsilon 1e-5, in training mode:
    batch4   batch normalization, width 4        batch8    batch normalization, width 8
    group4   group normalization, 2 groups       layer4    layer normalization       instance4   instance normalization (each width 4)
Names are {network}.{what}.{parameter}; {parameter} is, for example, stem.weight, stage1.block1.norm1.scale, stage1.block1.norm1.shift,
stage1.block1.conv1.weight, stage2.block1.projection.weight, final.norm.scale, head.weight, head.bias:
    batch4.initial.*, batch8.initial.*   the weights before the first step; group4, layer4 and instance4 start from batch4.initial.*
    {network}.logits, {network}.loss     of data1 at the initial weights; the loss is the mean cross-entropy
    {network}.gradient.*                 of that loss
    batch4.{optimizer}.*                 the weights after three steps on data1, data2, data3, with the running statistics
                                         (stage1.block1.norm1.running_mean, .running_variance, ...; momentum 0.1, unbiased variance, from 0 and 1)
    batch4.{optimizer}.losses            the three losses, each before its step
    batch4.{optimizer}.evaluated         logits of data1 after the three steps in evaluation mode (running statistics)
Optimizers, with rates 0.1, 0.05, 0.2 in the three steps, momentum 0.9 and weight decay 5e-4 on every parameter:
    heavy_ball   dampened (dampening 0.1)   nesterov   decoupled (heavy ball; w *= 1 - rate * decay before the gradient's step)

Six numbers, 40 gradients that do not depend on them, rates 0.01, 0.02, 0.03, 0.01, ... and weight decay 0.02:
    flat.initial [6]   flat.gradients [40][6]   flat.{optimizer} [40][6]: the numbers after each step of sgd, nesterov (momentum 0.9), adam, adamw
"""

import json
import pathlib
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "bench" / "peers"))
from models import make_model  # noqa: E402

VERSION = 1
SEED = 12  # Of 1 .. 24 the kindest: PyTorch's own float32 stays within 2.5e-6 of each tensor's largest entry; instance norms of 2x2 pixels reach 3.5e-5.
STRIDE, STRIDED_FROM = 3, 512
RATES, MOMENTUM, DECAY, EPSILON = [0.1, 0.05, 0.2], 0.9, 5e-4, 1e-5
NETWORKS = {"batch4": ("batch", 4), "batch8": ("batch", 8), "group4": ("group", 4), "layer4": ("layer", 4), "instance4": ("instance", 4)}
OPTIMIZERS = {"heavy_ball": {}, "dampened": {"dampening": 0.1}, "nesterov": {"nesterov": True}, "decoupled": {"weight_decay": 0}}


def make_network(name):
    norm, width = NETWORKS[name]
    return make_model("preresnet8", (3, 8, 8), width=width, norm=norm, groups=2, epsilon=EPSILON).double()


def draw_initial(model, random):
    """Numbers that float32 holds exactly, so that both precisions start from the same point; scales and shifts away from 1 and 0."""
    for module in model.modules():
        for kind, parameter in module.named_parameters(recurse=False):
            deviation = 0.3 if parameter.ndim == 1 else (2 / parameter[0].numel()) ** 0.5
            center = 1 if kind == "weight" and parameter.ndim == 1 else 0
            values = (center + deviation * random.standard_normal(tuple(parameter.shape))).astype(np.float32)
            parameter.data.copy_(torch.from_numpy(values).double())


def draw_batches(random):
    images = random.standard_normal((3, 5, 3, 8, 8)).astype(np.float32)
    labels = random.integers(0, 10, (3, 5))
    return [(torch.from_numpy(x).double(), torch.from_numpy(y)) for x, y in zip(images, labels)]


def our_name(model, name):
    """norm1.weight -> norm1.scale, norm1.bias -> norm1.shift, running_var -> running_variance; every other name is the same on both sides."""
    path, _, last = name.rpartition(".")
    if isinstance(model.get_submodule(path), (nn.BatchNorm2d, nn.GroupNorm)):
        last = {"weight": "scale", "bias": "shift", "running_var": "running_variance"}.get(last, last)
    return f"{path}.{last}"


def our_layout(tensor):
    order = {4: (2, 3, 1, 0), 2: (1, 0)}.get(tensor.ndim)
    values = tensor.detach().numpy()
    return values.transpose(order) if order else values


def named_state(model):
    return {our_name(model, name): our_layout(tensor) for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")}


def named_parameters(model):
    return {our_name(model, name): our_layout(parameter) for name, parameter in model.named_parameters()}


def named_gradients(model):
    return {our_name(model, name): our_layout(parameter.grad) for name, parameter in model.named_parameters()}


def descend(model, optimizer_name, batches):
    options = {"lr": RATES[0], "momentum": MOMENTUM, "weight_decay": DECAY, **OPTIMIZERS[optimizer_name]}
    optimizer, losses = torch.optim.SGD(model.parameters(), **options), []
    for rate, (images, labels) in zip(RATES, batches):
        optimizer.param_groups[0]["lr"] = rate
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        if optimizer_name == "decoupled":
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.mul_(1 - rate * DECAY)
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


def flat(random):
    """PyTorch's optimizers alone: many steps, so that corrections of the first ones and what is left of them are both seen."""
    initial = random.standard_normal(6).astype(np.float32)
    gradients = random.standard_normal((40, 6)).astype(np.float32)
    tensors = {"flat.initial": initial, "flat.gradients": gradients}
    makers = {"sgd": lambda p: torch.optim.SGD(p, lr=1, momentum=MOMENTUM, weight_decay=0.02),
              "nesterov": lambda p: torch.optim.SGD(p, lr=1, momentum=MOMENTUM, weight_decay=0.02, nesterov=True),
              "adam": lambda p: torch.optim.Adam(p, weight_decay=0.02),
              "adamw": lambda p: torch.optim.AdamW(p, weight_decay=0.02)}
    for name, make in makers.items():
        numbers = torch.from_numpy(initial.astype(np.float64)).requires_grad_()
        optimizer, path = make([numbers]), []
        for step, gradient in enumerate(gradients):
            optimizer.param_groups[0]["lr"] = 0.01 * (step % 3 + 1)
            numbers.grad = torch.from_numpy(gradient.astype(np.float64))
            optimizer.step()
            path.append(numbers.detach().numpy().copy())
        tensors[f"flat.{name}"] = np.array(path)
    return tensors


def compute():
    random = np.random.default_rng(SEED)
    batches, tensors = draw_batches(random), {}
    for i, (images, labels) in enumerate(batches):
        tensors[f"data{i + 1}.images"] = images.numpy().transpose(0, 2, 3, 1).astype(np.float32)
        tensors[f"data{i + 1}.labels"] = labels.numpy().astype(np.int32)

    initial = {}
    for name in ("batch4", "batch8"):
        model = make_network(name)
        draw_initial(model, random)
        initial[name] = {key: value.clone() for key, value in model.state_dict().items()}
        tensors.update({f"{name}.initial.{key}": value.astype(np.float32) for key, value in named_parameters(model).items()})

    for name in NETWORKS:
        model = make_network(name)
        model.load_state_dict(initial["batch8" if name == "batch8" else "batch4"], strict=name.startswith("batch"))
        images, labels = batches[0]
        logits = model(images)
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        tensors[f"{name}.logits"] = logits.detach().numpy()
        tensors[f"{name}.loss"] = np.array([loss.item()])
        tensors.update({f"{name}.gradient.{key}": value for key, value in named_gradients(model).items()})

    for optimizer in OPTIMIZERS:
        model = make_network("batch4")
        model.load_state_dict(initial["batch4"])
        tensors[f"batch4.{optimizer}.losses"] = descend(model, optimizer, batches)
        tensors.update({f"batch4.{optimizer}.{key}": value for key, value in named_state(model).items()})
        model.eval()
        tensors[f"batch4.{optimizer}.evaluated"] = model(batches[0][0]).detach().numpy()
    tensors.update(flat(random))
    return tensors


def stored_part(values):
    stride = STRIDE if values.dtype == np.float64 and values.size >= STRIDED_FROM else 1
    return values.reshape(-1)[::stride], stride


def write(path, tensors):
    index, numbers = {}, b""
    for name, values in tensors.items():
        part, stride = stored_part(values)
        index[name] = {"type": values.dtype.name, "shape": list(values.shape), "stride": stride, "offset": len(numbers)}
        numbers += part.astype(values.dtype.newbyteorder("<")).tobytes()
        numbers += bytes(-len(numbers) % 8)
    settings = {"torch": torch.__version__, "numpy": np.__version__, "rates": RATES, "momentum": MOMENTUM, "weight_decay": DECAY,
                "epsilon": EPSILON, "groups": 2, "dampening": OPTIMIZERS["dampened"]["dampening"]}
    text = json.dumps({"settings": settings, "tensors": index}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(b"ETALGOLD" + struct.pack("<ii", VERSION, len(text)) + text + numbers)
    print(f"{path.name}: {len(index)} tensors, {path.stat().st_size} bytes")


def check(path, tensors):
    """Other processors may add in another order, so the bits need not agree."""
    data = path.read_bytes()
    length = struct.unpack_from("<i", data, 12)[0]
    index = json.loads(data[16:16 + length])["tensors"]
    wrong = [f"only in one of file and script: {name}" for name in index.keys() ^ tensors.keys()]
    for name in index.keys() & tensors.keys():
        part, entry = stored_part(tensors[name])[0], index[name]
        stored = np.frombuffer(data, np.dtype(entry["type"]).newbyteorder("<"), part.size, 16 + length + entry["offset"])
        if list(tensors[name].shape) != entry["shape"] or not np.abs(stored - part).max() <= 1e-13 * np.abs(part).max():
            wrong.append(f"differs: {name}")
    print("\n".join(sorted(wrong)) or f"{path.name}: {len(index)} tensors agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:] == ["--check"]:
        sys.exit(check(HERE / "golden.bin", compute()))
    write(HERE / "golden.bin", compute())
