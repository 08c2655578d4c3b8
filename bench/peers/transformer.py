"""The transformer of Etalon in PyTorch, layer for layer and name for name: a pre-norm decoder that reads characters.

A block is norm1 - query, key, value - attention - output, added to the stream, then norm2 - up - activation - down, added to the stream. Norms
are of a token's channels: the root mean square with a scale, or mean and variance with scale and shift. With qk_norm each head of queries and
keys is normalized too. Positions are learned rows beside the embedding's, or rotary angles with the pairs of GPT-NeoX. GELU is the form with
tanh; SwiGLU is up x silu(gate). The head is a linear layer of its own, or the embedding's weights. No layer has a bias.

PyTorch 1.13 has no fused attention: it is two products and a softmax.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class RmsNorm(nn.Module):
    def __init__(self, channels, parts=1, epsilon=1e-5):
        super().__init__()
        self.parts, self.epsilon = parts, epsilon
        self.scale = nn.Parameter(torch.ones(channels))

    def forward(self, x):
        parts = x.unflatten(-1, (self.parts, -1))
        parts = parts * torch.rsqrt(parts.square().mean(-1, keepdim=True) + self.epsilon)
        return parts.flatten(-2) * self.scale


class LayerNorm(nn.Module):
    def __init__(self, channels, parts=1, epsilon=1e-5):
        super().__init__()
        self.parts, self.epsilon = parts, epsilon
        self.scale, self.shift = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        if self.parts == 1:
            return F.layer_norm(x, x.shape[-1:], self.scale, self.shift, self.epsilon)
        parts = F.layer_norm(x.unflatten(-1, (self.parts, -1)), (x.shape[-1] // self.parts,), None, None, self.epsilon)
        return parts.flatten(-2) * self.scale + self.shift


class Embedding(nn.Module):
    def __init__(self, symbols, width, tokens, places):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(symbols, width) / math.sqrt(width))
        self.places = nn.Parameter(torch.randn(tokens, width) / math.sqrt(width)) if places else None

    def forward(self, x):
        x = F.embedding(x, self.weight)
        return x if self.places is None else x + self.places


def turn(x, cosines, sines):
    """x [..., tokens, size]: numbers i and i + size / 2 are a pair."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cosines - b * sines, b * cosines + a * sines], -1)


class Block(nn.Module):
    def __init__(self, width, heads, hidden, norm, qk_norm, activation):
        super().__init__()
        self.heads, self.activation = heads, activation
        self.norm1, self.norm2 = norm(width), norm(width)
        self.query, self.key, self.value, self.output = (nn.Linear(width, width, bias=False) for _ in range(4))
        self.query_norm, self.key_norm = (norm(width, heads), norm(width, heads)) if qk_norm else (None, None)
        self.gate = nn.Linear(width, hidden, bias=False) if activation == "swiglu" else None
        self.up, self.down = nn.Linear(width, hidden, bias=False), nn.Linear(hidden, width, bias=False)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def attend(self, x, mask, angles):
        q, k, v = self.query(x), self.key(x), self.value(x)
        if self.query_norm is not None:
            q, k = self.query_norm(q), self.key_norm(k)
        q, k, v = self.split(q), self.split(k), self.split(v)
        if angles is not None:
            q, k = turn(q, *angles), turn(k, *angles)
        logits = (q @ k.transpose(-1, -2)) * (q.shape[-1] ** -0.5) + mask
        return self.output((logits.softmax(-1) @ v).transpose(1, 2).flatten(-2))

    def forward(self, x, mask, angles):
        x = x + self.attend(self.norm1(x), mask, angles)
        h = self.norm2(x)
        h = self.up(h) * F.silu(self.gate(h)) if self.activation == "swiglu" else F.gelu(self.up(h), approximate="tanh")
        return x + self.down(h)


class Transformer(nn.Module):
    def __init__(self, symbols, tokens, width=128, heads=4, layers=4, hidden=None, norm="rms", qk_norm=True, activation="gelu", head="untied",
                 positions="rotary", epsilon=1e-5):
        super().__init__()
        kind = {"rms": RmsNorm, "layer": LayerNorm}[norm]
        make_norm = lambda channels, parts=1: kind(channels, parts, epsilon)
        hidden = hidden or (4 * width if activation == "gelu" else 8 * width // 3)
        self.layers = layers
        self.embedding = Embedding(symbols, width, tokens, positions == "learned")
        for i in range(layers):
            setattr(self, f"block{i + 1}", Block(width, heads, hidden, make_norm, qk_norm, activation))
        self.final_norm = make_norm(width)
        self.head = nn.Linear(width, symbols, bias=False) if head == "untied" else None
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=module.in_features ** -0.5)
        self.register_buffer("mask", torch.full((tokens, tokens), -math.inf).triu(1), persistent=False)
        size = width // heads
        angle = torch.arange(tokens, dtype=torch.float64)[:, None] * 10000 ** (-2 * torch.arange(size // 2, dtype=torch.float64) / size)
        self.rotary = positions == "rotary"
        self.register_buffer("cosines", angle.cos().to(torch.get_default_dtype()), persistent=False)
        self.register_buffer("sines", angle.sin().to(torch.get_default_dtype()), persistent=False)

    def forward(self, x):
        x, angles = self.embedding(x), (self.cosines, self.sines) if self.rotary else None
        for i in range(self.layers):
            x = getattr(self, f"block{i + 1}")(x, self.mask, angles)
        x = self.final_norm(x)
        return self.head(x) if self.head is not None else x @ self.embedding.weight.T


def loss_of(model, x, y):
    """The mean cross-entropy over all tokens."""
    logits = model(x)
    return F.cross_entropy(logits.flatten(0, 1), y.flatten())
