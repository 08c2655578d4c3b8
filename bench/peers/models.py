"""The networks of Etalon in PyTorch, layer for layer and name for name.

Written for and checked with Debian 12's python3-torch 1.13.1 (its __version__ says 1.13.0a0) and python3-numpy 1.24.2.

PreResNet-(6n+2)  He et al. 2016, "Identity Mappings in Deep Residual Networks": a 3x3 stem without a norm, three stages of n blocks
                  norm-relu-conv3x3-norm-relu-conv3x3 of widths w, 2w, 4w, a final norm and relu, the mean over pixels, a linear head.
                  Where a block changes the shape, its shortcut is a 1x1 convolution with the block's stride and without bias that reads the
                  block's normalized and activated input; elsewhere it is the block's input itself.
ResNet-(6n+2)     He et al. 2015, "Deep Residual Learning for Image Recognition": conv-norm-relu-conv-norm, the shortcut added before the last
                  relu; where the shape changes the shortcut is a 1x1 convolution and a norm.
cnn               three stages of two 3x3 convolutions of widths w, 2w, 4w, each with a norm and relu, 2x2 max pooling between the stages, the mean
                  over pixels, a linear head.
transformer       of transformer.py, reading windows of 64 of 97 symbols: width 128, 4 layers, 4 heads, QK-norm, GELU, rotary positions.
mlp               hidden linear layers, each with a norm (or a bias where there is none) and relu, and a linear head.

Convolutions carry no bias, nor do linear layers before a norm.
"""

import math
import re
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from transformer import Transformer


def make_norm(kind, channels, affine=True, groups=8, epsilon=1e-5):
    """`layer` normalizes over channels and pixels of one image with one scale and shift a channel: group normalization with one group."""
    if kind == "batch":
        return nn.BatchNorm2d(channels, eps=epsilon, momentum=0.1, affine=affine)
    count = {"group": groups, "layer": 1, "instance": channels}[kind]
    return nn.GroupNorm(count, channels, eps=epsilon, affine=affine)


def conv(inputs, outputs, size, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class PreBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, norm):
        super().__init__()
        self.norm1 = norm(inputs)
        self.conv1 = conv(inputs, outputs, 3, stride)
        self.norm2 = norm(outputs)
        self.conv2 = conv(outputs, outputs, 3)
        if stride != 1 or inputs != outputs:
            self.projection = conv(inputs, outputs, 1, stride)
        else:
            self.projection = None

    def forward(self, x):
        active = F.relu(self.norm1(x))
        shortcut = x if self.projection is None else self.projection(active)
        return shortcut + self.conv2(F.relu(self.norm2(self.conv1(active))))


class PostBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, norm):
        super().__init__()
        self.conv1 = conv(inputs, outputs, 3, stride)
        self.norm1 = norm(outputs)
        self.conv2 = conv(outputs, outputs, 3)
        self.norm2 = norm(outputs)
        if stride != 1 or inputs != outputs:
            self.projection = nn.Sequential(OrderedDict(conv=conv(inputs, outputs, 1, stride), norm=norm(outputs)))
        else:
            self.projection = None

    def forward(self, x):
        shortcut = x if self.projection is None else self.projection(x)
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(shortcut + y)


def make_stage(block, count, inputs, outputs, stride, norm):
    first = block(inputs, outputs, stride, norm)
    rest = [block(outputs, outputs, 1, norm) for _ in range(count - 1)]
    return nn.Sequential(OrderedDict((f"block{i + 1}", b) for i, b in enumerate([first, *rest])))


class ResidualNet(nn.Module):
    """Both kinds differ in their blocks and in where the norm outside the blocks stands: after the stages (pre) or after the stem (post)."""

    def __init__(self, pre, depth, width, channels, classes, norm):
        super().__init__()
        if depth < 8 or (depth - 2) % 6 != 0:
            raise ValueError(f"depth {depth}: a residual network here has 6n + 2 layers: 8, 14, 20, 26, 32, ...")
        block, count, self.pre = PreBlock if pre else PostBlock, (depth - 2) // 6, pre
        self.stem = conv(channels, width, 3)
        if not pre:
            self.stem_norm = norm(width)
        self.stage1 = make_stage(block, count, width, width, 1, norm)
        self.stage2 = make_stage(block, count, width, 2 * width, 2, norm)
        self.stage3 = make_stage(block, count, 2 * width, 4 * width, 2, norm)
        if pre:
            self.final = nn.Sequential(OrderedDict(norm=norm(4 * width)))
        self.head = nn.Linear(4 * width, classes)

    def forward(self, x):
        x = self.stem(x)
        if not self.pre:
            x = F.relu(self.stem_norm(x))
        x = self.stage3(self.stage2(self.stage1(x)))
        if self.pre:
            x = F.relu(self.final(x))
        return self.head(x.mean(dim=(2, 3)))


class PlainCnn(nn.Module):
    def __init__(self, width, channels, classes, norm):
        super().__init__()
        layers, inputs = [], channels
        for stage in range(3):
            outputs = width << stage
            if stage > 0:
                layers.append(nn.MaxPool2d(2))
            for _ in range(2):
                layers += [conv(inputs, outputs, 3), norm(outputs), nn.ReLU()]
                inputs = outputs
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.head(self.layers(x).mean(dim=(2, 3)))


class Mlp(nn.Module):
    def __init__(self, inputs, hidden, classes, norm=None):
        super().__init__()
        sizes = [inputs, *hidden]
        self.layers = nn.ModuleList(nn.Linear(a, b, bias=norm is None) for a, b in zip(sizes, sizes[1:]))
        self.norms = nn.ModuleList() if norm is None else nn.ModuleList(norm(b) for b in hidden)
        self.head = nn.Linear(sizes[-1], classes)

    def forward(self, x):
        x = x.flatten(1)
        for i, layer in enumerate(self.layers):
            x = layer(x)
            x = F.relu(self.norms[i](x) if len(self.norms) > 0 else x)
        return self.head(x)


def make_model(name, image, classes=10, width=16, norm="batch", affine=True, groups=8, epsilon=1e-5, hidden=(128,)):
    """`image` is (channels, height, width); `groups` counts only for norm="group", `hidden` (units of each hidden layer) only for the mlp."""
    if name == "mlp":
        if norm not in ("batch", "none"):
            raise ValueError(f"norm '{norm}': an mlp here has batch or none")
        return Mlp(math.prod(image), list(hidden), classes, (lambda c: nn.BatchNorm1d(c, eps=epsilon, affine=affine)) if norm == "batch" else None)
    if name == "transformer":
        return Transformer(symbols=97, tokens=64, norm="rms" if norm == "batch" else norm)
    if name == "cnn":
        return PlainCnn(width, image[0], classes, lambda c: make_norm(norm, c, affine, groups, epsilon))
    match = re.fullmatch(r"(pre)?resnet-?(\d+)", name)
    if not match:
        raise ValueError(f"model '{name}': expected mlp, cnn, transformer, resnetN or preresnetN with N = 6n + 2, as in preresnet20")
    return ResidualNet(match[1] is not None, int(match[2]), width, image[0], classes,
                       lambda c: make_norm(norm, c, affine, groups, epsilon))


def initialize(model, generator):
    """Convolutions: He's normal with fan-out, std = sqrt(2 / (k k outputs)). Linear layers: PyTorch's default, weights and bias uniform in
    +-1/sqrt(inputs). Norms keep scale 1 and shift 0."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
            module.weight.data.normal_(0, math.sqrt(2 / fan_out), generator=generator)
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            module.weight.data.uniform_(-bound, bound, generator=generator)
            if module.bias is not None:
                module.bias.data.uniform_(-bound, bound, generator=generator)
