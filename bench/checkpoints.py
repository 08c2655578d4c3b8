"""What checkpoints and interruptions cost a large run: PreResNet-20 on images of CIFAR's size, 128 a batch.

    /usr/bin/python3 checkpoints.py --etalon "dotnet etalon.dll" [--threads 2]

The images are made up (the speed does not depend on what they show), in the form of CIFAR-100's files. Measured are
- the time from a signal (SIGINT, SIGTERM) to the end of the process, sent while the data are read, at the first updates, later, and in the middle of
  an evaluation; each must end with exit code 130 and a checkpoint of the last update done;
- the time that a checkpoint costs: the same updates with a checkpoint after each and with none between, in turns; the median of the differences.
"""

import argparse
import json
import os
import pathlib
import random
import shlex
import signal
import statistics
import subprocess
import tempfile
import time

RECIPE = """
name: run
duration: {duration}
data: {{set: cifar100, folder: {data}, batch: 128, augment: crop-flip, train: {train}, test: {test}}}
model: {{name: preresnet-20}}
learning_rate: 0.1
weight_decay: 5e-4
momentum: 0.9
checkpoint: {{every: {every}}}
"""


def make_data(folder):
    """Rows of CIFAR-100: coarse label, label, pixels; each class as often as any other, and always in one group."""
    for name, count in (("train.bin", 50_000), ("test.bin", 10_000)):
        with open(folder / name, "wb") as file:
            for i in range(count):
                file.write(bytes([i % 100 // 5, i % 100]) + random.randbytes(3072))


class Bench:
    def __init__(self, arguments, folder):
        self.command = shlex.split(arguments.etalon)
        self.threads = str(arguments.threads)
        self.folder = folder
        self.count = 0

    def start(self, **settings):
        """A process that trains, and the folder of its runs."""
        self.count += 1
        runs = self.folder / f"runs-{self.count}"
        recipe = self.folder / f"recipe-{self.count}.yaml"
        recipe.write_text(RECIPE.format(data=self.folder, **settings))
        process = subprocess.Popen(
            self.command + ["train", str(recipe), "--threads", self.threads, "--runs", str(runs)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        return process, runs / "run"

    def interrupt(self, number, begins, after, **settings):
        """Seconds from a signal to the end of the process."""
        process, run = self.start(**settings)
        if begins:
            while "updates into" not in process.stderr.readline():
                pass
        time.sleep(after)
        sent = time.monotonic()
        process.send_signal(number)
        process.stderr.read()
        code = process.wait()
        seconds = time.monotonic() - sent
        steps = json.loads((run / "result.json").read_text())["steps"]
        checkpoint = run / "checkpoints" / f"step-{steps}.safetensors"
        with open(checkpoint, "rb") as file:
            texts = json.loads(file.read(int.from_bytes(file.read(8), "little")))["__metadata__"]
        assert code == 130 and int(texts["step"]) == steps, (code, steps)
        return seconds, steps, texts["owes_evaluation"] == "1", checkpoint.stat().st_size

    def seconds_per_update(self, updates, every):
        process, run = self.start(duration=f"{updates}ba", train=128 * updates, test=128, every=every)
        process.communicate()
        assert process.returncode == 0
        return 128 / json.loads((run / "result.json").read_text())["images_per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--etalon", required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(parser.parse_args(), pathlib.Path(name))
        rounds = parser.parse_args().rounds
        make_data(bench.folder)

        whole = dict(duration="10ep", train=50_000, test=10_000, every="1ep")
        # Two updates an epoch: nearly all of the time is evaluation.
        tested = dict(duration="10ep", train=256, test=10_000, every="1ep")
        moments = [("data being read", False, 1.0, whole), ("first updates", True, 0.1, whole), ("training", True, 4.0, whole), ("evaluation", True, 3.0, tested)]
        for what, begins, after, settings in moments:
            for number in (signal.SIGINT, signal.SIGTERM):
                times = [bench.interrupt(number, begins, after + 0.37 * i, **settings) for i in range(rounds)]
                longest, evaluations = max(t[0] for t in times), sum(t[2] for t in times)
                print(f"{signal.Signals(number).name:8} {what:16} median {statistics.median(t[0] for t in times):.2f} s, longest {longest:.2f} s, "
                      f"after {[t[1] for t in times]} updates, {evaluations} of {rounds} in an evaluation", flush=True)

        updates, differences = 40, []
        for _ in range(rounds):
            without, each = bench.seconds_per_update(updates, "100000ba"), bench.seconds_per_update(updates, "1ba")
            differences.append(each - without)
            print(f"an update without a checkpoint {1e3 * without:.1f} ms, with one {1e3 * each:.1f} ms", flush=True)
        cost = statistics.median(differences)
        print(f"a checkpoint of {times[0][3] / 1e6:.1f} MB costs {1e3 * cost:.1f} ms (range {1e3 * min(differences):.1f} to {1e3 * max(differences):.1f}): each minute, {cost / 60:.3%}")


if __name__ == "__main__":
    main()
