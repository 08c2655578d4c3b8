using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>Groups of weights that the log itself gives another weight decay, rate or momentum than the others.</summary>
internal sealed class GroupNumbers : Cause
{
    private const double Slack = 1e-3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var decays = Ratios(evidence, group => group.WeightDecay, evidence.Log.WeightDecay);
        var without = decays.Where(each => each.Value < 1 - Slack).ToDictionary();
        // In an equivalent form a rate that grows takes the part of the decay.
        if (without.Count > 0 && !evidence.Log.IsConverted) yield return Decay(evidence, without);
        foreach (var flag in Other(evidence, "rate", group => group.Rate, Most(evidence, group => group.Rate))) yield return flag;
        foreach (var flag in Other(evidence, "momentum", group => group.Momentum, Most(evidence, group => group.Momentum)))
            yield return flag;
        if (evidence.Groups.Count > 1 && evidence.Log.Rate.Any(double.IsFinite)) evidence.Checked.Add("groups with numbers of their own");
    }

    private static Flag Decay(Evidence evidence, Dictionary<string, double> without)
    {
        double meant = evidence.Log.WeightDecay.Where(double.IsFinite).Max();
        string[] names = [.. without.Keys];
        bool isNone = without.Values.All(ratio => ratio < Slack), isAll = names.Length == evidence.Groups.Count;
        double own = meant * without.Values.Max();
        return new(
            FlagKind.DecayMissing,
            (isNone, isAll) switch
            {
                (true, true) =>
                    $"The weight decay of {Text.Number(meant)} acts on other parameters only: none of the logged weights has it",
                (true, false) => "Weight decay is missing on some weights",
                _ => "Some weights have less weight decay than the run",
            },
            $"The optimizer's parameter groups give {(names.Length == 1 ? "this group" : "these groups")} a weight decay of "
            + $"{Text.Range(meant * without.Values.Min(), own)}, where the run's is {Text.Number(meant)}.",
            isAll
                ? "Look at how the parameters are divided: the groups are probably exchanged, or a filter by name or dimension catches "
                    + "the wrong ones. Biases and the normalizations' own parameters are what is usually left without decay; these "
                    + "weights need it, or their effective rate only falls."
                : "Give them the run's weight decay: look at the optimizer's parameter groups and at exclusions by name or dimension. "
                    + "Without it their norms only grow, their effective rate only falls, and they turn ever more slowly than the others.")
        {
            Value = own,
            Groups = names,
        };
    }

    private static IEnumerable<Flag> Other(Evidence evidence, string what, Func<LogGroup, double[]> own, double[] common)
    {
        var others = Ratios(evidence, own, common).Where(each => Math.Abs(each.Value - 1) > Slack).ToDictionary();
        if (others.Count == 0) yield break;
        double last = common.LastOrDefault(value => value > 0);
        string times = others.Values.Max() - others.Values.Min() < Slack
            ? Text.Times(others.Values.First())
            : $"{Text.Range(others.Values.Min(), others.Values.Max())} times";
        yield return new(
            FlagKind.OtherNumbers,
            $"Some weights have another {what} than the others",
            $"The optimizer's parameter groups give them {times} the {what} of the others"
            + $"{(last > 0 ? $", which is {Text.Number(last)} in the last row" : "")}.",
            $"Give all weights that a normalization follows the same {what}, unless this is meant: with one rate and one decay all of "
            + $"them turn alike at equilibrium, whatever their gradients; with two they do not.")
        {
            Value = Median(others.Values),
            Groups = [.. others.Keys],
        };
    }

    // The median over the rows, so that one odd row makes no flag.
    private static Dictionary<string, double> Ratios(Evidence evidence, Func<LogGroup, double[]> own, double[] common) => evidence.Groups
        .Select(group =>
        (group.Name, Ratios: own(group).Zip(common, (a, b) => b > 0 ? a / b : double.NaN).Where(double.IsFinite).ToArray()))
        .Where(each => each.Ratios.Length > 0).ToDictionary(each => each.Name, each => Median(each.Ratios));

    // What most groups have in a row; of two that are as frequent the larger.
    private static double[] Most(Evidence evidence, Func<LogGroup, double[]> own)
    {
        var groups = evidence.Groups.Select(own).ToList();
        return [.. Enumerable.Range(0, evidence.Log.Steps.Length)
            .Select(row => groups.Select(values => values[row]).Where(double.IsFinite).GroupBy(value => value)
            .OrderByDescending(each => each.Count()).ThenByDescending(each => each.Key).Select(each => each.Key)
            .FirstOrDefault(double.NaN))];
    }
}
