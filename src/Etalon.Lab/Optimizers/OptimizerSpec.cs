using System.Collections.Immutable;
using Etalon.Engine.Optimizers;
using Etalon.Lab.Models;
using Etalon.Schedules;

namespace Etalon.Lab.Optimizers;

/// <summary>
/// The update rule of a recipe: its family and the options of that family; those of other families keep their defaults. Rate eta, weight decay lambda and
/// momentum mu of each update are the recipe's schedules.
/// </summary>
public sealed record OptimizerSpec
{
    /// <summary>The family of the rule.</summary>
    /// <value>SGD by default.</value>
    public OptimizerKind Kind { get; init; }

    /// <summary>Whether SGD's update looks ahead: w = w - eta (g + mu v).</summary>
    /// <value>False by default.</value>
    public bool Nesterov { get; init; }

    /// <summary>The share of the gradient that SGD's buffer does not take, but for the first, as in PyTorch.</summary>
    /// <value>In [0, 1); 0 by default.</value>
    public double Dampening
    {
        get;
        init => field = Require.InHalfOpen(value, 0, 1, "write 0 for the usual momentum");
    }

    /// <summary>Where weight decay enters; Adam and AdamW say so by their names.</summary>
    /// <value>Coupled by default, as in PyTorch's SGD.</value>
    public DecayForm Decay { get; init; }

    /// <summary>Which parameters share a step size, in WNGrad, WN-Adam and AdaGrad-Norm.</summary>
    /// <value>All by default.</value>
    public StepSizeScope Scope { get; init; }

    /// <summary>When a gradient enters WNGrad's b.</summary>
    /// <value>Before its own step by default.</value>
    public WnGradOrder Order { get; init; }

    /// <summary>The initial b of WNGrad, WN-Adam and AdaGrad-Norm, in units of <see cref="InitialUnit"/>.</summary>
    /// <value>1e-30 to 1e30; 1 by default.</value>
    public double Initial
    {
        get;
        init => field = Require.Size(value, "b divides the gradient; the usual choice is 1");
    } = 1;

    /// <summary>What WNGrad's initial b is counted in.</summary>
    /// <value>1 by default.</value>
    public InitialUnit InitialUnit { get; init; }

    /// <summary>r, how far WNGrad expects the weights to travel: b = b + eta^2 |g|^2 / (r^2 b).</summary>
    /// <value>1e-30 to 1e30; 1 by default.</value>
    public double Length
    {
        get;
        init => field = Require.Size(value, "it is a distance; 1 is the published rule");
    } = 1;

    /// <summary>After how many small gradients in a row WNGrad's b falls again.</summary>
    /// <value>0, the default, for never; Grapiglia and Stella take 4.</value>
    public int RestartAfter
    {
        get;
        init => field = Require.AtLeast(value, 0, "write 0 for no restarts, 4 as their authors do");
    }

    /// <summary>What small means for <see cref="RestartAfter"/>: at most this share of the reference norm.</summary>
    /// <value>In (0, 1); 0.9 by default.</value>
    public double RestartRatio
    {
        get;
        init => field = Require.Above(Require.InHalfOpen(value, 0, 1, RestartRemedy), 0, RestartRemedy);
    } = 0.9;

    /// <summary>The least b that a restart gives.</summary>
    /// <value>1e-30 to 1e30; 1e-4 by default.</value>
    public double RestartLeast
    {
        get;
        init => field = Require.Size(value, "the usual choice is 1e-4");
    } = 1e-4;

    /// <summary>The share of Adam's, WN-Adam's and Prodigy's mean of gradients that a new one leaves; in Schedule-Free SGD the share of the mean in the weights that are trained.</summary>
    /// <value>In [0, 1); 0.9 by default.</value>
    public double Beta1
    {
        get;
        init => field = Require.InHalfOpen(value, 0, 1, "the usual choice is 0.9");
    } = 0.9;

    /// <summary>The share of Adam's and Prodigy's mean of squared gradients that a new one leaves.</summary>
    /// <value>In [0, 1); 0.999 by default.</value>
    public double Beta2
    {
        get;
        init => field = Require.InHalfOpen(value, 0, 1, "the usual choice is 0.999");
    } = 0.999;

    /// <summary>What Adam and Prodigy add to the root of the mean square.</summary>
    /// <value>1e-30 to 1e30; 1e-8 by default.</value>
    public double Epsilon
    {
        get;
        init => field = Require.Size(value, "the usual choice is 1e-8");
    } = 1e-8;

    /// <summary>The distance to the solution that D-Adaptation and Prodigy begin with; DoG's, in units of 1 + |w|.</summary>
    /// <value>1e-30 to 1e30; 1e-6 by default.</value>
    public double InitialDistance
    {
        get;
        init => field = Require.Size(value, "the usual choice is 1e-6, for dog with batch normalization 1e-4");
    } = 1e-6;

    /// <summary>Classes of parameters with schedules of their own, in the order of <see cref="ParameterClass"/>.</summary>
    /// <value>None by default.</value>
    public ImmutableArray<GroupSpec> Groups { get; init; } = [];

    /// <summary>Whether the rule has the momentum mu of the recipe's schedule.</summary>
    public bool HasMomentum => Kind is OptimizerKind.Sgd or OptimizerKind.Wngrad or OptimizerKind.AdagradNorm or OptimizerKind.DAdaptation;

    /// <summary>Whether a schedule of the momentum gives Adam's beta1 at each update, in the place of <see cref="Beta1"/>.</summary>
    /// <value>False by default; a recipe says so by a one_cycle with momentum, or by a momentum that is no constant.</value>
    public bool IsBeta1Scheduled { get; init; }

    /// <summary>Whether the rule is Adam or AdamW, whose beta1 a schedule of the momentum gives.</summary>
    internal bool IsAdam => Kind is OptimizerKind.Adam or OptimizerKind.Adamw;

    /// <summary>Refuses what is a statement about SGD's update.</summary>
    /// <param name="subject">What it is, with its verb: "the equivalences of schedules are".</param>
    /// <exception cref="InputException">The rule is another.</exception>
    internal void RequireSgd(string subject)
    {
        if (Kind != OptimizerKind.Sgd)
            throw new InputException($"optimizer.name = {RecipeWords.Of(Kind)}: {subject} about sgd's update; write name: sgd, without the options of {RecipeWords.Of(Kind)}");
    }

    private const string RestartRemedy = "the usual choice is 0.9";
}

/// <summary>What WNGrad's initial b is counted in.</summary>
public enum InitialUnit
{
    /// <summary>1.</summary>
    Constant,

    /// <summary>The norm of the first gradient of the parameters that share a b.</summary>
    GradientNorm,

    /// <summary>The largest curvature on the way to a few points near the initial weights, one number for all parameters.</summary>
    Curvature,
}
