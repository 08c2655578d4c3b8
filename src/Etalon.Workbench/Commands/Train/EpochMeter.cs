using System.Globalization;
using Etalon.Engine;
using Etalon.Lab.Training;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>Training loss and accuracy as means over the updates since the last evaluation, and the line that says them.</summary>
internal sealed class EpochMeter(double epochs)
{
    private double _lossSum, _rate;
    private int _correct, _labels;

    /// <summary>Means so far.</summary>
    public LossResult Mean => new(_lossSum, _correct, _labels);

    public void Add(in UpdateReport report)
    {
        _lossSum += report.Batch.LossSum;
        _correct += report.Batch.Correct;
        _labels += report.Batch.Labels;
        _rate = report.Numbers.Rate;
    }

    /// <summary>One evaluation in words; begins anew.</summary>
    public string Line(in EvaluationReport report)
    {
        int width = epochs.ToString("0.##", CultureInfo.InvariantCulture).Length;
        string line =
            $"epoch {report.Epoch.ToString("0.##", CultureInfo.InvariantCulture).PadLeft(width)}/{epochs:0.##}  train loss "
            + $"{MetricText.Of(Mean.Loss),7}  accuracy {Mean.Accuracy,8:P2}"
            + $"  test loss {MetricText.Of(report.Test.Loss),7}  accuracy {report.Test.Accuracy,8:P2}  rate "
            + $"{_rate:G4}{Groups("test", report.TestSplit)}{Groups("fit", report.Fit)}";
        (_lossSum, _correct, _labels) = (0, 0, 0);
        return line;
    }

    // As "  test simple 99.1 % complex 71.2 %".
    private static string Groups(string split, SplitResult? result) => result is not { Groups.Count: > 0 }
        ? ""
        : $"  {split} {string.Join(' ', result.Groups.Select(group => $"{group.Name.Split('/')[^1]} {group.Share:P1}"))}";
}
