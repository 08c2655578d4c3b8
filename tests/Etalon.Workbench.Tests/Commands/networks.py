"""Networks of the tests: a pre-norm transformer with RMSNorm, GELU and an untied or tied head, with QK-norm or without, and a small residual network."""
import torch


class RMSNorm(torch.nn.Module):
    def __init__(self, d, epsilon="eps"):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(d) + 0.1 * torch.randn(d))
        self.name = epsilon
        setattr(self, epsilon, 1e-3)

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + getattr(self, self.name)) * self.weight


def linear(inputs, outputs):
    return torch.nn.Linear(inputs, outputs, bias=False)


class Block(torch.nn.Module):
    def __init__(self, d, heads, epsilon):
        super().__init__()
        self.heads, self.n1, self.n2 = heads, RMSNorm(d, epsilon), RMSNorm(d, epsilon)
        self.q, self.k, self.v, self.o, self.up, self.down = linear(d, d), linear(d, d), linear(d, d), linear(d, d), linear(d, 4 * d), linear(4 * d, d)
        self.qn, self.kn = RMSNorm(d // heads, epsilon), RMSNorm(d // heads, epsilon)

    def forward(self, x):
        b, t, d = x.shape
        y = self.n1(x)
        q, k, v = (f(y).view(b, t, self.heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        a = self.qn(q) @ self.kn(k).transpose(-1, -2) / (d // self.heads) ** 0.5
        a = a.masked_fill(torch.triu(torch.ones(t, t, dtype=torch.bool), 1), float("-inf")).softmax(-1)
        x = x + self.o((a @ v).transpose(1, 2).reshape(b, t, d))
        return x + self.down(torch.nn.functional.gelu(self.up(self.n2(x))))


class Transformer(torch.nn.Module):
    """Its normalizations call their epsilon as Llama's do where asked."""

    def __init__(self, tied=False, d=16, blocks=2, letters=11, epsilon="eps"):
        super().__init__()
        self.embedding, self.norm, self.head = torch.nn.Embedding(letters, d), RMSNorm(d, epsilon), linear(d, letters)
        self.blocks = torch.nn.ModuleList(Block(d, 2, epsilon) for _ in range(blocks))
        if tied:
            self.head.weight = self.embedding.weight

    def forward(self, tokens):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class ResNet(torch.nn.Module):
    """Two residual blocks with normalization and ReLU before each convolution."""

    def __init__(self):
        super().__init__()
        conv, bn = (lambda a, b: torch.nn.Conv2d(a, b, 3, padding=1, bias=False)), torch.nn.BatchNorm2d
        self.stem = conv(1, 6)
        self.parts = torch.nn.ModuleList(torch.nn.ModuleList([bn(6), conv(6, 6), bn(6), conv(6, 6)]) for _ in range(2))
        self.norm, self.head = bn(6), torch.nn.Linear(6, 4)

    def forward(self, x):
        x = self.stem(x)
        for n1, a, n2, b in self.parts:
            x = x + b(torch.relu(n2(a(torch.relu(n1(x))))))
        return self.head(torch.relu(self.norm(x)).mean((2, 3)))
