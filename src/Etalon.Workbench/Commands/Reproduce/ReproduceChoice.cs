using System.CommandLine;
using Etalon.Engine;
using Etalon.Lab;
using Etalon.Lab.Claims;
using Etalon.Lab.Claims.Shared;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary>Which claims, at which scale and into which folder: what all verbs of <c>etalon reproduce</c> are asked.</summary>
internal sealed class ReproduceChoice
{
    private readonly Argument<string[]> _claims = new("claim")
    {
        Description = "Which claims; several are told in one report. Without any they are listed.",
        HelpName = "CLAIM",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _all = new("--all") { Description = "All claims, one report; --quick unless another scale is given." },
        _quick = new("--quick") { Description = "Small networks, no data to get: all in minutes." },
        _standard = new("--standard")
        {
            Description = "Real images and networks of middle size: all in hours. The default of a single claim.",
        },
        _paper = new("--paper") { Description = "The papers' own settings as far as known: for a cluster." };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "The folder of the report; reports/CLAIM, reports/several-SCALE or reports/all-SCALE unless given.",
        HelpName = "DIR",
    };

    private readonly Option<int?> _seeds = NumberOption.Integer(
        "--seeds", "N", "Runs of each kind, where the claim is about many; fewer are quicker and prove less.");

    private readonly Option<int?> _threads = CommonOptions.Threads();

    /// <summary>Adds argument and options.</summary>
    /// <param name="command">The command.</param>
    /// <param name="computes">Whether it computes, and is asked on how many threads.</param>
    public void AddTo(Command command, bool computes)
    {
        command.Arguments.Add(_claims);
        foreach (var option in (ReadOnlySpan<Option>)[_all, _quick, _standard, _paper, _out, _seeds]) command.Options.Add(option);
        if (computes) command.Options.Add(_threads);
    }

    /// <summary>The threads asked for; null for none.</summary>
    public int? Threads(ParseResult parsed) => parsed.GetValue(_threads);

    /// <summary>Whether none is named.</summary>
    public bool IsNone(ParseResult parsed) => parsed.GetValue(_claims) is null or [] && !parsed.GetValue(_all);

    /// <summary>Whether --all or several claims are asked for, which are told in one report.</summary>
    public bool IsTogether(ParseResult parsed) => parsed.GetValue(_all) || parsed.GetValue(_claims) is { Length: > 1 };

    /// <summary>The claims, each once, in the order in which they are named.</summary>
    /// <exception cref="InputException">There is none of that name, or none is named.</exception>
    public IReadOnlyList<Claim> Claims(ParseResult parsed)
    {
        string[] names = parsed.GetValue(_claims) ?? [];
        if (parsed.GetValue(_all))
            return names.Length == 0
                ? ClaimCatalog.All
                : throw new InputException($"{string.Join(' ', names)} --all: name claims, or ask for all");
        if (names.Length == 0) throw new InputException("which claim? Name one, or give --all; etalon reproduce --list lists them");
        return [.. names.Select(ClaimCatalog.Find).Distinct()];
    }

    /// <summary>Where and how they are reproduced.</summary>
    /// <exception cref="InputException">No claim, several scales, or seeds of several claims.</exception>
    public ClaimRun Run(ParseResult parsed, CancellationToken cancellation)
    {
        _ = Claims(parsed);
        bool isTogether = IsTogether(parsed);
        var scale = Scale(parsed, isTogether ? ClaimScale.Quick : ClaimScale.Standard);
        if (isTogether && parsed.GetValue(_seeds) is { } seeds)
            throw new InputException($"--seeds {seeds}: claims need different numbers of seeds; leave it out, or name one claim");
        var error = parsed.InvocationConfiguration.Error;
        return new ClaimRun
        {
            Folder = parsed.GetValue(_out) ?? Path.Combine("reports", FolderName(parsed, scale)),
            Scale = scale,
            Threads = ThreadCount.Of(parsed.GetValue(_threads), BatchChunks.Most, "a batch is cut", error),
            Seeds = parsed.GetValue(_seeds),
            Report = error.WriteLine,
            Cancellation = cancellation,
        };
    }

    /// <summary>The words that ask for the same again, from claims to scale; the folder is told beside them.</summary>
    public IReadOnlyList<string> Words(ParseResult parsed, ClaimScale scale) =>
    [
        .. parsed.GetValue(_all) ? ["--all"] : parsed.GetValue(_claims) ?? [],
        $"--{ScaleWords.Of(scale)}",
        .. parsed.GetValue(_seeds) is { } seeds ? ["--seeds", $"{seeds}"] : (string[])[],
    ];

    /// <summary>The same with the folder, where one is given.</summary>
    public IReadOnlyList<string> WordsWithFolder(ParseResult parsed, ClaimScale scale) =>
        [.. Words(parsed, scale), .. parsed.GetValue(_out) is { } folder ? ["--out", folder] : (string[])[]];

    private string FolderName(ParseResult parsed, ClaimScale scale) => parsed.GetValue(_all)
        ? $"all-{ScaleWords.Of(scale)}"
        : parsed.GetValue(_claims) is { Length: > 1 } ? $"several-{ScaleWords.Of(scale)}"
            : Claims(parsed)[0].Name;

    private ClaimScale Scale(ParseResult parsed, ClaimScale otherwise)
    {
        ClaimScale[] asked =
        [
            .. new[] { (_quick, ClaimScale.Quick), (_standard, ClaimScale.Standard), (_paper, ClaimScale.Paper) }
                .Where(option => parsed.GetValue(option.Item1)).Select(option => option.Item2),
        ];
        return asked.Length <= 1
            ? asked.Append(otherwise).First()
            : throw new InputException($"{string.Join(" and ", asked.Select(scale => $"--{ScaleWords.Of(scale)}"))}: name one scale");
    }
}
