using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using Etalon.Lab;

namespace Etalon.Workbench.Options;

/// <summary>
/// Options whose values are numbers, read as strictly as a recipe's; what is wrong is said with the option's name, its value and the rule.
/// </summary>
internal static class NumberOption
{
    private delegate bool Reader<T>(string text, out T value, [NotNullWhen(false)] out string? rule);

    /// <summary>A finite number.</summary>
    public static Option<double?> Real(string name, string word, string description) =>
        Create<double>(name, word, description, NumberText.TryRead);

    /// <summary>A whole number that may be large, such as one of updates.</summary>
    public static Option<long?> Whole(string name, string word, string description) =>
        Create<long>(name, word, description, NumberText.TryReadWhole);

    /// <summary>A whole number.</summary>
    public static Option<int?> Integer(string name, string word, string description) =>
        Create<int>(name, word, description, NumberText.TryReadInteger);

    /// <summary>A whole number within bounds.</summary>
    /// <param name="name">The option.</param>
    /// <param name="word">What help calls its value.</param>
    /// <param name="description">What it is.</param>
    /// <param name="least">The least that it may be.</param>
    /// <param name="most">The most.</param>
    /// <param name="rule">What is said of any other.</param>
    public static Option<int?> Integer(string name, string word, string description, int least, int most, string rule) => new(name)
    {
        Description = description,
        HelpName = word,
        CustomParser = result =>
        {
            int? value = Read<int>(result, name, NumberText.TryReadInteger);
            if (value < least || value > most) result.AddError($"{name} is {value}; {rule}");
            return value;
        },
    };

    /// <summary>A whole number, at least <paramref name="least"/>, that is <paramref name="standard"/> unless given.</summary>
    public static Option<int> Integer(string name, string word, string description, int standard, int least = int.MinValue) => new(name)
    {
        Description = description,
        HelpName = word,
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            int? value = Read<int>(result, name, NumberText.TryReadInteger);
            if (value < least) result.AddError($"{name} is {value}; it must be at least {least}");
            return value ?? standard;
        },
    };

    /// <summary>A seed.</summary>
    public static Option<ulong?> Seed(string name, string word, string description) =>
        Create<ulong>(name, word, description, NumberText.TryReadSeed);

    private static Option<T?> Create<T>(string name, string word, string description, Reader<T> read) where T : struct => new(name)
    {
        Description = description,
        HelpName = word,
        CustomParser = result => Read(result, name, read),
    };

    private static T? Read<T>(ArgumentResult result, string name, Reader<T> read) where T : struct
    {
        string text = result.Tokens[0].Value;
        if (read(text, out var value, out var rule)) return value;
        result.AddError($"{name} {text}: {rule}");
        return null;
    }
}
