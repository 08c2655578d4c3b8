namespace Etalon.Lab.Simulations;

/// <summary>
/// How a step of a run is taken: at once, as training does it, or in l smaller ones that come closer and closer to the SDE.
/// </summary>
/// <param name="Rule">What a smaller step uses as its gradient.</param>
/// <param name="Count">l, at least 1; the rate of each is eta/l.</param>
internal readonly record struct SubSteps(SubStepRule Rule, int Count)
{
    /// <summary>One update, with one minibatch gradient.</summary>
    public static SubSteps None { get; } = new(SubStepRule.Minibatch, 1);

    /// <summary>
    /// The share of the squared gradient of the mean loss that drives the norm beside Tr Sigma: S = Tr Sigma + |grad L|^2 / l.
    /// </summary>
    public double GradientShare => 1.0 / Count;
}

/// <summary>The gradient of a sub-step; its noise has l times the covariance of a minibatch gradient's.</summary>
internal enum SubStepRule
{
    /// <summary>One minibatch gradient; l = 1 only.</summary>
    Minibatch,

    /// <summary>
    /// Stochastic variance amplified gradient: (1 + r)/2 g1 + (1 - r)/2 g2 with r = sqrt(2 l - 1) and two independent minibatch gradients
    /// (Li, Malladi, Arora, NeurIPS 2021). With l = 1 it is SGD.
    /// </summary>
    Svag,

    /// <summary>
    /// Euler and Maruyama's step of the SDE dW = -eta (grad L + lambda W) dt + eta Sigma^(1/2) dB, time 1/l: grad L + sqrt(l) xi.
    /// </summary>
    EulerMaruyama,
}
