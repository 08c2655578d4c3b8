using System.Text.Json;
using Etalon.Lab.Charts;
using Etalon.Lab.Conversions;
using Etalon.Workbench.Json;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>convert --decay</c> prints: one weight decay in the words of each convention.</summary>
internal static class NamedDecaysReport
{
    private static readonly Dictionary<string, string> Formulas = new()
    {
        ["torch"] = "1 - η λ",
        ["paper"] = "1 - (η/η_peak) λ",
        ["unscheduled"] = "1 - λ",
        ["adamc"] = "1 - η² λ/η_peak",
    };

    public static void Print(NamedDecays decays, string convention, TextWriter output)
    {
        var screen = Terminal.Of(output);
        screen.WriteHeading($"{decays.Recipe.Name}: its weight decay, read as {convention}, in every convention", output);
        output.WriteLine();
        Table(decays, screen.Width, output);
        foreach (var group in decays.Groups)
        {
            output.WriteLine();
            output.WriteLine($"optimizer.groups.{group.Group}, which has numbers of its own");
            Table(group, screen.Width, output);
        }
        output.WriteLine();
        foreach (var line in WrappedText.Lines("",
            "All of them are the same run. Etalon and PyTorch's AdamW take the first; fully-decoupled is another name of paper."
            + (decays.Decays[0].Table is null ? " So neither can train this one." : ""),
            screen.Width))
            output.WriteLine(line);
    }

    private static void Table(NamedDecays decays, int width, TextWriter output)
    {
        long peak = decays.Peak, last = decays.Source.End - 1;
        output.WriteLine($"{"convention",-12} {"a step leaves",-17} {"λ at 0",11} {$"at {peak}",11} {$"at {last}",11}  of one number");
        foreach (var decay in decays.Decays)
        {
            if (decay.Table is not { } table)
            {
                foreach (var line in WrappedText.Lines($"{decay.Word,-12} ", $"none: {decay.Reason}", width)) output.WriteLine(line);
                continue;
            }
            List<double> moving = [.. table.Steps.ToArray().Where(row => row.Rate > 0).Select(row => row.WeightDecay)];
            bool isOne = moving.Count > 0 && moving.Max() - moving.Min() <= 1e-12 * Math.Abs(moving.Max());
            output.WriteLine(
                $"{decay.Word,-12} {Formulas[decay.Word],-17} {table[0].WeightDecay,11:G5} {table[peak].WeightDecay,11:G5} "
                + $"{table[last].WeightDecay,11:G5}  {(isOne ? "yes" : "no")}");
        }
    }

    public static void WriteCsv(NamedDecays decays, TextWriter writer)
    {
        List<(string Name, NamedDecay Decay)> columns =
            [.. from all in decays.Groups.Prepend(decays)
                from decay in all.Decays
                select (all.Group is null ? decay.Word : $"{decay.Word}/{all.Group}", decay)];
        writer.WriteLine("step" + string.Concat(columns.Select(column => $",{column.Name}")));
        for (long step = 0; step < decays.Source.End; step++)
            writer.WriteLine(
                $"{step}"
                + string.Concat(columns.Select(column => column.Decay.Table is { } table ? $",{table[step].WeightDecay:R}" : ",")));
    }

    public static void WriteJson(NamedDecays decays, string convention, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Recipe = decays.Recipe.Name,
            ReadAs = convention,
            Peak = decays.Peak,
            Conventions = Conventions(decays),
            Groups = decays.Groups.Select(group => new { Parameters = group.Group, group.Peak, Conventions = Conventions(group) }),
        },
        JsonFormat.Options));

    private static IEnumerable<object> Conventions(NamedDecays decays) => decays.Decays.Select(decay => new
    {
        Convention = decay.Word,
        AtStart = decay.Table?[0].WeightDecay,
        AtPeak = decay.Table?[decays.Peak].WeightDecay,
        AtEnd = decay.Table?[decays.Source.End - 1].WeightDecay,
        decay.Reason,
    });
}
