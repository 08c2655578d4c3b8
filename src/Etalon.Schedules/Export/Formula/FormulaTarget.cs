namespace Etalon.Schedules.Export;

/// <summary>What a formula is for.</summary>
/// <param name="Horizon">The step before which the run ends.</param>
/// <param name="ExponentLimit">Up to this magnitude of x, e^x and its inverse are ordinary numbers of the target's number type.</param>
/// <param name="IsLogarithm">Whether the logarithm of the value is asked for.</param>
internal readonly record struct FormulaTarget(double Horizon, double ExponentLimit, bool IsLogarithm)
{
    /// <summary>The value, or the logarithm where that is asked for, of a schedule that this one is made of.</summary>
    public Formula Part(string name, Schedule schedule, Formula time, double horizon) =>
        new Formula.Part(name, schedule, time, horizon, IsLogarithm);

    /// <summary>The condition under which e^x is an ordinary number.</summary>
    public Condition IsOrdinary(Formula x) => new(Formula.Abs(x), "<=", ExponentLimit);
}
