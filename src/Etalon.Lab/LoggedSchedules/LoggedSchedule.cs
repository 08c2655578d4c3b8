using Etalon.Lab.Advice;
using Etalon.Lab.Recipes;
using Etalon.Lab.ScalarLogs;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>The schedule that really ran, as far as a log of rates tells it: rows of some updates, and straight lines between.</summary>
internal sealed class LoggedSchedule
{
    // A rate that moves by more from a row to the next is a drop: it holds until the later row.
    private const double Drop = 1.5;

    private const double UsualMomentum = 0.9, MostBefore = 2;

    private LoggedSchedule(ScalarLog log, LogQuestion question)
    {
        (Log, Question) = (log, question);
        if (log.IsByEpoch && question.StepsPerEpoch is null)
            throw new InputException(
                $"{log.Source}: its steps are epochs, of which nobody knows how long they are; give --steps-per-epoch N");
        long scale = log.IsByEpoch ? question.StepsPerEpoch!.Value : 1;
        var rates = SeriesNames.Find(log, LoggedQuantity.Rate, question.Map) ?? throw new InputException(
            log.WithoutNumbers.FirstOrDefault(name => SeriesNames.HasRate([name])) is { } empty
                ? $"{log.Source}: {empty} is no finite number in any row, and a schedule needs its rates; log the optimizer's rate"
                : $"{log.Source}: has no learning rate under a name that etalon knows; name it by --map lr=NAME; it has "
                    + SeriesNames.Names(log));
        var rows = rates.Points.Where(point => point.Value >= 0).ToList();
        if (rows.Count == 0) throw new InputException($"{log.Source}: none of its learning rates is 0 or more; is --map lr=NAME right?");
        long[] steps = [.. rows.Select(row => row.Step * scale)];
        Interval = steps.Length < 2 ? scale : steps.Zip(steps.Skip(1), (a, b) => b - a).Order().ElementAt((steps.Length - 2) / 2);
        // A log that begins much later than a row is one of a run that was resumed: of what came before nothing is known.
        FirstStep = steps[0] > MostBefore * Interval ? steps[0] : 0;
        Steps = [.. steps.Select(step => step - FirstStep)];
        Rates = [.. rows.Select(row => row.Value)];
        Peak = Rates.Max();
        var decays = SeriesNames.Find(log, LoggedQuantity.WeightDecay, question.Map);
        double? logged = Constant(decays) ?? Setting("weight_decay", "wd");
        if (question.WeightDecay is { } given && ((logged is { } said && !IsSame(said, given)) || (logged is null && decays is not null)))
            throw new InputException(
                $"--weight-decay {given}: {log.Source} says {(logged is { } one ? $"{one:G7}" : "a decay for each row")}; leave the option "
                + "out");
        WeightDecay = question.WeightDecay ?? logged;
        Decays = question.WeightDecay is null && decays is not null && WeightDecay is null
            ? At(decays, [.. rows.Select(row => row.Step)]) : WeightDecay is { } decay ? [.. rows.Select(_ => decay)] : [];
        var (gradients, losses) = (SeriesNames.Find(log, LoggedQuantity.GradientNorm, question.Map),
            SeriesNames.Find(log, LoggedQuantity.Loss, question.Map));
        (GradientNorm, Loss) = (Scaled(gradients, scale, FirstStep), Scaled(losses, scale, FirstStep));
        Remarks =
        [
            .. LogGaps.NotFinite("The rate", rates, scale), .. LogGaps.Negative(rates, scale), .. LogGaps.Holes(steps, Interval),
            .. LogGaps.NotFinite("The loss", losses, scale), .. LogGaps.NotFinite("The gradient's norm", gradients, scale),
        ];
        var momenta = SeriesNames.Find(log, LoggedQuantity.Momentum, question.Map);
        Momenta = question.Momentum is { } asked ? [.. rows.Select(_ => asked)]
            : momenta is { Points.Count: > 0 } ? At(momenta, [.. rows.Select(row => row.Step)]) : [];
        double momentum = question.Momentum ?? Constant(momenta) ?? UsualMomentum;
        Rule = question.Optimizer is { } kind ? AdvisedRule.Usual(kind, NetworkFamily.Other) with { Momentum = momentum } : null;
        if ((ScheduleWarnings.OfSize(Peak, ScheduledQuantity.LearningRate)
            ?? (Rule is { IsCoupled: false } rule ? ScheduleWarnings.OfStep(Peak, rule.Name) : null)) is { } unusual)
            log.Warnings.Add(
                $"{log.Source}: the rate reaches {Peak:G6}: {unusual}; is another column the rate? Say which by --map lr=NAME");
        TotalSteps = Steps[^1] + Interval;
        if (!log.Settings.TryGetValue("max_steps", out var most) || !NumberText.TryReadWhole(most, out long planned, out _)
            || planned - FirstStep < Steps[^1]) return;
        PlannedSteps = planned - FirstStep;
        if (PlannedSteps < TotalSteps) TotalSteps = PlannedSteps.Value;
    }

    /// <summary>The log.</summary>
    public ScalarLog Log { get; }

    /// <summary>What was given beside it.</summary>
    public LogQuestion Question { get; }

    /// <summary>The update at which the log begins: 0, or that of the first row where a run was resumed into the log.</summary>
    public long FirstStep { get; }

    /// <summary>The updates of the rows, ascending, counted from <see cref="FirstStep"/>.</summary>
    public long[] Steps { get; }

    /// <summary>The rate of each.</summary>
    public double[] Rates { get; }

    /// <summary>The decay of each; empty where it is not known.</summary>
    public double[] Decays { get; }

    /// <summary>The decay, where it is one number; null where it moves, or is not known.</summary>
    public double? WeightDecay { get; }

    /// <summary>The momentum, or beta1, of each; empty where it is not known.</summary>
    public double[] Momenta { get; }

    /// <summary>The optimizer; null where nobody said.</summary>
    public AdvisedRule? Rule { get; }

    /// <summary>Updates from a row to the next: the median.</summary>
    public long Interval { get; }

    /// <summary>Updates that the log describes: to one interval past the last row, or to the end that it names before that.</summary>
    public long TotalSteps { get; }

    /// <summary>Updates that the run is to have, from <see cref="FirstStep"/> on; null where the log does not say.</summary>
    public long? PlannedSteps { get; }

    /// <summary>The end of the run: as planned, or where the log ends.</summary>
    public long End => PlannedSteps ?? TotalSteps;

    /// <summary>Whether the run was to go on after the last row.</summary>
    public bool IsUnfinished => PlannedSteps > TotalSteps;

    /// <summary>The norm of the gradient by update; empty where it was not logged.</summary>
    public IReadOnlyList<(long Step, double Value)> GradientNorm { get; }

    /// <summary>The loss by update; empty where it was not logged.</summary>
    public IReadOnlyList<(long Step, double Value)> Loss { get; }

    /// <summary>What the log leaves out, with the place, a sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; }

    /// <summary>The largest rate.</summary>
    public double Peak { get; }

    /// <summary>Reads it from a log.</summary>
    /// <exception cref="InputException">The log has no rate, or several that may be it, or its steps are epochs of unknown
    /// length.</exception>
    public static LoggedSchedule Of(ScalarLog log, LogQuestion question) => new(log, question);

    /// <summary>The phases by the rows alone, each from its first row's update to the next one's.</summary>
    public IReadOnlyList<LoggedPhase> Phases()
    {
        var rows = Rates.Select((rate, i) => new UpdateRow(Elementary.Log(rate), Decays.Length > 0 ? Decays[i] : 0, 0, 0));
        var cut = Schedules.Dynamics.Phases.Of(new UpdateTable(new UpdateRule { Decay = DecayForm.Decoupled }, rows));
        return
        [
            .. cut.Select(phase => new LoggedPhase(
                FirstStep + (phase.Begin == 0 ? 0 : Steps[phase.Begin]),
                FirstStep + (phase.End < Steps.Length ? Steps[phase.End] : TotalSteps),
                Rates[phase.Begin], Rates[phase.End - 1], phase.IsConstant, UnitsBetween((int)phase.Begin, (int)phase.End))),
        ];
    }

    /// <summary>
    /// How much larger the gradient's norm is at the end than around the peak of the rate, of the medians of a tenth of the rows each; null
    /// where too few are logged.
    /// </summary>
    public double? MeasuredGrowth()
    {
        const int Fewest = 20;
        if (GradientNorm.Count < Fewest) return null;
        long peak = Steps[Array.IndexOf(Rates, Peak)];
        var after = GradientNorm.Where(point => point.Step >= peak).ToList();
        if (after.Count < Fewest) return null;
        int share = after.Count / 10;
        double first = Median(after.Skip(share).Take(share)), last = Median(after.TakeLast(share));
        return first > 0 ? last / first : null;
    }

    /// <summary>
    /// How much larger gradients of normalized weights are expected to be at the end than at the peak's equilibrium, with decoupled decay:
    /// the law of the norm, n' = -2 L (s n - s²) with s the rate over its peak, along the rows from the peak on. Null where decay or
    /// optimizer are not known.
    /// </summary>
    public double? ExpectedGrowth()
    {
        if (Rule is not { IsCoupled: false } rule || WeightDecay is not { } decay) return null;
        double units = Peak * decay * rule.UnitsPerIntrinsicRate, normSquare = 1;
        for (int row = Array.IndexOf(Rates, Peak); row < Steps.Length; row++)
        {
            double updates = Math.Max(0, (row + 1 < Steps.Length ? Steps[row + 1] : TotalSteps) - Steps[row]);
            double share = Rates[row] / Peak;
            normSquare = share + (normSquare - share) * Elementary.Exp(-2 * units * share * updates);
        }
        return 1 / Math.Sqrt(normSquare);
    }

    private static double Median(IEnumerable<(long Step, double Value)> points)
    {
        double[] ordered = [.. points.Select(point => point.Value).Order()];
        return ordered[ordered.Length / 2];
    }

    /// <summary>The sum of rates over the updates of the run.</summary>
    public double SumOfRates() => Sum(0, Steps.Length, row => Rates[row]);

    /// <summary>The mixing units of the run; null where decay or optimizer are not known.</summary>
    public double? Units() => UnitsBetween(0, Steps.Length);

    // Decoupled and coupled decay differ by 1/(1 - μ): without the optimizer nothing can be said.
    private double? UnitsBetween(int begin, int end) => Rule is { } rule && Decays.Length > 0
        ? rule.UnitsPerIntrinsicRate * Sum(begin, end, row => Rates[row] * Decays[row]) : null;

    private double Sum(int begin, int end, Func<int, double> value)
    {
        double sum = 0;
        for (int row = begin; row < end; row++)
        {
            if (row == 0) sum += Steps[0] * (value(0) + BeforeFirst(value)) / 2;
            if (row + 1 == Steps.Length) sum += Math.Max(0, TotalSteps - Steps[row]) * value(row);
            else
                sum += (Steps[row + 1] - Steps[row])
                    * (IsDrop(Rates[row], Rates[row + 1]) && !IsMoving(row) ? value(row) : (value(row) + value(row + 1)) / 2);
        }
        return sum;
    }

    // At update 0: on the line through the first two rows.
    private double BeforeFirst(Func<int, double> value) =>
        Steps.Length < 2 ? value(0) : Math.Max(0, value(0) - (value(1) - value(0)) * Steps[0] / (Steps[1] - Steps[0]));

    private static bool IsDrop(double one, double other) => Math.Max(one, other) > Drop * Math.Min(one, other);

    // A rate that stands still before or after a jump does not glide through it.
    private bool IsMoving(int row) =>
        !((row > 0 && Rates[row - 1] == Rates[row]) || (row + 2 < Rates.Length && Rates[row + 2] == Rates[row + 1]));

    private double? Setting(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (Log.Settings.TryGetValue(name, out var text) && NumberText.TryRead(text, out double value, out _)) return value;
        return null;
    }

    private static double? Constant(ScalarSeries? series) =>
        series is { Points.Count: > 0 } && series.Points.All(point => point.Value == series.Points[0].Value)
            ? series.Points[0].Value : null;

    // TensorBoard's numbers are float32.
    private static bool IsSame(double one, double other) => Math.Abs(one - other) <= 1e-6 * Math.Max(one, other);

    // The value of the last point at or before each step; both are ascending.
    private static double[] At(ScalarSeries series, long[] steps)
    {
        var values = new double[steps.Length];
        int at = 0;
        for (int i = 0; i < steps.Length; i++)
        {
            while (at + 1 < series.Points.Count && series.Points[at + 1].Step <= steps[i]) at++;
            values[i] = series.Points[at].Value;
        }
        return values;
    }

    private static IReadOnlyList<(long, double)> Scaled(ScalarSeries? series, long scale, long first) =>
        series is null ? [] : [.. series.Points.Select(point => (point.Step * scale - first, point.Value))];
}

/// <summary>A phase of a logged schedule.</summary>
/// <param name="Begin">The first update that is known to be in it.</param>
/// <param name="End">The first that is known to be past it.</param>
/// <param name="First">The rate at its first row.</param>
/// <param name="Last">The rate at its last row.</param>
/// <param name="IsConstant">Whether the rate stands still.</param>
/// <param name="Units">Its mixing units; null where decay or optimizer are not known.</param>
internal sealed record LoggedPhase(long Begin, long End, double First, double Last, bool IsConstant, double? Units);
