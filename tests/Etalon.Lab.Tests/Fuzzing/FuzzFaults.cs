namespace Etalon.Lab.Tests.Fuzzing;

/// <summary>What went wrong in many cases: each kind once, with its first case and how often it came.</summary>
internal sealed class FuzzFaults
{
    private readonly SortedDictionary<string, (string First, int Count)> _kinds = new(StringComparer.Ordinal);

    /// <summary>How many cases a test tries: a hundredth of the whole, or what ETALON_CASES says.</summary>
    public static int Cases(int whole) =>
        Environment.GetEnvironmentVariable("ETALON_CASES") is { } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : whole / 100;

    /// <summary>The first case, so that the whole may be tried in parts: ETALON_FIRST, or 0.</summary>
    public static int First =>
        Environment.GetEnvironmentVariable("ETALON_FIRST") is { } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : 0;

    /// <summary>Notes one.</summary>
    public void Add(string kind, string what)
    {
        var before = _kinds.GetValueOrDefault(kind, (what, 0));
        _kinds[kind] = (before.Item1, before.Item2 + 1);
    }

    /// <summary>Notes what nobody expected, by its type and where it came from.</summary>
    public void Add(Exception exception, string what) =>
        Add($"{exception.GetType().Name} "
            + $"{exception.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Etalon.", StringComparison.Ordinal))?.Trim()}",
            $"{what}\n{exception}");

    /// <summary>All kinds.</summary>
    public override string ToString() =>
        string.Join("\n\n", _kinds.Select(kind => $"{kind.Value.Count} x {kind.Key}\nfirst: {kind.Value.First}"));

    /// <summary>Fails where there is any.</summary>
    public void AssertNone() => Assert.True(_kinds.Count == 0, ToString());
}
