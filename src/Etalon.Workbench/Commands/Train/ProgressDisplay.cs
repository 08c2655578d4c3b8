using System.Diagnostics;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>
/// Training on a terminal: one line that is rewritten in place, with a bar, the time left, speed and the loss, and a lasting line for each
/// evaluation.
/// </summary>
/// <remarks>Spectre.Console's progress bars own the thread that they run on and redraw on a timer; training needs one line, when it has
/// something new.</remarks>
internal sealed class ProgressDisplay(TextWriter error, Recipe recipe, long begin) : ITrainingObserver
{
    private const int BarWidth = 24;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly EpochMeter _meter = new((double)recipe.TotalSteps / recipe.StepsPerEpoch);
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _images, _drawn;

    public void Updated(in UpdateReport report)
    {
        _meter.Add(report);
        _images += report.Batch.Images;
        bool isLast = report.Step + 1 == recipe.TotalSteps;
        if (!isLast && Stopwatch.GetElapsedTime(_drawn) < Interval) return;
        _drawn = Stopwatch.GetTimestamp();
        Rewrite(Status(report.Step + 1));
    }

    public void Evaluated(in EvaluationReport report)
    {
        Rewrite(_meter.Line(report));
        error.WriteLine();
    }

    private string Status(long done)
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        double share = (double)done / recipe.TotalSteps;
        int full = (int)(share * BarWidth);
        var left = elapsed * ((double)(recipe.TotalSteps - done) / (done - begin));
        return $"{new string('█', full)}{new string('░', BarWidth - full)} {share,4:P0}  {Clock(elapsed)} < {Clock(left)}"
            + $"  {_images / elapsed.TotalSeconds:N0} images/s  loss {MetricText.Of(_meter.Mean.Loss)}  accuracy {_meter.Mean.Accuracy:P1}";
    }

    private static string Clock(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : $"{time:mm\\:ss}";

    // Back to the line's start, the text, and the rest of the line erased; cut so that it never wraps.
    private void Rewrite(string text)
    {
        int width = Console.WindowWidth > 0 ? Console.WindowWidth - 1 : 120;
        error.Write($"\r{(text.Length > width ? text[..width] : text)}\u001b[K");
    }
}
