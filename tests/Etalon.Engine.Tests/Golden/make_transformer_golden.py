"""Makes transformer.bin beside this script: what real PyTorch computes in float64 for small transformers of bench/peers/transformer.py.

    /usr/bin/python3 make_transformer_golden.py            # writes transformer.bin
    /usr/bin/python3 make_transformer_golden.py --check    # computes everything again and compares: to 1e-13 of each tensor's largest entry

The format is that of golden.bin, in make_golden.py. Layouts are ours: linear layers [in][out], embeddings [symbol][width].

text.symbols and text.labels [3][9], of 11 symbols. Networks of width 12 with 2 heads and 2 blocks:
    modern    root mean squares, QK-norm, SwiGLU, rotary positions, a head of its own
    classic   layer norms, no QK-norm, GELU, learned positions, the embedding's weights as the head
    mixed     layer norms with QK-norm, GELU, rotary positions, a head of its own
Names are {network}.{what}.{parameter}: initial.* (float32), logits, loss, gradient.*.
"""

import pathlib
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "bench" / "peers"))
sys.path.insert(0, str(HERE))
from make_golden import check, write  # noqa: E402
from transformer import Transformer, loss_of  # noqa: E402

SYMBOLS, TOKENS, IMAGES = 11, 9, 3
NETWORKS = {
    "modern": {"norm": "rms", "qk_norm": True, "activation": "swiglu", "positions": "rotary", "head": "untied"},
    "classic": {"norm": "layer", "qk_norm": False, "activation": "gelu", "positions": "learned", "head": "tied"},
    "mixed": {"norm": "layer", "qk_norm": True, "activation": "gelu", "positions": "rotary", "head": "untied"},
}


def ours(name, tensor):
    values = tensor.detach().numpy()
    return values.T if values.ndim == 2 and not name.startswith("embedding") else values


def compute():
    torch.set_default_dtype(torch.float64)
    random = np.random.default_rng(7)
    symbols, labels = random.integers(0, SYMBOLS, (IMAGES, TOKENS)), random.integers(0, SYMBOLS, (IMAGES, TOKENS))
    tensors = {"text.symbols": symbols.astype(np.int32), "text.labels": labels.astype(np.int32)}
    for name, options in NETWORKS.items():
        model = Transformer(SYMBOLS, TOKENS, width=12, heads=2, layers=2, hidden=20, **options)
        for key, parameter in model.named_parameters():
            center, deviation = (1 if key.endswith("scale") else 0), (0.3 if parameter.ndim == 1 else 0.4)
            values = (center + deviation * random.standard_normal(tuple(parameter.shape))).astype(np.float32)
            parameter.data.copy_(torch.from_numpy(values))
            tensors[f"{name}.initial.{key}"] = ours(key, torch.from_numpy(values))
        loss = loss_of(model, torch.from_numpy(symbols), torch.from_numpy(labels))
        loss.backward()
        tensors[f"{name}.logits"] = model(torch.from_numpy(symbols)).detach().numpy()
        tensors[f"{name}.loss"] = np.array([loss.item()])
        tensors.update({f"{name}.gradient.{key}": ours(key, p.grad) for key, p in model.named_parameters()})
    return {name: np.ascontiguousarray(values) for name, values in tensors.items()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:] == ["--check"]:
        sys.exit(check(HERE / "transformer.bin", compute()))
    write(HERE / "transformer.bin", compute())
