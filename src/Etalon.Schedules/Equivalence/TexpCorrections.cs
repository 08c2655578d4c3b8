namespace Etalon.Schedules.Equivalence;

/// <summary>Which corrections of the buffer a TEXP run makes.</summary>
public enum TexpCorrections
{
    /// <summary>At the start and where each phase starts: exact.</summary>
    All,

    /// <summary>At the start alone: off by about (η λ)² where a phase starts.</summary>
    StartOnly,

    /// <summary>None: off by about η λ/(1 - μ)² at the start.</summary>
    None,
}
