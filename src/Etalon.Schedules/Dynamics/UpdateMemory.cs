namespace Etalon.Schedules.Dynamics;

/// <summary>
/// What the weights still hold of past updates that the next one is correlated with: Σ r_j a_j over j from 1, where a_j is the rate of the
/// update j before, shrunk by the decay since. Of w' = ρ w - η U it is -E U·w/E|U|².
/// </summary>
/// <remarks>
/// From no update on. Within some lags each update is held; beyond them correlations are sums of powers, and each of those needs one
/// number.
/// </remarks>
internal sealed class UpdateMemory
{
    private readonly double[] _correlations, _held, _beyond;
    private readonly (double First, double Ratio)[] _powers;
    private int _newest;

    /// <param name="correlations">r_j for j from 1, at least one; beyond them come the powers.</param>
    /// <param name="powers">Of each power what it is at the first lag beyond, and its ratio from lag to lag.</param>
    public UpdateMemory(double[] correlations, (double First, double Ratio)[] powers)
    {
        (_correlations, _powers) = (correlations, powers);
        (_held, _beyond) = (new double[correlations.Length], new double[powers.Length]);
    }

    /// <summary>Σ r_j a_j.</summary>
    public double Sum { get; private set; }

    /// <summary>Takes in an update.</summary>
    /// <param name="rate">η.</param>
    /// <param name="kept">ρ = 1 - η λ, what the update leaves of those before.</param>
    public void Add(double rate, double kept)
    {
        var last = _held.Length - 1;
        _newest = _newest == 0 ? last : _newest - 1;
        var leaving = kept * _held[_newest];
        double sum = 0;
        for (var power = 0; power < _powers.Length; power++)
        {
            var (first, ratio) = _powers[power];
            sum += _beyond[power] = ratio * kept * _beyond[power] + first * leaving;
        }
        for (var i = 0; i < _held.Length; i++) _held[i] *= kept;
        _held[_newest] = rate;
        for (var lag = 0; lag <= last; lag++)
            sum += _correlations[lag] * _held[_newest + lag <= last ? _newest + lag : _newest + lag - last - 1];
        Sum = sum;
    }
}
