using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>The other forms of AdamW: constant betas, the rate alone, the sphere.</summary>
public class AdamFormTests
{
    private static readonly AdamTable _constant = new(Enumerable.Repeat(new AdamRow(Math.Log(0.01), 0.5, 0.9, 0.999, 1e-8), 1001));

    // Computed in 60 digits.
    [Theory]
    [InlineData(0, 0.0100502512562814, 1e-8), InlineData(1, 0.0101020430163376, 9.97489350934867e-09)]
    [InlineData(10, 0.0106196357339091, 9.74954887951828e-09)]
    [InlineData(100, 0.0198879457805958, 7.58824463037829e-09), InlineData(1000, 3.80695367979837, 1.75258243737791e-10)]
    public void Constant_betas_have_the_numbers_of_sixty_digits(int step, double rate, double epsilon)
    {
        var row = AdamConstantBetas.Convert(_constant).Target[step];
        Assert.InRange(row.Rate, rate * (1 - 1e-12), rate * (1 + 1e-12));
        Assert.InRange(row.Epsilon, epsilon * (1 - 1e-12), epsilon * (1 + 1e-12));
        Assert.Equal(0.8955, row.Beta1, 1e-15);
        Assert.Equal(0.989034975, row.Beta2, 1e-15);
    }

    // By one factor 1/ρ an update, which is what late rates grow by; SGD's by two.
    [Theory]
    [InlineData("adamw", EquivalentForm.Adam, 1)]
    [InlineData("adamw", EquivalentForm.AdamConstantBetas, 1)]
    [InlineData("lion", EquivalentForm.ScaledGradient, 1)]
    [InlineData("sgd", EquivalentForm.TexpPlusPlus, 2)]
    public void The_growth_told_is_that_of_the_rates(string optimizer, EquivalentForm form, int degree)
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = 1e-3,
            WeightDecay = 0.5,
            Momentum = optimizer == "lion" ? 0 : 0.9,
            TotalSteps = 40_000,
            Rule = new() { Decay = DecayForm.Decoupled },
        };
        var conversion = Converter.Convert(schedule, new OptimizerRule(optimizer), form);
        var grown = conversion.Target[39_999].LogRate - conversion.Target[39_998].LogRate;
        Assert.Equal(-degree * Math.Log(1 - 5e-4), grown, 1e-6 * grown);
        Assert.Equal(grown, conversion.Range.MeanLogGrowthPerStep, 1e-6 * grown);
        Assert.Equal(grown, conversion.Range.LargestLogGrowthPerStep, 1e-6 * grown);
    }

    [Fact]
    public void Constant_betas_are_the_same_run()
    {
        var source = new AdamTable(_constant.Steps[..DecoupledRun.Updates].ToArray());
        var reference = AdamNumbersTests.Run(source);
        var target = AdamNumbersTests.Run(AdamConstantBetas.Convert(source).Target);
        Assert.InRange(DecoupledRun.Distance(reference, target), 0, SideBySide.Exact);
        Assert.True(DecoupledRun.Distance(reference, AdamNumbersTests.Run(AdamNumbersTests.WithoutDecay(source))) > SideBySide.Different);
    }

    [Fact]
    public void Constant_betas_refuse_numbers_that_change_and_a_checkpoint()
    {
        var changing = AdamNumbersTests.OfSource(0.9, 0.999, 1e-8);
        Assert.Equal(1, Assert.Throws<EquivalenceException>(() => AdamConstantBetas.Convert(changing)).Step);
        Assert.Contains(
            "the form adam",
            Assert.Throws<EquivalenceException>(() => AdamConstantBetas.Convert(new AdamTable([_constant[0]], 7))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_rate_alone_is_near_with_a_short_memory_and_says_how_near()
    {
        // A tenth of the rate: eta lambda/(1 - beta2) is 0.02.
        var rows = AdamNumbersTests.OfSource(0.9, 0.95, 1e-8).Steps.ToArray();
        var source = new AdamTable(rows.Select(row => row with { LogRate = row.LogRate - Math.Log(10) }));
        var conversion = AdamRateOnly.Convert(source);
        Assert.Equal(0.02, conversion.MemoryError, 1e-3);
        var reference = AdamNumbersTests.Run(source);
        var corrected = DecoupledRun.Distance(reference, AdamNumbersTests.Run(conversion.Target));
        var growing = new AdamTable(source.Steps.ToArray().Select((row, t) => row with
        {
            LogRate = row.LogRate + conversion.StateAt(t + 1).LogScale,
            WeightDecay = 0,
        }));
        var naive = DecoupledRun.Distance(reference, AdamNumbersTests.Run(growing));
        var dropped = DecoupledRun.Distance(reference, AdamNumbersTests.Run(AdamNumbersTests.WithoutDecay(source)));
        Assert.True(corrected < naive && naive < dropped, $"corrected {corrected:R}, naive {naive:R}, dropped {dropped:R}");
        Assert.InRange(corrected, SideBySide.Exact, dropped / 20);
        Assert.All(conversion.Target.Steps.ToArray(), row => Assert.Equal((0.9, 0.95), (row.Beta1, row.Beta2)));
        Assert.Equal(0, AdamNumbers.Convert(source).MemoryError);
    }

    [Fact]
    public void The_rate_alone_is_left_as_it_is_where_there_is_no_decay_also_while_the_betas_change()
    {
        var source = new AdamTable(Enumerable.Range(0, 100).Select(t =>
            new AdamRow(Math.Log(0.01), 0, 0.95 - 0.4 * Math.Min(1, t / 10.0), 0.999 - 0.05 * Math.Min(1, t / 20.0), 1e-8)));
        foreach (var (own, target) in source.Steps.ToArray().Zip(AdamRateOnly.Convert(source).Target.Steps.ToArray()))
            Assert.Equal(own.Rate, target.Rate, 1e-15);
    }

    [Fact]
    public void The_rate_alone_is_refused_where_squares_would_be_remembered_for_ever()
    {
        var source = new AdamTable(Enumerable.Repeat(new AdamRow(Math.Log(0.01), 0.5, 0.9, 0.9999, 1e-8), 10));
        Assert.Contains(
            "not below ρ²",
            Assert.Throws<EquivalenceException>(() => AdamRateOnly.Convert(source)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void On_the_sphere_the_recorded_norms_make_the_same_run()
    {
        var (loss, table) = (SideBySide.Loss, DecoupledRun.Source);
        var source = new AdamRule(loss.Dimension, _ => (0.9, 0.999, 1e-8));
        var sphere = new AdamRule(loss.Dimension, _ => (0.9, 0.999, 1e-8));
        var weights = loss.Start();
        var (norms, directions) = (new List<double>(), new List<double[]>());
        for (var t = 0; t < table.Count; t++)
        {
            norms.Add(SphereLoss.Norm(weights));
            var gradient = loss.Gradient(t, weights);
            var (kept, rate) = (1 - table[t].IntrinsicRate, table[t].Rate);
            for (var i = 0; i < weights.Length; i++) weights[i] = kept * weights[i] - rate * source.Direction(i, gradient[i], t);
            directions.Add(Normalized(weights));
        }
        var target = SphereForm.Convert(table, norms);
        var unit = Normalized(loss.Start());
        for (var t = 0; t < table.Count; t++)
        {
            var gradient = loss.Gradient(t, unit);
            for (var i = 0; i < unit.Length; i++) unit[i] -= target[t].Rate * sphere.Direction(i, gradient[i] / norms[t], t);
            unit = Normalized(unit);
            Assert.InRange(SphereLoss.Norm([.. unit.Zip(directions[t], (x, y) => x - y)]), 0, SideBySide.Exact);
        }
        Assert.Contains(
            "has 300 updates",
            Assert.Throws<ArgumentException>(() => SphereForm.Convert(table, [1.0])).Message,
            StringComparison.Ordinal);
    }

    private static double[] Normalized(double[] w)
    {
        var norm = SphereLoss.Norm(w);
        return [.. w.Select(x => x / norm)];
    }
}
