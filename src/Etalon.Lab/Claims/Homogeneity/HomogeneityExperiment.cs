using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Invariance;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.Homogeneity;

/// <summary>The networks of the appendix of Li and Arora 2019: which of them are scale-invariant, by the rules and by scaling
/// them.</summary>
/// <remarks>
/// <para>Question: is the network's function the same when all trained parameters are multiplied by one number?</para>
/// <para>
/// Expected: as the appendix's tables say: without scale and shift and with a fixed last layer yes; with scale and shift in the last
/// normalization no; a trained last layer never; nothing without normalization.
/// </para>
/// <para>Cost: a second or two; the networks are audited on a few random images.</para>
/// </remarks>
internal sealed record HomogeneityExperiment
{
    /// <summary>What is expected of each network.</summary>
    public IReadOnlyList<HomogeneityCase> Cases { get; init; } =
    [
        new("plain, batch normalization", Model(ModelKind.Cnn), true),
        new("plain, layer normalization", Model(ModelKind.Cnn) with { Norm = NormKind.Layer }, true),
        new("plain, group normalization", Model(ModelKind.Cnn) with { Norm = NormKind.Group, Groups = 4 }, true),
        new("plain, instance normalization", Model(ModelKind.Cnn) with { Norm = NormKind.Instance }, true),
        new("plain, scale and shift", Model(ModelKind.Cnn) with { Affine = true }, false),
        new("plain, trained last layer", Model(ModelKind.Cnn) with { Head = HeadMode.Trained }, false),
        new("plain, no normalization", Model(ModelKind.Cnn) with { Norm = NormKind.None }, false),
        new("residual", Model(ModelKind.ResNet) with { Depth = 8 }, true),
        new("residual, scale and shift", Model(ModelKind.ResNet) with { Depth = 8, Affine = true }, false),
        new("residual, pre-activation", Model(ModelKind.PreResNet) with { Depth = 8 }, true),
        new("residual, pre-activation, scale and shift", Model(ModelKind.PreResNet) with { Depth = 8, Affine = true }, false),
        new("perceptron, batch normalization", Model(ModelKind.Mlp) with { Hidden = [16, 16] }, true),
        new("perceptron, layer normalization", Model(ModelKind.Mlp) with { Hidden = [16, 16], Norm = NormKind.Layer }, true),
    ];

    /// <summary>Audits all.</summary>
    /// <param name="run">On how many threads.</param>
    public IReadOnlyList<HomogeneityFinding> Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return
        [
            .. Cases.Select(one =>
            {
                run.Cancellation.ThrowIfCancellationRequested();
                var finding = Audit.Of(Recipe(one.Model), run.Threads).AllParameters;
                return new HomogeneityFinding(one, finding.IsInvariant, finding.Measured.OutputChange);
            }),
        ];
    }

    private static Recipe Recipe(ModelSpec model) => ExperimentRecipe.OfEpochs(
        new DataSpec { Set = "digits" }, model, 1) with
    { LearningRate = new Constant(0.1) };

    private static ModelSpec Model(ModelKind kind) => new() { Kind = kind, Width = 8, Affine = false, Head = HeadMode.Frozen, Epsilon = 0 };
}

/// <summary>A network and what the appendix says of it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Model">The network.</param>
/// <param name="IsInvariant">Whether its function does not depend on the common scale of all that is trained.</param>
internal sealed record HomogeneityCase(string Name, ModelSpec Model, bool IsInvariant);

/// <summary>What was found of a network.</summary>
/// <param name="Case">The network.</param>
/// <param name="ByRules">Whether it is invariant by the degrees of its layers.</param>
/// <param name="Change">The largest change of an output, relative, when all that is trained was scaled.</param>
internal sealed record HomogeneityFinding(HomogeneityCase Case, bool ByRules, double Change);
