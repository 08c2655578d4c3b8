namespace Etalon.Lab.Simulations;

/// <summary>How a step of a run is taken: at once, as training does it, or in l smaller ones that come closer and closer to the SDE.</summary>
/// <param name="Rule">What a smaller step uses as its gradient.</param>
/// <param name="Count">l, at least 1; the rate of each is eta/l.</param>
public readonly record struct SubSteps(SubStepRule Rule, int Count)
{
    /// <summary>One update, with one minibatch gradient.</summary>
    public static SubSteps None { get; } = new(SubStepRule.Minibatch, 1);

    /// <summary>The share of the squared gradient of the mean loss that drives the norm beside Tr Sigma: S = Tr Sigma + |grad L|^2 / l.</summary>
    public double GradientShare => 1.0 / Count;
}
