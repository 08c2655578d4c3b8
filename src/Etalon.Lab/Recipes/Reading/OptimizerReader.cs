using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>Reads <c>optimizer:</c>.</summary>
internal static class OptimizerReader
{
    /// <summary>The update rule; a part that breaks a rule keeps its default.</summary>
    /// <param name="section">The keys.</param>
    /// <param name="schedules">Reads the schedules of parameter groups.</param>
    /// <param name="model">The network whose parameters they are of; null where the recipe has none.</param>
    public static OptimizerSpec Read(SectionReader section, ScheduleReader schedules, ModelSpec? model)
    {
        int before = section.Problems.Count;
        var family = section.Set(OptimizerFamily.All[0], "name", OptimizerFamily.Named, (_, named) => named);
        // Of a name that nobody knows, nobody knows the options.
        bool isKnown = section.Problems.Count == before;
        var spec = family.Default;
        foreach (var key in OptimizerFamily.Keys)
        {
            if (family.Find(key) is { } option) spec = option.Read(section, spec);
            else if (section.TakeMisplaced(key) is { } node && isKnown)
                section.Problems.Add(node, section.PathOf(key), Misplaced(key, family));
        }
        if (spec is SgdSpec { Options: { IsNesterov: true, Dampening: not 0 } })
            section.Problems.Add(section.Map.Find("nesterov")!.Value, section.PathOf("nesterov"),
                "Nesterov momentum has no dampening; write dampening: 0 or nesterov: false");
        if (section.Take("groups") is { } list && SectionReader.Open(list, section.PathOf("groups"), section.Problems) is { } groups)
            spec = spec with { Groups = [.. Groups(groups, spec, schedules, model)] };
        section.Close();
        return spec;
    }

    /// <summary>Notes a problem where the recipe has a momentum and its rule has none.</summary>
    /// <param name="root">The whole recipe.</param>
    /// <param name="optimizer">The rule.</param>
    /// <param name="momentum">The recipe's momentum.</param>
    public static void RefuseMomentum(SectionReader root, OptimizerSpec optimizer, Schedule momentum)
    {
        // A schedule of the momentum is one of Adam's beta1; its constant has a key of its own.
        if (optimizer.HasMomentum || momentum is Constant { Value: 0 }
            || (optimizer.WithScheduledBeta1 is not null && momentum is not Constant)) return;
        var (key, value) = root.Map.Find(ScheduledQuantity.Momentum.Key)
            ?? root.Map.Find(ScheduledQuantity.LearningRate.Key)
            ?? throw new InvalidOperationException("a momentum comes from one of these keys");
        root.Problems.Add(value, key.Text, NoMomentum(optimizer));
    }

    private static string Misplaced(string key, OptimizerFamily family) =>
        key == "decay" && family.Default is AdamSpec
            ? "is said by the name: adam has its decay in the gradient, adamw on the weights; remove the key"
            : $"is no option of {family.Name} but of {string.Join(", ", OptimizerFamily.With(key))}; remove the key, or change the name";

    private static string NoMomentum(OptimizerSpec optimizer) => OptimizerFamily.Of(optimizer).HasBeta1
        ? $"{optimizer.Name} has beta1 in the place of momentum; write optimizer.beta1, and remove this or write momentum: 0"
        : $"{optimizer.Name} has no momentum; remove this or write momentum: 0";

    private static List<GroupSpec> Groups(SectionReader groups, OptimizerSpec spec, ScheduleReader schedules, ModelSpec? model)
    {
        var specs = new List<GroupSpec>();
        foreach (var parameters in Enum.GetValues<ParameterClass>())
        {
            var key = RecipeWords.Of(parameters);
            if (groups.Take(key) is not { } node || SectionReader.Open(node, groups.PathOf(key), groups.Problems) is not { } group)
                continue;
            if (!spec.HasMomentum && group.Map.Find(ScheduledQuantity.Momentum.Key) is { } momentum)
                groups.Problems.Add(momentum.Value, group.PathOf(ScheduledQuantity.Momentum.Key), NoMomentum(spec));
            if (model is not null
                && MissingParameters.Why(model, parameters, [.. specs.Select(earlier => earlier.Parameters)]) is { } reason)
                schedules.Warnings.Add(group.Map.Place,
                    $"{group.Path}: no parameter belongs to it, for {reason}; its schedules are never used");
            specs.Add(new GroupSpec
            {
                Parameters = parameters,
                LearningRate = schedules.Read(group, ScheduledQuantity.LearningRate),
                WeightDecay = schedules.Read(group, ScheduledQuantity.WeightDecay),
                Momentum = schedules.Read(group, ScheduledQuantity.Momentum),
            });
            group.Close();
        }
        groups.Close();
        return specs;
    }
}
