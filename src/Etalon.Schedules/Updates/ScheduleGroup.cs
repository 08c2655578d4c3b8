using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules;

/// <summary>
/// The numbers that one group of a network's parameters follows: its own schedules, or those of an equivalent of the schedule.
/// </summary>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule { LearningRate = 0.1, WeightDecay = 5e-4, Momentum = 0.9, TotalSteps = 100 };
/// var covered = new ScheduleGroup(Converter.Convert(schedule, EquivalentForm.TexpPlusPlus));
/// Console.WriteLine($"{covered.Name}: {covered.WeightDecay.ValueAt(0)}"); // covered: 0
/// </code>
/// </example>
public sealed record ScheduleGroup
{
    /// <summary>A group with schedules of its own.</summary>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="learningRate">Their rate η.</param>
    /// <param name="weightDecay">Their weight decay λ.</param>
    /// <param name="momentum">Their momentum μ; in Adam's rule β₁.</param>
    public ScheduleGroup(ParameterKind parameters, Schedule learningRate, Schedule weightDecay, Schedule momentum)
    {
        ArgumentNullException.ThrowIfNull(learningRate);
        ArgumentNullException.ThrowIfNull(weightDecay);
        ArgumentNullException.ThrowIfNull(momentum);
        (Parameters, LearningRate, WeightDecay, Momentum) = (Require.Named(parameters), learningRate, weightDecay, momentum);
    }

    /// <summary>The scale-invariant group of a run that trains an equivalent.</summary>
    /// <param name="conversion">The equivalent, from update 0 on.</param>
    public ScheduleGroup(Conversion conversion)
    {
        ArgumentNullException.ThrowIfNull(conversion);
        var steps = conversion.Target.Steps.ToArray();
        (Parameters, Conversion) = (ParameterKind.ScaleInvariant, conversion);
        LearningRate = conversion.RatePieces ?? SimplestSchedule.OfLogRates([.. steps.Select(step => step.LogRate)]);
        WeightDecay = SimplestSchedule.OfValues([.. steps.Select(step => step.WeightDecay)]);
        Momentum = SimplestSchedule.OfValues([.. steps.Select(step => step.Momentum)]);
        if (conversion.Target.Rule.Nesterov) LookAhead = SimplestSchedule.OfValues([.. steps.Select(step => step.LookAhead)]);
        if (conversion.ScalesGradients)
            GradientScale =
                SimplestSchedule.OfLogRates([.. Enumerable.Range(0, steps.Length).Select(step => conversion.LogScaleAt(step))]);
        if (conversion.Adam is not { Target.Steps: var adam }) return;
        Beta2 = SimplestSchedule.OfValues([.. adam.ToArray().Select(step => step.Beta2)]);
        Epsilon = SimplestSchedule.OfValues([.. adam.ToArray().Select(step => step.Epsilon)]);
    }

    /// <summary>The name: head, bias, norm, scale-invariant, rest; covered where an equivalent gives the numbers.</summary>
    public string Name => (Conversion, Parameters) switch
    {
        (not null, _) => "covered",
        (_, ParameterKind.ScaleInvariant) => "scale-invariant",
        _ => Parameters.ToString().ToLowerInvariant(),
    };

    /// <summary>The parameters of the group.</summary>
    public ParameterKind Parameters { get; }

    /// <summary>The rate η of each update. A rate beyond float64 has its logarithm in <see cref="Schedule.LogValueAt"/>.</summary>
    public Schedule LearningRate { get; }

    /// <summary>The weight decay λ of each update.</summary>
    public Schedule WeightDecay { get; }

    /// <summary>The momentum μ of each update.</summary>
    public Schedule Momentum { get; }

    /// <summary>How far a Nesterov update looks along the buffer, where that is not the momentum; null elsewhere.</summary>
    public Schedule? LookAhead { get; }

    /// <summary>β₂ of each update, where an equivalent of AdamW has its own; null elsewhere.</summary>
    public Schedule? Beta2 { get; }

    /// <summary>ε of each update, where an equivalent of AdamW has its own; null elsewhere.</summary>
    public Schedule? Epsilon { get; }

    /// <summary>P of each update, by which the group's gradients are multiplied in the scaled-gradient form; null elsewhere.</summary>
    public Schedule? GradientScale { get; }

    /// <summary>
    /// The equivalence that gives the numbers, with corrections and log scale; null where the schedules are the run's own.
    /// </summary>
    public Conversion? Conversion { get; }

    /// <summary>The numbers of an update.</summary>
    /// <param name="step">The update, from 0.</param>
    public UpdateRow At(long step) => Conversion is { } conversion
        ? conversion.Target[step]
        : new(LearningRate.LogValueAt(step), WeightDecay.ValueAt(step), Momentum.ValueAt(step), 0);
}

/// <summary>
/// Which parameters of a network a <see cref="ScheduleGroup"/> holds. A parameter of several kinds belongs to the first of them in this
/// order that has a group.
/// </summary>
/// <example>
/// <code>
/// var group = new ScheduleGroup(ParameterKind.ScaleInvariant, new Constant(0.1), new Constant(5e-4), new Constant(0.9));
/// Console.WriteLine(group.Name); // scale-invariant
/// </code>
/// </example>
public enum ParameterKind
{
    /// <summary>Weights and bias of the last linear layer.</summary>
    Head,

    /// <summary>Biases of linear layers and convolutions.</summary>
    Bias,

    /// <summary>Scales and shifts of normalizations.</summary>
    Norm,

    /// <summary>The weights of every convolution and linear layer in front of a normalization.</summary>
    ScaleInvariant,

    /// <summary>Everything that no other group holds.</summary>
    Rest,
}
