"""How fast runs are listed, shown and diagnosed, and in how much memory: many small runs, and one with a million lines of metrics.

    /usr/bin/python3 runs.py --etalon "dotnet etalon.dll"

A short run of a perceptron is trained with a line of metrics and one of its monitors for each update. Its folder is copied for the list, every tenth copy without a
result, so that the last line of its metrics is read; its lines are repeated, with steps that go on, for the long one. Measured are wall-clock time, time of
the processors and peak resident memory of each command, the median of several rounds. The last two have bounds, and the script fails beyond them: other work on the machine
changes the clock's time, not those.
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RECIPE = """
name: run
duration: 20ep
data: {set: digits, batch: 64}
model: {name: mlp, hidden: [16]}
learning_rate: 0.1
weight_decay: 5e-4
momentum: 0.9
log: {every: 1ba, monitors: 1ba}
"""


def measure(command):
    """Seconds by the clock and of the processors, and MB, of a command; its output goes nowhere."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    code = os.waitstatus_to_exitcode(status)
    # diagnose ends with 1 where it has something to flag.
    assert code in (0, 1), (command, code, said.decode())
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def lengthen(run, lines):
    """Repeats the metrics of a run with steps that go on, and the recipe with so many updates."""
    metrics = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    last = metrics[-1]["step"] + 1
    written = 0
    with open(run / "metrics.jsonl", "w") as file:
        while written < lines:
            for line in metrics:
                # The time is the first of its numbers; the others keep their text.
                text = json.dumps(line, separators=(",", ":"))
                file.write(text.replace(f'"step":{line["step"]}', f'"step":{line["step"] + written // len(metrics) * last}', 1) + "\n")
                written += 1
                if written == lines:
                    break
    resolved = json.loads((run / "resolved.json").read_text())
    resolved["recipe"]["duration"] = f"{lines}ba"
    (run / "resolved.json").write_text(json.dumps(resolved))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--etalon", required=True)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    etalon = shlex.split(arguments.etalon)
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "run.yaml").write_text(RECIPE)
        subprocess.run(etalon + ["train", str(folder / "run.yaml"), "--runs", str(folder / "one")], check=True, capture_output=True)
        run = folder / "one" / "run"
        shutil.rmtree(run / "checkpoints")
        for i in range(arguments.runs):
            shutil.copytree(run, folder / "many" / f"run-{i}")
            if i % 10 == 0:
                (folder / "many" / f"run-{i}" / "result.json").unlink()
        lengthen(run, arguments.lines)
        print(f"{arguments.lines:,} lines of metrics in {(run / 'metrics.jsonl').stat().st_size / 1e6:.0f} MB")
        cases = [
            (f"list of {arguments.runs:,} runs", ["runs", "list", "--runs", str(folder / "many")], 1, 100),
            (f"list of {arguments.runs:,} runs, --json", ["runs", "list", "--json", "--runs", str(folder / "many")], 1, 100),
            (f"show of {arguments.lines:,} lines", ["runs", "show", str(run)], 2, 300),
            (f"show of {arguments.lines:,} lines, --json", ["runs", "show", str(run), "--json"], 2, 300),
            (f"diagnose of {arguments.lines:,} lines", ["diagnose", str(run)], 6, 300),
        ]
        for what, words, most_seconds, most_memory in cases:
            rounds = [measure(etalon + words) for _ in range(arguments.rounds)]
            seconds, work, memory = statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds), max(r[2] for r in rounds)
            misses = work > most_seconds or memory > most_memory
            failed |= misses
            print(f"{what:36} {seconds:5.2f} s ({min(r[0] for r in rounds):.2f} to {max(r[0] for r in rounds):.2f}), of processors {work:.2f} s, {memory:4.0f} MB; at most {most_seconds} s and {most_memory} MB{' MISSED' if misses else ''}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
