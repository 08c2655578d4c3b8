using System.Text;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Diagnosis;
using Etalon.Lab.Tests.Fuzzing;
using Etalon.Lab.Tests.Runs;

namespace Etalon.Workbench.Tests.Fuzzing;

/// <summary>
/// Recipes, overrides, options, tables, logs and the files of runs, changed at random and given to every verb in this process: each ends
/// with a known exit code, and says what is wrong with which file. ETALON_CASES=20000 tries them all; the suite takes a hundredth.
/// </summary>
public class MutatedInputTests
{
    private const int Whole = 20_000, Seed = 20_261_201;

    // A command that takes longer has swallowed a mutation that makes it work without an end.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static readonly string[] Words =
    [
        "", "-1", "0", "1", "2", "1e400", "1e-400", "1e-310", "NaN", ".inf", "inf", "1_000", "1,5", "0x10", "9223372036854775808",
        "9223372036854775807", "2147483647", "2147483648", "2000000000", "1e18", "9e18", "9007199254740993",
        "3ep", "0.3dur", "99999999999999999999ep", "-5ba", "5%", "true", "null", "~", "[]", "{}", "[1, [2]]", "{a: b}", "&a", "!!str", "'",
        "\"", "\\", "\\ud800", "\t", "\n", ": ", "- ", "#", "%", "\u0000", "\u2028", "\ud83d\ude00",
        "\ufeff", "ü", "cifar10", "none", "group", "instance", "batch", "wngrad", "adam", "texp", "full", "step", "lr", "table", "=", "-",
        "--", "file:///etc/passwd",
    ];

    private static readonly string[] Verbs =
    [
        "plan R", "plan R --epochs", "plan R --explain 2", "plan R --json", "plan R --resolved", "plan R --csv OUT", "plan R --svg OUT",
        "plan T", "plan T --json", "plan R learning_rate=0.1 data.batch=7",
        "export R --for pytorch", "export R --for optax", "export R --for keras", "export T --for csv", "export R --for json --out OUT",
        "convert R --to texp++", "convert R --to texp --out OUT", "convert R --to exponential --csv OUT",
        "convert R --to weight-decay", "audit M", "audit M --json", "forecast R --gradient-square 20 --norm 5",
        "forecast R --probe 4 --threads 1", "simulate equilibrium --steps 40 --dimension 4 --replicas 2 --rate 0.1 --seed 3",
        "diagnose L", "diagnose L --json", "diagnose L --svg OUT", "diagnose RUN", "diagnose RUN --json",
        "train M duration=2ba --runs RUNS", "train M model.width=4 duration=2ba --runs RUNS --threads 2",
        "train T duration=2ba --runs RUNS --json",
        "resume RUN", "resume RUN --json", "fork RUN learning_rate=0.01 name=f --runs RUNS",
        "fork RUN duration=14ba name=f --at 8 --runs RUNS", "runs list --runs RUNS", "runs show RUN", "runs list --runs RUNS --json",
        "find-lr M --updates 50 --seeds 1 --threads 1 --from 0.001 --to 1", "verify M --steps 2", "probe RUN --on digits --threads 1",
        "data list", "data show digits", "data check digits", "export logger --for pytorch",
    ];

    [Fact]
    public async Task Mutated_inputs_end_with_a_known_code_and_a_message_that_names_the_file()
    {
        var faults = new FuzzFaults();
        var codes = new SortedDictionary<int, int>();
        using var origin = new TemporaryFolder();
        string run = SmallRun.Stopped(origin.Path, 8, "duration=12ba", "data={set: digits, batch: 8, train: 30, test: 8}",
            "model={name: mlp, hidden: [6]}", "learning_rate=0.1", "log={monitors: 2ba, noise: 4ba, every: 1ba}");
        int cases = FuzzFaults.Cases(Whole);
        for (int i = FuzzFaults.First; i < FuzzFaults.First + cases; i++)
        {
            using var folder = new TemporaryFolder();
            var random = new Random(Seed + i);
            var (args, changed) = Prepare(folder.Path, run, random);
            var output = new StringWriter();
            var error = new StringWriter();
            string what = $"case {i}: etalon {string.Join(' ', args)}\nchanged: {changed ?? "the arguments"}\n{Shown(changed)}";
            try
            {
                var command = Task.Run(() => CommandLine.RunAsync(args, output, error));
                if (await Task.WhenAny(command, Task.Delay(Longest, TestContext.Current.CancellationToken)) != command)
                {
                    faults.Add("takes too long " + args.FirstOrDefault(), what);
                    continue;
                }
                int code = await command;
                codes[code] = codes.GetValueOrDefault(code) + 1;
                if (Fault(code, output.ToString(), error.ToString(), changed) is { } fault) faults.Add(fault, $"{what}\n{error}");
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
            {
                faults.Add(exception, what);
            }
        }
        string counts = string.Join(", ", codes.Select(code => $"{code.Value} x {code.Key}"));
        if (Environment.GetEnvironmentVariable("ETALON_REFUSALS") is { } file)
            File.WriteAllText(file, $"{cases} inputs, exit codes {counts}\n{faults}");
        faults.AssertNone();
        Assert.InRange(codes.GetValueOrDefault(0), cases / 20, cases);
        Assert.InRange(codes.GetValueOrDefault(2), cases / 4, cases);
    }

    private static string? Fault(int code, string output, string error, string? changed)
    {
        if (code is not (0 or 1 or 2 or 3 or 130)) return $"exit code {code}";
        if (error.Contains("This is a bug", StringComparison.Ordinal)) return "bug: " + Stem(error);
        if (error.Contains("\n   at ", StringComparison.Ordinal)) return "stack trace: " + Stem(error);
        if (code is 1 or 2 && (error + output).Trim().Length == 0) return $"exit code {code} without a word";
        return code == 2 && changed is not null && !IsNamed(changed, error) ? "file not named: " + Stem(error) : null;
    }

    // A file that was changed is named where it is at fault; one of a run's by itself or by the run's folder. Nothing else will do, an
    // option or override neither.
    private static bool IsNamed(string changed, string error)
    {
        string run = Path.Combine("runs", "small");
        return error.Contains(Path.GetFileName(changed), StringComparison.Ordinal)
            || (changed.Contains(run, StringComparison.Ordinal) && error.Contains(run, StringComparison.Ordinal));
    }

    private static string Stem(string error) =>
        new([.. error.Split('\n')
            .First(line => !line.StartsWith("warning", StringComparison.Ordinal) && !line.StartsWith("note", StringComparison.Ordinal))
            .Where(letter => !char.IsAsciiDigit(letter)).Take(90)]);

    private static string Shown(string? file) =>
        file is null || !File.Exists(file) || file.EndsWith(".safetensors", StringComparison.Ordinal)
            ? "" : File.ReadAllText(file) is var text && text.Length > 1500 ? text[..1500] : File.ReadAllText(file);

    private static (string[] Args, string? Changed) Prepare(string folder, string origin, Random random)
    {
        string recipe = Path.Combine(folder, "r.yaml"), tiny = Path.Combine(folder, "m.yaml"), table = Path.Combine(folder, "lr.csv"),
            log = Path.Combine(folder, "log.csv"), runs = Path.Combine(folder, "runs"), run = Path.Combine(runs, "small");
        string verb = Verbs[random.Next(Verbs.Length)];
        string[] args = verb.Split(' ');
        var files = new List<string>();
        if (args.Contains("R") || args.Contains("T")) Write(recipe, new RecipeDraw(random).Next(), files);
        if (args.Contains("M"))
            Write(tiny,
                "name: tiny\nduration: 3ba\ndata: {set: digits, batch: 8, train: 24, test: 8}\nmodel: {name: mlp, hidden: [6], norm: "
                + "batch}\nlearning_rate: {cosine: {from: 0.1, to: 0}}\nweight_decay: 1e-3\nmomentum: 0.9\n", files);
        if (args.Contains("T"))
        {
            Write(Path.Combine(folder, "t.yaml"),
                "duration: 4ba\ndata: {set: digits, batch: 8, train: 24, test: 8}\nmodel: {name: mlp, hidden: [6]}\nlearning_rate: "
                + "{table: {file: lr.csv}}\n", files);
            Write(table, "step,lr,momentum\n0,0.1,0.9\n1,0.05,0.9\n2,0.025,0.9\n3,0,0.9\n", files);
        }
        if (args.Contains("L")) Write(log, Log, files);
        Directory.CreateDirectory(runs);
        if (args.Contains("RUN"))
        {
            Copy(origin, run);
            files.AddRange(
                [Path.Combine(run, "metrics.jsonl"), Path.Combine(run, "resolved.json"),
                    .. Directory.GetFiles(Path.Combine(run, "checkpoints"))]);
        }
        args = [.. args.Select(
            word => word switch { "R" => recipe, "M" => tiny, "T" => Path.Combine(folder, "t.yaml"), "L" => log,
                "OUT" => Path.Combine(folder, "out.txt"), "RUNS" => runs, "RUN" => run, _ => word })];
        if (files.Count == 0 || random.Next(4) == 0) return (MutateArguments(args, random), null);
        string changed = files[random.Next(files.Count)];
        byte[] bytes = File.ReadAllBytes(changed);
        for (int count = random.Next(1, 3); count > 0; count--)
            bytes = changed.EndsWith(".safetensors", StringComparison.Ordinal)
                ? MutateBytes(bytes, random) : Encoding.UTF8.GetBytes(MutateText(Encoding.UTF8.GetString(bytes), random));
        File.WriteAllBytes(changed, bytes);
        return (args, changed);
    }

    private static readonly string Log =
        new SphereRun { Phases = [(30, 0.1, 5e-3), (30, 0.01, 5e-3)] }.Log(column => !column.Contains("conv2", StringComparison.Ordinal));

    private static void Write(string path, string text, List<string> files)
    {
        File.WriteAllText(path, text);
        files.Add(path);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string inner in Directory.GetDirectories(from)) Copy(inner, Path.Combine(to, Path.GetFileName(inner)));
    }

    private static string[] MutateArguments(string[] args, Random random)
    {
        var words = args.ToList();
        int at = random.Next(1, words.Count);
        // Nothing is written outside of the case's folder, and nobody waits for a simulation of 2^31 steps.
        while (words[at - 1] is "--out" or "--csv" or "--svg" or "--runs" or "--steps" or "--dimension" or "--replicas" or "--updates")
            at = random.Next(1, words.Count);
        string word = Words[random.Next(Words.Length)];
        switch (random.Next(5))
        {
            case 0:
                words[at] = word;
                break;
            case 1:
                words.RemoveAt(at);
                break;
            case 2:
                words.Insert(at, word);
                break;
            case 3:
                words.Insert(at, $"{Keys[random.Next(Keys.Length)]}={word}");
                break;
            default:
                words[at] = MutateText(words[at], random);
                break;
        }
        return [.. words];
    }

    private static readonly string[] Keys =
    [
        "seed", "data.batch", "data.train", "data.test", "data.image", "data.classes", "model.norm", "model.groups", "model.width",
        "model.hidden", "model.epsilon", "model.head", "optimizer.name", "optimizer.groups", "learning_rate", "weight_decay",
        "momentum", "equivalent.form", "auto_decay", "loss.name", "loss.label_smoothing", "precision", "log.every", "log.monitors",
        "log.evaluate", "checkpoint.every", "checkpoint.every_minutes", "steps_per_epoch", "name", "learning_rate.cosine.from", "data.set",
        "data.folder",
    ];

    private static byte[] MutateBytes(byte[] bytes, Random random)
    {
        int at = random.Next(2) == 0 ? random.Next(Math.Min(bytes.Length, 400)) : random.Next(bytes.Length);
        byte[] changed = [.. bytes];
        switch (random.Next(3))
        {
            case 0:
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                return changed[..at];
            default:
                changed[at] = (byte)random.Next(256);
                return changed;
        }
    }

    private static string MutateText(string text, Random random)
    {
        int at = random.Next(text.Length + 1), length = Math.Min(random.Next(1, 12), text.Length - at);
        string word = Words[random.Next(Words.Length)];
        switch (random.Next(7))
        {
            case 0:
                return text.Remove(at, length);
            case 1:
                return text.Insert(at, word);
            case 2:
                return text[..at];
            case 3 or 4 or 5:
                return ReplaceWord(text, at, word);
            default:
                var lines = text.Split('\n');
                var (i, j) = (random.Next(lines.Length), random.Next(lines.Length));
                (lines[i], lines[j]) = (lines[j], lines[random.Next(lines.Length)]);
                return string.Join('\n', lines);
        }
    }

    // The whole word around a place, so that values and keys change as a person would change them.
    private static string ReplaceWord(string text, int at, string word)
    {
        static bool IsPart(char c) => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '+';
        var (begin, end) = (at, at);
        while (begin > 0 && IsPart(text[begin - 1])) begin--;
        while (end < text.Length && IsPart(text[end])) end++;
        return string.Concat(text.AsSpan(0, begin), word, text.AsSpan(end));
    }
}
