namespace Etalon.Lab.Diagnosis;

/// <summary>
/// What the logger wrote down of the network's modules: "modules: conv1 Conv2d bias; bn1 BatchNorm2d bias eps 1e-05; ...". What follows
/// what is taken from their order.
/// </summary>
internal sealed class ModuleList
{
    private const string Label = "modules:", Weight = ".weight";

    private readonly List<(string Name, string Kind, bool HasBias)> _modules = [];

    private ModuleList() { }

    /// <summary>Of a log's note; of none, nothing is known.</summary>
    public static ModuleList Of(string? note)
    {
        var list = new ModuleList();
        int begin = note?.IndexOf(Label, StringComparison.Ordinal) ?? -1;
        if (begin < 0) return list;
        foreach (string module in note![(begin + Label.Length)..].Split(';',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = module.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2) list._modules.Add((words[0], words[1], words.Contains("bias")));
        }
        return list;
    }

    /// <summary>Layers with a bias that the normalization behind them takes out again.</summary>
    public IReadOnlyList<string> BiasesBeforeNormalization =>
        [.. Enumerable.Range(0, _modules.Count)
            .Where(i => _modules[i].HasBias && !IsNormalization(_modules[i].Kind) && i + 1 < _modules.Count
            && TakesOutBiases(_modules[i + 1].Kind)).Select(i => _modules[i].Name)];

    /// <summary>Where a group of weights stands among the modules; -1 where it is not known.</summary>
    public int PlaceOf(string group) => Find(group);

    /// <summary>Whether a normalization follows the module of a group of weights; null where the module is not known.</summary>
    public bool? IsNormalized(string group) =>
        Find(group) is var at and >= 0 ? at + 1 < _modules.Count && IsNormalization(_modules[at + 1].Kind) : null;

    /// <summary>
    /// Whether a bias stands between a group of weights and a normalization over several channels, which does not take it out.
    /// </summary>
    public bool HasBiasInside(string group) =>
        Find(group) is var at and >= 0 && _modules[at].HasBias && at + 1 < _modules.Count && IsNormalization(_modules[at + 1].Kind)
            && !TakesOutBiases(_modules[at + 1].Kind);

    private int Find(string group) => _modules.FindIndex(module => group == module.Name + Weight || group == module.Name);

    private static bool IsNormalization(string kind) => kind.Contains("Norm", StringComparison.Ordinal);

    // Those whose mean is of one channel.
    private static bool TakesOutBiases(string kind) =>
        kind.Contains("BatchNorm", StringComparison.Ordinal) || kind.Contains("InstanceNorm", StringComparison.Ordinal);
}
