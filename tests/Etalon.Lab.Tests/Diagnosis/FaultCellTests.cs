using System.Globalization;
using System.IO.Compression;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>
/// Networks trained in PyTorch with one fault each (faults.py), watched by loggers of five intervals: the cause is the first flag, and
/// without a fault there is none. ETALON_FAULTS=FOLDER judges all cells of a folder and prints the table.
/// </summary>
public class FaultCellTests(ITestOutputHelper output)
{
    private static readonly int[] Intervals = [1, 10, 20, 50, 200];

    // The first flag, and a word of its cause; against the recipe where the log alone cannot know.
    private static readonly Dictionary<string, (FlagKind? Kind, bool IsAgainst, string Word)> Expected = new()
    {
        ["none"] = (null, false, ""),
        ["bias-before-norm"] = (null, false, ""),
        ["l2-in-loss"] = (FlagKind.LossPenalty, false, ""),
        ["no-decay-convolutions"] = (FlagKind.DecayMissing, false, ""),
        ["decay-on-wrong-group"] = (FlagKind.DecayMissing, false, ""),
        ["no-decay"] = (FlagKind.DecayDiffers, true, "no weight decay"),
        ["scheduler-per-batch"] = (FlagKind.RateDiffers, true, "once per batch"),
        ["tiny-clip"] = (FlagKind.ClippedGradients, false, ""),
        ["global-clip"] = (FlagKind.ClippedGradients, false, ""),
        ["no-norm-last"] = (FlagKind.NoNormalization, false, ""),
        ["no-norm-middle"] = (FlagKind.NoNormalization, false, ""),
        ["momentum-0"] = (FlagKind.MomentumDiffers, true, "no momentum"),
        ["rate-a-tenth"] = (FlagKind.RateDiffers, true, "a tenth"),
        ["nesterov"] = (FlagKind.OtherRule, false, "Nesterov"),
        ["two-rates"] = (FlagKind.OtherNumbers, false, "rate"),
        ["bias-before-group-norm"] = (FlagKind.BiasInside, false, ""),
        ["epsilon"] = (FlagKind.FeltEpsilon, false, "psilon"),
        ["eval-from-start"] = (FlagKind.StoredStatistics, false, "eval()"),
        ["eval-from-middle"] = (FlagKind.StoredStatistics, false, "from update 400 on"),
        ["clip-value"] = (FlagKind.ClippedValues, false, "clip_grad_value_"),
        ["l1-in-loss"] = (FlagKind.OtherPenalty, false, "L1 term"),
        ["l2-from-middle"] = (FlagKind.LossPenalty, false, "from update 400 on"),
        ["clip-per-tensor"] = (FlagKind.ClippedGradients, false, "each tensor"),
        ["no-zero-grad"] = (FlagKind.AccumulatedGradients, false, "not set to zero"),
        ["zero-grad-of-four"] = (FlagKind.AccumulatedGradients, false, "over 4 updates|over a few updates"),
        ["reloaded"] = (FlagKind.ReplacedWeights, false, "A checkpoint was loaded again"),
        ["reloaded-at-drop"] = (FlagKind.ReplacedWeights, false, "A checkpoint was loaded again"),
        ["centralized"] = (FlagKind.CentralizedGradients, false, "mean of each filter"),
        ["micro-steps"] = (FlagKind.OtherSteps, false, "once in 4 rows"),
        ["sound-label-smoothing"] = (null, false, ""),
        ["sound-mixup"] = (null, false, ""),
        ["sound-moving-momentum"] = (null, false, ""),
        ["sound-accumulation"] = (null, false, ""),
        ["sound-nesterov"] = (null, false, ""),
        ["sound-dampening"] = (null, false, ""),
        ["sound-average"] = (null, false, ""),
        ["sound-standardized"] = (null, false, ""),
        ["sound-channels-last"] = (null, false, ""),
        ["sound-frozen"] = (null, false, ""),
    };

    // What only rows of consecutive steps show; rows further apart must be silent.
    private static readonly string[] OnlyInEachRow = ["micro-steps"];

    // What takes more rows than there are 200 updates apart, which must be silent.
    private static readonly string[] NotInFewRows = ["zero-grad-of-four", "reloaded", "reloaded-at-drop"];

    // Of a constant rate a scheduler per batch leaves nothing but a shorter warm-up.
    private static (FlagKind? Kind, bool IsAgainst, string Word) ExpectedOf(string schedule, string fault, int every) =>
        every > 1 && OnlyInEachRow.Contains(fault) || every > 50 && NotInFewRows.Contains(fault) ? (null, false, "")
        : (schedule, fault) == ("constant", "scheduler-per-batch") ? (FlagKind.RateDiffers, true, "once per batch|warm-up")
        : Expected[fault];

    // Margins of sound logs by the log's interval: whether the true value, 1, lies within each.
    private readonly SortedDictionary<int, List<(string Cell, string Group, PhaseEstimate Value)>> _shares = [], _sizes = [];

    [Fact]
    public void All_cells_of_a_folder_are_judged()
    {
        if (Environment.GetEnvironmentVariable("ETALON_FAULTS") is not { Length: > 0 } folder)
        {
            Assert.Skip("ETALON_FAULTS names no folder of logs that faults.py made");
            return;
        }
        foreach (var seed in Directory.GetDirectories(folder).Select(Path.GetFileName).OfType<string>()
            .Where(name => !name.Contains('.', StringComparison.Ordinal))
            .GroupBy(name => name.Split('-')[^1]).OrderBy(each => int.Parse(each.Key, CultureInfo.InvariantCulture)))
        {
            var right = new SortedDictionary<string, (int Right, int Of)[]>(StringComparer.Ordinal);
            foreach (string cell in seed.Order(StringComparer.Ordinal))
            {
                string fault = string.Join('-', cell.Split('-')[2..^1]);
                if (!Expected.ContainsKey(fault)) continue;
                foreach (var (column, every) in Intervals.Index())
                {
                    string log = Path.Combine(folder, cell, $"every-{every}.csv");
                    if (!File.Exists(log)) continue;
                    var expected = ExpectedOf(cell.Split('-')[1], fault, every);
                    var diagnosis =
                        RunDiagnosis.Of(log, expected.IsAgainst ? Reference.Of(Path.Combine(folder, cell, "recipe.yaml")) : null);
                    bool holds = IsRight(diagnosis, expected);
                    if (Expected[fault].Kind is null) Measure(cell, every, diagnosis);
                    if (!right.ContainsKey(fault)) right[fault] = new (int, int)[Intervals.Length];
                    right[fault][column] = (right[fault][column].Right + (holds ? 1 : 0), right[fault][column].Of + 1);
                    if (!holds || diagnosis.Flags.Count > 1)
                        output.WriteLine(
                            $"{(holds ? "also " : "WRONG")} {cell} every {every}: "
                            + $"{string.Join(" | ",
                            diagnosis.Flags.Select(flag => $"{flag.Kind}: {flag.Cause} [{string.Join(' ', flag.Groups)}]"))}");
                }
            }
            output.WriteLine(
                $"seed {seed.Key}: {right.Values.Sum(row => row.Sum(each => each.Right))} of "
                + $"{right.Values.Sum(row => row.Sum(each => each.Of))} right");
            foreach (var (fault,
                row) in right) output.WriteLine($"| {fault} | {string.Join(" | ", row.Select(each => $"{each.Right}/{each.Of}"))} |");
        }
        PrintCoverage("the decay that norms show", _shares);
        PrintCoverage("the size of updates over gradients'", _sizes);
    }

    private void PrintCoverage(string what, SortedDictionary<int, List<(string Cell, string Group, PhaseEstimate Value)>> measured)
    {
        foreach (var (every, estimates) in measured.Where(each => each.Value.Count > 0))
        {
            int held = estimates.Count(each => each.Value.Away(1) <= 1);
            double share = (double)held / estimates.Count,
                scatter = Math.Sqrt(estimates.Average(each => Square((each.Value.Mean - 1) / each.Value.Error)));
            // The groups of a log share their gradients, so its misses come together: logs are what is independent.
            double error = Math.Sqrt(estimates.GroupBy(each => each.Cell)
                .Sum(log => Square(log.Count(each => each.Value.Away(1) > 1) - log.Count() * (1 - share)))) / estimates.Count;
            output.WriteLine(
                $"sound runs, {what}, rows every {every}: 1 is within the margin in {held} of {estimates.Count} = "
                + $"{100 * share:F1} %, give or take {100 * error:F1} by logs; "
                + $"mean margin {estimates.Average(each => each.Value.Margin):G2}, "
                + $"root mean square of (value - 1)/error {scatter:F2}");
            foreach (var (cell, group, value) in estimates.Where(each => each.Value.Away(1) > 1))
                output.WriteLine($"  outside: {cell} {group} {value.Mean:G5} ± {value.Margin:G2}");
        }
    }

    private static double Square(double value) => value * value;

    private void Measure(string cell, int every, RunDiagnosis diagnosis)
    {
        _shares.TryAdd(every, []);
        _sizes.TryAdd(every, []);
        foreach (var group in diagnosis.Evidence.LawGroups)
        {
            var share = NormBalance.ShareOf(diagnosis.Evidence.InPhases(group.Name).Select(phase => phase.Balance));
            if (share is { IsKnown: true, Margin: < 0.4 }) _shares[every].Add((cell, group.Name, share));
            if (UpdateSizes.Of(diagnosis.Evidence, group) is { IsKnown: true } size) _sizes[every].Add((cell, group.Name, size));
        }
    }

    // Rows at updates 2, 12, 22 ... of a network in which one gradient between two of them makes |w|² of the first layer grow as hundreds
    // of others do. Measured by what gradients usually are, the decay came out as 1.042 ± 0.005.
    [Fact]
    public void The_margin_of_the_decay_knows_where_large_gradients_were()
    {
        string file = Path.Combine(StoredFolder, "cnn-cosine-none.every-10.csv.gz");
        using var text = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var evidence = new Evidence(CsvLog.Read(text, file));
        PhaseEstimate Share(string name) => NormBalance.ShareOf(evidence.InPhases(name).Select(phase => phase.Balance));
        var first = Share("conv11.conv.weight");
        Assert.Equal(1, first.Mean, 0.01);
        Assert.InRange(first.Away(1), 0, 1);
        // Of the last ones it stays as small as it was.
        Assert.InRange(Share("conv31.conv.weight").Margin, 1e-5, 0.004);
    }

    public static TheoryData<string> Stored =>
        [.. Directory.GetFiles(StoredFolder, "*.csv.gz").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    private static string StoredFolder => Path.Combine(AppContext.BaseDirectory, "Diagnosis", "Faults");

    [Theory]
    [MemberData(nameof(Stored))]
    public void The_cause_is_the_first_flag_of_a_stored_log(string file)
    {
        // NETWORK-SCHEDULE-FAULT.every-N.csv.gz
        string[] words = file.Split('.')[0].Split('-');
        var expected = ExpectedOf(words[1], string.Join('-', words[2..]),
            int.Parse(file.Split("every-")[1].Split('.')[0], CultureInfo.InvariantCulture));
        using var text = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(StoredFolder, file)), CompressionMode.Decompress));
        var reference =
            expected.IsAgainst ? Reference.Of(RecipeReader.ReadFile(Path.Combine(StoredFolder, $"{words[1]}.yaml")).Recipe) : null;
        var diagnosis = RunDiagnosis.Of(CsvLog.Read(text, file), reference);
        Assert.True(IsRight(diagnosis, expected), string.Join(" | ", diagnosis.Flags.Select(flag => flag.Cause)));
        // What the term explains is no second fault: the weights decay with it.
        if (expected.Kind == FlagKind.LossPenalty) Assert.Single(diagnosis.Flags);
    }

    // The account of |w|² leaves out nothing: where the logger saw every gradient, only the way of the norm between rows is unknown.
    [Fact]
    public void The_norms_of_sound_networks_show_the_decay_of_their_optimizer_within_a_hundredth()
    {
        string[] logs = [.. Directory.GetFiles(StoredFolder, "*-none.every-20.csv.gz").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(logs);
        foreach (string file in logs)
        {
            using var text = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            var evidence = new Evidence(CsvLog.Read(text, file));
            var margins = new List<double>();
            foreach (var group in evidence.LawGroups)
            {
                var share = NormBalance.ShareOf(evidence.InPhases(group.Name).Select(phase => phase.Balance));
                Assert.InRange(share.Mean, 0.99, 1.01);
                margins.Add(share.Margin);
            }
            // One large gradient in a layer makes its margin larger, and no other's.
            Assert.True(margins.Min() > 1e-5 && margins.Order().ElementAt(margins.Count / 2) < 0.02, $"{file}: {margins.Max()}");
        }
    }

    private static bool IsRight(RunDiagnosis diagnosis, (FlagKind? Kind, bool IsAgainst, string Word) expected) =>
        expected.Kind is not { } kind
        ? diagnosis.Flags.Count == 0
        : diagnosis.Flags.Count > 0 && diagnosis.Flags[0].Kind == kind
        && expected.Word.Split('|').Any(word => diagnosis.Flags[0].Cause.Contains(word, StringComparison.Ordinal));
}
