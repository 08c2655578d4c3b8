"""Takes turns with PyTorch at the same measurements on an idle machine and prints the ratios: above 1, ours is faster.

    /usr/bin/python3 compare.py --ours "dotnet etalon.dll bench --serve --threads 2" --out ../results/speed.json
    /usr/bin/python3 compare.py --all --ours "dotnet etalon.dll bench --serve --threads 2"
    /usr/bin/python3 compare.py --all --only transformer --ours "dotnet etalon.dll bench --serve --threads 2"

With --all it compares the training step of every model that Etalon offers, one after the other: --ours then gets --model, --norm, --batch and --hidden
behind it, as speed_peer.py does. PyTorch must multiply matrices with OpenBLAS (libopenblas0-pthread): with Debian's reference BLAS the comparison says
nothing and is refused.

The command given as --ours must behave as speed_peer.py does: read a measurement's name a line (`step`, `evaluate`, `conv forward|data|weight 16|32|64`,
`describe`) and answer one JSON line, {"seconds": ...} for a measurement, anything for `describe`, {"error": ...} for what it cannot do.
It must be the measuring program itself, not a shell or `dotnet run` around it: its memory and processor time are read by process id.

PyTorch runs as two such servers, one for each memory format (NCHW, channels-last), both with oneDNN; at each measurement the format with the lower
median counts. A round is ours, NCHW, channels-last, one after the other, with a short pause so that the one before has stopped spinning; all
rounds of one measurement follow each other, so that what is compared ran within the same minute. The machine's own speed may change from minute to
minute: only ratios mean something. The range printed is that of the rounds' own ratios.

`step` comes first and the peak memory is read after it, before anything else adds to it.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import shlex
import statistics
import subprocess
import sys
import time

NAMES = ["step", "evaluate"] + [f"conv {direction} {channels}" for channels in (16, 32, 64) for direction in ("forward", "data", "weight")]
FORMATS = ["nchw", "channels_last"]
MODELS = [(model, "batch", batch, hidden) for model, hidden in (("mlp", "128"), ("mlp", "512,512")) for batch in (64, 128)]
MODELS += [(model, norm, batch, "128") for model in ("cnn", "resnet20", "preresnet8", "preresnet20") for norm in ("batch", "group") for batch in (32, 128)]
MODELS += [("transformer", "rms", batch, "128") for batch in (32, 64)]


class Server:
    def __init__(self, label, command):
        self.label = label
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, name):
        try:
            self.process.stdin.write(name + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            sys.exit(f"{self.label} ended (exit code {self.process.wait()}) when asked for '{name}'")
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            sys.exit(f"{self.label} answered '{name}' with {line!r}; one JSON line was expected")

    def seconds(self, name):
        answer = self.ask(name)
        if "seconds" not in answer:
            sys.exit(f"{self.label} cannot measure '{name}': {answer.get('error', answer)}")
        time.sleep(0.1)
        return answer["seconds"]

    def peak_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])

    def cpu_ticks(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def machine_ticks():
    """Busy and total processor time of the machine; time the hypervisor gave to others counts as busy."""
    user, nice, system, idle, wait, *other = map(int, pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    busy = user + nice + system + sum(other)
    return busy, busy + idle + wait


def run_rounds(name, servers, rounds):
    times = {server.label: [] for server in servers}
    for server in servers:
        server.seconds(name)
    for _ in range(rounds):
        for server in servers:
            times[server.label].append(server.seconds(name))
    return times


def summarize(name, times):
    medians = {label: statistics.median(values) for label, values in times.items()}
    best = min((label for label in times if label != "ours"), key=medians.get)
    pairs = [theirs / ours for theirs, ours in zip(times[best], times["ours"])]
    return {"name": name, "seconds": times, "median_seconds": medians, "best_peer": best,
            "ratio": medians[best] / medians["ours"], "ratio_range": [min(pairs), max(pairs)]}


def print_row(row, width=16):
    medians = row["median_seconds"]
    print(f"{row['name']:<{width}}" + "".join(f"{1000 * medians[label]:>24.3f}" for label in medians)
          + f"{row['ratio']:>10.2f}   {row['ratio_range'][0]:.2f} - {row['ratio_range'][1]:.2f}", flush=True)


def start(args, options=()):
    """Ours and PyTorch in each format, and what they say of themselves; ends where PyTorch has no fast matrix product."""
    peer = [sys.executable, str(pathlib.Path(__file__).with_name("speed_peer.py")), "--threads", str(args.threads)]
    servers = [Server("ours", shlex.split(args.ours) + list(options))]
    servers += [Server(f"pytorch {form}", [*peer, "--format", form, *options]) for form in FORMATS]
    described = {server.label: server.ask("describe") for server in servers}
    libraries = described[servers[-1].label]["blas"]
    if not any("openblas" in library or "mkl" in library for library in libraries):
        sys.exit(f"PyTorch multiplies matrices with {', '.join(libraries) or 'an unknown library'}, about twenty times slower than OpenBLAS; "
                 "install libopenblas0-pthread and compare again")
    return servers, described


def compare_models(args):
    """The training step of every model, each with servers of its own."""
    busy_before, total_before = machine_ticks()
    own = 0
    print(f"{'median ms':<34}" + "".join(f"{label:>24}" for label in ["ours"] + [f"pytorch {form}" for form in FORMATS]) + f"{'ratio':>10}   range")
    rows, described = [], {}
    for model, norm, batch, hidden in (each for each in MODELS if args.only in (None, each[0])):
        servers, described = start(args, ["--model", model, "--norm", norm, "--batch", str(batch), *(["--hidden", hidden] if model == "mlp" else [])])
        row = summarize(f"{model}{' ' + hidden if model == 'mlp' else ''} {norm} {batch}", run_rounds("step", servers, args.rounds))
        rows.append({**row, "model": model, "norm": norm, "batch": batch, "hidden": hidden, "peak_bytes": {server.label: server.peak_bytes() for server in servers}})
        print_row(rows[-1], 34)
        own += sum(server.cpu_ticks() for server in servers)
        for server in servers:
            server.close()
    busy, total = machine_ticks()
    return {**about(args, own, busy - busy_before, total - total_before), "servers": described, "measurements": rows}


def about(args, own, busy, total):
    others = max(0.0, (busy - own) / total)
    if others > 0.05:
        print(f"warning: other programs used {others:.0%} of the processors meanwhile; repeat this on an idle machine", file=sys.stderr)
    return {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "machine": machine(),
            "others_share_of_processors": round(others, 4), "rounds": args.rounds, "threads": args.threads}


def compare(args):
    servers, described = start(args)
    own_before, (busy_before, total_before) = sum(server.cpu_ticks() for server in servers), machine_ticks()

    print(f"{'median ms':<16}" + "".join(f"{server.label:>24}" for server in servers) + f"{'ratio':>10}   range")
    rows, peaks = [], {}
    for name in args.names or NAMES:
        rows.append(summarize(name, run_rounds(name, servers, args.rounds)))
        print_row(rows[-1])
        if name == "step":
            peaks = {server.label: server.peak_bytes() for server in servers}
            print("peak MB         " + "".join(f"{peak / 1e6:>24.0f}" for peak in peaks.values()), flush=True)

    own, (busy, total) = sum(server.cpu_ticks() for server in servers) - own_before, machine_ticks()
    for server in servers:
        server.close()
    return {**about(args, own, busy - busy_before, total - total_before), "servers": described, "peak_bytes_after_step": peaks, "measurements": rows}


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    cpu, family, model = (re.search(rf"^{key}\s*: (.*)", info, re.MULTILINE) for key in ("model name", "cpu family", "model"))
    return {"cpu": f"{cpu[1]}, family {family[1]} model {model[1]}" if cpu and family and model else platform.processor(), "cores": len(os.sched_getaffinity(0)), "system": platform.platform()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="measurements; without any, all eleven")
    parser.add_argument("--all", action="store_true", help="compare the training step of every model instead")
    parser.add_argument("--only", choices=sorted({each[0] for each in MODELS}), help="with --all, the shapes of one model")
    parser.add_argument("--ours", required=True, help="the command that answers for us")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2, help="PyTorch's threads; --ours carries its own")
    parser.add_argument("--out", type=pathlib.Path, help="where the figures go as JSON")
    args = parser.parse_args()
    result = compare_models(args) if args.all else compare(args)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
