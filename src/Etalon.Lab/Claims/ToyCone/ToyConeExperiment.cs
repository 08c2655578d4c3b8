using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.ToyCone;

/// <summary>
/// <see cref="ToyExample"/> with normalization alone, decay alone and both, and how long both stay in a narrow cone.
/// </summary>
/// <remarks>
/// <para>
/// Question: do normalization and decay converge alone, and does their combination leave every cone of half-angle eps below sqrt(eta lambda
/// / 2) within the time of theorem 3.1?
/// </para>
/// <para>
/// Expected: errors of decay alone fall with the rate, those of normalization alone with time; both together keep an error of the order of
/// sqrt(eta lambda) / pi at every batch size, the same for (eta, lambda, w) and (c^2 eta, lambda / c^2, c w).
/// </para>
/// <para>Cost: a thousand million normal numbers and more, a minute of a core.</para>
/// </remarks>
internal sealed record ToyConeExperiment
{
    /// <summary>Updates of a run; normalization alone is run four times as long besides.</summary>
    /// <value>At least 100; 4,000 by default.</value>
    public int Steps { get; init; } = 4_000;

    /// <summary>Repetitions with inputs and starts of their own.</summary>
    /// <value>At least 2; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>eta lambda of both together.</summary>
    public double Decay { get; init; } = 0.01;

    /// <summary>delta: the probability with which the theorem may err.</summary>
    public const double Delta = 0.01;

    /// <summary>The control, whose weights are so long from the start that its direction settles well within the run.</summary>
    internal const string Undecayed = "normalization, |w| = 5 at the start";

    private static readonly ToyExample Own = new();

    /// <summary>eps: the half-angle of the cone, half of sqrt(eta lambda).</summary>
    public static double Cone => Math.Sqrt(Own.Rate * 0.01) / 2;

    /// <summary>The settings by name.</summary>
    internal IReadOnlyList<(string Name, ToyExample Example)> Settings =>
    [
        ("decay, rate 0.5", Own with { IsNormalized = false, WeightDecay = 0.01, Steps = Steps }),
        ("decay, rate 0.05", Own with { IsNormalized = false, WeightDecay = 0.01, Rate = 0.05, Steps = 4 * Steps }),
        ("normalization", Own with { Steps = Steps }),
        ("normalization, four times as long", Own with { Steps = 4 * Steps }),
        (Undecayed, Own with { InitialNorm = 5, Steps = 2 * Steps }),
        ("both, |w| = 5 at the start", Own with { InitialNorm = 5, WeightDecay = Decay, Steps = 2 * Steps }),
        ("both, batch 64", Own with { WeightDecay = Decay, Batch = 64, Steps = Steps }),
        ("both, batch 256", Own with { WeightDecay = Decay, Steps = Steps }),
        ("both, batch 1024", Own with { WeightDecay = Decay, Batch = 1_024, Steps = Steps }),
        ("both, batch 256, rescaled", Own with { WeightDecay = Decay / 100, Rate = 100 * Own.Rate, InitialNorm = 10, Steps = Steps }),
    ];

    /// <summary>Runs all settings.</summary>
    /// <param name="run">On how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public ToyConeReport Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var kept = new OutcomeCache<ToyTrack>(run);
        var settings = Settings;
        var tracks = new ToyTrack[settings.Count * Seeds];
        kept.ForEach([.. Enumerable.Range(0, tracks.Length)],
            i =>
            {
                var example = settings[i / Seeds].Example with { Seed = (ulong)(i % Seeds) + 1 };
                return ($"toy-{i / Seeds}-seed{i % Seeds + 1}", new { example, Cone }, () => ToyTrack.Of(example, Cone, Delta));
            },
            (i, track) => tracks[i] = track);
        run.Report($"{tracks.Length} runs of the toy example done");
        return new ToyConeReport(this,
            [.. settings.Select((setting, i) => (setting.Name, (IReadOnlyList<ToyTrack>)[.. tracks.Skip(i * Seeds).Take(Seeds)]))]);
    }
}
