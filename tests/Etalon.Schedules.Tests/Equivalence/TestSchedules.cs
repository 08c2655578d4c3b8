namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>The recipes that the equivalences are tried on: 240 steps around η = 0.2, λ = 0.01, μ = 0.9.</summary>
internal static class TestSchedules
{
    public const int Steps = 240;

    /// <summary>η λ = 0.002, three quarters of the largest with an equivalent for ever.</summary>
    public static UpdateSchedule Constant { get; } = Of(new Constant(0.2));

    /// <summary>Every schedule whose equivalence the theorems promise for the plain rule.</summary>
    public static TheoryData<string> Names => [.. All.Keys];

    public static IReadOnlyDictionary<string, UpdateSchedule> All { get; } =
        new SortedDictionary<string, UpdateSchedule>(StringComparer.Ordinal)
        {
            ["constant"] = Constant,
            ["step decay"] = Of(new Steps(0.2, [80, 160], 0.1)),
            ["cosine"] = Of(new Cosine(0.2, 0, Steps)),
            ["triangular"] = Of(new Triangular(0.02, 0.2, 60)),
            ["warm-up from 0"] = Of(new Sequence(new Linear(0, 0.2, 60), new Cosine(0.2, 0, Steps - 60))),
            ["rate 0 in the middle"] = Of(new Sequence(new Constant(0.2, 80), new Constant(0, 40), new Constant(0.2))),
            ["restarts to a thousandth"] = Of(new Restarts(0.2, 0.0002, 60)),
            ["momentum that changes"] = Constant with { Momentum = new Linear(0.5, 0.9, Steps) },
            ["no momentum"] = Constant with { Momentum = new Constant(0) },
            ["decay that changes"] = Constant with { WeightDecay = new Cosine(0.01, 0.001, Steps) },
            ["decay switched off"] = Constant with { WeightDecay = new Sequence(new Constant(0.01, 120), new Constant(0)) },
            ["dampening, first update undamped"] = Constant with { Rule = new() { Dampening = 0.3 } },
            ["mean of gradients"] = Constant with { LearningRate = new Constant(2), Rule = new() { Dampening = 0.9 } },
            ["all change at once"] = Of(new Restarts(0.2, 0, 60)) with
            {
                WeightDecay = new Triangular(0, 0.01, 50),
                Momentum = new Linear(0.9, 0.5, Steps),
                Rule = new() { Dampening = 0.1 }
            },
            ["nesterov"] = Constant with { Rule = new() { Nesterov = true } },
            ["nesterov, all change at once"] = Of(new Restarts(0.2, 0, 60)) with
            {
                WeightDecay = new Triangular(0, 0.01, 50),
                Momentum = new Linear(0.9, 0, Steps),
                Rule = new() { Nesterov = true }
            },
            ["decoupled"] = Constant with { Rule = new() { Decay = DecayForm.Decoupled } },
            ["decoupled, all change at once"] = Of(new Restarts(0.2, 0, 60)) with
            {
                WeightDecay = new Triangular(0, 0.01, 50),
                Momentum = new Linear(0.9, 0, Steps),
                Rule = new() { Dampening = 0.1, Decay = DecayForm.Decoupled }
            },
            ["decoupled nesterov"] = Constant with { Rule = new() { Nesterov = true, Decay = DecayForm.Decoupled } },
            ["decoupled nesterov, all change at once"] = Of(new Restarts(0.2, 0, 60)) with
            {
                WeightDecay = new Triangular(0, 0.01, 50),
                Momentum = new Linear(0.9, 0, Steps),
                Rule = new() { Nesterov = true, Decay = DecayForm.Decoupled }
            },
        };

    public static UpdateSchedule Of(Schedule rate) => new UpdateSchedule
    {
        LearningRate = rate,
        WeightDecay = 0.01,
        Momentum = 0.9,
        TotalSteps = Steps,
    };

    public static UpdateTable Table(string name) => UpdateTable.Of(All[name]);

    /// <summary>The same updates with a decay of each step that a schedule cannot say.</summary>
    public static UpdateTable WithDecay(this UpdateTable table, Func<long, double> decay) =>
        new(table.Rule, table.Steps.ToArray().Select((step, i) => step with { WeightDecay = decay(table.FirstStep + i) }), table.FirstStep);
}
