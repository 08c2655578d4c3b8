namespace Etalon.Lab.Numerics;

/// <summary>A sum that keeps what rounding takes from each term, so that a million tiny ones leave no trace of their order.</summary>
internal struct CompensatedSum
{
    private double _rest;

    /// <summary>The sum so far.</summary>
    public double Value { get; private set; }

    /// <summary>Adds a term.</summary>
    public void Add(double term)
    {
        double added = term + _rest, next = Value + added;
        _rest = added - (next - Value);
        Value = next;
    }
}
