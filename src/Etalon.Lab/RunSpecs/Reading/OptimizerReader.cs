using Etalon.Schedules;

namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>Reads <c>optimizer:</c>.</summary>
internal static class OptimizerReader
{
    /// <summary>The update rule; a part that breaks a rule keeps its default.</summary>
    /// <param name="section">The keys.</param>
    /// <param name="schedules">Reads the schedules of parameter groups.</param>
    public static OptimizerSpec Read(SectionReader section, ScheduleReader schedules)
    {
        var spec = section.Set(new OptimizerSpec(), "name", Value.Choice<OptimizerKind>, (s, v) => s with { Kind = v });
        spec = section.Set(spec, "dampening", Value.Number, (s, v) => s with { Dampening = v });
        spec = section.Set(spec, "nesterov", Value.Boolean, (s, v) => s with { Nesterov = Nesterov(s, v) });
        spec = section.Set(spec, "decay", Value.Choice<DecayForm>, (s, v) => s with { Decay = v });
        if (section.Take("groups") is { } node && SectionReader.Open(node, section.PathOf("groups"), section.Problems) is { } groups)
            spec = spec with { Groups = [.. Groups(groups, schedules)] };
        section.Close();
        return spec;
    }

    private static bool Nesterov(OptimizerSpec spec, bool nesterov) => !nesterov || spec.Dampening == 0
        ? nesterov
        : throw new ArgumentException("Nesterov momentum has no dampening; write dampening: 0 or nesterov: false", nameof(nesterov));

    private static List<GroupSpec> Groups(SectionReader groups, ScheduleReader schedules)
    {
        var specs = new List<GroupSpec>();
        foreach (var parameters in Enum.GetValues<ParameterClass>())
        {
            var key = Value.Word(parameters);
            if (groups.Take(key) is not { } node || SectionReader.Open(node, groups.PathOf(key), groups.Problems) is not { } group) continue;
            specs.Add(new GroupSpec
            {
                Parameters = parameters,
                LearningRate = schedules.Read(group, Quantity.LearningRate),
                WeightDecay = schedules.Read(group, Quantity.WeightDecay),
                Momentum = schedules.Read(group, Quantity.Momentum),
            });
            group.Close();
        }
        groups.Close();
        return specs;
    }
}
