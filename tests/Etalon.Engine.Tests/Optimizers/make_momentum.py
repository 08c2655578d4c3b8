"""Writes momentum.csv with the real torch.optim.SGD in float64: weights after each step of schedules in which the momentum is 0 at some steps.

Made with torch 1.13.1; run it beside the file. The gradient of a weight w is curvature * w - slope.
"""
import torch

CURVATURE, SLOPE = (1.0, 0.3, 2.0), (0.5, -1.0, 0.25)
RATES = (0.1, 0.2, 0.05, 0.1, 0.3, 0.1, 0.1, 0.2)
CASES = {
    # name: dampening, nesterov, and the momenta of two parameter groups
    "dampened without momentum": (0.5, False, (0,) * 8, (0.5,) * 8),
    "momentum comes": (0.5, False, (0, 0, 0, 0.9, 0.9, 0.9, 0.9, 0.9), (0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9)),
    "momentum rests": (0.0, False, (0.9, 0.9, 0, 0, 0.9, 0.9, 0, 0.9), (0.9, 0, 0.9, 0.9, 0, 0, 0, 0.5)),
    "dampened momentum rests": (0.5, False, (0.9, 0, 0.9, 0.9, 0, 0, 0.9, 0.9), (0, 0, 0.9, 0, 0.9, 0.9, 0.9, 0)),
    "nesterov": (0.0, True, (0, 0, 0.9, 0.9, 0, 0, 0.9, 0.9), (0.9, 0, 0.8, 0.9, 0, 0.9, 0.9, 0.9)),
}

with open("momentum.csv", "w", newline="\n") as file:
    file.write("case,step,group,momentum,rate,weight0,weight1,weight2\n")
    for name, (dampening, nesterov, *momenta) in CASES.items():
        curvature, slope = torch.tensor(CURVATURE, dtype=torch.float64), torch.tensor(SLOPE, dtype=torch.float64)
        groups = [torch.nn.Parameter(torch.ones(3, dtype=torch.float64)) for _ in momenta]
        # PyTorch refuses Nesterov without momentum when it is built, not later.
        optimizer = torch.optim.SGD([{"params": [w]} for w in groups], lr=0.1, momentum=0.9, dampening=dampening, nesterov=nesterov, weight_decay=0.01)
        for step, rate in enumerate(RATES):
            for group, momentum in zip(optimizer.param_groups, momenta):
                group["lr"], group["momentum"] = rate, momentum[step]
            for w in groups:
                w.grad = curvature * w.data - slope
            optimizer.step()
            for index, w in enumerate(groups):
                file.write(",".join([name, str(step), str(index), repr(float(momenta[index][step])), repr(rate), *(repr(float(x)) for x in w)]) + "\n")
