namespace Etalon.Lab.Simulations;

/// <summary>The gradient of a sub-step; its noise has l times the covariance of a minibatch gradient's.</summary>
public enum SubStepRule
{
    /// <summary>One minibatch gradient; l = 1 only.</summary>
    Minibatch,

    /// <summary>
    /// Stochastic variance amplified gradient: (1 + r)/2 g1 + (1 - r)/2 g2 with r = sqrt(2 l - 1) and two independent minibatch gradients
    /// (Li, Malladi, Arora, NeurIPS 2021). With l = 1 it is SGD.
    /// </summary>
    Svag,

    /// <summary>Euler and Maruyama's step of the SDE dW = -eta (grad L + lambda W) dt + eta Sigma^(1/2) dB, time 1/l: grad L + sqrt(l) xi.</summary>
    EulerMaruyama,
}
