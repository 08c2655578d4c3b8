"""Trains one of Etalon's recipes in PyTorch and prints one JSON line an epoch, then one with the settings and the final accuracy.

Written for and checked with Debian 12's python3-torch 1.13.1 (its __version__ says 1.13.0a0) and python3-numpy 1.24.2.

    /usr/bin/python3 train_peer.py --model preresnet8 --data fashion-mnist --folder /usr/share/datasets/fashion-mnist \
        --epochs 5 --batch 128 --lr 0.1 --cosine --weight-decay 5e-4 --momentum 0.9 --seed 1 --threads 2

What defines the run: every image once an epoch in a fresh random order, the partial last batch kept; inputs standardized with the mean and the
standard deviation of each channel over the training images; no augmentation; heavy ball as torch.optim.SGD has it, dampening 0, weight decay
coupled and on every parameter, norms and head included; with --cosine update t = 0 .. T-1 uses lr(t) = lr/2 (1 + cos(pi t / T)), a new value
every update; initial weights as models.initialize says. The test accuracy is measured after each epoch over all test images, in evaluation
mode (running statistics, momentum 0.1).
"""

import argparse
import gzip
import json
import math
import pathlib
import time

import numpy as np
import torch
from torch.nn import functional as F

from models import initialize, make_model


def read_idx(folder, name):
    """An IDX file of bytes: 00 00 08 rank, then `rank` big-endian sizes, then the bytes."""
    packed, plain = pathlib.Path(folder, name + ".gz"), pathlib.Path(folder, name)
    data = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
    if data[:3] != b"\x00\x00\x08":
        raise ValueError(f"{folder}/{name}: not an IDX file of bytes")
    rank = data[3]
    shape = np.frombuffer(data, ">i4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_fashion_mnist(folder):
    """Images as float32 (count, 1, 28, 28), standardized, and labels, for training and for testing."""
    train, test = (read_idx(folder, f"{part}-images-idx3-ubyte")[:, None] for part in ("train", "t10k"))
    mean = (train / 255).mean(axis=(0, 2, 3), keepdims=True)
    deviation = (train / 255).std(axis=(0, 2, 3), keepdims=True)
    images = [torch.from_numpy(((x / 255 - mean) / deviation).astype(np.float32)) for x in (train, test)]
    labels = [torch.from_numpy(read_idx(folder, f"{part}-labels-idx1-ubyte").astype(np.int64)) for part in ("train", "t10k")]
    return images[0], labels[0], images[1], labels[1]


@torch.no_grad()
def accuracy(model, images, labels):
    model.eval()
    right = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    model.train()
    return right / len(labels)


def train(args):
    torch.set_num_threads(args.threads)
    generator = torch.Generator().manual_seed(args.seed)
    images, labels, test_images, test_labels = read_fashion_mnist(args.folder)
    model = make_model(args.model, images.shape[1:], width=args.width, norm=args.norm)
    initialize(model, generator)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=args.momentum, weight_decay=args.weight_decay)
    total, update, start = args.epochs * math.ceil(len(images) / args.batch), 0, time.time()
    for epoch in range(1, args.epochs + 1):
        loss_sum = 0.0
        for index in torch.randperm(len(images), generator=generator).split(args.batch):
            if args.cosine:
                optimizer.param_groups[0]["lr"] = 0.5 * args.lr * (1 + math.cos(math.pi * update / total))
            loss = F.cross_entropy(model(images[index]), labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(index)
            update += 1
        test_accuracy = accuracy(model, test_images, test_labels)
        print(json.dumps({"epoch": epoch, "updates": update, "train_loss": round(loss_sum / len(images), 6),
                          "test_accuracy": test_accuracy, "seconds": round(time.time() - start, 1)}), flush=True)
    print(json.dumps({"settings": vars(args), "torch": torch.__version__, "parameters": sum(p.numel() for p in model.parameters()),
                      "final_test_accuracy": test_accuracy}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="preresnet8", help="mlp, resnetN or preresnetN with N = 6n + 2")
    parser.add_argument("--width", type=int, default=16, help="channels of the first stage")
    parser.add_argument("--norm", default="batch", choices=["batch", "group", "layer", "instance"])
    parser.add_argument("--data", default="fashion-mnist", choices=["fashion-mnist"])
    parser.add_argument("--folder", default="/usr/share/datasets/fashion-mnist", help="the four IDX files, gzipped or not")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--cosine", action="store_true", help="cosine from lr to 0 over the whole run; otherwise lr is constant")
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
