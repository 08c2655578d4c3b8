using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Forecasts;

/// <summary>The forecast of one group of scale-invariant weights.</summary>
/// <param name="Name">The group, as the monitors call it.</param>
/// <param name="Curve">Norm, effective rate and angle of every update.</param>
/// <param name="Settled">What S settles at.</param>
public sealed record GroupForecast(string Name, NormCurve Curve, double Settled)
{
    /// <summary>The root of the mean square of forecast over measured norm, minus 1, and its largest magnitude.</summary>
    /// <param name="measured">Updates with the norms measured before them.</param>
    public (double Mean, double Largest) ErrorAgainst(IEnumerable<(long Step, double Norm)> measured)
    {
        var errors = measured.Select(point => Curve.NormAt(point.Step) / point.Norm - 1).ToList();
        return (Math.Sqrt(errors.Average(error => error * error)), errors.Max(Math.Abs));
    }
}
