using Etalon.Lab;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>Reads the parameters of an address as strictly as options of the command line.</summary>
/// <param name="query">The parameters.</param>
internal sealed class QueryReader(IQueryCollection query)
{
    private const int MostValues = 400, LongestValue = 1000;

    /// <summary>A text; null where it is not given.</summary>
    public string? Text(string name)
    {
        var values = query[name];
        if (values.Count > 1) throw new InputException($"{name}: is given {values.Count} times; give it once");
        return values.Count == 0 ? null : Short(name, values[0]!);
    }

    /// <summary>Texts, in order.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        var values = query[name];
        return values.Count <= MostValues
            ? [.. values.Select(value => Short(name, value!))]
            : throw new InputException($"{name}: is given {values.Count} times; at most {MostValues} are answered");
    }

    /// <summary>A number within bounds.</summary>
    public double Number(string name, double usual, double least, double most)
    {
        if (Text(name) is not { } text) return usual;
        if (!NumberText.TryRead(text, out double value, out string? rule)) throw new InputException($"{name} = {text}: {rule}");
        return value >= least && value <= most
            ? value : throw new InputException($"{name} = {text}: must be from {least} to {most}");
    }

    /// <summary>Numbers of at least 0 that ascend, between commas: 0,1.5,20; null where they are not given.</summary>
    public IReadOnlyList<double>? Ascending(string name, int most)
    {
        if (Text(name) is not { } text) return null;
        string[] parts = text.Split(',');
        if (parts.Length < 2 || parts.Length > most) throw new InputException($"{name}: from 2 to {most} numbers are given at once");
        var numbers = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!NumberText.TryRead(parts[i], out numbers[i], out string? rule)) throw new InputException($"{name} = {parts[i]}: {rule}");
            if (!(numbers[i] >= (i == 0 ? 0 : numbers[i - 1])) || numbers[i] > 1L << 53)
                throw new InputException($"{name} = {parts[i]}: must be at least 0 and not below the one before it");
        }
        return numbers;
    }

    /// <summary>Whether something is asked for: 1 or 0.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        null or "0" => false,
        "1" => true,
        var text => throw new InputException($"{name} = {text}: must be 0 or 1"),
    };

    private static string Short(string name, string value) => value.Length <= LongestValue
        ? value : throw new InputException($"{name}: has more than {LongestValue} characters");
}
