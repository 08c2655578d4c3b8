using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>Weights that move while the logged rate is 0: no update of SGD does, so another rate acts than the logged one.</summary>
/// <remarks>
/// Weights that stand still have an angle of 0 to the last bit. Without angles two rows of the rate 0 with another norm say the same, where
/// the log does not know that the rate was another one between them.
/// </remarks>
internal sealed class MovedWithoutRate : Cause
{
    // Of an angle, and of |w|: ten times what float32 may round.
    private const double Still = 1e-6;

    private const int FewestRows = 2;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var log = evidence.Log;
        var moved = evidence.Groups.Select(group => (group.Name, Rows: Moves(group, log))).Where(each => each.Rows >= FewestRows).ToList();
        if (moved.Count == 0) yield break;
        bool isAlways = log.Rate.All(rate => rate == 0);
        string[] names = [.. moved.Select(each => each.Name)];
        evidence.NoUnits = "the logged rate is not the one that acts";
        evidence.Distrust(isAlways ? evidence.Groups.Select(group => group.Name) : names);
        evidence.NotLookedAt.Add("what follows from the rate (mixing units, equilibrium, the decay that the norms show): it is not the "
            + "one that acts");
        yield return new(
            FlagKind.OtherRate,
            isAlways
                ? "The weights move though the logged rate is 0 in every row: another rate acts"
                : "The weights move in updates whose logged rate is 0: another rate acts there",
            $"In {Text.Count(moved.Max(each => each.Rows), "row")} the rate is 0 and the weights are elsewhere after the update; at a "
                + $"rate of 0 "
            + $"SGD leaves them where they are.",
            "Log the optimizer's own rate, optimizer.param_groups[0][\"lr\"], in the update that uses it: before scheduler.step(), not "
                + "rounded. "
            + "With several parameter groups log each one's.")
        {
            Value = moved.Max(each => each.Rows),
            Groups = names,
        };
    }

    private static int Moves(LogGroup group, RunLog log)
    {
        int rows = 0;
        for (int row = 0; row < group.Norm.Length; row++)
        {
            if (group.Rate[row] != 0) continue;
            bool isTurned = group.Angle[row] > Still;
            bool isLonger = double.IsNaN(group.Angle[row]) && row + 1 < group.Norm.Length && group.Rate[row + 1] == 0
                && !log.MovesBetween(row, row + 1) && Math.Abs(group.Norm[row + 1] / group.Norm[row] - 1) > Still;
            if (isTurned || isLonger) rows++;
        }
        return rows;
    }
}
