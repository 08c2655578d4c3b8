using System.CommandLine;
using System.CommandLine.Parsing;
using Etalon.Lab;
using Etalon.Lab.Recipes;

namespace Etalon.Workbench.Options;

/// <summary>RECIPE and key=value, as every verb takes them.</summary>
internal static class RecipeArguments
{
    /// <summary>The argument's name in a parsed command line.</summary>
    public const string Name = "recipe";

    /// <summary>One recipe and its overrides.</summary>
    public static Argument<string[]> One() =>
        Create("RECIPE key=value...", "A recipe (YAML or JSON), and key=value for what it should have instead, as in data.batch=64.");

    /// <summary>Several recipes and overrides for all of them; none where an option takes their place.</summary>
    /// <param name="least">How many words there must be.</param>
    public static Argument<string[]> Many(int least = 1) =>
        Create("RECIPE... key=value...", "Recipes (YAML or JSON), and key=value for what they should have instead, as in data.batch=64.",
            least);

    /// <summary>The only recipe that was given; its warnings go to <paramref name="error"/>.</summary>
    /// <exception cref="InputException">There is none, there are several, or it has problems.</exception>
    public static ReadRecipe ReadOne(string[] words, TextWriter error)
    {
        var (files, overrides) = Split(words);
        if (files.Count != 1)
            throw new InputException(
                $"expected one recipe, {files.Count} were given{(files.Count == 0 ? "" : ": " + string.Join(", ", files))}");
        return Read(files[0], overrides, error);
    }

    /// <summary>Every recipe that was given, at least one; all their problems at once.</summary>
    /// <exception cref="InputException">There is none, or any has problems.</exception>
    public static IReadOnlyList<ReadRecipe> ReadMany(string[] words, TextWriter error)
    {
        var (files, overrides) = Split(words);
        if (files.Count == 0) throw new InputException("expected a recipe, and none was given; --help tells what a command takes");
        var recipes = new List<ReadRecipe>();
        var problems = new List<string>();
        foreach (var file in files)
            if (InputException.Collect(problems, () => Read(file, overrides, error)) is { } read) recipes.Add(read);
        return problems.Count == 0 ? recipes : throw new InputException(problems);
    }

    private static Argument<string[]> Create(string word, string description, int least = 1)
    {
        var argument = new Argument<string[]>(Name)
        {
            Description = description,
            Arity = least == 0 ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore,
            HelpName = word,
        };
        // An option that nobody knows arrives as one more word.
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal)))
                result.AddError(Failure.NoOption(token.Value, ((CommandResult)result.Parent!).Command));
        });
        return argument;
    }

    // A file whose name has an equals sign is still a file.
    private static (List<string> Files, List<string> Overrides) Split(string[] words)
    {
        var overrides = words.Where(word => word.Contains('=', StringComparison.Ordinal) && !File.Exists(word)).ToList();
        return ([.. words.Except(overrides)], overrides);
    }

    private static ReadRecipe Read(string file, List<string> overrides, TextWriter error)
    {
        var read = RecipeReader.ReadFile(file, overrides);
        foreach (var warning in read.Warnings) error.WriteLine($"warning: {warning}");
        return read;
    }
}
