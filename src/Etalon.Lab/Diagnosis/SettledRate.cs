namespace Etalon.Lab.Diagnosis;

/// <summary>Where the effective rate of a group of weights settled in a run whose optimizer sets its rate itself.</summary>
/// <param name="Group">The group's name; <c>scale_invariant</c> is all such weights together.</param>
/// <param name="First">The effective rate of the first update: what gradients are multiplied by in the end, a mean over the group, over |w|². In units of 1 over the squared gradient's.</param>
/// <param name="Settled">Its median over the last quarter of the run.</param>
/// <param name="Drift">Its last value over that in the middle of the run: 1 where it has settled; NaN where too little was measured.</param>
/// <param name="Power">p of the power law t^p through the second half of the run, by least squares in logarithms: 0 where it has settled, -1/2 for WNGrad under constant noise; NaN where too little was measured.</param>
/// <param name="Rate">The rate that SGD without momentum needs to turn the weights as far as the last updates did: <paramref name="Settled"/> |w|².</param>
/// <param name="Angle">The root mean square of the angle of an update over the last quarter, in radians; NaN where it was not measured.</param>
/// <param name="RadialShare">The root mean square of cos(g, w), which is 0 where the loss does not depend on the scale of w.</param>
public sealed record SettledRate(string Group, double First, double Settled, double Drift, double Power, double Rate, double Angle, double RadialShare);
