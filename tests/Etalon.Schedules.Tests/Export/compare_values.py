"""Compares values(t) of every module m0.py, m1.py, ... in this folder with the table beside it.

Arguments: the greatest relative error allowed, and the count's type (int, int64, float32). Prints modules, values, greatest error.
"""
import glob
import importlib
import os
import sys

tolerance, count_type = float(sys.argv[1]), sys.argv[2]
LARGEST = sys.float_info.max
# What is smaller has fewer digits to compare: below the normal numbers, and in float32 after a difference of ordinary ones.
SMALLEST = sys.float_info.min

if count_type == "int":
    count = int
else:
    import numpy

    numpy.seterr(all="ignore")
    count = numpy.int64

if count_type == "float32":
    LARGEST, SMALLEST = float(numpy.finfo(numpy.float32).max), 1.0

    def count(t):  # an array, for which NumPy computes in float32 throughout
        return numpy.array([t], numpy.float32)


def error(expected, actual):
    """Relative; what saturates is the largest number."""
    expected, actual = min(expected, LARGEST), min(actual, LARGEST)
    if actual == expected:
        return 0.0
    return abs(actual - expected) / max(abs(expected), SMALLEST)


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
