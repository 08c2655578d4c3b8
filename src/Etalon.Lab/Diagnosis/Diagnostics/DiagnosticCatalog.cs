namespace Etalon.Lab.Diagnosis;

/// <summary>Every diagnostic, in the order in which a report lists them.</summary>
internal static class DiagnosticCatalog
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Diagnostic> All { get; } =
    [
        new IntrinsicRate(),
        new TimeToEquilibrium(),
        new MixingUnitsOfPhase(),
        new EffectiveRate(),
        new NormGap(),
        new DecayShare(),
        new AngularUpdate(),
        new TurningByGradients(),
        new TimeLeft(),
        new ScaleInvariance(),
        new ExactLaw(),
        new ScheduleForcing(),
        new SdeValidity(),
        new NotInALog("D12", "stability margin",
            "the largest eigenvalue of the Hessian on the unit sphere, beside which the effective rate must stay below 2"),
        new NotInALog("D13", "equilibrium in function space", "the predictions of several runs with different seeds"),
        new NotInALog("D14", "mixing of the parameters", "the weights themselves, at two times or of two runs"),
        new Clipping(),
        new RescaleAdvice(),
        new NotInALog("D17", "equivalent schedule", "the recipe: etalon convert RECIPE --to texp"),
        new LayerBalance(),
    ];

    /// <summary>Those of optimizers whose updates have a size of their own.</summary>
    public static IReadOnlyList<Diagnostic> OfDirections { get; } =
        [new DirectionUnits(), new DirectionNorm(), new DirectionAngle(), new DirectionBalance(), new ScaleInvariance(), new ExactLaw()];
}
