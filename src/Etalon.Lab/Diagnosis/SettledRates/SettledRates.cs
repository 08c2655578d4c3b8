using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Lab.Numerics;
using Etalon.Lab.Runs;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// What can be said of a run whose optimizer has no law of norm and equilibrium here. Every rule has an effective rate, and scale-invariant
/// weights feel nothing else: where it settled is where SGD would have to be for the same.
/// </summary>
internal sealed class SettledRates
{
    private readonly MonitorRows _rows;

    private SettledRates(string source, string optimizer, MonitorRows rows)
    {
        (Source, Optimizer, _rows) = (source, optimizer, rows);
        Groups = [.. rows.Groups.Where(name => Rates(name).Any(double.IsFinite)).Select(Settle)];
        if (Groups.Count == 0)
            throw new InputException(
                $"{source}: its metrics have no effective rates; train it again with monitors, as `log: {{monitors: 20ba}}` in the "
                + $"recipe says");
    }

    /// <summary>The run's name.</summary>
    public string Source { get; }

    /// <summary>The name of its optimizer in a recipe.</summary>
    public string Optimizer { get; }

    /// <summary>The updates that were measured, ascending.</summary>
    public IReadOnlyList<long> Steps => _rows.Steps;

    /// <summary>The groups of weights, all of them together last.</summary>
    public IReadOnlyList<SettledRate> Groups { get; }

    /// <summary>Reads a run's folder, also while the run is being trained; null for a run of SGD, AdamW, Lion, Signum or Muon, which have
    /// laws of their own, and for what is no folder.</summary>
    /// <param name="path">A run's folder, or anything else.</param>
    /// <exception cref="InputException">It is a folder but no run, or the run's monitors wrote no effective rates.</exception>
    public static SettledRates? Of(string path)
    {
        if (!Directory.Exists(path)) return null;
        var recipe = ResolvedRecipe.Read(path).Recipe;
        return RunFolderLog.Covers(recipe.Optimizer) ? null : new(RunFolder.NameOf(path), recipe.Optimizer.Name, MonitorRows.Read(path));
    }

    /// <summary>The effective rate of a group at each of <see cref="Steps"/>; NaN where it was not measured.</summary>
    /// <param name="group">The group's name.</param>
    public IReadOnlyList<double> Rates(string group) => _rows.Column(MonitorKeys.EffectiveRate + group);

    private SettledRate Settle(string name)
    {
        var measured = Rates(name).Zip(_rows.Steps).Where(row => row.First > 0 && double.IsFinite(row.First)).ToList();
        if (measured.Count == 0) return new(name, 0, 0, double.NaN, double.NaN, 0, double.NaN, double.NaN);
        double[] norms = [.. _rows.Column(MonitorKeys.Norm + name).Where(double.IsFinite)];
        var settling = Settling.Of([.. measured.Select(row => row.First)]);
        return new(
            name, measured[0].First, settling.Value, settling.Drift, PowerOf([.. measured.Skip(measured.Count / 2)]),
            settling.Value * norms[^1] * norms[^1],
            RootMeanSquare.Of(_rows.Column(MonitorKeys.Angle + name).Skip(_rows.Steps.Length * 3 / 4)),
            RadialCosine.RootMeanSquare(_rows.Column(MonitorKeys.Dot + name), _rows.Column(MonitorKeys.GradientSquare + name),
                _rows.Column(MonitorKeys.Norm + name)));
    }

    // The slope of ln y over ln t, t counted from 1.
    private static double PowerOf(IReadOnlyList<(double Rate, long Step)> rows) =>
        rows.Count < 4 ? double.NaN : LineFit.Slope([.. rows.Select(row => (Elementary.Log(row.Step + 1), Elementary.Log(row.Rate)))]);
}

/// <summary>Where the effective rate of a group of weights settled in a run whose optimizer sets its rate itself.</summary>
/// <param name="Group">The group's name; <c>scale_invariant</c> is all such weights together.</param>
/// <param name="First">The effective rate of the first update: what gradients are multiplied by in the end, a mean over the group, over
/// |w|². In units of 1 over the squared gradient's.</param>
/// <param name="Settled">Its median over the last quarter of the run.</param>
/// <param name="Drift">Its last value over that in the middle of the run: 1 where it has settled; NaN where too little was
/// measured.</param>
/// <param name="Power">p of the power law t^p through the second half of the run, by least squares in logarithms: 0 where it has settled,
/// -1/2 for WNGrad under constant noise; NaN where too little was measured.</param>
/// <param name="Rate">The rate that SGD without momentum needs to turn the weights as far as the last updates did:
/// <paramref name="Settled"/> |w|².</param>
/// <param name="Angle">The root mean square of the angle of an update over the last quarter, in radians; NaN where it was not
/// measured.</param>
/// <param name="RadialShare">The root mean square of cos(g, w), which is 0 where the loss does not depend on the scale of w.</param>
internal sealed record SettledRate(string Group, double First, double Settled, double Drift, double Power, double Rate, double Angle,
    double RadialShare);
