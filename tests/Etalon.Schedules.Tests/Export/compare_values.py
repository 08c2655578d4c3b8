"""Compares values(t) of every module m0.py, m1.py, ... in this folder with the table beside it.

Arguments: the greatest relative error allowed, and the count's type (int, numpy). Prints modules, values, greatest error.
"""
import glob
import importlib
import math
import os
import sys

tolerance, count_type = float(sys.argv[1]), sys.argv[2]
LARGEST = sys.float_info.max
SMALLEST_NORMAL = sys.float_info.min

if count_type == "numpy":
    import numpy

    numpy.seterr(all="ignore")
    count = numpy.int64
else:
    count = int


def error(expected, actual):
    """Relative; what saturates is the largest number, and what is not normal has fewer digits to compare."""
    expected = min(expected, LARGEST)
    if actual == expected:
        return 0.0
    return abs(actual - expected) / max(abs(expected), SMALLEST_NORMAL)


worst, compared, modules = (0.0, ""), 0, 0
for table in sorted(glob.glob("m*.csv")):
    name = os.path.splitext(table)[0]
    module = importlib.import_module(name)
    modules += 1
    for line in open(table).read().splitlines()[1:]:
        step, *expected = line.split(",")
        actual = module.values(count(step))
        for what, e, a in zip(("lr", "weight_decay", "momentum"), map(float, expected), map(float, actual)):
            compared += 1
            wrong = error(e, a)
            if not wrong <= worst[0]:
                worst = (wrong, f"{name} {what} at {step}: {a!r} for {e!r}")
            if not wrong <= tolerance:
                sys.exit(f"{name} {what} at {step}: {a!r}, but Etalon has {e!r}, off by {wrong:.2e}\n{open(name + '.py').read()}")
print(modules, compared, worst[0], worst[1])
