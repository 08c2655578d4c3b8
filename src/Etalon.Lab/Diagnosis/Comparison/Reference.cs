using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis;

/// <summary>What a run should have been: the rate, weight decay and momentum of each update, of a recipe or of another log.</summary>
internal sealed class Reference
{
    // A step down by less is part of a slope.
    private const double Drop = 0.75;

    private readonly Func<long, (double Rate, double WeightDecay, double Momentum)> _numbers;
    private Func<long, (long, long)> _rowsAround = step => (step, step);

    private Reference(string name, UpdateRule rule, long totalSteps, Func<long, (double, double, double)> numbers) =>
        (Name, Rule, TotalSteps, _numbers) = (name, rule, totalSteps, numbers);

    /// <summary>The recipe's or the log's name.</summary>
    public string Name { get; }

    /// <summary>Whether it is a recipe; else it is a log.</summary>
    public bool IsRecipe { get; private init; }

    /// <summary>The update rule.</summary>
    public UpdateRule Rule { get; }

    /// <summary>Whether the rule is known, or taken to be heavy ball for want of a word.</summary>
    public bool IsRuleKnown { get; private init; } = true;

    /// <summary>Which laws its updates follow; null where nobody said.</summary>
    public OptimizerKind? Kind { get; private init; }

    /// <summary>β₂ at an update; NaN where there is none, or nobody said.</summary>
    internal Func<long, double> Beta2At { get; private init; } = _ => double.NaN;

    /// <summary>Its updates.</summary>
    public long TotalSteps { get; }

    /// <summary>Updates in an epoch; null where they are not known.</summary>
    public long? StepsPerEpoch { get; private init; }

    /// <summary>A recipe's file, a run's folder or a CSV log.</summary>
    /// <param name="path">The file or the folder.</param>
    /// <exception cref="InputException">It is none of them, or has faults.</exception>
    public static Reference Of(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml" or ".json"
            ? Of(RecipeReader.ReadFile(path).Recipe, Path.GetFileName(path)) : Of(RunDiagnosis.ReadLog(path));

    /// <summary>A recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="name">What reports call it. Default: its name.</param>
    public static Reference Of(Recipe recipe, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var (kind, beta2) = recipe.Optimizer switch
        {
            SgdSpec => (OptimizerKind.Sgd, double.NaN),
            AdamSpec { Options: var options } =>
                (options.IsDecayDecoupled ? OptimizerKind.AdamW : OptimizerKind.AdamWithL2, options.Beta2),
            LionSpec { Options.Beta2: var mean } => (OptimizerKind.Lion, mean),
            SignumSpec => (OptimizerKind.Signum, double.NaN),
            MuonSpec => (OptimizerKind.Muon, double.NaN),
            _ => throw new InputException(
                $"{recipe.Name}: trains with {recipe.Optimizer.Name}, and a log is compared with a recipe of SGD, AdamW, Adam, Lion, "
                + "Signum or Muon; give the log or the folder of a run that was as it should be instead"),
        };
        var momentum = recipe.ToSchedule().Momentum;
        return new(name ?? recipe.Name, recipe.ToSchedule().Rule, recipe.TotalSteps,
            step => (recipe.LearningRate.ValueAt(step), recipe.WeightDecay.ValueAt(step), momentum.ValueAt(step)))
        {
            IsRecipe = true,
            Kind = kind,
            Beta2At = _ => beta2,
            StepsPerEpoch = recipe.StepsPerEpoch > 1 ? recipe.StepsPerEpoch : null,
        };
    }

    /// <summary>
    /// Another log. Between its rows a rate follows the line from one to the other, or holds up to a drop; decay and momentum hold.
    /// </summary>
    internal static Reference Of(RunLog log)
    {
        int RowAt(long step) => Array.BinarySearch(log.Steps, step) is var found && found >= 0 ? found : Math.Max(0, ~found - 1);
        double RateAt(long step)
        {
            int row = RowAt(step), next = Math.Min(row + 1, log.Steps.Length - 1);
            double from = log.Rate[row], to = log.Rate[next];
            return next == row || step <= log.Steps[row] || Math.Min(from, to) < Drop * Math.Max(from, to)
                ? from : from + (to - from) * (step - log.Steps[row]) / (log.Steps[next] - log.Steps[row]);
        }
        return new(log.Source, log.Rule, log.End,
            step => RowAt(step) is var row ? (RateAt(step), log.WeightDecay[row], log.Momentum[row]) : default)
        {
            IsRuleKnown = log.IsRuleLogged,
            Kind = KindOf(log),
            Beta2At = step => log.Beta2.Length > 0 ? log.Beta2[RowAt(step)] : double.NaN,
            Rows = log.Steps,
            _rowsAround = step => RowAt(step) is var row
                && log.Steps[row] < step && row + 1 < log.Steps.Length ? (log.Steps[row], log.Steps[row + 1]) : (step, step),
        };
    }

    /// <summary>The kind of a log's optimizer; null where it has no word of it, or one that is not known.</summary>
    internal static OptimizerKind? KindOf(RunLog log) =>
        log.Kind == OptimizerKind.Other || (log.Optimizer is null && !log.IsRuleLogged) ? null : log.Kind;

    /// <summary>The updates at which a log has rows; null for a recipe, which has all.</summary>
    internal IReadOnlyList<long>? Rows { get; private init; }

    /// <summary>Whether the numbers of an update are known: not behind the last row of a log.</summary>
    internal bool Knows(long step) => Rows is null || step <= Rows[^1];

    /// <summary>The updates around one at which the numbers are known for certain: itself, but between the rows of a log.</summary>
    internal (long From, long To) KnownAround(long step) => _rowsAround(step);

    internal double RateAt(double step) => _numbers(At(step)).Rate;

    /// <summary>The rate at a time that may lie between two updates: on the line from one to the other, or held up to a drop.</summary>
    internal double RateBetween(double time)
    {
        double from = RateAt(time), to = RateAt(Math.Floor(time) + 1);
        return time <= 0 || time >= TotalSteps - 1 || to < Drop * from ? from : from + (to - from) * (time - Math.Floor(time));
    }

    internal double WeightDecayAt(double step) => _numbers(At(step)).WeightDecay;

    internal double MomentumAt(double step) => _numbers(At(step)).Momentum;

    private long At(double step) => (long)Math.Clamp(Math.Floor(step), 0, TotalSteps - 1);
}
