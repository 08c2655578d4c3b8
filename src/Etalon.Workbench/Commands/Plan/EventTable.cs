using Etalon.Lab.Charts;
using Etalon.Lab.Planning;

namespace Etalon.Workbench.Commands;

/// <summary>
/// What happens when, in lines no longer than a screen: a table, its words wrapped where they must be; where they have no room beside the
/// other columns, they stand without columns.
/// </summary>
internal static class EventTable
{
    // Less than four words a line is hard to read.
    private const int LeastWords = 24;

    private const string Step = "step", Epoch = "epoch", Quantity = "quantity", What = "what", Value = "value";

    /// <summary>The lines.</summary>
    /// <param name="rows">Quantities and what happens to them, in order.</param>
    /// <param name="stepsPerEpoch">Updates an epoch.</param>
    /// <param name="width">Columns.</param>
    public static IReadOnlyList<string> Lines(
        IReadOnlyList<(string Quantity, ScheduleEvent Event)> rows, long stepsPerEpoch, int width)
    {
        int quantity = Widest(rows.Select(row => row.Quantity)), what = Widest(rows.Select(row => row.Event.What));
        int value = Widest(rows.Select(row => row.Event.Text).Append(Value));
        int words = Math.Min(what, width - (10 + 2 + 8 + 2 + quantity + 2 + 2 + value));
        if (words < Math.Min(what, LeastWords)) return Narrow(rows, stepsPerEpoch, width);
        return
        [
            $"{Step,10}  {Epoch,8}  {Quantity.PadRight(quantity)}  {What.PadRight(words)}  {Value}",
            .. rows.SelectMany(row =>
            {
                var lines = WrappedText.Lines("", row.Event.What, words).ToList();
                string before = $"{row.Event.Step,10}  {EpochOf(row.Event, stepsPerEpoch),8}  {row.Quantity.PadRight(quantity)}  ";
                return lines.Select((line, i) =>
                    i == 0 ? $"{before}{line.PadRight(words)}  {row.Event.Text}" : $"{new string(' ', before.Length)}{line}");
            }),
        ];
    }

    private static IReadOnlyList<string> Narrow(IReadOnlyList<(string Quantity, ScheduleEvent Event)> rows, long stepsPerEpoch, int width)
    {
        int step = Widest(rows.Select(row => $"{row.Event.Step}").Append(Step));
        int epoch = Widest(rows.Select(row => EpochOf(row.Event, stepsPerEpoch)).Append(Epoch));
        return
        [
            $"{Step.PadLeft(step)}  {Epoch.PadLeft(epoch)}  {What}",
            .. rows.SelectMany(row => WrappedText.Lines(
                $"{$"{row.Event.Step}".PadLeft(step)}  {EpochOf(row.Event, stepsPerEpoch).PadLeft(epoch)}  ",
                $"{row.Quantity}: {row.Event.What}, {Value} {row.Event.Text}", width)),
        ];
    }

    private static string EpochOf(ScheduleEvent happening, long stepsPerEpoch) => $"{happening.Step / (double)stepsPerEpoch:0.##}";

    private static int Widest(IEnumerable<string> texts) => texts.Max(text => text.Length);
}
