using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Workbench.Tests.Diagnosis;

/// <summary>What a diagnosis says of a run whose truth is known, without a fault and with each one.</summary>
public class DiagnosisTests
{
    [Theory]
    [InlineData(0.9, 0.1, 0.05)]
    [InlineData(0.5, 0.5, 0.25)]
    [InlineData(0, 1, 0.5)]
    public void A_run_at_equilibrium_raises_no_flag_and_is_where_the_theory_says(double momentum, double first, double second)
    {
        var diagnosis = Diagnose(new SphereRun { Momentum = momentum, Phases = [(1000, first, 5e-3), (1200, second, 5e-3)] });
        Assert.Empty(diagnosis.Flags);
        Assert.Equal(2, diagnosis.PhaseCount);
        // 1000 updates of 0.1 x 0.005/(1 - 0.9), and 1200 of half of it.
        Assert.Equal(5, Find(diagnosis, "D3", 1, "conv1").Value, 1e-9);
        Assert.Equal(3, Find(diagnosis, "D3", 2, "conv1").Value, 1e-9);
        foreach (var finding in diagnosis.Findings.Where(finding => finding.Id is "D5" or "D6" && finding.IsKnown))
            Assert.InRange(Math.Abs(finding.Value - 1), 0, Math.Min(0.25, 4 * finding.Error));
    }

    [Fact]
    public void Decay_that_some_weights_do_not_get_is_found_by_their_norms()
    {
        var flag = Diagnose(new SphereRun { WithoutDecay = ["conv2"] }).Flags[0];
        Assert.Equal((FlagKind.DecayExcluded, "conv2"), (flag.Kind, flag.Worst.Group));
        Assert.InRange(flag.Worst.Value, -0.05, 0.05);
        Assert.DoesNotContain(flag.Findings, finding => finding.Group is "conv1" or "conv3");
    }

    [Fact]
    public void Decay_that_some_weights_do_not_get_is_found_by_their_own_numbers()
    {
        string log = new SphereRun { WithoutDecay = ["conv2"], Phases = [(30, 0.1, 5e-3)] }.Log();
        var rows = log.TrimEnd().Split('\n');
        string withNumbers = string.Join('\n', rows.Select((row, i) => row + (i == 0 ? ",weight_decay/conv2" : ",0"))) + "\n";
        var flag = Diagnose(withNumbers).Flags[0];
        Assert.Equal((FlagKind.DecayExcluded, "conv2"), (flag.Kind, flag.Worst.Group));
    }

    [Fact]
    public void A_constant_clip_is_the_only_flag_of_a_run_that_has_nothing_else()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { Clip = 0.5 }).Flags);
        Assert.Equal((FlagKind.Clipped, LogGroup.Everything), (flag.Kind, flag.Worst.Group));
        Assert.Contains("cut to 0.5", flag.Worst.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_after_the_gradient_was_logged_breaks_the_law()
    {
        var diagnosis = Diagnose(new SphereRun { Clip = 0.5, LogsBeforeClip = true });
        Assert.Equal(FlagKind.LawBroken, diagnosis.Flags[0].Kind);
        Assert.Contains(diagnosis.Flags[0].Findings, finding => finding.Quantity.Contains("that of the gradients", StringComparison.Ordinal));
    }

    [Fact]
    public void Weights_whose_scale_matters_are_named_and_nothing_else_is_said_of_them()
    {
        var diagnosis = Diagnose(new SphereRun { Radial = 0.05 });
        var flag = diagnosis.Flags[0];
        Assert.Equal((FlagKind.NotScaleInvariant, "conv3"), (flag.Kind, flag.Worst.Group));
        Assert.Equal(0.05, flag.Worst.Value, 1e-3);
        Assert.DoesNotContain(diagnosis.Findings, finding => finding is { Group: "conv3", Id: "D5" or "D6", IsKnown: true });
    }

    [Fact]
    public void A_second_decay_breaks_the_law_by_as_much_as_it_is()
    {
        // L is 0.1 x 0.005/(1 - 0.9); half of it again is 0.0025 of w an update.
        var diagnosis = Diagnose(new SphereRun { Shrink = 0.0025, Phases = [(1500, 0.1, 5e-3)] });
        Assert.Equal(FlagKind.LawBroken, diagnosis.Flags[0].Kind);
        Assert.Contains("a further 0.5 of the decay", diagnosis.Flags[0].Worst.Says, StringComparison.Ordinal);
        Assert.Equal(1.5, Find(diagnosis, "D5", 1, LogGroup.Whole, "decay that the norm shows").Value, 0.15);
    }

    [Fact]
    public void A_phase_a_tenth_as_long_as_it_needs_is_named()
    {
        // A tenth of the rate: 2,000 updates are a mixing unit, and ln(9/0.05)/(4 L) = 2,600 lead to within 5 %.
        var diagnosis = Diagnose(new SphereRun { Phases = [(1000, 0.1, 5e-3), (260, 0.01, 5e-3)] });
        var flag = diagnosis.Flags[0];
        Assert.Equal((FlagKind.PhaseTooShort, 2), (flag.Kind, flag.Worst.Phase));
        Assert.InRange(Find(diagnosis, "D7", 2, LogGroup.Whole).Value, 1500, 3500);
        Assert.All(flag.Findings, finding => Assert.Equal(2, finding.Phase));
    }

    [Fact]
    public void Rate_times_decay_beyond_the_bound_of_the_momentum_oscillates() =>
        Assert.Equal(FlagKind.Oscillating, Diagnose(new SphereRun { Phases = [(400, 0.1, 0.04)] }).Flags[0].Kind);

    [Fact]
    public void A_layer_with_a_decay_of_its_own_turns_at_another_speed()
    {
        var diagnosis = Diagnose(new SphereRun { FirstDecay = 5, Phases = [(2000, 0.1, 2e-3)] });
        var imbalance = Assert.Single(diagnosis.Flags, flag => flag.Kind == FlagKind.LayerImbalance);
        // The angle goes with the root of the decay.
        Assert.Equal(Math.Sqrt(5), imbalance.Worst.Value, 0.35);
        Assert.Equal("conv1", imbalance.Worst.Group);
    }

    [Fact]
    public void Without_momentum_the_law_is_checked_from_norms_and_gradients_of_consecutive_updates()
    {
        static bool Plain(string column) => !column.StartsWith("residual", StringComparison.Ordinal) && !column.StartsWith("angle", StringComparison.Ordinal);
        var run = new SphereRun { Momentum = 0, Every = 1, Phases = [(600, 1, 5e-3)] };
        var whole = Find(Diagnose(run.Log(Plain)), "D9", 1, LogGroup.Whole);
        Assert.InRange(whole.Value, 0, 1e-12);
        var broken = Diagnose(new SphereRun { Momentum = 0, Every = 1, Phases = [(600, 1, 5e-3)], Shrink = 1e-3 }.Log(Plain));
        Assert.Contains("a further 0.2 of the decay", Find(broken, "D9", 1, LogGroup.Whole).Says, StringComparison.Ordinal);
        Assert.Equal(FlagKind.LawBroken, broken.Flags[0].Kind);
    }

    [Fact]
    public void Norms_alone_say_how_long_a_phase_is_and_what_is_missing_for_the_rest()
    {
        var diagnosis = Diagnose(new SphereRun().Log(column => !column.Contains('/', StringComparison.Ordinal) || column.StartsWith("norm/", StringComparison.Ordinal)));
        Assert.Empty(diagnosis.Flags);
        Assert.Equal(5, Find(diagnosis, "D3", 1, "conv1").Value, 1e-9);
        Assert.False(Find(diagnosis, "D5", 1, "conv1").IsKnown);
        string unsaid = string.Join('\n', DiagnosisText.Unsaid(diagnosis));
        Assert.Contains("needs gradsq/NAME", unsaid, StringComparison.Ordinal);
        Assert.Contains("not checked: needs dot/NAME", unsaid, StringComparison.Ordinal);
    }

    [Fact]
    public void Angles_stand_in_for_gradients()
    {
        var diagnosis = Diagnose(new SphereRun().Log(column => !column.StartsWith("gradsq", StringComparison.Ordinal) && !column.StartsWith("buffer_dot", StringComparison.Ordinal)));
        Assert.Empty(diagnosis.Flags);
        var share = Find(diagnosis, "D5", 1, LogGroup.Whole, "decay that the norm shows");
        Assert.InRange(share.Value, 0.9, 1.1);
    }

    [Fact]
    public void Tensors_whose_radial_gradients_cancel_are_scale_invariant_together()
    {
        // As the stem and the second convolutions of a residual network: +c and -c.
        var rows = new SphereRun { Phases = [(300, 0.1, 5e-3)] }.Log().TrimEnd().Split('\n').Select(row => row.Split(',')).ToArray();
        int first = Array.IndexOf(rows[0], "dot/conv1"), second = Array.IndexOf(rows[0], "dot/conv2");
        foreach (var row in rows.Skip(1)) (row[first], row[second]) = ("0.5", "-0.5");
        var diagnosis = Diagnose(string.Join('\n', rows.Select(row => string.Join(',', row))) + "\n");
        Assert.DoesNotContain(diagnosis.Flags, flag => flag.Kind == FlagKind.NotScaleInvariant);
        Assert.Contains("together", Find(diagnosis, "D8", 1, "conv1").Says, StringComparison.Ordinal);
        Assert.True(Find(diagnosis, "D5", 1, LogGroup.Whole).IsKnown);
    }

    [Fact]
    public void Every_verdict_is_free_of_the_scale_of_the_weights()
    {
        // w -> c w, eta -> c^2 eta, lambda -> lambda/c^2 is the same run; c is a power of two, so the numbers are the same to the bit.
        var rows = new SphereRun().Log().TrimEnd().Split('\n').Select(row => row.Split(',')).ToArray();
        foreach (var row in rows.Skip(1))
        {
            for (int i = 0; i < row.Length; i++)
            {
                double factor = rows[0][i].Split('/')[0] switch { "lr" => 16, "weight_decay" => 1 / 16.0, "norm" => 4, "gradsq" or "buffer_dot" => 1 / 16.0, _ => 1 };
                row[i] = $"{double.Parse(row[i]) * factor:R}";
            }
        }
        var (one, other) = (Diagnose(new SphereRun()), Diagnose(string.Join('\n', rows.Select(row => string.Join(',', row))) + "\n"));
        foreach (var (a, b) in one.Findings.Zip(other.Findings).Where(pair => pair.First.Id != "D4"))
            Assert.True(a.Value.Equals(b.Value) || Math.Abs(a.Value / b.Value - 1) < 1e-9, $"{a.Id} {a.Group}: {a.Value} and {b.Value}");
    }

    [Fact]
    public void A_moving_rate_has_a_law_but_no_equilibrium()
    {
        var phases = Enumerable.Range(0, 60).Select(i => (20, 0.1 * (1 + Math.Cos(Math.PI * i / 60)) / 2, 5e-3)).ToArray();
        var diagnosis = Diagnose(new SphereRun { Phases = phases });
        Assert.Empty(diagnosis.Flags);
        Assert.Equal(1, diagnosis.PhaseCount);
        Assert.InRange(Find(diagnosis, "D5", 1, LogGroup.Whole, "decay that the norm shows").Value, 0.8, 1.2);
        Assert.False(Find(diagnosis, "D6", 1, LogGroup.Whole).IsKnown);
    }

    private static RunDiagnosis Diagnose(SphereRun run) => Diagnose(run.Log());

    private static RunDiagnosis Diagnose(string log) => RunDiagnosis.Of(CsvLog.Read(new StringReader(log), "log.csv"));

    private static Finding Find(RunDiagnosis diagnosis, string id, int phase, string group, string quantity = "") =>
        diagnosis.Findings.First(finding => finding.Id == id && finding.Phase == phase && finding.Group == group && finding.Quantity.StartsWith(quantity, StringComparison.Ordinal));
}
