using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary>
/// <c>etalon data show</c>: what a network will see of a data set: groups of examples, complexity of patterns, a picture.
/// </summary>
internal static class DataShowCommand
{
    public static Command Create(Argument<string> set)
    {
        var changes = new Argument<string[]>("changes")
        {
            Description = "Keys of data: in a recipe, as in patterns.noise=0.3 or label_noise.fraction=0.2.",
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "key=value...",
        };
        var png = new Option<string?>("--png")
        {
            Description = "Write a picture of the first images to this file, with labels and groups.",
            HelpName = "FILE"
        };
        var command = new Command(
            "show",
            """
            Shows what a network sees of a data set: its groups of examples, the complexity of its patterns, a picture.

            Examples:
              etalon data show ps10 --png ps10.png
              etalon data show fashion-mnist label_noise.fraction=0.2 patches.fraction=0.5 --png fashion.png
            """)
        {
            set, changes, png,
        };
        command.SetAction(parsed => Show(
            parsed.GetRequiredValue(set), parsed.GetValue(changes) ?? [], new OutputFiles(parsed, null, png), png));
        return command;
    }

    private static void Show(string set, string[] changes, OutputFiles files, Option<string?> png)
    {
        var entry = DataCatalog.Find(set);
        var spec = DataArguments.Read(set, [.. changes.Select(change => $"data.{change}")]);
        files.Spare(RecipeInputs.Of(spec));
        var output = files.Report;
        var data = RecipeData.Prepare(spec, RecipeData.Load(spec));
        output.WriteLine(
            $"{entry.Title}: {data.Training.Count:N0} training and {data.Test.Count:N0} test images of {data.Image}, {data.ClassCount} "
            + $"classes");
        foreach (var (name, split) in new[] { ("training", data.Training), ("test", data.Test) })
        {
            if (split.Groups.Count > 0)
                output.WriteLine($"{name,-10}  {string.Join("  ", split.Groups.Select(group => $"{group.Name} {group.Count:N0}"))}");
        }
        if (data.Training.Patterns is not null) output.WriteLine($"complexity  {Complexity(data.Training)}");
        output.WriteLine($"content     sha256 {data.ContentHash}");
        if (data.IsText)
        {
            output.WriteLine($"begins      {TextSymbols.Text(data.Training.Pixels[..data.Image.Length]).Replace('\n', '|')}");
            if (files.Has(png)) throw new InputException($"{png.Name}: a text has no picture; leave the option out");
        }
        files.WriteBytes(png, stream => ImageGrid.Write(data, stream));
    }

    private static string Complexity(Split split)
    {
        var parts = split.Groups.Where(group => group.Name is ExampleGroup.Simple or ExampleGroup.Complex)
            .Select(group => $"{group.Name} {PatternComplexity.Of(split, group):F2} bits");
        return string.Join("  ", [.. parts, $"together {PatternComplexity.Of(split):F2} bits"]);
    }
}
