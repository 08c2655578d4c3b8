using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Curvature;

namespace Etalon.Lab.Claims.DecayExplanations;

/// <summary>The leading eigenvalue of the Hessian in a run.</summary>
/// <param name="Arm">The run's setting.</param>
/// <param name="Step">The updates done.</param>
/// <param name="Rate">The rate of the last of them.</param>
/// <param name="Hessian">The eigenvalue.</param>
public sealed record CurvatureReading(ExperimentArm Arm, long Step, double Rate, HessianReading Hessian);
