using System.Globalization;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.PatternSeparation;

/// <summary>
/// Pattern separation on PS10 (You et al., arXiv:1908.01878): what a network learns before and after the decay of a large rate, and what of it is noise.
/// </summary>
/// <remarks>
/// <para>
/// Question: does a large rate keep a network from memorizing noisy images, and does its decay bring the complex patterns? (The paper's claims C4 and C5.)
/// A perceptron 256-256-256-10 with batch normalization is trained for 40 epochs at constant rates and at rates that decay, at two difficulties.
/// </para>
/// <para>
/// Cost: an arm and seed is 3,120 updates of 128 images and 134 thousand weights, 0.4 TFLOP with its evaluations, some 20 seconds on one core; 13 arms of
/// 5 seeds are 22 minutes of a core, the four that the checks read 7.
/// </para>
/// <para>
/// Expected: at rate 1 simple patterns are learned and complex ones are not; in the epoch after the decay the complex accuracy jumps; in the end it is above that of a
/// constant small rate, which has memorized every noisy image while the decayed run has not.
/// </para>
/// </remarks>
public sealed record PatternSeparationExperiment
{
    // Scales, shifts and biases do not decay: the reference says "on all", but its figures at rate 1 are met only without (docs/patterns.md).
    private const string Recipe = """
        duration: 40ep
        data: {set: ps10, batch: 128, drop_last: true, patterns: {sigma: 0.5, noise: 0.2}}
        model: {name: mlp, hidden: [256, 256]}
        learning_rate: 1
        weight_decay: 5e-4
        momentum: 0.9
        optimizer: {groups: {norm: {weight_decay: 0}, bias: {weight_decay: 0}}}
        checkpoint: {every: 10ep}
        """;

    /// <summary>Runs of each arm: the seeds 1, 2, ... of data, start and order.</summary>
    /// <value>At least 1; 5 by default.</value>
    public int Seeds { get; init; } = 5;

    /// <summary>Whether only the four arms that the checks read are run.</summary>
    /// <value>False by default.</value>
    public bool IsBrief { get; init; }

    /// <summary>Divides the numbers of images, patterns and hidden units, to see how it works; the checks are made for 1.</summary>
    /// <value>At least 1; 1 by default.</value>
    public int Shrink { get; init; } = 1;

    /// <summary>Trains what is not in the folder yet, and judges.</summary>
    /// <param name="folder">The folder of the experiment's runs; one that was interrupted is gone on with.</param>
    /// <param name="parallel">Runs at a time, each on one thread; the results do not depend on it.</param>
    /// <param name="progress">Hears of each run that is done; null for nobody.</param>
    /// <param name="cancellation">Stops the runs at work, each with a checkpoint.</param>
    /// <exception cref="InputException">The folder holds other runs of these names.</exception>
    public PatternSeparationReport Run(string folder, int parallel, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Shrink, 1);
        var arms = PatternArms.All.Take(IsBrief ? 4 : PatternArms.All.Count).ToList();
        return new PatternSeparationReport(ExperimentRuns.Execute(arms, Seeds, Spec, folder, parallel, progress, cancellation));
    }

    private Recipe Spec(ExperimentArm arm, int seed)
    {
        List<string> overrides = [$"name=e1-{arm.Name}-seed{seed}", $"seed={seed}", $"data.seed={seed}", .. arm.Overrides];
        if (Shrink > 1)
        {
            var patterns = new PatternSpec();
            int units = Math.Max(1, 256 / Shrink);
            overrides.Add(string.Create(CultureInfo.InvariantCulture, $"model.hidden=[{units}, {units}]"));
            overrides.AddRange(new (string Key, int Value)[]
            {
                ("train", PatternSpec.DefaultTrainCount), ("test", PatternSpec.DefaultTestCount), ("patterns.simple", patterns.Simple), ("patterns.complex", patterns.Complex),
            }.Select(entry => string.Create(CultureInfo.InvariantCulture, $"data.{entry.Key}={Math.Max(1, entry.Value / Shrink)}")));
        }
        return RecipeReader.Read(Recipe, "pattern separation", overrides);
    }
}
