using System.Globalization;
using Etalon.Lab.Numerics;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Numerics;

namespace Etalon.Lab.Training;

/// <summary>
/// The controller of <see cref="AutoDecaySpec"/>: takes the loss of every update, and gives what the schedule's rate is multiplied by.
/// </summary>
internal sealed class AutoDecay(AutoDecaySpec spec)
{
    private const string StageKey = "auto_decay_stage", LossKey = "auto_decay_loss_sum", ImagesKey = "auto_decay_images",
        SlowKey = "auto_decay_slow", LossesKey = "auto_decay_losses";

    // Of the stage at work, an epoch each; no more than two windows are looked at.
    private readonly List<double> _losses = [];
    private double _lossSum;
    private long _images, _epochs;
    private int _slow;

    /// <summary>The stage at work, from 0; the number of stages when the last one has ended.</summary>
    public int Stage { get; private set; }

    /// <summary>Whether the last stage has ended, and with it the run.</summary>
    public bool HasEnded => Stage >= spec.Stages;

    /// <summary>What the schedule's rate is multiplied by.</summary>
    public double Factor => Elementary.Pow(spec.Factor, Math.Min(Stage, spec.Stages - 1));

    /// <summary>After an update.</summary>
    /// <param name="lossSum">The sum of its examples' losses.</param>
    /// <param name="images">How many examples it had.</param>
    /// <param name="endsEpoch">Whether it is the last one of an epoch.</param>
    public void Updated(double lossSum, int images, bool endsEpoch)
    {
        _lossSum += lossSum;
        _images += images;
        if (!endsEpoch || HasEnded) return;
        _losses.Add(_lossSum / _images);
        _epochs++;
        // More than one where a fork has a smaller window than its parent.
        if (_losses.Count > 2 * spec.Window) _losses.RemoveRange(0, _losses.Count - 2 * spec.Window);
        (_lossSum, _images) = (0, 0);
        if (!StageEnds()) return;
        Stage++;
        _losses.Clear();
        (_epochs, _slow) = (0, 0);
    }

    private bool StageEnds()
    {
        int k = spec.Window;
        if (_losses.Count < k) return false;
        double[] last = [.. _losses.TakeLast(k)];
        _slow = Slope(last) > -spec.Tolerance * Math.Abs(last.Average()) ? _slow + 1 : 0;
        bool isSame = _losses.Count == 2 * k && WelchTest.PValue([.. _losses.Take(k)], last) > spec.Significance;
        return _epochs >= spec.Shortest && (_slow >= spec.Patience || isSame);
    }

    // Of the least-squares line, an epoch a unit.
    private static double Slope(double[] values)
    {
        double middle = (values.Length - 1) / 2.0, products = 0, squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            products += (i - middle) * values[i];
            squares += (i - middle) * (i - middle);
        }
        return products / squares;
    }

    /// <summary>The texts that say it in a checkpoint.</summary>
    public void Describe(IDictionary<string, string> metadata)
    {
        metadata[StageKey] = $"{Stage}";
        metadata[LossKey] = $"{_lossSum:R}";
        metadata[ImagesKey] = $"{_images}";
        metadata[SlowKey] = $"{_slow}";
        metadata[LossesKey] = string.Join(' ', [$"{_epochs}", .. _losses.Select(loss => loss.ToString("R", CultureInfo.InvariantCulture))]);
    }

    /// <summary>Refuses to continue where no stage is left, as a fork with fewer stages than its parent has passed would find.</summary>
    /// <exception cref="InputException">All stages have ended.</exception>
    public void RequireStage(long step)
    {
        if (!HasEnded) return;
        throw new InputException(
            $"auto_decay.stages = {spec.Stages}: after update {step} the parent had ended "
            + $"{(Stage == 1 ? "its first stage" : $"{Stage} stages")}, so the fork would train nothing; "
            + $"write auto_decay.stages={Stage + 1} or more, leave the controller out with auto_decay=null, or take an earlier "
            + $"checkpoint with --at");
    }

    /// <summary>
    /// What a fork should know that leaves its parent's controller out after it has lowered the rate; null where there is nothing to know.
    /// </summary>
    public static string? NoteOfLeaving(Recipe parent, Recipe fork, Checkpoint checkpoint)
    {
        if (parent.AutoDecay is not { } spec || fork.AutoDecay is not null || checkpoint.OptionalNumber(StageKey) is not > 0) return null;
        var controller = new AutoDecay(spec);
        controller.Restore(checkpoint);
        return $"auto_decay had multiplied the parent's rate by {controller.Factor:G6}; the fork leaves it out and goes on at the "
            + $"schedule's own rate, {fork.LearningRate.ValueAt(checkpoint.Step):G6}";
    }

    /// <summary>Takes on the state of a checkpoint; of a run without this controller, none.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        if (!checkpoint.Metadata.ContainsKey(StageKey)) return;
        Stage = checkpoint.Count(StageKey);
        (_lossSum, _images, _slow) = (checkpoint.Number(LossKey), checkpoint.Integer(ImagesKey), checkpoint.Count(SlowKey));
        var numbers = checkpoint.Numbers(LossesKey);
        _epochs = (long)numbers[0];
        _losses.Clear();
        _losses.AddRange(numbers[1..]);
    }
}
