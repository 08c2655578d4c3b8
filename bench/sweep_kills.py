"""A sweep whose processes are killed (SIGKILL) at random moments and run again, compared byte by byte with single runs that nobody killed.

    /usr/bin/python3 sweep_kills.py --etalon "dotnet etalon.dll" [--rounds 10] [--seed 1]

60 trials of recipes/digits.yaml, 3 epochs each. In each round one to three processes train it: the sweep itself, a second one, and a task as
a cluster would start it, for some of the trials. At a random moment one of them is killed, or all. After the rounds the sweep is run once
more without a kill. Then all trials must be done; the result of no trial that was done may have been written again; and checkpoints,
tensors, counters and metrics of each must be those of `etalon train` with the same changes, the clock excepted. A line for each round
goes to the table. Exit code 0 where all of that holds, else 1.
"""

import argparse
import json
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile
import time

from kills import contents

SPEC = """recipe: {recipe}
over:
  duration: [3ep]
  learning_rate.cosine.from: {{log: [0.02, 0.5], count: 4}}
  weight_decay: [0, 5e-4, 5e-3]
seeds: 5
"""


def results(folder):
    return {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("*/result.json")
            if json.loads(path.read_text())["status"] == "done"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--etalon", required=True)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    etalon, dice = shlex.split(options.etalon), random.Random(options.seed)
    recipe = pathlib.Path(__file__).resolve().parent.parent / "recipes" / "digits.yaml"
    with tempfile.TemporaryDirectory() as place:
        root = pathlib.Path(place)
        spec, runs, tasks = root / "killed.yaml", root / "runs", root / "tasks"
        spec.write_text(SPEC.format(recipe=recipe))
        plan = subprocess.run([*etalon, "sweep", spec, "--dry-run", "--runs", runs], capture_output=True, text=True, check=True).stdout
        trials = {line.split()[0]: line.split() for line in plan.splitlines() if " pending " in line}
        names = list(trials)
        tasks.write_text("".join(" ".join(names[i::6]) + "\n" for i in range(6)))
        sweep = [*etalon, "sweep", str(spec), "--runs", str(runs)]
        done, again, killed = {}, 0, 0
        print("| round | processes | killed | after | done | interrupted |\n|---|---|---|---|---|---|")
        for number in range(1, options.rounds + 1):
            wanted = [[*sweep, "--jobs", "2"], [*sweep, "--jobs", "1"],
                      [*etalon, "sweep", "task", str(spec), "--runs", str(runs), "--list", str(tasks), "--task", str(dice.randrange(6))]]
            processes = [subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                         for words in wanted[:dice.randint(1, 3)]]
            moment = dice.uniform(0.2, 20)
            time.sleep(moment)
            victims = processes if dice.random() < 0.5 else [dice.choice(processes)]
            alive = [process for process in victims if process.poll() is None]
            for process in alive:
                process.kill()
            time.sleep(dice.uniform(0, 1))
            # What was not killed goes with the round, so that the next one starts others.
            rest = [process for process in processes if process.poll() is None and process not in alive]
            for process in rest:
                process.kill()
            for process in processes:
                process.wait()
            killed += len(alive) + len(rest)
            now = results(runs / "killed")
            again += sum(done[name] != now.get(name) for name in done)
            done = {**done, **now}
            begun = sum(1 for path in (runs / "killed").glob("*/resolved.json") if not path.parent.name.startswith("."))
            print(f"| {number} | {len(processes)} | {len(alive) + len(rest)} | {moment:.1f} s | {len(now)} | {begun - len(now)} |", flush=True)
        last = subprocess.run(sweep, capture_output=True, text=True)
        now = results(runs / "killed")
        again += sum(done[name] != now.get(name) for name in done)
        different = []
        for name, words in trials.items():
            changes = [word for word in words if "=" in word] + [f"seed={words[2]}"]
            single = root / "single" / name
            subprocess.run([*etalon, "train", str(recipe), *changes, "--runs", str(single)], capture_output=True, check=True)
            if contents(next(single.iterdir())) != contents(runs / "killed" / name):
                different.append(name)
    print(f"\n{len(now)} of {len(trials)} done with exit code {last.returncode}, {killed} processes killed, "
          f"{again} trained again after their end, {len(trials) - len(different)} with the bytes of single runs")
    return 0 if len(now) == len(trials) and last.returncode == 0 and again == 0 and not different else 1


if __name__ == "__main__":
    sys.exit(main())
