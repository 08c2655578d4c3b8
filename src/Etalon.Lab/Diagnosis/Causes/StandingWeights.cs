
namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Weights that stand still from a row to the next though their rate and gradient are not 0: the log has a row for each micro-batch, while
/// the optimizer updates once in several.
/// </summary>
/// <remarks>Only rows of consecutive steps show it. Updates that a mixed-precision scaler skips stand still too, and are few.</remarks>
internal sealed class StandingWeights : Cause
{
    private const double Seen = 0.3;
    private const int FewestPairs = 6;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var log = evidence.Log;
        var (pairs, still) = (0, 0);
        var moves = new List<int>();
        for (int row = 0; row + 1 < log.Steps.Length; row++)
        {
            if (log.Steps[row + 1] - log.Steps[row] != 1) continue;
            var asked = evidence.Groups.Where(
                group => group.Rate[row] > 0 && group.GradientSquare[row] > 0
                    && double.IsFinite(group.Norm[row] + group.Norm[row + 1])).ToList();
            if (asked.Count == 0) continue;
            pairs++;
            if (asked.All(group => group.Norm[row + 1] == group.Norm[row] && group.Angle[row] is 0 or double.NaN)) still++;
            else moves.Add(row);
        }
        if (pairs < FewestPairs || still < Seen * pairs) yield break;
        double each = moves.Count < 2 ? pairs : Median(moves.Zip(moves.Skip(1), (from, to) => (double)(to - from)));
        string times = $"once in {Text.Number(each)} rows";
        evidence.SetAside(evidence.Groups.Select(group => group.Name));
        evidence.NoUnits = "rows are not updates";
        yield return new(
            FlagKind.OtherSteps,
            still == pairs
                ? "The weights never move, though rate and gradients are not 0"
                : $"The log has several rows for one update: the weights move {times}",
            $"In {still:#,0} of {pairs:#,0} pairs of consecutive rows every |w| is the same to the last digit.",
            still == pairs
                ? "Look whether optimizer.step() is called, and whether the logged weights are those that it trains and no copy."
                : "With gradient accumulation log once for each optimizer.step(), just before it, and count these calls as steps. As it "
                    + "is the "
                    + "gradients are parts of sums, and the log counts too many updates, so no law is asked of it.")
        {
            Value = (double)still / pairs,
        };
    }
}
