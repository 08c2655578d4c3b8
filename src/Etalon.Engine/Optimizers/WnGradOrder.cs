namespace Etalon.Engine.Optimizers;

/// <summary>When today's gradient enters the number b that divides it.</summary>
public enum WnGradOrder
{
    /// <summary>Before the step, at the first too: b = b + eta^2 |g|^2 / b; w = w - eta g / b. What the authors' code does.</summary>
    UpdateFirst,

    /// <summary>Before each step but the first, which divides by the initial b: the order of the paper and of its batch theorems.</summary>
    LookAhead,

    /// <summary>After the step, so that b does not depend on the gradient that it divides: the order of a weight-normalized gradient descent, and of the stochastic theorem.</summary>
    Lagged,
}
