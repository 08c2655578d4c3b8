namespace Etalon.Lab.Simulations;

/// <summary>Means over the steps of one replica, from <see cref="Simulation.MeanFrom"/> on.</summary>
/// <param name="SquaredNorm">Of |w|^2.</param>
/// <param name="FourthNorm">Of |w|^4.</param>
/// <param name="EighthNorm">Of |w|^8.</param>
/// <param name="SquaredGradient">Of |grad L|^2 on the unit sphere, L the loss without noise.</param>
/// <param name="Cosine">Of the cosine of the angle that one update turns the direction by.</param>
/// <param name="CosineAfterLag">Of the cosine between directions <see cref="Simulation.Lag"/> steps apart.</param>
/// <param name="CosineAfterTwoLags">And twice as many.</param>
/// <param name="Loss">Of L.</param>
public readonly record struct ReplicaMeans(
    double SquaredNorm, double FourthNorm, double EighthNorm, double SquaredGradient, double Cosine, double CosineAfterLag, double CosineAfterTwoLags, double Loss);
