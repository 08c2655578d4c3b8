using Etalon.Lab.Training;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Tests.Training;

/// <summary>
/// The laws of Li, Lyu and Arora 2020, and of Wan et al. 2021 with momentum, on real networks: eight mixing units at one rate, then one at
/// a tenth of it. Every scale-invariant group must follow them, and all together.
/// </summary>
/// <remarks>Head frozen, no scales and shifts, epsilon 0: everything that is trained is scale-invariant. Small batches keep S from falling
/// with the loss.</remarks>
public class NormLawTests
{
    private const string Recipe = """
        name: law
        duration: 1800ba
        data: {set: digits, batch: 16, drop_last: true, test: 20}
        model: {name: mlp, hidden: [64, 64], affine: false, head: frozen, epsilon: 0}
        learning_rate: {steps: {start: 0.5, at: [800ba], factor: 0.1}}
        weight_decay: 0.02
        log: {noise: never}
        """;

    private static readonly string[] PreResNet8 = ["model={name: preresnet-8, width: 4, affine: false, head: frozen, epsilon: 0}"];

    // As many mixing units at twice the updates: with momentum the time course holds for eta lambda far below (1 - mu)^2 only.
    private static readonly string[] Momentum =
        ["momentum=0.9", "learning_rate={steps: {start: 0.05, at: [1600ba], factor: 0.1}}", "weight_decay=0.01", "duration=3600ba"];

    public static TheoryData<string, string[]> Cases => new()
    {
        { "mlp, momentum", Momentum },
        { "preresnet-8", PreResNet8 },
    };

    public static TheoryData<string, string[]> MoreCases => new()
    {
        { "mlp", [] },
        { "preresnet-8, momentum", [.. PreResNet8, .. Momentum] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    [MemberData(nameof(MoreCases), Traits = new[] { "speed", "slow" })]
    public void Every_group_settles_where_the_equilibrium_is_turns_as_it_should_and_relaxes_after_a_drop_by_the_law(string name,
    string[] overrides)
    {
        var run = MonitoredRun.Of(Recipe, overrides);
        var table = UpdateTable.Of(run.Recipe.ToSchedule());
        long drop = Enumerable.Range(1, (int)run.Recipe.TotalSteps).First(step => table[step].LogRate < table[step - 1].LogRate);
        Assert.Equal(8, MixingUnits.Between(table, 0, drop), 1e-9);
        foreach (string group in run.Groups)
        {
            string where = $"{name}, {group}";
            AssertEquilibrium(where, run[group], SteadyUpdate.At(table, drop - 1), drop);
            AssertRelaxation(where, run[group], table, drop);
        }
    }

    // The second half of the time before the drop; gamma follows S with a delay of a quarter of a unit.
    private static void AssertEquilibrium(string where, IReadOnlyList<GroupReading> readings, SteadyUpdate update, long drop)
    {
        var window = readings.Take((int)drop).Skip((int)drop / 2).ToList();
        var predicted = Equilibrium.Of(update, window.Average(reading => CorrectedSquare(reading, update.Numbers.Momentum)));
        double norm = window.Average(reading => Math.Pow(reading.Norm, 4)) / Math.Pow(predicted.Norm, 4);
        double angle = Math.Sqrt(window.Average(reading => reading.Angle * reading.Angle)) / predicted.Angle;
        TestContext.Current.SendDiagnosticMessage($"{where}: |w|^4 {norm:F4}, angle {angle:F4} of the predicted");
        Assert.True(norm is > 0.95 and < 1.05, $"{where}: |w|^4 is {norm:F4} of the predicted");
        Assert.True(angle is > 0.97 and < 1.03, $"{where}: the angle is {angle:F4} of the predicted");
    }

    // S is measured as a mean over each tenth of a unit, and the law goes from the norm at the drop to the end without looking at another.
    private static void AssertRelaxation(string where, IReadOnlyList<GroupReading> readings, UpdateTable table, long drop)
    {
        var after = SteadyUpdate.At(table, drop);
        int tenth = (int)Math.Round(0.1 / after.UnitsPerStep);
        double norm = readings[(int)drop].Norm, worst = 0;
        for (int begin = (int)drop; begin + tenth < readings.Count; begin += tenth)
        {
            double square = readings.Skip(begin).Take(tenth).Average(reading => CorrectedSquare(reading, after.Numbers.Momentum));
            norm = new Relaxation(after, square, norm).NormAt(tenth);
            worst = Math.Max(worst, Math.Abs(Math.Pow(readings[begin + tenth].Norm / norm, 4) - 1));
        }
        TestContext.Current.SendDiagnosticMessage(
            $"{where}: |w|^4 relaxes within {worst:P2} of the law, |w| from {readings[(int)drop].Norm:F3} to {readings[^1].Norm:F3}");
        Assert.True(worst < 0.1, $"{where}: |w|^4 is up to {worst:P1} off the law");
        Assert.True(readings[^1].Norm < 0.8 * readings[(int)drop].Norm, $"{where}: nothing relaxed");
    }

    private static double CorrectedSquare(GroupReading reading, double momentum) =>
        reading.Norm * reading.Norm * (reading.GradientSquare + 2 * momentum * reading.BufferDot!.Value);
}
