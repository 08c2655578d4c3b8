using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class ScaledGradientTests
{
    private static readonly int _dimension = SideBySide.Loss.Dimension;

    public static TheoryData<string> Rules => ["adam", "adam with a large epsilon", "lion", "signum"];

    [Theory, MemberData(nameof(Rules))]
    public void Gradients_times_P_and_the_rate_eta_P_make_the_same_run_without_decay(string rule)
    {
        var conversion = ScaledGradient.Convert(DecoupledRun.Source);
        var source = Source(rule);
        Assert.InRange(DecoupledRun.Distance(source, Target(rule, conversion)), 0, SideBySide.Exact);
        Assert.True(DecoupledRun.Distance(source, Run(rule, DecoupledRun.Source, _ => 0)) > SideBySide.Different);
    }

    [Theory, MemberData(nameof(Rules))]
    public void Any_target_decay_makes_the_same_run(string rule)
    {
        foreach (var decay in new Schedule[] { new Constant(0.1), new Constant(1), new Cosine(0.8, 0, 200) })
        {
            var conversion = ScaledGradient.Convert(DecoupledRun.Source, decay);
            Assert.InRange(DecoupledRun.Distance(Source(rule), Target(rule, conversion)), 0, SideBySide.Exact);
            Assert.Equal(decay.ValueAt(150), conversion.Target[150].WeightDecay);
        }
    }

    [Theory, MemberData(nameof(Rules))]
    public void A_clip_of_the_scaled_gradients_keeps_its_threshold(string rule)
    {
        var conversion = ScaledGradient.Convert(DecoupledRun.Source);
        Assert.InRange(DecoupledRun.Distance(Source(rule, clip: 0.5), Target(rule, conversion, clip: 0.5)), 0, SideBySide.Exact);
    }

    [Fact]
    public void Without_the_factor_of_the_gradients_adam_is_another_run()
    {
        var conversion = ScaledGradient.Convert(DecoupledRun.Source);
        var unscaled = Run("adam", conversion.Target, t => conversion.Target[t].WeightDecay);
        Assert.True(DecoupledRun.Distance(Source("adam"), unscaled) > SideBySide.Different / 10);
    }

    [Fact]
    public void Sgd_with_nesterov_and_decoupled_decay_is_one_of_the_rules()
    {
        var source = TestSchedules.Table("decoupled nesterov");
        var conversion = ScaledGradient.Convert(source);
        // The same as the form by numbers, whose rate has the P of the gradients in it.
        var numbers = TexpPlusPlus.Convert(source).Target;
        for (var step = 0; step < source.Count; step++)
        {
            Assert.Equal(numbers[step].LogRate, conversion.Target[step].LogRate + conversion.LogScaleAt(step), 1e-13);
            Assert.Equal((0.9, 0.9), (conversion.Target[step].Momentum, conversion.Target[step].LookAhead));
        }
    }

    // eta P' of the specification, computed in 60 digits: eta 1e-3, lambda 0.1.
    [Theory]
    [InlineData(0, 0.000100005000333358, 0.001000100010001)]
    [InlineData(10, 0.00110005500366694, 0.0010011006602861)]
    [InlineData(1000, 0.100105005333692, 0.00110528697300977)]
    [InlineData(100000, 10.000600038344, 22.0396864849295)]
    public void The_scale_and_the_rate_are_those_of_sixty_digits(int step, double logScaleAfter, double rate)
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = 1e-3,
            WeightDecay = 0.1,
            Momentum = 0.9,
            TotalSteps = step + 1,
            Rule = new() { Decay = DecayForm.Decoupled },
        };
        var conversion = ScaledGradient.Convert(UpdateTable.Of(schedule));
        AssertRelative(logScaleAfter, conversion.LogScaleAt(step + 1), step < 100000 ? 1e-12 : 1e-10);
        AssertRelative(rate, conversion.Target[step].Rate, step < 100000 ? 1e-12 : 1e-10);
    }

    [Fact]
    public void The_way_there_and_back_returns_the_schedule()
    {
        var there = ScaledGradient.Convert(DecoupledRun.Source);
        var back = ScaledGradient.Convert(there.Target, new Constant(0.5));
        for (var step = 1; step < DecoupledRun.Updates; step++)
            Assert.Equal(there.Source[step].LogRate, back.Target[step].LogRate, 1e-13);
        // Gradients are multiplied twice, and the factors cancel.
        Assert.Equal(-there.LogScaleAt(DecoupledRun.Updates), back.LogScaleAt(DecoupledRun.Updates), 1e-13);
    }

    [Fact]
    public void A_run_goes_on_from_a_checkpoint_with_the_scale_it_has()
    {
        var whole = ScaledGradient.Convert(DecoupledRun.Source);
        var rest = new UpdateTable(DecoupledRun.Source.Rule, DecoupledRun.Source.Steps[100..].ToArray(), firstStep: 100);
        var later = ScaledGradient.Convert(rest, logScale: whole.LogScaleAt(100));
        for (var step = 100; step < DecoupledRun.Updates; step++)
            Assert.Equal(whole.Target[step].LogRate, later.Target[step].LogRate, 1e-14);
    }

    [Fact]
    public void A_factor_that_is_not_positive_is_refused_with_its_step()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Steps(0.5, [10], 4),
            WeightDecay = 0.5,
            Momentum = 0.9,
            TotalSteps = 20,
            Rule = new() { Decay = DecayForm.Decoupled },
        };
        var failure = Assert.Throws<EquivalenceException>(() => ScaledGradient.Convert(UpdateTable.Of(schedule)));
        Assert.Equal(10, failure.Step);
        Assert.Contains("η λ stays below 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decay_in_the_gradient_is_refused() =>
        Assert.Contains(
            "AdamW for Adam",
            Assert.Throws<EquivalenceException>(() => ScaledGradient.Convert(UpdateTable.Of(TestSchedules.Constant))).Message,
            StringComparison.Ordinal);

    private static void AssertRelative(double expected, double actual, double tolerance) =>
        Assert.InRange(actual, expected * (1 - tolerance), expected * (1 + tolerance));

    private static List<double[]> Source(string rule, double clip = double.PositiveInfinity) =>
        Run(rule, DecoupledRun.Source, t => DecoupledRun.Source[t].WeightDecay, null, clip);

    private static List<double[]> Target(string rule, Conversion conversion, double clip = double.PositiveInfinity) =>
        Run(rule, conversion.Target, t => conversion.Target[t].WeightDecay, t => Math.Exp(conversion.LogScaleAt(t)), clip);

    private static List<double[]> Run(
        string rule,
        UpdateTable table,
        Func<long, double> decay,
        Func<long, double>? factor = null,
        double clip = double.PositiveInfinity) =>
        DecoupledRun.Directions(Rule(rule), t => Math.Exp(table[t].LogRate), decay, factor, clip);

    private static IDecoupledRule Rule(string name) => name switch
    {
        "adam" => new AdamRule(_dimension, _ => (0.9, 0.999, 1e-8)),
        "adam with a large epsilon" => new AdamRule(_dimension, _ => (0.9, 0.95, 1e-2)),
        "lion" => new LionRule(_dimension),
        _ => new SignumRule(_dimension),
    };
}
