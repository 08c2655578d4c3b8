"""Times PyTorch at a training step and at single convolution passes; one measurement a line, so that another program can take turns with it.

Written for and checked with Debian 12's python3-torch 1.13.1 (its __version__ says 1.13.0a0; oneDNN 2.6.3).

    /usr/bin/python3 speed_peer.py step "conv forward 16"              # measures these, one JSON line each, and ends
    /usr/bin/python3 speed_peer.py --format channels_last < names      # a server: reads a name a line, answers a JSON line

Names:
    step                            forward, loss, backward and SGD (momentum 0.9, weight decay 5e-4) on one batch of random 32x32x3 images;
                                    of the transformer on random windows of 64 symbols
    conv forward|data|weight 16|32|64
                                    one pass (result, data gradient or weight gradient) of the 3x3 convolution of a ResNet-20 stage:
                                    16 channels at 32x32, 32 at 16x16, 64 at 8x8; stride 1, padding 1, no bias
    evaluate                        the forward pass of the same network alone, in evaluation mode
    describe                        versions, settings, the instruction set oneDNN uses and the library that multiplies matrices

An answer is {"name", "seconds": median over the repetitions, "repetitions", "peak_bytes": largest resident size so far}, for `step` with
"images_per_second" too; what cannot be measured is answered by {"error"}. Each request first runs once untimed, then repeats for at least half a second
and at least five times. Between requests the process sleeps.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

from models import initialize, make_model

STAGE_SIZE = {16: 32, 32: 16, 64: 8}
OUTPUT_MASK = {"data": [True, False, False], "weight": [False, True, False]}


def make_network(args, layout):
    generator = torch.Generator().manual_seed(1)
    model = make_model(args.model, (3, 32, 32), norm=args.norm, hidden=args.hidden)
    initialize(model, generator)
    if args.model == "transformer":
        images, labels = torch.randint(0, 97, (2, args.batch, 64), generator=generator)
        return nn.Sequential(model, nn.Flatten(0, 1)), images, labels.flatten()
    model = model.to(memory_format=layout)
    images = torch.randn(args.batch, 3, 32, 32, generator=generator).to(memory_format=layout)
    labels = torch.randint(0, 10, (args.batch,), generator=generator)
    return model, images, labels


def make_step(args, layout):
    model, images, labels = make_network(args, layout)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)

    def step():
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return step


def make_evaluation(args, layout):
    model, images, _ = make_network(args, layout)
    model.eval()
    return lambda: model(images)


def make_conv(args, layout, direction, channels):
    size = STAGE_SIZE[channels]
    x, gradient = (torch.randn(args.batch, channels, size, size).to(memory_format=layout) for _ in range(2))
    weight = torch.randn(channels, channels, 3, 3).to(memory_format=layout)
    if direction == "forward":
        return lambda: F.conv2d(x, weight, None, 1, 1)
    mask = OUTPUT_MASK[direction]
    return lambda: torch.ops.aten.convolution_backward(gradient, x, weight, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, mask)


def make_work(args, name):
    """What one repetition of the named measurement runs."""
    layout = torch.channels_last if args.format == "channels_last" else torch.contiguous_format
    words = name.split()
    if words == ["step"]:
        return make_step(args, layout)
    if words == ["evaluate"]:
        return make_evaluation(args, layout)
    if len(words) == 3 and words[0] == "conv" and words[1] in ("forward", "data", "weight") and words[2] in ("16", "32", "64"):
        return make_conv(args, layout, words[1], int(words[2]))
    raise ValueError(f"no measurement '{name}': expected step, evaluate, conv forward|data|weight 16|32|64, or describe")


def measure(args, name, work):
    # Without the graph's bookkeeping where no graph is needed; the step needs it.
    with torch.set_grad_enabled(name == "step"):
        work()
        seconds = []
        while len(seconds) < 5 or sum(seconds) < 0.5:
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds)
    answer = {"name": name, "seconds": median, "repetitions": len(seconds),
              "peak_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
    if name in ("step", "evaluate"):
        answer["images_per_second"] = args.batch / median
    return answer


def blas():
    """The library that multiplies matrices: Debian's PyTorch takes whatever libblas.so.3 is, by default a reference one, twenty times slower."""
    torch.mm(torch.ones(256, 256), torch.ones(256, 256))
    with open("/proc/self/maps") as maps:
        libraries = {line.split()[-1] for line in maps if "blas" in line or "mkl" in line}
    return sorted(libraries)


def describe(args):
    probe = "import torch; torch.conv2d(torch.ones(16, 16, 32, 32), torch.ones(16, 16, 3, 3))"
    verbose = subprocess.run([sys.executable, "-c", probe], env={**os.environ, "ONEDNN_VERBOSE": "1"}, capture_output=True, text=True).stdout
    package = subprocess.run(["dpkg-query", "-W", "python3-torch"], capture_output=True, text=True).stdout.split()
    return {"torch": torch.__version__, "package": " ".join(package), "python": platform.python_version(),
            "onednn": torch.backends.mkldnn.is_available(), "onednn_isa": verbose.partition("cpu,isa:")[2].partition("\n")[0],
            "threads": torch.get_num_threads(), "format": args.format, "model": args.model, "norm": args.norm, "batch": args.batch, "blas": blas()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="measurements; without any, names are read from standard input, one a line")
    parser.add_argument("--format", default="nchw", choices=["nchw", "channels_last"], help="memory format of images, weights and activations")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--model", default="preresnet20")
    parser.add_argument("--norm", default="batch")
    parser.add_argument("--hidden", default=[128], type=lambda text: [int(units) for units in text.split(",")], help="units of an mlp's hidden layers, with commas")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    made = {}
    for line in args.names or sys.stdin:
        name = " ".join(line.split())
        try:
            if name == "describe":
                answer = describe(args)
            else:
                if name not in made:
                    made[name] = make_work(args, name)
                answer = measure(args, name, made[name])
        except ValueError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
