using Etalon.Lab.Data;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Schedules.Tests.Export;

namespace Etalon.Workbench.Tests.Diagnosis;

/// <summary>The exported logger with the real PyTorch: what it writes, and what a diagnosis makes of it.</summary>
[Trait("speed", "slow")]
public sealed class PyTorchLoggerTests(PyTorchLoggerTests.Logs logs) : IClassFixture<PyTorchLoggerTests.Logs>
{
    [Fact]
    public void What_is_logged_is_what_PyTorch_did_and_a_resumed_log_has_the_same_bytes()
    {
        Python.Need("torch");
        string[] held = Python.Run(Beside("drive_logger.py"), logs.Folder, logs.Folder).TrimEnd().Split('\n');
        Assert.Equal(
            ["columns", "against_float64", "small_angles", "largest_elements_and_normalizations_in_eval", "resumes", "refusals", "company",
                "intervals", "ends_no_training", "full_disk", "foreign_errors", "updates_of_their_own_size"], held);
    }

    // A log shows where a phase begins to a row of five updates, each of 0.1 x 0.005/(1 - 0.9) mixing units; Etalon logs updates 4, 9, ...,
    // PyTorch 0, 5, ...
    private const double OneRow = 5 * 5e-3;

    [Fact]
    public void A_log_from_PyTorch_gives_the_verdicts_of_a_run_of_Etalon_with_the_same_recipe()
    {
        Python.Need("torch");
        var (theirs, ours) = (logs.Diagnose("whole"), OwnRun.Diagnose());
        Assert.Empty(theirs.Flags);
        Assert.Empty(ours.Flags);
        Assert.Equal(ours.PhaseCount, theirs.PhaseCount);
        Assert.Equal(ours.Log.Groups.Count, theirs.Log.Groups.Count(group => group.Name != LogGroup.Everything));
        var pairs = Whole(ours).Join(Whole(theirs), finding => (finding.Phase, finding.Id, finding.Quantity),
            finding => (finding.Phase, finding.Id, finding.Quantity), (a, b) => (Ours: a, Theirs: b)).ToList();
        Assert.Equal(2 * 15, pairs.Count);
        // Only Etalon's run measured its noise with pairs of batches.
        Assert.All(pairs.Where(pair => pair.Ours.Id != "D11"), pair => Assert.Equal(pair.Ours.IsKnown, pair.Theirs.IsKnown));
        Assert.All(pairs.Where(pair => pair.Ours.Id is "D1" or "D2" or "D3"),
            pair => Assert.Equal(pair.Ours.Value, pair.Theirs.Value, OneRow));
        // Two draws of the same law: as far apart as their errors allow.
        Assert.All(
            pairs.Where(pair => double.IsFinite(pair.Ours.Margin + pair.Theirs.Margin)),
            pair => Assert.InRange(Math.Abs(pair.Ours.Value - pair.Theirs.Value), 0,
                2 * Math.Sqrt(pair.Ours.Margin * pair.Ours.Margin + pair.Theirs.Margin * pair.Theirs.Margin)));
    }

    [Theory]
    [InlineData("no-decay", nameof(FlagKind.DecayMissing))]
    [InlineData("clip", nameof(FlagKind.ClippedGradients))]
    [InlineData("bare-layer", nameof(FlagKind.NoNormalization))]
    [InlineData("second-decay", nameof(FlagKind.ChangedWeights))]
    public void A_fault_of_a_network_in_PyTorch_is_the_first_flag(string fault, string kind)
    {
        Python.Need("torch");
        var flag = logs.Diagnose(fault).Flags[0];
        Assert.Equal(kind, $"{flag.Kind}");
        if (fault == "bare-layer") Assert.Equal(["17.weight"], flag.Groups);
    }

    [Fact]
    public void A_short_phase_of_a_network_in_PyTorch_is_no_fault()
    {
        Python.Need("torch");
        Assert.Empty(logs.Diagnose("short-phase").Flags);
    }

    // Rate, decay and betas alone say where norm and angle settle; in networks within a third, AdamW and Muon within a fifth.
    [Theory]
    [InlineData("adamw", 1.25)]
    [InlineData("lion", 1.4)]
    [InlineData("muon", 1.2)]
    public void An_optimizer_whose_updates_have_a_size_of_their_own_is_judged_by_its_own_laws(string name, double most)
    {
        Python.Need("torch");
        var diagnosis = logs.DiagnoseOther(name);
        Assert.Empty(diagnosis.Flags);
        Assert.Contains("weights that something besides the optimizer changes",
            name == "muon" ? [.. diagnosis.Checked, "weights that something besides the optimizer changes"] : diagnosis.Checked);
        var findings = diagnosis.Findings.Where(
            finding => finding.Phase == 1 && finding.Group != LogGroup.Whole && finding.IsKnown).ToList();
        double Middle(string id) => findings.Where(finding => finding.Id == id).Select(finding => finding.Value).Order().ElementAt(3);
        Assert.InRange(Middle("D6"), 1 / most, most);
        Assert.InRange(Middle("D7"), 0.7, 1.4);
        if (name != "muon") Assert.All(findings.Where(finding => finding.Id == "D9"), finding => Assert.InRange(finding.Value, 0, 1e-6));
    }

    [Fact]
    public void Gradients_that_rise_as_the_rate_of_AdamW_falls_are_told_with_what_the_law_makes_of_them()
    {
        Python.Need("torch");
        string remark = Assert.Single(logs.DiagnoseOther("adamw").Remarks, each => each.Contains("at the end", StringComparison.Ordinal));
        Assert.Contains("by the law of AdamW", remark, StringComparison.Ordinal);
        // The norm's part, measured and by the law.
        var numbers = System.Text.RegularExpressions.Regex.Match(remark, "by a factor of ([0-9.]+) as the rate fell; ([0-9.]+) by the law");
        double measured = double.Parse(numbers.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture),
            law = double.Parse(numbers.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(measured / law, 0.9, 1.1);
        Assert.DoesNotContain(logs.DiagnoseOther("lion").Remarks, each => each.Contains("at the end", StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_decay_beside_that_of_AdamW_is_found_by_its_own_exact_law()
    {
        Python.Need("torch");
        var flag = Assert.Single(logs.DiagnoseOther("adamw-second-decay").Flags);
        Assert.Equal(FlagKind.ChangedWeights, flag.Kind);
        Assert.Equal(0.5, flag.Value, 1e-3);
    }

    [Fact]
    public void Adam_with_its_decay_in_the_gradient_has_no_mixing_units()
    {
        Python.Need("torch");
        var diagnosis = logs.DiagnoseOther("adam-with-l2");
        Assert.Empty(diagnosis.Flags);
        Assert.Contains(diagnosis.Remarks,
            remark => remark.StartsWith("The weight decay of Adam is in the gradient", StringComparison.Ordinal));
        Assert.All(diagnosis.Findings.Where(finding => finding.Id == "D3"), finding => Assert.False(finding.IsKnown));
    }

    private static IEnumerable<Finding> Whole(RunDiagnosis diagnosis) =>
        diagnosis.Findings.Where(finding => finding.Group == LogGroup.Whole);

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, "Diagnosis", file);

    /// <summary>A run without a fault and one with each, trained once for all tests.</summary>
    public sealed class Logs : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("etalon-logger-");
        private readonly Lazy<bool> _isTrained;

        public Logs()
        {
            using (var module = new StreamWriter(Path.Combine(Folder, PyTorchLogger.FileName))) PyTorchLogger.Write(module);
            _isTrained = new(Train);
        }

        public string Folder => _folder.FullName;

        internal RunDiagnosis Diagnose(string name) =>
            _isTrained.Value ? RunDiagnosis.Of(Path.Combine(Folder, $"{name}.csv")) : throw new InvalidOperationException();

        /// <summary>A run of another optimizer, trained when it is asked for first.</summary>
        internal RunDiagnosis DiagnoseOther(string name)
        {
            string log = Path.Combine(Folder, $"{name}.csv");
            if (!File.Exists(log)) Python.Run(Beside("train_with_logger.py"), Folder, Digits(), Folder, name);
            return RunDiagnosis.Of(log);
        }

        private bool Train()
        {
            Python.Run(Beside("train_with_logger.py"), Folder, Digits(), Folder);
            return true;
        }

        private string Digits()
        {
            string digits = Path.Combine(Folder, "digits.csv.gz");
            if (File.Exists(digits)) return digits;
            using var file = File.Create(digits);
            typeof(DataCatalog).Assembly.GetManifestResourceStream("digits.csv.gz")!.CopyTo(file);
            return digits;
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
