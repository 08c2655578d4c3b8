using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Lab.Verifications;
using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Claims.AdamTwins;

/// <summary>AdamW beside Adam without decay, in float64 on the same batches: a transformer and a residual network.</summary>
/// <remarks>
/// <para>
/// Question: is AdamW the same training run as Adam without decay whose rate grows, and is it enough to let the rate grow?
/// </para>
/// <para>
/// Expected: with rate, betas and epsilon of each update, or with gradients multiplied by the growing scale, outputs are identical to
/// 1e-12. With the rate and epsilon alone they are not, and with the decay dropped they are far away.
/// </para>
/// <para>Cost: each comparison is four runs in float64.</para>
/// </remarks>
internal sealed record AdamTwinsExperiment
{
    /// <summary>Rate after the warm-up, and decay: 0.005 mixing units an update.</summary>
    public const double Rate = 0.01, Decay = 0.5;

    private const int Warmup = 30;

    /// <summary>Updates of each comparison.</summary>
    /// <value>300 by default.</value>
    public int Updates { get; init; } = 300;

    /// <summary>The networks, each with its title.</summary>
    public required IReadOnlyList<(string Name, string Title, Recipe Recipe)> Networks { get; init; }

    /// <summary>The forms that are exact.</summary>
    public IReadOnlyList<EquivalentForm> Forms { get; init; } = [EquivalentForm.Adam, EquivalentForm.ScaledGradient];

    /// <summary>The form that changes the rate and epsilon alone.</summary>
    public EquivalentForm RateAlone { get; init; } = EquivalentForm.AdamRateOnly;

    /// <summary>The recipe of a comparison.</summary>
    internal static Recipe Trained(Recipe recipe) => recipe with
    {
        LearningRate = new Sequence(new Linear(0, Rate, Warmup), new Constant(Rate)),
        WeightDecay = new Constant(Decay),
        Precision = Precision.Float64,
    };

    /// <summary>Compares.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public IReadOnlyList<AdamTwin> Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var kept = new OutcomeCache<AdamTwin>(run);
        var twins = new List<AdamTwin>();
        foreach (var (name, title, recipe) in Networks)
            foreach (var form in Forms.Append(RateAlone))
            {
                var trained = Trained(recipe).ForRun(name, seed: 1);
                twins.Add(kept.Get($"{name}-{FormWords.Of(form)}", new { trained.Hash, form, Updates },
                    () => Compare(title, trained, form, run)));
                run.Report($"{title}, {FormWords.Of(form)} done");
            }
        return twins;
    }

    private AdamTwin Compare(string title, Recipe recipe, EquivalentForm form, ClaimRun run)
    {
        run.Cancellation.ThrowIfCancellationRequested();
        var conversion = RecipeConversion.Of(recipe, new EquivalentSpec { Form = form });
        var looks = Verification.Run(conversion, Updates, Precision.Float64, run.Threads, _ => { }, run.Cancellation).Comparisons;
        return new(title, FormWords.Of(form), form == RateAlone, looks.Max(look => look.Outputs), looks.Max(look => look.ControlOutputs),
            looks.Max(look => look.PerturbedOutputs),
            Elementary.Exp(conversion.Conversion.Target[Updates - 1].LogRate) / Rate);
    }
}

/// <summary>How far a twin was from AdamW, the largest over the comparisons.</summary>
/// <param name="Network">What was trained.</param>
/// <param name="Form">The form of the twin, as recipes write it.</param>
/// <param name="IsRateAlone">Whether betas and gradients are left as they are.</param>
/// <param name="Outputs">Relative to the largest output.</param>
/// <param name="Control">The outputs of the run whose decay was dropped.</param>
/// <param name="Rounding">The outputs of AdamW from a start changed in its last digits.</param>
/// <param name="Growth">The twin's rate at the last update over that of AdamW.</param>
internal sealed record AdamTwin(
    string Network, string Form, bool IsRateAlone, double Outputs, double Control, double Rounding, double Growth);
