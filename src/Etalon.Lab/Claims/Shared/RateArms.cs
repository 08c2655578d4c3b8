using System.Globalization;

namespace Etalon.Lab.Claims.Shared;

/// <summary>Three constant rates, each a tenth of the one before, and a rate that begins as the largest and falls to a tenth after a half and after three quarters of the run.</summary>
/// <param name="Decayed">The rate that falls.</param>
/// <param name="Large">The largest constant.</param>
/// <param name="Medium">A tenth of it.</param>
/// <param name="Small">A hundredth of it.</param>
internal sealed record RateArms(ArmResult Decayed, ArmResult Large, ArmResult Medium, ArmResult Small)
{
    private static readonly string[] Constants = ["large", "medium", "small"];

    /// <summary>What the arms gave, in the order of <see cref="From"/>.</summary>
    public static RateArms Of(IReadOnlyList<ArmResult> results) => new(results[0], results[1], results[2], results[3]);

    /// <summary>The arms, the one that falls first.</summary>
    /// <param name="largest">The largest rate.</param>
    public static IReadOnlyList<ExperimentArm> From(double largest)
    {
        string[] rates = [.. new[] { largest, largest / 10, largest / 100 }.Select(rate => rate.ToString("G3", CultureInfo.InvariantCulture))];
        return
        [
            new("decayed", string.Join(", ", rates), [$"learning_rate={{steps: {{start: {rates[0]}, at: [0.5dur, 0.75dur], factor: 0.1}}}}"]),
            .. Constants.Zip(rates, (name, rate) => new ExperimentArm(name, $"constant {rate}", [$"learning_rate={rate}"])),
        ];
    }
}
