namespace Etalon.Lab.Claims.Shared;

/// <summary>How large an experiment is.</summary>
internal enum ClaimScale
{
    /// <summary>Small networks on data that need no download; all claims together in minutes.</summary>
    Quick,

    /// <summary>Real images and networks of middle size; all claims together in hours.</summary>
    Standard,

    /// <summary>The papers' own settings as far as they are known; for a cluster.</summary>
    Paper,
}

/// <summary>What a claim costs at a scale.</summary>
/// <param name="Minutes">On two cores of the machine that it was measured on.</param>
/// <param name="Sets">The data sets that it needs; none of those that are built in or generated.</param>
internal sealed record ClaimCost(double Minutes, params IReadOnlyList<string> Sets)
{
    /// <summary>As in <c>0.4 min</c> or <c>2.5 h, cifar10</c>.</summary>
    public override string ToString() =>
        $"{(Minutes < 90 ? $"{Minutes:0.##} min" : $"{Minutes / 60:0.#} h")}{(Sets.Count == 0 ? "" : $", {string.Join(" and ", Sets)}")}";
}
