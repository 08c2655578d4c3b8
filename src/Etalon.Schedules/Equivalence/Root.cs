namespace Etalon.Schedules.Equivalence;

/// <summary>Which root α of x² - (1 + μ - η λ) x + μ = 0 an exponential rate grows by; see <see cref="ConstantRate"/>.</summary>
public enum Root
{
    /// <summary>From √μ to 1: slow growth, a small correction of the buffer, and stable. The one to use.</summary>
    Larger,

    /// <summary>From μ to √μ: as exact on paper, but growth per step near 1/μ² and rounding errors that grow as fast.</summary>
    Smaller,
}
