using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>Reads a piece's parameters. Null after a problem was noted.</summary>
internal static class PieceReader
{
    /// <summary>Every piece by its name in a recipe.</summary>
    public static IReadOnlyDictionary<string, Func<PieceSection, Schedule?>> ByName { get; } = new Dictionary<string, Func<PieceSection, Schedule?>>
    {
        ["constant"] = Constant,
        ["warmup"] = Warmup,
        ["linear"] = Linear,
        ["cosine"] = Cosine,
        ["polynomial"] = Polynomial,
        ["exponential"] = Exponential,
        ["steps"] = Steps,
        ["inverse_sqrt"] = InverseSqrt,
        ["restarts"] = Restarts,
        ["triangular"] = Triangular,
        ["one_cycle"] = OneCycle,
        ["wsd"] = WarmupStableDecay,
        ["table"] = TableReader.Read,
        ["scaled"] = Scaled,
        ["repeated"] = Repeated,
        ["stretched"] = Stretched,
    };

    private static Schedule? Constant(PieceSection piece)
    {
        var value = piece.Value("value");
        var length = piece.Length();
        return piece.Build(() => new Constant(value, length));
    }

    private static Schedule? Warmup(PieceSection piece)
    {
        var peak = piece.Value("peak");
        var convention = piece.Choice("convention", WarmupConvention.Between);
        var length = piece.Length();
        return piece.Build(() => new Warmup(peak, length, convention));
    }

    private static Schedule? Linear(PieceSection piece)
    {
        var (from, to) = (piece.Value("from"), piece.Value("to"));
        var isInclusive = piece.Flag("inclusive");
        var length = piece.Length();
        return piece.Build(() => new Linear(from, to, length, isInclusive));
    }

    private static Schedule? Cosine(PieceSection piece)
    {
        var (from, to) = (piece.Value("from"), piece.Value("to"));
        var isInclusive = piece.Flag("inclusive");
        var length = piece.Length();
        return piece.Build(() => new Cosine(from, to, length, isInclusive));
    }

    private static Schedule? Polynomial(PieceSection piece)
    {
        var (from, to) = (piece.Value("from"), piece.Value("to"));
        var power = piece.Number("power", 1);
        var isInclusive = piece.Flag("inclusive");
        var length = piece.Length();
        return piece.Build(() => new Polynomial(from, to, length, power, isInclusive));
    }

    private static Schedule? Exponential(PieceSection piece)
    {
        var from = piece.Value("from");
        var factor = piece.Number("factor");
        var every = piece.Section.Need("every", 1.0, "write how long the factor takes, as in every: 1ep", piece.Time.FractionalSteps);
        var length = piece.Length();
        return piece.Build(() => new Exponential(from, factor, every, length));
    }

    private static Schedule? Steps(PieceSection piece)
    {
        var start = piece.Value("start");
        var factor = piece.Number("factor");
        var at = piece.Section.Need("at", [], "write the milestones, as in at: [80ep, 120ep]", node => ScalarReader.List(node, item => Milestone(item, piece)));
        var length = piece.Length();
        return piece.Build(() => new Steps(start, at, factor, length));
    }

    // Recipes count milestones from the start of the run, a piece from its own begin.
    private static long Milestone(RecipeNode node, PieceSection piece)
    {
        var step = piece.Time.Steps(node);
        return step >= piece.Begin
            ? step - piece.Begin
            : throw new ValueException(node, $"milestones count from the start of the run, and this piece begins at step {piece.Begin}; leave out those before it");
    }

    private static Schedule? InverseSqrt(PieceSection piece)
    {
        var peak = piece.Value("peak");
        var shift = piece.Section.Need("shift", 1.0, "write the time scale, as in shift: 4000ba", piece.Time.FractionalSteps);
        var length = piece.Length();
        return piece.Build(() => new InverseSqrt(peak, shift, length));
    }

    private static Schedule? Restarts(PieceSection piece)
    {
        var (from, to) = (piece.Value("from"), piece.Value("to"));
        var period = piece.Steps("period", "10ep");
        var growth = piece.Number("growth", 1);
        var peakDecay = piece.Number("peak_decay", 1);
        var length = piece.Length();
        return piece.Build(() => new Restarts(from, to, period, growth, peakDecay, length));
    }

    private static Schedule? Triangular(PieceSection piece)
    {
        var (low, high) = (piece.Value("low"), piece.Value("high"));
        var period = piece.Steps("period", "10ep");
        var decay = piece.Number("decay", 1);
        var length = piece.Length();
        return piece.Build(() => new Triangular(low, high, period, decay, length));
    }

    private static OneCycle? OneCycle(PieceSection piece)
    {
        var peak = piece.Value("peak");
        var initial = piece.Value("initial", peak / 25);
        var final = piece.Value("final", initial / 10_000);
        var rise = piece.Number("rise", 0.3);
        var shape = piece.Choice("shape", RampShape.Cosine);
        var isThreePhase = piece.Flag("three_phase");
        var length = piece.Length();
        var momentum = piece.Section.Take("momentum");
        var cycle = (OneCycle?)piece.Build(() => new OneCycle(initial, peak, final, length, rise, shape, isThreePhase));
        if (cycle is not null && momentum is not null) ReadMomentum(momentum, piece, cycle);
        return cycle;
    }

    // momentum: {high: 0.95, low: 0.85} inside the rate's one_cycle: the same cycle upside down.
    private static void ReadMomentum(RecipeNode node, PieceSection piece, OneCycle cycle)
    {
        var path = piece.Section.PathOf("momentum");
        var problems = piece.Section.Problems;
        if (piece.Quantity != ScheduledQuantity.LearningRate || !piece.IsWhole)
        {
            problems.Add(node, path, "only a one_cycle that is the whole learning rate sets the momentum too; write momentum as a schedule of its own");
            return;
        }
        if (SectionReader.Open(node, path, problems) is not { } section) return;
        var high = section.Read("high", 0.95, ScheduledQuantity.Momentum.Read);
        var low = section.Read("low", 0.85, ScheduledQuantity.Momentum.Read);
        section.Close();
        piece.Schedules.CycleMomentum = cycle.WithMomentum(high, low);
    }

    private static Schedule? WarmupStableDecay(PieceSection piece)
    {
        var peak = piece.Value("peak");
        var to = piece.Value("to", 0);
        var warmup = piece.Steps("warmup") ?? 0;
        var decay = piece.Steps("decay", "0.2dur");
        var stable = piece.Steps("stable");
        var shape = piece.Choice("shape", RampShape.Linear);
        var convention = piece.Choice("convention", WarmupConvention.Between);
        if (stable is null)
        {
            stable = Math.Max(0, piece.Length() - warmup - decay);
        }
        else if (piece.Has("for"))
        {
            piece.Section.Take("for");
            piece.Section.Problems.Add(piece.Section.Map.Place, $"{piece.Section.Path}: stable and for say the same thing twice; keep one");
        }
        return piece.Build(() => new WarmupStableDecay(peak, warmup, stable.Value, decay, to, shape, convention));
    }

    private static Schedule? Scaled(PieceSection piece)
    {
        var factor = piece.Number("factor", 1);
        var logFactor = piece.Number("log_factor", 0);
        var inner = piece.Inner(mayOmitLength: true);
        return piece.Build(() => new Scaled(inner!, factor, logFactor));
    }

    private static Schedule? Repeated(PieceSection piece)
    {
        var times = piece.Section.Read("times", (long?)null, node => ScalarReader.Long(node));
        var inner = piece.Inner(mayOmitLength: false);
        return piece.Build(() => new Repeated(inner!, times));
    }

    private static Schedule? Stretched(PieceSection piece)
    {
        var factor = piece.Number("factor");
        var inner = piece.Inner(mayOmitLength: false);
        return piece.Build(() => new Stretched(inner!, factor));
    }
}
