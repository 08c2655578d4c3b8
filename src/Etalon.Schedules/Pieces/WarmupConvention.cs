namespace Etalon.Schedules;

/// <summary>Which fraction of the peak step <c>t</c> of a warm-up of <c>w</c> steps has. The codes in use disagree by one step.</summary>
/// <example>
/// <code>
/// Console.WriteLine(new Warmup(1, length: 4, WarmupConvention.Between).ValueAt(0)); // 0.2
/// Console.WriteLine(new Warmup(1, length: 4, WarmupConvention.EndAtPeak).ValueAt(0)); // 0.25
/// Console.WriteLine(new Warmup(1, length: 4, WarmupConvention.StartAtZero).ValueAt(0)); // 0
/// </code>
/// </example>
public enum WarmupConvention
{
    /// <summary>
    /// <c>(t + 1)/(w + 1)</c>: neither 0 at the first step nor the peak at the last, so no update is wasted and the peak is not doubled
    /// (nanoGPT). The default.
    /// </summary>
    Between,

    /// <summary><c>(t + 1)/w</c>: the last step of the warm-up has the peak already (llm.c).</summary>
    EndAtPeak,

    /// <summary><c>t/w</c>: the first update has the value 0 and does nothing (Optax, the transformers library).</summary>
    StartAtZero,
}
