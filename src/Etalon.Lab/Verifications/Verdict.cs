namespace Etalon.Lab.Verifications;

/// <summary>What a verification found.</summary>
/// <param name="Holds">Whether the two recipes were seen to be the same training run.</param>
/// <param name="Sentence">Why, with the numbers.</param>
internal sealed record Verdict(bool Holds, string Sentence)
{
    /// <summary>The largest difference of outputs, relative, that counts as none in float64.</summary>
    public const double Exact = 1e-8;

    /// <summary>
    /// Where a network amplifies rounding faster: how many times as far as a changed start the converted run may be, for it rounds at every
    /// update.
    /// </summary>
    public const double Amplification = 100;

    /// <summary>How far the control must be for the test to say anything.</summary>
    public const double Power = 1e-2;

    // Below a tenth of the control's distance an agreement tells the two apart.
    private const double Contrast = 0.1;

    // Standard errors.
    private const double Confidence = 3;

    internal static Verdict Of(IReadOnlyList<Comparison> comparisons, LossStatistics losses)
    {
        double outputs = comparisons.Max(point => point.Outputs), perturbed = comparisons.Max(point => point.PerturbedOutputs);
        double control = comparisons.Max(point => point.ControlOutputs), tolerance = Math.Max(Exact, Amplification * perturbed);
        string steps = $"{comparisons[^1].Updates} updates";
        if (control > Power && tolerance > Contrast * control) return InTheMean(comparisons, losses, perturbed);
        if (!(outputs < tolerance))
            return new(false,
                $"DOES NOT HOLD: in {steps} the outputs came to differ by {Show(outputs)}, and at most {Show(tolerance)} is rounding (a "
                + $"start changed in its last digits: {Show(perturbed)})");
        if (!(control > Power))
            return new(false,
                $"NO VERDICT: in {steps} the run without the conversion differs by {Show(control)} only, so the test has no power; take "
                + $"more steps (--steps), or a part of the schedule with larger rate and decay");
        return new(true,
            $"HOLDS: in {steps} the outputs differ by at most {Show(outputs)} (a start changed in its last digits: {Show(perturbed)}); "
            + $"without the conversion by {Show(control)}");
    }

    /// <summary>Of a form that is nearly the recipe: whether what it leaves out is little beside what the lost decay does.</summary>
    /// <param name="comparisons">How far they were apart.</param>
    /// <param name="memoryError">η λ/(1 - β₂) at its largest.</param>
    internal static Verdict OfApproximation(IReadOnlyList<Comparison> comparisons, double memoryError)
    {
        double outputs = comparisons.Max(point => point.Outputs), control = comparisons.Max(point => point.ControlOutputs);
        string steps = $"{comparisons[^1].Updates} updates";
        if (!(control > Power))
            return new(false,
                $"NO VERDICT: in {steps} the run without the conversion differs by {Show(control)} only, so the test has no power; take "
                + $"more steps (--steps), or a part of the schedule with larger rate and decay");
        bool holds = outputs < Contrast * control;
        return new(holds,
            $"{(holds ? "HOLDS NEARLY" : "DOES NOT HOLD")}: in {steps} the outputs came to differ by {Show(outputs)}, without the "
            + $"conversion by {Show(control)}; a tenth of that is allowed. The form "
            + $"leaves out η λ/(1 - β₂) = {memoryError:G3}; adam is exact");
    }

    private static Verdict InTheMean(IReadOnlyList<Comparison> comparisons, LossStatistics losses, double perturbed)
    {
        var second = comparisons.Skip(comparisons.Count / 2).ToList();
        double norm = second.Average(point => Math.Abs(point.Norm)), controlNorm = second.Average(point => Math.Abs(point.ControlNorm));
        double allowed = Confidence * (Math.Abs(losses.Perturbed) + losses.PerturbedError);
        bool lossHolds = Math.Abs(losses.Converted) <= allowed, normHolds = norm < Contrast * controlNorm, hasPower = controlNorm > Power;
        string why =
            $"a start changed in its last digits alone comes to differ by {Show(perturbed)}, so single outputs prove nothing. Means over "
            + $"the second half:"
            + $" loss {Show(losses.Converted)} off (allowed {Show(allowed)}, from the changed start's scatter), norm {Show(norm)} off P "
            + $"|w| (without the conversion {Show(controlNorm)})";
        return (lossHolds && normHolds, hasPower) switch
        {
            (true, true) => new(true, $"HOLDS IN THE MEAN: {why}"),
            (true, false) => new(false, $"NO VERDICT: {why}; that is no power: take float64, or more steps (--steps)"),
            _ => new(false, $"DOES NOT HOLD: {why}"),
        };
    }

    private static string Show(double value) => Comparison.Distance(value);
}
