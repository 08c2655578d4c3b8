using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Forecasts;

/// <summary>
/// What the theory says of a recipe whose updates have a size of their own, as AdamW's, Lion's, Signum's and Muon's have: norms, angles and
/// effective rates from the numbers alone.
/// </summary>
internal sealed class DirectionForecast
{
    // From here on the laws of AdamW, of first order in 1 - β₂, are within 2 % (the settled norm) and 4 % (the curve) of random walks.
    private const double LongMemory = 0.9;

    private DirectionForecast(Recipe recipe, UpdateSchedule schedule, IReadOnlyList<DirectionGroup> groups, bool hasWeights)
    {
        (Recipe, Groups, HasWeights) = (recipe, groups, hasWeights);
        Phases = Schedules.Dynamics.Phases.Of(schedule);
        MixingUnits = Phases.Sum(phase => phase.MixingUnits);
        var table = UpdateTable.Of(schedule);
        double sum = 0;
        while (MainStep < table.Count - 1 && (sum += table[MainStep].IntrinsicRate) < MixingUnits / 2) MainStep++;
    }

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>The phases.</summary>
    public IReadOnlyList<Phase> Phases { get; }

    /// <summary>The mixing units of the whole run: the sum of η λ.</summary>
    public double MixingUnits { get; }

    /// <summary>The update by which half of the mixing units are over.</summary>
    public long MainStep { get; }

    /// <summary>Whether the recipe names a network; else there is one group of a single weight that starts at equilibrium.</summary>
    public bool HasWeights { get; }

    /// <summary>The groups, all scale-invariant weights together last.</summary>
    public IReadOnlyList<DirectionGroup> Groups { get; }

    /// <summary>All scale-invariant weights together.</summary>
    public DirectionGroup Whole => Groups[^1];

    /// <summary>How far norms may be off since AdamW remembers too few squares; null where it remembers enough.</summary>
    public string? Caution => Recipe.Optimizer is AdamSpec { Options.Beta2: var beta2 and < LongMemory }
        ? $"beta2 is {beta2:0.####}, and the law of AdamW is for squares that are remembered for long. The norm of each update is off by "
            + "up to 4 % where beta2 is 0.9, 8 % where it is 0.8 and 15 % where it is 0.5; the norm where weights settle by up to 2, 3 "
            + "and 8 %. Below 0.5 neither is to be trusted."
        : null;

    /// <summary>Whether a recipe is one of these.</summary>
    public static bool Covers(Recipe recipe) => recipe.Optimizer.HasDirection;

    /// <summary>Forecasts a recipe.</summary>
    /// <exception cref="InputException">Nothing in it is scale-invariant, its rate follows the loss, or η λ reaches 1.</exception>
    public static DirectionForecast Of(Recipe recipe)
    {
        var schedule = InvariantSchedule.NumbersOf(recipe);
        if (recipe.Model?.Norm == NormKind.None)
            throw new InputException(
                "model.norm is none: no weight is scale-invariant, and only of those can norms be forecast; choose a normalization");
        for (long step = 0; step < schedule.TotalSteps; step++)
            if (schedule.LearningRate.ValueAt(step) * schedule.WeightDecay.ValueAt(step) is var units and not < 1)
                throw new InputException(
                    $"rate times decay is {units:G3} at step {step}: nothing is left of the weights; lower one of them");
        var law = new Law(recipe.Optimizer, schedule);
        var parts = recipe is { Data: { } data, Model: { } model } ? Measured(recipe, data, model, law) : null;
        if (parts is null) return new(recipe, schedule, [law.Group(MonitorReading.WholeGroup, [law.Single()])], hasWeights: false);
        if (parts.Count == 0) throw new InputException("model: no weight of it is scale-invariant, so there is no norm to forecast");
        var whole = law.Group(MonitorReading.WholeGroup, [.. parts.SelectMany(part => part.Parts)]);
        return new(recipe, schedule, [.. parts, whole], hasWeights: true);
    }

    /// <summary>
    /// The share of a deviation of |w|² at a phase's begin that is gone at its end: 1 - exp(-2 M), or less where AdamW's squares lag
    /// behind the norm.
    /// </summary>
    public double SettledIn(Phase phase) => 1 - Whole.Parts[0].Rule.DeviationLeft(
        Enumerable.Range((int)phase.Begin, (int)phase.Steps).Select(step => Whole.Table[step].IntrinsicRate));

    /// <summary>The norms that a run measured, by group: those groups that are forecast too.</summary>
    /// <exception cref="InputException">The folder is no run, or its monitors wrote nothing.</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>> MeasuredIn(string run)
    {
        var rows = RunGradients.Measured(run);
        return Groups.Select(
            group => (group.Name, Norms: RunGradients.Norms(rows, group.Name).Where(row => row.Step < Recipe.TotalSteps).ToList()))
            .Where(group => group.Norms.Count > 0)
            .ToDictionary(group => group.Name, group => (IReadOnlyList<(long, double)>)group.Norms);
    }

    // The norms that the recipe's seed draws.
    private static List<DirectionGroup> Measured(Recipe recipe, DataSpec data, ModelSpec model, Law law)
    {
        using var workers = new Workers(1);
        using var network =
            Model.Build<double>(model, data.Image, DataCatalog.Find(data.Set).ClassCount, recipe.Loss.Make(), maxBatch: 2, workers);
        network.Initialize(recipe.Seed);
        var classes = ParameterClasses.Of(network.Layers);
        var reading = new MonitorReading(classes.Groups);
        return
        [
            .. classes.Groups.Index().Where(group => group.Item.All(name => classes.IsIn(ParameterClass.ScaleInvariant, name)))
                .Select(group => law.Group(reading.Groups[group.Index], [.. group.Item.Select(name => network.Parameters[name])])),
        ];
    }

    // The rule of a recipe with its schedule: what it makes of weights.
    private sealed class Law
    {
        private readonly OptimizerSpec _optimizer;
        private readonly UpdateTable _table;
        private readonly AdamTable? _adam;
        private readonly double _momentum;

        public Law(OptimizerSpec optimizer, UpdateSchedule schedule)
        {
            (_optimizer, _table) = (optimizer, UpdateTable.Of(schedule));
            if (optimizer is AdamSpec) _adam = AdamTable.Of(schedule, optimizer.Exported);
            _momentum = schedule.Momentum.ValueAt(schedule.TotalSteps / 2);
        }

        public DirectionGroup Group(string name, IReadOnlyList<Tensor<double>> tensors)
        {
            // Muon works matrix by matrix; the others see the group as one.
            if (_optimizer is MuonSpec)
                return Group(name, [.. tensors.Select(tensor => Part(tensor.Length, Norm([tensor]), RuleOf(tensor.Shape)))]);
            return Group(name, [Part(tensors.Sum(tensor => tensor.Length), Norm(tensors), RuleOf([1, 1]))]);
        }

        public DirectionGroup Group(string name, IReadOnlyList<DirectionPart> parts) => new(name, _table, parts);

        public DirectionPart Single()
        {
            var rule = RuleOf([1, 1]);
            long peak = 0;
            for (long step = 1; step < _table.Count; step++)
                if (_table[step].LogRate > _table[peak].LogRate) peak = step;
            var (rate, decay) = (_table[peak].Rate, _table[peak].WeightDecay);
            return Part(1, rate > 0 && decay > 0 ? rule.Equilibrium(rate, decay, 1).Norm : 1, rule);
        }

        private DirectionPart Part(double weights, double start, DirectionRule rule) => new(
            weights, rule,
            _adam is null ? DirectionCurve.Of(rule, _table, weights, start) : DirectionCurve.OfAdamW(_adam, weights, start));

        private DirectionRule RuleOf(IReadOnlyList<int> shape) => _optimizer switch
        {
            LionSpec { Options: var options } => DirectionRule.Lion(options.Beta1, options.Beta2),
            MuonSpec { Options: var options } =>
                DirectionRule.Muon(_momentum, shape.Take(shape.Count - 1).Aggregate(1, (a, b) => a * b), shape[^1], options.IsNesterov),
            AdamSpec { Options: var options } => DirectionRule.AdamW(_momentum, options.Beta2),
            _ => DirectionRule.Signum(_momentum),
        };

        private static double Norm(IReadOnlyList<Tensor<double>> tensors)
        {
            double sum = 0;
            foreach (var tensor in tensors)
                foreach (double weight in tensor.Span) sum += weight * weight;
            return Math.Sqrt(sum);
        }
    }
}

/// <summary>Weights that one rule moves, and what it makes of their norm.</summary>
/// <param name="Weights">How many.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Curve">Norm, angle and effective rate of every update.</param>
internal sealed record DirectionPart(double Weights, DirectionRule Rule, DirectionCurve Curve);

/// <summary>The forecast of one group of scale-invariant weights.</summary>
/// <param name="Name">The group, as the monitors call it.</param>
/// <param name="Table">Rate and decay of each update.</param>
/// <param name="Parts">What it consists of.</param>
internal sealed record DirectionGroup(string Name, UpdateTable Table, IReadOnlyList<DirectionPart> Parts)
{
    /// <summary>How many weights it has.</summary>
    public double Weights => Parts.Sum(part => part.Weights);

    /// <summary>|w| before an update; T for after the last.</summary>
    public double NormAt(long step) => Math.Sqrt(Parts.Sum(part => part.Curve.NormAt(step) * part.Curve.NormAt(step)));

    /// <summary>The root mean square of a weight before an update.</summary>
    public double RootMeanSquareAt(long step) => NormAt(step) / Math.Sqrt(Weights);

    /// <summary>The angle of an update, in radians.</summary>
    public double AngleAt(long step) =>
        Math.Sqrt(Parts.Sum(part => Square(part.Curve.NormAt(step) * part.Curve.AngleAt(step)))) / NormAt(step);

    /// <summary>η/|w| at an update.</summary>
    public double EffectiveRateAt(long step) => Table[step].Rate / NormAt(step);

    /// <summary>Norm and angle where the numbers of an update lead to; null where they lead to no equilibrium.</summary>
    public (double Norm, double Angle)? EquilibriumAt(long step)
    {
        var (rate, decay) = (Table[step].Rate, Table[step].WeightDecay);
        if (!(rate > 0 && decay > 0)) return null;
        var settled = Parts.Select(part => part.Rule.Equilibrium(rate, decay, part.Weights)).ToList();
        double norm = Math.Sqrt(settled.Sum(part => Square(part.Norm)));
        return (norm, Math.Sqrt(settled.Sum(part => Square(part.Norm * part.Angle))) / norm);
    }

    /// <summary>The effective rate of an update over that of the equilibrium to which its numbers lead; NaN where they lead to none.
    /// </summary>
    public double OverEquilibrium(long step) => EquilibriumAt(step) is { Norm: var norm } ? norm / NormAt(step) : double.NaN;

    /// <summary>How much larger gradients are at the end than where the norm was largest, for that reason alone.</summary>
    public double GradientGrowth() => Enumerable.Range(0, Table.Count + 1).Max(step => NormAt(step)) / NormAt(Table.Count);

    /// <summary>The error of the forecast norms against measured ones: root mean square and largest, relative.</summary>
    public (double Mean, double Largest) ErrorAgainst(IReadOnlyList<(long Step, double Norm)> measured)
    {
        var errors = measured.Select(row => NormAt(row.Step) / row.Norm - 1).ToList();
        return (Math.Sqrt(errors.Average(Square)), errors.Max(Math.Abs));
    }

    private static double Square(double x) => x * x;
}
