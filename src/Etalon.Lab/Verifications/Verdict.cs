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

    // Of runs of one form that drifted apart by chance, one is outside of what the others span by chance too: docs/convert.md has how often
    // with so many. A sign that turns in one of n + 1 runs alone, and in that of the form, does so in (n/(n + 1))^n/(n + 1) of all cases at
    // most, 4 % for the second.
    private const int StartsInTheMean = 3, StartsOfAFault = 8;

    // How many times the largest of three changed starts a norm may be off: of normal numbers one in a hundred is. Where it is
    // not ten times nearer than the control, the control must be twice as far as that. Distances are relative: 1 is the norm itself, which
    // a norm of zero is off by, and a control that diverges is off by more.
    private const double NormScatter = 3, NormPower = 2;

    /// <summary>
    /// How many changed starts a verdict takes: one where it is clear, more where means decide, and most where the two forms are further
    /// apart than one changed start explains, since a sign that rounding turns does so in some runs and not in others.
    /// </summary>
    internal static int StartsFor(IReadOnlyList<Comparison> comparisons)
    {
        var (outputs, _, control, tolerance) = Largest(comparisons);
        return IsInTheMean(control, tolerance) ? StartsInTheMean : outputs < tolerance || double.IsInfinity(outputs) ? 1 : StartsOfAFault;
    }

    internal static Verdict Of(IReadOnlyList<Comparison> comparisons, LossStatistics losses)
    {
        var (outputs, perturbed, control, tolerance) = Largest(comparisons);
        string steps = $"{comparisons[^1].Updates} updates";
        if (IsInTheMean(control, tolerance)) return InTheMean(comparisons, losses, perturbed);
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

    private static (double Outputs, double Perturbed, double Control, double Tolerance) Largest(IReadOnlyList<Comparison> comparisons)
    {
        double perturbed = comparisons.Max(point => point.PerturbedOutputs);
        return (comparisons.Max(point => point.Outputs), perturbed, comparisons.Max(point => point.ControlOutputs),
            Math.Max(Exact, Amplification * perturbed));
    }

    private static bool IsInTheMean(double control, double tolerance) => control > Power && tolerance > Contrast * control;

    private static Verdict InTheMean(IReadOnlyList<Comparison> comparisons, LossStatistics losses, double perturbed)
    {
        var second = comparisons.Skip(comparisons.Count / 2).ToList();
        double norm = second.Average(point => Math.Abs(point.Norm)), controlNorm = second.Average(point => Math.Abs(point.ControlNorm));
        double ofControl = double.IsFinite(losses.Control) ? Contrast * Math.Abs(losses.Control) : 0,
            allowed = Math.Max(losses.Scatter, ofControl);
        double near = Contrast * Math.Min(controlNorm, 1),
            allowedNorm = Math.Max(near, NormScatter * second.Average(point => Math.Abs(point.PerturbedNorm)));
        bool lossHolds = double.IsFinite(losses.Converted) && Math.Abs(losses.Converted) <= allowed, normHolds = norm < allowedNorm,
            hasPower = controlNorm > Power && (norm < near || (allowedNorm < 1 && controlNorm > NormPower * allowedNorm));
        string why =
            $"a start changed in its last digits alone comes to differ by {Show(perturbed)}, so single outputs prove nothing. Means over "
            + $"the second half:"
            + $" loss {Show(losses.Converted)} off (allowed {Show(allowed)}, "
            + (losses.Scatter >= ofControl
                ? $"the scatter of {losses.Starts} changed starts" : "a tenth of what it is without the conversion")
            + $"), norm {Show(norm)} off P |w| (allowed {Show(allowedNorm)}, without the conversion {Show(controlNorm)})";
        return (lossHolds && normHolds, hasPower) switch
        {
            (true, true) => new(true, $"HOLDS IN THE MEAN: {why}"),
            (true, false) => new(false,
                $"NO VERDICT: {why}; that is no power: take float64, fewer steps (--steps), before rounding has grown, or more"),
            _ => new(false, $"DOES NOT HOLD: {why}"),
        };
    }

    private static string Show(double value) => Comparison.Distance(value);
}
