namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>What is wrong with a log and can be gone without: each kind is said once, with its first place and how often it came.</summary>
internal sealed class LogWarnings
{
    private readonly Dictionary<string, (string First, long Count, long LastLine)> _kinds = [];
    private readonly List<string> _order = [];

    /// <summary>Notes one. Those of a kind are counted, and the first is shown.</summary>
    public void Add(string kind, string text, long line)
    {
        if (!_kinds.TryGetValue(kind, out var before))
        {
            _order.Add(kind);
            before = (text, 0, line);
        }
        _kinds[kind] = (before.First, before.Count + 1, line);
    }

    /// <summary>All of them, in the order in which their kinds came.</summary>
    public IReadOnlyList<string> Lines =>
    [
        .. _order.Select(kind => _kinds[kind])
            .Select(each =>
            each.Count == 1 ? each.First : $"{each.First} (and {each.Count - 1:N0} more like it, the last in line {each.LastLine})"),
    ];
}
