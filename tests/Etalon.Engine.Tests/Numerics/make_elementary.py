"""Writes elementary.csv: arguments, the nearest float64 of the exact value, and what is left of it in units in the last place.

Needs mpmath. Half of the rows of a function are its hardest of 20,000 drawn arguments: those whose exact value lies closest to the middle
between two float64, where an error of the computation shows in the rounding. Run it beside the file.
"""
import math
import random

from mpmath import mp, mpf

mp.prec = 1500
random.seed(20)
DRAWN, KEPT = 20_000, 60

# Beyond 2^20 the angle is reduced otherwise; the third is the float64 nearest to a multiple of a quarter turn (Muller 1997).
LARGE = [1048577.0, 1e7, 6381956970095103.0 * 2.0**797, 1e15, 1e22, -1e22, -3e9, 2.0**100, 1.7976931348623157e308]


def uniform(low, high):
    return lambda: (random.uniform(low, high),)


def decades(low, high):
    return lambda: (10 ** random.uniform(low, high),)


def signed(low, high):
    return lambda: (random.choice((-1, 1)) * 10 ** random.uniform(low, high),)


FUNCTIONS = {
    "exp": (mp.exp, [uniform(-745.1, 709.7), uniform(-1, 1), uniform(-745.1, -707)], [0.0, 1.0, -1.0, 709.782712893384, -745.1332191019411, -708.3964185322641, 1e-300]),
    "expm1": (mp.expm1, [uniform(-3, 3), signed(-20, 1.5), uniform(0.3, 0.5)], [1e-300, -1e-17, 1.0, -36.9, 709.7]),
    "log": (mp.log, [decades(-307, 307), uniform(0.5, 2), lambda: (1 + random.choice((-1, 1)) * 10 ** random.uniform(-15, -1),)], [1.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.7071067811865475, 0.7071067811865476]),
    "log1p": (mp.log1p, [signed(-20, -0.01), decades(-3, 20), uniform(-1, 2)], [1e-300, -1 + 2.0**-53, 1e308, 0.41, -0.29]),
    "log10": (mp.log10, [decades(-307, 307), uniform(0.5, 2)], [10.0**k for k in range(-5, 23)] + [5e-324]),
    "log2": (lambda x: mp.log(x) / mp.log(2), [decades(-307, 307), uniform(0.5, 2)], [2.0**k for k in (-1074, -1022, -5, 1, 10, 1023)]),
    "pow": (
        mp.power,
        [
            lambda: (random.uniform(0, 1), random.uniform(0, 30)),
            lambda: (10 ** random.uniform(-5, 5), random.uniform(-60, 60)),
            lambda: (1 - 10 ** random.uniform(-6, -1), float(random.randrange(1, 1_000_000))),
            lambda: (random.uniform(0.01, 0.5), random.uniform(100, 400)),
        ],
        [(10.0, float(k)) for k in range(23)] + [(0.1, 1.0), (2.0, 0.5), (2.0, -1074.0), (2.0, 1023.0), (3.0, 33.0), (0.999, 1e5), (5e-324, 0.5)],
    ),
    "sin": (mp.sin, [uniform(-math.pi, math.pi), uniform(-1e6, 1e6), lambda: (random.randrange(330_000) * math.pi,)], [1e-300, math.pi, math.pi / 2, 1048576.0] + LARGE),
    "cos": (mp.cos, [uniform(0, math.pi), uniform(-1e6, 1e6), lambda: ((random.randrange(330_000) + 0.5) * math.pi,)], [0.0, math.pi, math.pi / 2, 1048576.0] + LARGE),
    "atan2": (
        mp.atan2,
        [
            lambda: (random.uniform(-1, 1), random.uniform(-1, 1)),
            lambda: (random.choice((-1, 1)) * 10 ** random.uniform(-20, 20), random.choice((-1, 1)) * 10 ** random.uniform(-20, 20)),
        ],
        [(1.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, -1.0), (5e-324, 1.0), (1e308, 1e-308), (1.0, -1e300)],
    ),
}


def row(name, function, arguments):
    exact = function(*(mpf(argument) for argument in arguments))
    nearest = float(exact)
    unit = mpf(2) ** max(int(mp.frexp(abs(exact))[1]) - 53, -1074) if exact else mpf(2) ** -1074
    rest = float((exact - mpf(nearest)) / unit)
    return rest, ",".join([name, *(repr(argument) for argument in arguments), *[""] * (2 - len(arguments)), repr(nearest), f"{rest:.9f}"])


with open("elementary.csv", "w", newline="\n") as file:
    file.write("function,x,y,nearest,rest\n")
    for name, (function, draws, edges) in FUNCTIONS.items():
        rows = [row(name, function, edge if isinstance(edge, tuple) else (edge,))[1] for edge in edges]
        for draw in draws:
            drawn = [row(name, function, draw()) for _ in range(DRAWN)]
            rows += [text for _, text in drawn[:KEPT]]
            rows += [text for _, text in sorted(drawn, key=lambda each: -abs(each[0]))[:KEPT]]
        file.writelines(text + "\n" for text in rows)
