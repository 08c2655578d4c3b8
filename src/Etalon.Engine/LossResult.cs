namespace Etalon.Engine;

/// <summary>What a forward pass over a batch gave.</summary>
/// <param name="LossSum">The sum of the examples' losses.</param>
/// <param name="Correct">How many examples were predicted right.</param>
/// <param name="Images">How many examples the batch had.</param>
public readonly record struct LossResult(double LossSum, int Correct, int Images)
{
    /// <summary>The mean loss: what training minimizes.</summary>
    public double Loss => LossSum / Images;

    /// <summary>The share of examples that were predicted right.</summary>
    public double Accuracy => (double)Correct / Images;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(LossResult), PrintMembers);
}
