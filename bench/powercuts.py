"""Runs on file systems that lose power at random moments, compared byte by byte with runs that nobody cut.

    sudo /usr/bin/python3 powercuts.py --etalon "dotnet etalon.dll" [--cuts 30] [--seed 1]

Makes file systems in files, mounted by a loop device: ext4 with noauto_da_alloc, which brings nothing to the disk by itself before a rename, and XFS. While `train`, `fork` or
`resume` writes there, the file system is shut down without its log being flushed (the ioctl of xfstests' godown): from then on nothing reaches the device, whether it was written
before or not, as when the power fails. The process is killed, the file system mounted again, which replays its journal, and the run gone on with: `resume` where there is a run, the first
command again where there is none. In the end it must be as the whole one (see kills.py). As a control each trial also renames a file that was not flushed over an older one just
before the cut; that some of them are empty or old afterwards shows that the cut loses what it should. Prints a table; exit code 0 where all runs are as they should be, else 1. Linux, root.
"""

import argparse
import fcntl
import os
import pathlib
import random
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import kills

SHUTDOWN, WITHOUT_FLUSH = 0x8004587D, 2
SYSTEMS = {
    "ext4, noauto_da_alloc": (["mkfs.ext4", "-q"], "noauto_da_alloc"),
    "XFS": (["mkfs.xfs", "-q", "-f"], "defaults"),
}
OVERRIDES = ["duration=60ep", "checkpoint.every=6ba"]
FORK = ["duration=100ep", "weight_decay=1e-3"]


class Disk:
    def __init__(self, folder, make, options):
        self.image, self.mount, self.options = folder / "disk.img", folder / "mount", options
        self.mount.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(400 << 20)
        subprocess.run([*make, str(self.image)], check=True, stdout=subprocess.DEVNULL)
        self.attach()

    def attach(self):
        subprocess.run(["mount", "-o", f"loop,{self.options}", str(self.image), str(self.mount)], check=True)

    def detach(self):
        subprocess.run(["umount", str(self.mount)], check=True)

    def cut(self):
        handle = os.open(self.mount, os.O_RDONLY)
        fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", WITHOUT_FLUSH))
        os.close(handle)


def run(etalon, words):
    done = subprocess.run(etalon + words + ["--threads", "1"], capture_output=True, text=True)
    return done.returncode, done.stderr


def commands(verb, recipe, parent, runs):
    if verb == "fork":
        return ["fork", str(parent), *FORK, "--at", "240", "--runs", str(runs)]
    return ["train", str(recipe), *OVERRIDES, "--runs", str(runs)]


def trial(etalon, disk, verb, moment, recipe, parent, whole):
    """One cut: what was found after it, and what became of it."""
    runs = disk.mount / "runs"
    folder = runs / "run"
    shutil.rmtree(runs, ignore_errors=True)
    words = commands(verb, recipe, parent, runs)
    if verb == "resume":
        process = subprocess.Popen(etalon + words + ["--threads", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (folder / "checkpoints" / "step-60.safetensors").exists() and process.poll() is None:
            time.sleep(0.001)
        process.kill()
        process.wait()
        words = ["resume", str(folder)]
    control = disk.mount / "control"
    control.write_text("old")
    os.sync()
    process = subprocess.Popen(etalon + words + ["--threads", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    (disk.mount / "control.tmp").write_text("new")
    os.rename(disk.mount / "control.tmp", control)
    disk.cut()
    ended = process.poll() is not None
    process.kill()
    process.wait()
    disk.detach()
    disk.attach()
    is_control_lost = not control.exists() or control.read_text() != "new"

    if not folder.exists():
        state, words = "no run", commands(verb, recipe, parent, runs)
    else:
        steps = sorted(int(path.stem[5:]) for path in (folder / "checkpoints").glob("step-*.safetensors"))
        state, words = ("a finished run" if (folder / "result.json").exists() else "a run"), ["resume", str(folder)]
        if not steps:
            return state, "NO CHECKPOINT", is_control_lost
    code, said = run(etalon, words)
    if code != 0:
        return state, f"{words[0]} ENDED WITH {code}: {said.strip()[-200:]}", is_control_lost
    due, found = kills.contents(whole), kills.contents(folder)
    others = [what for what in due if due[what] != found[what]]
    if others or [path.name for path in runs.iterdir()] != ["run"]:
        return state, f"OTHER {', '.join(others) or 'FILES'}", is_control_lost
    return state, f"{'begun again' if words[0] != 'resume' else 'nothing left to do' if ended else 'resumed'}: the same bytes", is_control_lost


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--etalon", required=True)
    parser.add_argument("--cuts", type=int, default=30, help="on each file system")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    etalon = shlex.split(arguments.etalon)
    chance = random.Random(arguments.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="etalon-powercuts-"))
    recipe = folder / "run.yaml"
    recipe.write_text(kills.BASE)
    parent, fork = folder / "whole" / "run", folder / "fork" / "run"
    seconds = {}
    for verb, whole in (("train", parent), ("fork", fork)):
        start = time.monotonic()
        code, said = run(etalon, commands(verb, recipe, parent, whole.parent))
        if code != 0:
            sys.exit(said)
        seconds[verb] = time.monotonic() - start
    seconds["resume"] = seconds["train"]

    failed, lost, rows = 0, 0, {}
    for system, (make, options) in SYSTEMS.items():
        place = folder / system.split(",")[0]
        place.mkdir()
        disk = Disk(place, make, options)
        try:
            for i in range(arguments.cuts):
                verb = ("train", "fork", "resume")[i % 3]
                moment = chance.uniform(0, seconds[verb])
                state, outcome, is_control_lost = trial(etalon, disk, verb, moment, recipe, parent, fork if verb == "fork" else parent)
                failed += not outcome.endswith("the same bytes")
                lost += is_control_lost
                print(f"{system}: {verb} cut after {1e3 * moment:.0f} ms: {state}; {outcome}", file=sys.stderr, flush=True)
                rows.setdefault((system, verb, state, outcome), []).append(1e3 * moment)
        finally:
            disk.detach()
    print("| file system | command | cut after ms | found then | outcome |\n|---|---|---|---|---|")
    for (system, verb, state, outcome), moments in rows.items():
        print(f"| {system} | `{verb}` | {', '.join(f'{moment:.0f}' for moment in sorted(moments))} | {state} | {outcome} |")
    print(f"\n{2 * arguments.cuts} cuts, {failed} runs not as they should be; of the control's {2 * arguments.cuts} files that were not flushed {lost} were lost")
    if failed:
        sys.exit(f"the file systems are in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
