"""Runs killed (SIGKILL) at random moments and gone on with, compared byte by byte with runs that nobody killed.

    /usr/bin/python3 kills.py --etalon "dotnet etalon.dll" [--kills 500] [--seed 1] [--jobs 2]

Ten small recipes are trained whole, and forked whole. Then `train`, `resume` and `fork` are started again and again and killed: within 50 ms of the start
of the process, within 50 ms of the moment at which it begins to make a run or has made it, or at any moment of the process. After a kill the run is gone on with: `resume`
where there is a run, and where `resume` refuses because there is none, what its message says: the first command again. In the end each run must have the checkpoints, tensors,
counters, metrics and result of the whole one, the clock excepted, nothing half written, and its parent must not have changed by a byte. Exit code 0 where all of that
holds, else 1. The moments follow from the seed; where in the process they fall does the machine's load decide.
"""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time

BASE = """
name: run
seed: 3
duration: 7ep
data: {set: digits, batch: 64, train: 250, test: 100, augment: crop-flip}
model: {name: mlp, hidden: [16]}
learning_rate: [{warmup: {peak: 0.1, for: 2ba}}, {cosine: {from: 0.1, to: 0}}]
weight_decay: 5e-4
momentum: 0.9
log: {every: 3ba}
"""

RECIPES = [
    [],
    ["model={name: preresnet-8, width: 4}"],
    ["precision=float64", "checkpoint.every=1ba"],
    ["optimizer={nesterov: true, decay: decoupled}", "checkpoint.every=3ba"],
    ["equivalent.form=texp++", "weight_decay=0.01", "learning_rate=0.2"],
    ["data={set: ps10, batch: 64, train: 250, test: 100, seed: 2}", "model={name: mlp, hidden: [32]}"],
    ["data.label_noise.fraction=0.3", "data.patches={fraction: 0.5, size: 3}", "checkpoint.every=5ba"],
    ["log={monitors: 1ba, noise: 2ba}", "model={name: cnn, width: 4}"],
    ["optimizer={name: wngrad}", "weight_decay=0", "momentum=0", "learning_rate=1"],
    ["learning_rate={steps: {start: 0.1, at: [2ep, 4ep], factor: 0.1}}", "checkpoint.keep=stages"],
]

FORK = ["duration=9ep", "weight_decay=1e-3"]

# What the clock says, where metrics end in bytes (which the digits of the speed decide), where a parent lies, and the checksum over these.
OF_THE_CLOCK = {"seconds", "training_seconds", "metrics_bytes", "header_sha256", "origin_sha256"}


class Wrong(Exception):
    pass


def checkpoints(run):
    """Metadata and the hash of the tensors of each checkpoint."""
    found = {}
    for path in sorted((run / "checkpoints").iterdir()):
        data = path.read_bytes()
        length = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:length])
        texts = {key: text for key, text in header.pop("__metadata__").items() if key not in OF_THE_CLOCK}
        found[path.name] = (texts, header, hashlib.sha256(data[length:]).hexdigest())
    return found


def contents(run):
    """All that two runs of one recipe have in common."""
    result = json.loads((run / "result.json").read_text())
    for key in ("seconds", "images_per_second", "threads"):
        result.pop(key)
    metrics = re.sub(r',"images_per_second":[^,}]*', "", (run / "metrics.jsonl").read_text())
    files = sorted(str(path.relative_to(run)) for path in run.rglob("*"))
    return {"files": files, "checkpoints": checkpoints(run), "metrics": metrics, "result": result}


def digest(run):
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(run.rglob("*")) if path.is_file())).hexdigest()


class Trials:
    def __init__(self, etalon, folder, kills, seed):
        self.etalon, self.folder, self.wanted, self.seed = etalon, folder, kills, seed
        self.lock, self.kills, self.by_verb, self.early, self.refused, self.compared, self.wrong = threading.Lock(), 0, {}, 0, 0, 0, []
        self.recipe = folder / "run.yaml"
        self.recipe.write_text(BASE)

    def command(self, verb, index, runs):
        """The words of a command that writes its run into a folder."""
        if verb == "train":
            return ["train", str(self.recipe), *RECIPES[index], "--runs", str(runs)]
        if verb == "fork":
            return ["fork", str(self.whole("train", index)), *FORK, "--at", "28", "--runs", str(runs)]
        return ["resume", str(runs / "run")]

    def whole(self, verb, index):
        return self.folder / f"whole-{verb}-{index}" / "run"

    def run(self, words):
        """To the end of a process: exit code and what it said."""
        done = subprocess.run(self.etalon + words + ["--threads", "1"], capture_output=True, text=True)
        return done.returncode, done.stderr

    def prepare(self, index):
        for verb in ("train", "fork"):
            start = time.monotonic()
            code, said = self.run(self.command(verb, index, self.whole(verb, index).parent))
            if code != 0:
                raise Wrong(f"recipe {index}: {verb} ended with {code}: {said}")
        return time.monotonic() - start

    def kill(self, words, run, moment, delay):
        """Starts a process and kills it; whether it was killed before it ended."""
        process = subprocess.Popen(self.etalon + words + ["--threads", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if moment in ("made", "begun"):
            sign = run.parent.exists if moment == "made" else run.exists
            while not sign() and process.poll() is None:
                time.sleep(0.0005)
        time.sleep(delay)
        process.kill()
        return process.wait() == -9

    def trial(self, number, seconds):
        """One run, killed some times and brought to its end."""
        chance = random.Random(f"{self.seed} {number}")
        index = number % len(RECIPES)
        verb = "fork" if number % 2 else "train"
        runs = self.folder / f"killed-{number}"
        run = runs / "run"
        parent = digest(self.whole("train", index)) if verb == "fork" else None
        words, most, tries = self.command(verb, index, runs), chance.randint(1, 4), 0
        while most > 0 and tries < 20 and not (run / "result.json").exists():
            moment = chance.choice(("start", "any", "any", "any") if words[0] == "resume" else ("start", "made", "begun", "begun", "begun", "any"))
            delay = chance.uniform(0, seconds[index] if moment == "any" else 0.05)
            tries += 1
            if not self.kill(words, run, moment, delay):
                continue
            most -= 1
            with self.lock:
                self.kills += 1
                self.by_verb[words[0]] = self.by_verb.get(words[0], 0) + 1
                self.early += moment != "any"
            resume = self.command("resume", index, runs)
            if not run.exists():
                # There is no run: resume must say so, and the first command makes one.
                code, said = self.run(resume)
                if code != 2 or "there is no run" not in said or "again" not in said:
                    raise Wrong(f"trial {number}: resume of no run ended with {code}: {said}")
                with self.lock:
                    self.refused += 1
            words = resume if run.exists() else self.command(verb, index, runs)
        if not (run / "result.json").exists():
            code, said = self.run(words)
            if code != 0:
                raise Wrong(f"trial {number}, recipe {index}: {words[0]} ended with {code}: {said}")
        due, found = contents(self.whole(verb, index)), contents(run)
        for what in due:
            if due[what] != found[what]:
                raise Wrong(f"trial {number}, recipe {index}: a killed {verb} has other {what} than the whole one; it is in {run}")
        if [path.name for path in runs.iterdir()] != ["run"]:
            raise Wrong(f"trial {number}: {runs} holds {sorted(path.name for path in runs.iterdir())}")
        if parent is not None and digest(self.whole("train", index)) != parent:
            raise Wrong(f"trial {number}: the parent of a fork has changed")
        with self.lock:
            self.compared += 1
        shutil.rmtree(runs)

    def worker(self, numbers, seconds):
        while True:
            with self.lock:
                if self.kills >= self.wanted:
                    return
                number = next(numbers)
            try:
                self.trial(number, seconds)
            except Wrong as problem:
                with self.lock:
                    self.wrong.append(str(problem))
                print(problem, flush=True)
            if number % 20 == 19:
                print(f"{self.kills} kills, {self.compared} runs compared", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--etalon", required=True)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--recipes", type=int, default=len(RECIPES), help="use only the first so many of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    del RECIPES[arguments.recipes:]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="etalon-kills-"))
    trials = Trials(shlex.split(arguments.etalon), folder, arguments.kills, arguments.seed)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        seconds = list(pool.map(trials.prepare, range(len(RECIPES))))
        numbers = iter(range(10**9))
        for worker in [pool.submit(trials.worker, numbers, seconds) for _ in range(arguments.jobs)]:
            worker.result()
    verbs = ", ".join(f"{count} of {verb}" for verb, count in sorted(trials.by_verb.items()))
    print(f"{trials.kills} kills ({verbs}), {trials.early} of them within 50 ms of the start of the process or of the making of its run, over {len(RECIPES)} recipes with seed {arguments.seed}")
    print(f"{trials.refused} left no run, which resume said, and the command again made it; {trials.compared} runs have the bytes of the whole ones, {len(trials.wrong)} have not")
    if trials.wrong:
        sys.exit(f"the runs are in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
