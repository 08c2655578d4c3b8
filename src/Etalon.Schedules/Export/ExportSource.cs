using System.Reflection;

namespace Etalon.Schedules.Export;

/// <summary>What an export says of where it comes from.</summary>
internal static class ExportSource
{
    /// <summary>Etalon's version, without what a build appends to it.</summary>
    public static string Version { get; } = typeof(UpdateSchedule).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The first lines of an exported module: a docstring that tells its use, its imports, and the source as constants.</summary>
    public static string Header(GroupedSchedule schedule, string name, string use, string imports) =>
        $""""
        """Learning rate, weight decay and {(schedule.Optimizer.IsAdam ? "beta1" : "momentum")} of the recipe {PythonText.Escaped(name)}{(schedule.HasGroups ? ", for each group of parameters" : "")}.

        {use.TrimEnd()}

        Written by Etalon {Version}; it needs nothing of it. Update t counts from 0; the last of the run is {schedule.Schedule.TotalSteps - 1}.
        """
        {imports}
        RECIPE = {PythonText.Quoted(name)}
        RECIPE_HASH = "{schedule.RecipeHash}"
        ETALON_VERSION = "{Version}"
        TOTAL_STEPS = {schedule.Schedule.TotalSteps}

        """";

    /// <summary>The functions of a schedule with one group, and the one that gives all three.</summary>
    public static string Numbers(GroupedSchedule schedule, PythonDialect dialect)
    {
        var third = schedule.Optimizer.IsAdam ? "beta1" : "momentum";
        var rest = schedule.Rest;
        return PythonFormulas.Write([("learning_rate", rest.LearningRate), ("weight_decay", rest.WeightDecay), (third, rest.Momentum)],
            schedule.Schedule.TotalSteps, dialect) +
            $$""""


            def values(t):
                """Learning rate, weight decay and {{third}} of update t."""
                return learning_rate(t), weight_decay(t), {{third}}(t)

            """";
    }
}
