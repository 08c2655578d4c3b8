using System.Net;

namespace Etalon.Workbench.Dashboard;

/// <summary>What a page is served of, and where.</summary>
internal sealed record DashboardOptions
{
    /// <summary>The folder of all runs.</summary>
    public required string Runs { get; init; }

    /// <summary>The folder of the claims' reports.</summary>
    public string Reports { get; init; } = "reports";

    /// <summary>The address that is listened on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; }

    /// <summary>The path before all pages, without a slash at its end; empty for none.</summary>
    public string Base { get; init; } = "";

    /// <summary>What a browser must know; null where only this machine can ask.</summary>
    public string? Token { get; init; }

    /// <summary>Where indexes of long metrics are kept; null for nowhere.</summary>
    public string? Cache { get; init; } = IndexCache.UsualFolder;
}
