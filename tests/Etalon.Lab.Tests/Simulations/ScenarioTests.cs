using Etalon.Lab.Simulations.Scenarios;

namespace Etalon.Lab.Tests.Simulations;

/// <summary>The laws of Li, Lyu and Arora 2020 in replicas: fewer than the command takes, and means over as many updates.</summary>
public class ScenarioTests
{
    // As computed for the specification with another program (NumPy) at d = 64, S = 63: norm, angle of one update.
    [Fact]
    public void Norm_angle_and_memory_at_equilibrium_are_the_theorys_for_each_update_rule()
    {
        (string Case, double Norm, double Angle)[] expected =
        [
            ("SGD: 0.1, 0.005", 5.0103, 0.031624), ("SGD: 0.5, 0.01", 6.3037, 0.100042), ("heavy ball 0.9: 0.02, 0.005", 5.9579, 0.010260),
            ("heavy ball 0.9: 0.1, 0.005", 8.9094, 0.022942), ("Nesterov 0.9: 0.1, 0.005", 8.9014, 0.026592),
            ("mean of gradients 0.9: 0.1, 0.005", 5.0100, 0.007255),
            ("heavy ball 0.9, decoupled: 0.02, 0.005", 10.5924, 0.003245),
            ("mean of gradients 0.9, decoupled: 0.1, 0.005", 5.0044, 0.007256),
        ];
        var report = Run("equilibrium", new() { Replicas = 24 });
        AssertHolds(report);
        foreach (var (of, norm, angle) in expected)
        {
            Assert.Equal(norm, Measured(report, of, "norm"), 0.005 * norm);
            Assert.Equal(angle, Measured(report, of, "angle of an update"), 0.003 * angle);
            var rate = Find(report, of, "forgetting rate of the direction");
            Assert.Equal(rate.Predicted, rate.Measured.Value, 0.01 * rate.Predicted + 3 * rate.Measured.StandardError);
            Assert.InRange(rate.Measured.StandardError, 0, 0.02 * rate.Predicted);
        }
        // sqrt(2 eta lambda V)/S with V = 126.
        Assert.Equal(0.01782, Measured(report, "SGD: 0.5, 0.01", "relative spread of |w|⁴"), 0.001);
        // What a one-step angle of sqrt(2 eta lambda / (1 - mu)) would be: four times too much.
        Assert.True(Measured(report, "heavy ball 0.9: 0.1, 0.005", "angle of an update") < 0.1 / 4);
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Norm_and_angle_under_adamw_signs_lion_muon_lamb_and_adam_with_l2_are_those_of_their_laws()
    {
        var report = Run("optimizers", new() { Replicas = 8 });
        AssertHolds(report);
        Assert.Equal(24, report.Findings.Count);
    }

    [Fact]
    public void The_norm_relaxes_at_four_times_the_intrinsic_rate()
    {
        var report = Run("relaxation", new() { Replicas = 40 });
        AssertHolds(report);
        foreach (string from in (string[])["from 100 γ*", "from γ*/100"])
            Assert.Equal(2e-3, Measured(report, from, "rate of relaxation"), 0.01 * 2e-3);
        Assert.Equal(3795, Measured(report, "from 100 γ*", "updates to within 5 %"), 60.0);
        Assert.Equal(1493, Measured(report, "from γ*/100", "updates to within 5 %"), 40.0);
    }

    [Fact]
    public void With_momentum_the_forecast_update_by_update_holds_where_the_closed_form_is_a_little_off() =>
        AssertHolds(Run("relaxation", new() { Replicas = 40, Rate = 0.02, Momentum = 0.9 }));

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void After_a_drop_by_ten_the_effective_rate_climbs_back_and_rescaled_weights_are_there_at_once(double momentum)
    {
        // Time to within 5 %: ln(9 / 0.05)/(4 L').
        var report = Run("drop", new() { Replicas = 24, Momentum = momentum });
        AssertHolds(report);
        Assert.Equal(10, Measured(report, "drop", "γ/γ* just after"), 0.15);
        Assert.Equal(momentum == 0 ? 25_965.0 : 2_596, Measured(report, "drop", "updates to within 5 %"), momentum == 0 ? 500.0 : 80);
        foreach (var (units, rate) in ((string, double)[])[("0.4", 0.188), ("0.6", 0.235), ("1", 0.293)])
            Assert.Equal(rate, Measured(report, "drop", $"effective rate over that before, after {units} units"), 0.01 * rate + 0.0005);
        Assert.Equal(1, Measured(report, "drop, weights rescaled", "γ/γ* just after"), 0.02);
    }

    [Fact]
    [Trait("speed", "slow")]
    public void The_norm_of_SGD_needs_the_mean_gradient_and_that_of_its_SDE_does_not()
    {
        var report = Run("sde", new() { Replicas = 24 });
        AssertHolds(report);
        // At curvature 250 |grad L|^2 is as large as Tr Sigma; SVAG leaves a half and an eighth of it.
        double sgd = Measured(report, "SGD, curvature 250", "|w|⁴ over the SDE's law") - 1;
        Assert.InRange(sgd, 0.9, 1.1);
        Assert.InRange(Measured(report, "SVAG, l = 2, curvature 250", "|w|⁴ over the SDE's law") - 1, 0.35, 0.5);
        Assert.InRange(Measured(report, "SVAG, l = 8, curvature 250", "|w|⁴ over the SDE's law") - 1, 0.07, 0.12);
        Assert.Equal(1, Measured(report, "SDE in steps of 1/16, curvature 10", "|w|⁴ over the SDE's law"), 0.005);
    }

    [Fact]
    public void Estimators_of_noise_have_no_bias_but_the_one_that_says_so()
    {
        var report = Run("noise", new() { Replicas = 1000 });
        AssertHolds(report);
        double noise = Find(report, "pair of batches", "Tr Σ").Predicted;
        Assert.Equal(0.75 * noise, Measured(report, "four batches, biased", "Tr Σ"), 0.02 * noise);
    }

    [Theory]
    [InlineData(0.04)]
    [InlineData(0.01, Traits = new[] { "speed", "slow" })]
    public void Wells_never_mix_in_parameters_while_histories_agree_in_function(double decay)
    {
        var report = Run("wells", new() { WeightDecay = decay });
        AssertHolds(report);
        string name = report.Findings[0].Case;
        Assert.InRange(Measured(report, name, "distance A-B at 4 units"), 0, 0.08);
        Assert.InRange(Measured(report, name, "distance A-C at 4 units"), 0, 0.08);
        Assert.Equal((1, 0),
            (Measured(report, name, "share of A in the well z = 1"), Measured(report, name, "share of B in the well z = 1")));
        Assert.Equal(0.5, Measured(report, name, "share of C in the well z = 1"), 0.05);
        // Before, they were far apart: at one unit C is still 183 times above equilibrium.
        var toC = report.Chart.Panels[0].Lines[1];
        Assert.InRange(toC.Y[toC.X.ToList().IndexOf(1)], 0.95, 1);
    }

    [Fact]
    public void Descent_with_decay_bursts_for_ever_and_without_it_converges()
    {
        var report = Run("bursts", new());
        AssertHolds(report);
        // A burst every 0.98 mixing units of 200 updates.
        Assert.Equal(0.98, Measured(report, "with decay", "updates from burst to burst") / 200, 0.06);
        Assert.InRange(Measured(report, "with decay", "smallest norm of a cycle"), 0.1, 0.3162);
        Assert.Equal(0, Measured(report, "without decay", "largest loss at the end"));
        var norms = report.Chart.Panels[1].Lines[0].Y.Skip(1000).ToList();
        Assert.True(norms.Min() < 0.3162 && norms.Max() > 0.3162);
    }

    [Fact]
    public void A_theory_that_does_not_apply_is_seen_to_differ()
    {
        // 100 updates are half a mixing unit: nothing bursts.
        var report = Run("bursts", new() { Steps = 100 });
        Assert.False(report.Holds);
        Assert.StartsWith("No cycle ended within 100 updates", report.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_are_the_same_for_any_number_of_threads()
    {
        foreach (var scenario in Scenario.All.Where(scenario => scenario is not OptimizersScenario))
            AssertSameOnThreads(scenario, replicas: 9);
    }

    // A replica of its walks takes seconds.
    [Fact]
    [Trait("speed", "slow")]
    public void The_report_on_optimizers_is_the_same_for_any_number_of_threads() =>
        AssertSameOnThreads(Scenario.All.OfType<OptimizersScenario>().Single(), replicas: 2);

    private static void AssertSameOnThreads(Scenario scenario, int replicas)
    {
        var options = new ScenarioOptions { Replicas = replicas, Rate = 0.1, WeightDecay = 0.05, Steps = 400, Dimension = 8 };
        var (one, three) = (scenario.Run(options, 1, CancellationToken.None), scenario.Run(options, 3, CancellationToken.None));
        Assert.Equal(one.Findings, three.Findings);
        Assert.Equal(one.Chart.Panels.SelectMany(panel => panel.Lines).SelectMany(line => line.Y),
            three.Chart.Panels.SelectMany(panel => panel.Lines).SelectMany(line => line.Y));
    }

    [Fact]
    public void All_problems_of_the_options_are_said_at_once()
    {
        var problems = Assert.Throws<InputException>(
            () => Run("equilibrium",
                new() { Rate = -1, WeightDecay = 0, Momentum = 1, Dampening = 0.5, IsNesterov = true, Replicas = 1 })).Problems;
        Assert.Equal(5, problems.Count);
        Assert.Equal("--rate -1: must be more than 0, such as 0.1", problems[0]);
        Assert.StartsWith("--rate 0.1 times --weight-decay 0.1 is 0.01: with this rule and momentum the laws hold below 0.002633",
            Assert.Throws<InputException>(
            () => Run("equilibrium", new() { WeightDecay = 0.1, Momentum = 0.9 })).Problems.Single(), StringComparison.Ordinal);
    }

    private static ScenarioReport Run(string name, ScenarioOptions options) =>
        Scenario.All.Single(scenario => scenario.Name == name).Run(options, 2, CancellationToken.None);

    private static Finding Find(ScenarioReport report, string of, string quantity) =>
        report.Findings.Single(finding => finding.Case == of && finding.Quantity == quantity);

    private static double Measured(ScenarioReport report, string of, string quantity) => Find(report, of, quantity).Measured.Value;

    private static void AssertHolds(ScenarioReport report) => Assert.DoesNotContain(report.Findings, finding => !finding.Holds);
}
