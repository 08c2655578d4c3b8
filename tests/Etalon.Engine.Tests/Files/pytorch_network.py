"""Reads network.safetensors by the format's rules into PyTorch modules, and prints their outputs for the images of images.bin."""
import json
import struct

import numpy as np
import torch
from torch import nn

data = open("network.safetensors", "rb").read()
length = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + length])
assert header.pop("__metadata__")["format"] == "pt"
state = {}
for name, entry in header.items():
    begin, end = entry["data_offsets"]
    numbers = np.frombuffer(data[8 + length + begin:8 + length + end], {"F32": "<f4", "F64": "<f8"}[entry["dtype"]])
    state[name] = torch.from_numpy(numbers.reshape(entry["shape"]).copy())

model = nn.Sequential()
model.add_module("conv", nn.Conv2d(2, 5, 3, stride=2, padding=1, bias=False))
model.add_module("norm", nn.BatchNorm2d(5))
model.add_module("relu", nn.ReLU())
model.add_module("flat", nn.Flatten())
model.add_module("head", nn.Linear(5 * 3 * 4, 3))
model.double().load_state_dict(state)
model.eval()
images = np.fromfile("images.bin", "<f8").reshape(-1, 6, 8, 2).transpose(0, 3, 1, 2)
with torch.no_grad():
    for output in model(torch.from_numpy(images.copy())).reshape(-1):
        print(repr(float(output)))
