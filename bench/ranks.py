"""One run on many ranks, over real MPI: are its bits those of one process, and what does it cost?

    /usr/bin/python3 ranks.py matrix  --etalon PATH           ranks x threads x MPI x normalization x precision, against one process
    /usr/bin/python3 ranks.py check   --etalon PATH           a few of these and a killed rank, for the tests; of the MPIs that are there
    /usr/bin/python3 ranks.py kills   --etalon PATH [--kills 10] [--seed 1]    one rank is killed, the run goes on on another number of ranks
    /usr/bin/python3 ranks.py network --etalon PATH [--rate 100mbit]           three network namespaces: as above, and with a link that breaks
    /usr/bin/python3 ranks.py cost    --etalon PATH [--rounds 3]               two ranks of one thread against one process of two
    /usr/bin/python3 ranks.py model   --etalon PATH --benchmarks PATH          predicts steps in namespaces, measures them, and prints the table

PATH is a program, such as artifacts/bin/Etalon.Workbench/release/etalon. `network` and `model` make network namespaces, for which one has to be root, and take them
away again; `tc` limits their links. Exit code 0 where all that was checked holds, else 1.
"""

import argparse
import copy
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from kills import contents

RECIPE = """
name: run
seed: 3
duration: 300ba
data: {set: digits, batch: 64, augment: crop-flip}
model: {name: preresnet-8}
learning_rate: [{warmup: {peak: 0.1, for: 20ba}}, {cosine: {from: 0.1, to: 0}}]
weight_decay: 5e-4
momentum: 0.9
checkpoint: {every: 10ba}
"""

COST = """
name: run
seed: 3
duration: 28ba
data: {set: ps10, batch: 128, train: 5120, test: 128, image: 32x32x3}
model: {name: preresnet-20}
learning_rate: 0.1
weight_decay: 5e-4
momentum: 0.9
log: {every: 4ba}
"""

SETTINGS = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "TERM": "dumb"}
RANK = {"openmpi": b"OMPI_COMM_WORLD_RANK=", "mpich": b"PMI_RANK="}
NAMES = {"openmpi": "Open MPI", "mpich": "MPICH"}

AGENT = """#!/bin/bash
# [OPTION...] HOST COMMAND...: what ssh does on another machine.
while [[ $1 == -* ]]; do shift; done
node=${1##*.}; shift
exec ip netns exec etalon$node unshare --uts bash -c "hostname node$node; $*"
"""


class Wrong(Exception):
    pass


def launcher(mpi, ranks):
    if mpi == "openmpi":
        return [shutil.which("mpirun.openmpi") or "mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(ranks)]
    return ["mpiexec.hydra", "-np", str(ranks)]


class Network:
    """Network namespaces on a bridge, one a node: 10.77.0.1 and so on."""

    def __init__(self, folder, nodes, rate):
        self.nodes, self.agent = nodes, folder / "agent.sh"
        self.agent.write_text(AGENT)
        self.agent.chmod(0o755)
        self.remove()
        self.do("ip link add etalonbr type bridge", "ip link set etalonbr up")
        for node in range(1, nodes + 1):
            self.do(f"ip netns add etalon{node}", f"ip link add etalonv{node} type veth peer name eth0 netns etalon{node}",
                    f"ip link set etalonv{node} master etalonbr up", f"ip -n etalon{node} addr add 10.77.0.{node}/24 dev eth0",
                    f"ip -n etalon{node} link set eth0 up", f"ip -n etalon{node} link set lo up")
            if rate:
                self.do(f"tc -n etalon{node} qdisc add dev eth0 root tbf rate {rate} burst 96kb latency 200ms")

    def do(self, *commands):
        for command in commands:
            subprocess.run(command.split(), check=True, capture_output=True)

    def remove(self):
        # A namespace goes when its last process has gone, so its link is taken away first.
        for command in [f"ip {what}{node}" for node in range(1, 4) for what in ("link del etalonv", "netns del etalon")] + ["ip link del etalonbr"]:
            subprocess.run(command.split(), capture_output=True)

    def launcher(self, mpi):
        hosts = ",".join(f"10.77.0.{node}" for node in range(1, self.nodes + 1))
        inside = ["ip", "netns", "exec", "etalon1", "unshare", "--uts", "bash", "-c", 'hostname node1; exec "$@"', "sh"]
        if mpi == "openmpi":
            return inside + [
                shutil.which("mpirun.openmpi") or "mpirun", "--mca", "plm_rsh_agent", str(self.agent), "--mca", "btl", "tcp,self", "--mca",
                "btl_tcp_if_include", "10.77.0.0/24", "--mca", "oob_tcp_if_include", "10.77.0.0/24", "--bind-to", "none", "-x",
                "ETALON_MPI_PATIENCE", "-host", hosts, "-np", str(self.nodes)]
        return inside + ["mpiexec.hydra", "-launcher", "ssh", "-launcher-exec", str(self.agent), "-hosts", hosts, "-iface", "eth0", "-genv",
                         "UCX_TLS", "tcp,self", "-genv", "UCX_NET_DEVICES", "eth0", "-np", str(self.nodes)]


class Runs:
    def __init__(self, arguments):
        self.etalon = [str(pathlib.Path(arguments.etalon).resolve())]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="etalon-ranks-"))
        self.recipe, self.cost = self.folder / "run.yaml", self.folder / "cost.yaml"
        self.recipe.write_text(RECIPE)
        self.cost.write_text(COST)
        self.environment = {**os.environ, **SETTINGS}

    def train(self, name, words=(), start=(), threads=1, recipe=None):
        """A run to its end; its folder."""
        self.run([*start, *self.etalon, "train", str(recipe or self.recipe), *words, "--threads", str(threads), "--runs", str(self.folder / name)])
        return self.folder / name / "run"

    def resume(self, name, start=(), threads=1):
        self.run([*start, *self.etalon, "resume", str(self.folder / name / "run"), "--threads", str(threads)])
        return self.folder / name / "run"

    def run(self, words):
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise Wrong(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}{done.stdout}")

    def require_same(self, whole, run, what):
        expected, found = ours(whole), ours(run)
        for part in expected:
            if expected[part] != found[part]:
                raise Wrong(f"{what}: other {part} than one process; see {run} and {whole}")

    def ranks(self, mpi, name):
        """The processes of a run, by their rank."""
        found = {}
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words, environment = (process / "cmdline").read_bytes().split(b"\0"), (process / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0] == self.etalon[0].encode() and str(self.folder / name).encode() in b" ".join(words):
                found.update({int(text[len(RANK[mpi]):]): int(process.name) for text in environment if text.startswith(RANK[mpi])})
        return found

    def interrupt(self, mpi, name, start, changes, act, delay):
        """Starts a run, does something to it after a while, and waits for its end: whether it was still at work then, and what it said."""
        words = ["train", str(self.recipe), *changes, "--runs", str(self.folder / name)]
        process = subprocess.Popen([*start, *self.etalon, *words, "--threads", "1"], env=self.environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        while not (self.folder / name / "run" / "checkpoints").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(delay)
        isAtWork = process.poll() is None and len(self.ranks(mpi, name)) > 0
        if isAtWork:
            act(self.ranks(mpi, name))
        since = time.monotonic()
        _, said = process.communicate(timeout=120)
        took = time.monotonic() - since
        while self.ranks(mpi, name) and time.monotonic() - since < 60:
            time.sleep(0.05)
        if self.ranks(mpi, name):
            raise Wrong(f"{name}: ranks are left: {self.ranks(mpi, name)}")
        return isAtWork and process.returncode != 0, said, max(took, 0)


def ours(run):
    found = copy.deepcopy(contents(run))
    found["result"].pop("ranks", None)
    # When a run was killed, checkpoints of before may have been left out or kept; the last ones are what counts.
    return found


def matrix(runs, arguments):
    print(f"{'':28}" + "".join(f"{ranks}x{threads}".rjust(6) for ranks in (1, 2, 3, 4) for threads in (1, 2)))
    for precision in arguments.precisions.split(","):
        for norm in arguments.norms.split(","):
            words = [f"model.norm={norm}", f"precision={precision}"]
            whole = runs.train(f"whole-{norm}-{precision}", words)
            for mpi in arguments.mpi:
                cells = []
                for ranks in (1, 2, 3, 4):
                    for threads in (1, 2):
                        name = f"{mpi}-{norm}-{precision}-{ranks}x{threads}"
                        runs.require_same(whole, runs.train(name, words, launcher(mpi, ranks), threads), name)
                        cells.append("same")
                        shutil.rmtree(runs.folder / name)
                print(f"{NAMES[mpi]:9} {norm:5} {precision:12}" + "".join(cell.rjust(6) for cell in cells), flush=True)


def check(runs, arguments):
    for mpi, norm, ranks, threads in (("openmpi", "batch", 3, 1), ("openmpi", "group", 2, 2), ("mpich", "batch", 2, 2), ("mpich", "group", 4, 1)):
        if mpi not in arguments.mpi:
            continue
        words, name = [f"model.norm={norm}", "duration=60ba"], f"{mpi}-{norm}"
        if not (runs.folder / f"whole-{norm}").exists():
            runs.train(f"whole-{norm}", words)
        runs.require_same(runs.folder / f"whole-{norm}" / "run", runs.train(name, words, launcher(mpi, ranks), threads), name)
        print(f"{NAMES[mpi]}, {norm} normalization, {ranks} ranks x {threads}: same")
    # Another recipe than the first rank's is refused on all.
    mpi = arguments.mpi[0]
    one = [*runs.etalon, "train", str(runs.recipe), "--runs", str(runs.folder / "refused")]
    other = ["sh", "-c", 'case "$OMPI_COMM_WORLD_RANK$PMI_RANK" in 1) exec "$@" seed=4;; *) exec "$@";; esac', "sh"]
    done = subprocess.run([*launcher(mpi, 2), *other, *one], env=runs.environment, capture_output=True, text=True, timeout=120)
    if "recipe.seed: rank 0 has 3, rank 1 has 4" not in done.stderr or (runs.folder / "refused").exists():
        raise Wrong(f"another recipe was not refused: {done.stderr}")
    arguments.kills = len(arguments.mpi)
    kills(runs, arguments, ["duration=60ba"])


def kills(runs, arguments, words=()):
    chance = random.Random(arguments.seed)
    whole = runs.train("whole", words)
    begun = time.monotonic()
    runs.train("timed", words, launcher(arguments.mpi[0], 3))
    seconds, done = time.monotonic() - begun, 0
    print(f"{'MPI':9} ranks  killed  after update  ends in  goes on on")
    while done < arguments.kills:
        mpi, ranks = arguments.mpi[done % len(arguments.mpi)], chance.choice((2, 3, 4))
        victim, other = chance.randrange(ranks), chance.choice([count for count in (1, 2, 3, 4) if count != ranks])
        name = f"kill-{time.monotonic_ns()}"
        wasKilled, _, took = runs.interrupt(
            mpi, name, launcher(mpi, ranks), words, lambda found: os.kill(found[victim], 9) if victim in found else None,
            chance.uniform(0, seconds * 0.8))
        if not wasKilled:
            continue
        done += 1
        last = max(int(path.stem.split("-")[1]) for path in (runs.folder / name / "run" / "checkpoints").glob("step-*.safetensors"))
        run = runs.resume(name, launcher(mpi, other) if other > 1 else ())
        runs.require_same(whole, run, name)
        print(f"{NAMES[mpi]:9} {ranks:5} {victim:7} {last:13} {took:7.1f}s {other:11}  same", flush=True)
        shutil.rmtree(runs.folder / name)


def network(runs, arguments):
    whole = runs.train("whole")
    runs.environment["ETALON_MPI_PATIENCE"] = "20"
    net = Network(runs.folder, 3, arguments.rate)
    try:
        for mpi in arguments.mpi:
            start = net.launcher(mpi)
            runs.require_same(whole, runs.train(f"net-{mpi}", (), start), mpi)
            print(f"{NAMES[mpi]:9} three namespaces, {arguments.rate or 'no limit'}: same", flush=True)
            for what in ("kill", "link"):
                name = f"net-{mpi}-{what}"
                act = (lambda found: os.kill(found[2], 9)) if what == "kill" else (lambda found: net.do("ip -n etalon3 link set eth0 down"))
                wasEnded, said, took = runs.interrupt(mpi, name, start, (), act, 2.5)
                net.do("ip -n etalon3 link set eth0 up")
                if not wasEnded:
                    raise Wrong(f"{name}: was over before")
                run = runs.resume(name, launcher(mpi, 2))
                runs.require_same(whole, run, name)
                line = next((line for line in said.splitlines() if "nothing came" in line), "ended by the launcher")
                print(f"{NAMES[mpi]:9} {'rank 2 killed' if what == 'kill' else 'link 3 down'}: ended after {took:.1f} s; resumed on 2: same\n  {line}",
                      flush=True)
    finally:
        net.remove()


def step(run):
    """Seconds of a step: of the fastest line of metrics, 4 updates each. A shared machine takes processors away for seconds at a time."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return 128 / max(line["images_per_second"] for line in lines if "images_per_second" in line)


def cost(runs, arguments):
    kinds = {"one process, 2 threads": ((), 2), **{f"two ranks, {NAMES[mpi]}": (launcher(mpi, 2), 1) for mpi in arguments.mpi}}
    seconds = {kind: [] for kind in kinds}
    for number in range(arguments.rounds):
        for kind, (start, threads) in kinds.items():
            seconds[kind].append(step(runs.train(f"cost-{number}-{kind.replace(' ', '')}", (), start, threads, runs.cost)))
        print("  ".join(f"{1e3 * seconds[kind][-1]:.1f} ms" for kind in kinds), flush=True)
    first = seconds["one process, 2 threads"]
    for kind in kinds:
        ratio = statistics.median(one / other for one, other in zip(first, seconds[kind]))
        print(f"{kind:26} {1e3 * statistics.median(seconds[kind]):7.1f} ms a step   {ratio:.2f} of one process   "
              f"({' '.join(f'{1e3 * one:.1f}' for one in seconds[kind])})")


# PreResNet-20, batch 128: channels of the 19 normalizations, and weights of the layers from the last to the first.
CHANNELS = [16] * 7 + [32] * 6 + [64] * 6
WEIGHTS = [640] + [36864] * 5 + [2048, 18432] + [9216] * 5 + [512, 4608] + [2304] * 6 + [432]


def predict(ranks, computed, alpha, beta, batch=128, share=0.6):
    """Seconds of a step, from those that a rank computes. share: of these, the backward pass, behind which gradients travel."""
    rows = sum(2 * batch * channels * 4 for channels in CHANNELS) * (ranks - 1) / ranks
    # 19 exchanges forward, 19 backward, the outputs, and whether anybody wants to stop.
    exchanged = (2 * len(CHANNELS) + 2) * alpha + 2 * rows * beta
    # A rank between others sends each gradient up and down through the same link; at the ends there is one direction.
    gradients = 4 * sum(WEIGHTS) * beta * (1 if ranks == 2 else 2)
    free = share * computed + len(CHANNELS) * alpha
    tail = 2 * (ranks - 1) * (alpha + 4 * WEIGHTS[-1] * beta)
    return computed + exchanged + max(0, gradients - free) + tail


def transport(runs, start, benchmarks):
    """alpha and beta: from the shortest message, and from the line between 16 kB and 1 MB."""
    done = subprocess.run([*start, benchmarks, "ranks"], env=runs.environment, capture_output=True, text=True, timeout=120)
    times = {int(line.split()[0]): float(line.split()[1]) for line in done.stdout.splitlines()}
    return times[8], (times[1048576] - times[16384]) / (1048576 - 16384)


def model(runs, arguments):
    benchmarks, isGood = str(pathlib.Path(arguments.benchmarks).resolve()), True
    done = subprocess.run([benchmarks, "share"], capture_output=True, text=True, check=True)
    computed = {int(line.split()[0]): float(line.split()[1]) for line in done.stdout.splitlines()}
    for number, rate in enumerate(arguments.rates.split(",")):
        net = Network(runs.folder, 2, None if rate == "none" else rate)
        try:
            # Two ranks on one machine share its memory as two threads do. Its speed changes from minute to minute: the best of several counts.
            starts = {mpi: net.launcher(mpi) for mpi in arguments.mpi}
            lines = {mpi: transport(runs, start, benchmarks) for mpi, start in starts.items()}
            both, seconds = [], {mpi: [] for mpi in arguments.mpi}
            for attempt in range(arguments.rounds):
                both.append(step(runs.train(f"one-{number}-{attempt}", (), (), 2, runs.cost)))
                for mpi, start in starts.items():
                    seconds[mpi].append(step(runs.train(f"model-{mpi}-{rate}-{attempt}", (), start, 1, runs.cost)))
            for mpi, (alpha, beta) in lines.items():
                predicted, measured = predict(2, min(both), alpha, beta), min(seconds[mpi])
                isGood &= abs(predicted / measured - 1) <= 0.25
                print(f"{NAMES[mpi]:9} {rate:8} alpha {1e6 * alpha:4.0f} us  beta {8e-6 / beta:6.0f} Mb/s  computed {1e3 * min(both):5.1f} ms  "
                      f"predicted {1e3 * predicted:6.1f} ms  measured {1e3 * measured:6.1f} ms  {100 * (predicted / measured - 1):+.0f} %",
                      flush=True)
        finally:
            net.remove()
    table(computed)
    if not isGood:
        raise Wrong("a prediction is off by more than 25 %")


def table(computed):
    # Beyond 16 parts, what a batch that is cut into more would give: a part that does not shrink and one that does.
    computed[32], computed[64] = (computed[16] - (computed[8] - computed[16]) * (1 - 16 / ranks) for ranks in (32, 64))
    print("ranks  computed  " + "  ".join(name.rjust(20) for name in ("1 Gb/s, 50 us", "10 Gb/s, 20 us", "100 Gb/s, 5 us")))
    for ranks in (2, 4, 8, 16, 32, 64):
        cells = [predict(ranks, computed[ranks], alpha, 8 / rate) for rate, alpha in ((1e9, 50e-6), (10e9, 20e-6), (100e9, 5e-6))]
        print(f"{ranks:5}  {1e3 * computed[ranks]:5.1f} ms  "
              + "  ".join(f"{1e3 * cell:8.1f} ms {computed[1] / cell:6.1f} x".rjust(20) for cell in cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("matrix", "check", "kills", "network", "cost", "model"))
    parser.add_argument("--etalon", required=True)
    parser.add_argument("--mpi", default="openmpi,mpich", help="which of them")
    parser.add_argument("--precisions", default="float32,float64", help="of matrix")
    parser.add_argument("--norms", default="batch,group", help="of matrix")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", default="", help="of each link, such as 100mbit; without, as fast as the machine")
    parser.add_argument("--rates", default="none,1gbit,200mbit", help="of model")
    parser.add_argument("--benchmarks", help="the program Etalon.Benchmarks, for model")
    arguments = parser.parse_args()
    arguments.mpi = arguments.mpi.split(",")
    runs = Runs(arguments)
    try:
        {"matrix": matrix, "check": check, "kills": kills, "network": network, "cost": cost, "model": model}[arguments.what](runs, arguments)
    except Wrong as problem:
        print(problem)
        return 1
    shutil.rmtree(runs.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
