using System.Reflection;

namespace Etalon.Schedules.Export;

/// <summary>What an export says of where it comes from.</summary>
internal static class ExportSource
{
    /// <summary>Etalon's version, without what a build appends to it.</summary>
    public static string Version { get; } = typeof(Recipe).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The first lines of an exported module: a docstring that tells its use, its imports, and the source as constants.</summary>
    public static string Header(Recipe recipe, string name, string use, string imports) =>
        $""""
        """Learning rate, weight decay and momentum of the recipe {PythonText.Escaped(name)}.

        {use.TrimEnd()}

        Written by Etalon {Version}; it needs nothing of it. Update t counts from 0; the last of the run is {recipe.TotalSteps - 1}.
        """
        {imports}
        RECIPE = {PythonText.Quoted(name)}
        RECIPE_HASH = "{recipe.ContentHash()}"
        ETALON_VERSION = "{Version}"
        TOTAL_STEPS = {recipe.TotalSteps}

        """";

    /// <summary>The function that gives all three.</summary>
    public const string Values =
        """"


        def values(t):
            """Learning rate, weight decay and momentum of update t."""
            return learning_rate(t), weight_decay(t), momentum(t)

        """";
}
