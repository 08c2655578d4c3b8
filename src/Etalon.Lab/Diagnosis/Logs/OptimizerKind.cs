namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>Which laws the updates of a log follow.</summary>
internal enum OptimizerKind
{
    /// <summary>SGD's, or nobody said.</summary>
    Sgd,

    /// <summary>AdamW's: the decay is decoupled.</summary>
    AdamW,

    /// <summary>Adam's with its decay in the gradient.</summary>
    AdamWithL2,

    /// <summary>Lion's.</summary>
    Lion,

    /// <summary>Signum's.</summary>
    Signum,

    /// <summary>Muon's.</summary>
    Muon,

    /// <summary>Those of an optimizer without laws here.</summary>
    Other,
}

/// <summary>The kind of an optimizer by its class.</summary>
internal static class OptimizerKinds
{
    /// <summary>What a kind is called.</summary>
    public static string NameOf(OptimizerKind kind) => kind switch
    {
        OptimizerKind.Sgd => "SGD",
        OptimizerKind.AdamWithL2 => "Adam with its decay in the gradient",
        OptimizerKind.Other => "another optimizer",
        _ => $"{kind}",
    };

    /// <summary>The kind; SGD for no name.</summary>
    /// <param name="optimizer">The class, as PyTorch calls it.</param>
    /// <param name="isDecoupled">Whether the log says that the decay is not in the gradient.</param>
    public static OptimizerKind Of(string? optimizer, bool isDecoupled)
    {
        bool Has(string name) => optimizer.Contains(name, StringComparison.OrdinalIgnoreCase);
        return string.IsNullOrEmpty(optimizer) || optimizer.Equals("SGD", StringComparison.OrdinalIgnoreCase) ? OptimizerKind.Sgd
            : Has("lion") ? OptimizerKind.Lion
            : Has("signum") ? OptimizerKind.Signum
            : Has("muon") ? OptimizerKind.Muon
            : Has("adamw") || optimizer.Equals("Adam", StringComparison.OrdinalIgnoreCase) && isDecoupled ? OptimizerKind.AdamW
            : optimizer.Equals("Adam", StringComparison.OrdinalIgnoreCase) ? OptimizerKind.AdamWithL2
            : OptimizerKind.Other;
    }
}
