using Etalon.Lab.Reports;
using Etalon.Lab.RunSpecs;
using Etalon.Lab.Training;

namespace Etalon.Lab.RateTests;

/// <summary>The recipe of a <see cref="RateRangeTest"/> with the rate that it found.</summary>
public static class AppliedRate
{
    /// <summary>A recipe whose largest rate is another one: each piece of its rate, and of its groups' rates, times the same factor.</summary>
    /// <param name="spec">The recipe.</param>
    /// <param name="peak">Its largest rate.</param>
    /// <param name="rate">The new one.</param>
    internal static RunSpec To(RunSpec spec, double peak, double rate)
    {
        double factor = rate / peak;
        var applied = spec with
        {
            LearningRate = RateScaling.Of(spec.LearningRate, factor),
            Optimizer = spec.Optimizer with
            {
                Groups = [.. spec.Optimizer.Groups.Select(group => group with { LearningRate = group.LearningRate is { } own ? RateScaling.Of(own, factor) : null })],
            },
        };
        return applied with { Hash = RecipeWriter.HashOf(applied) };
    }

    /// <summary>Writes the recipe to a file, reads it back as <c>train</c> will, and compares: what was found is what will be trained with.</summary>
    /// <param name="test">A test that found a rate.</param>
    /// <param name="path">The file.</param>
    /// <returns>The recipe, as read back.</returns>
    /// <exception cref="InputException">The recipe with this rate has no equivalent form, where it asks for one.</exception>
    /// <exception cref="IOException">The file cannot be written, or reads back as another recipe.</exception>
    public static RunSpec Write(RateRangeTest test, string path)
    {
        ArgumentNullException.ThrowIfNull(test);
        double rate = test.Rate ?? throw new InvalidOperationException("the test found no rate");
        var applied = To(test.Spec, test.Peak, rate);
        // An equivalent may exist for one rate and not for another: better said now than when the recipe is trained.
        Equivalent.Of(applied);
        AtomicFile.Write(path, writer => writer.Write(
            $"""
            # {test.Spec.Name} (sha256 {test.Spec.Hash}) with all its rates times {rate / test.Peak:G6}, so that the largest is {rate:R}:
            # the middle of {test.Interval!.Value.Lower:G3} to {test.Interval.Value.Upper:G3}, which `etalon find-lr` found usable for {(test.Curves.Count == 1 ? $"seed {test.Spec.Seed}" : $"{test.Curves.Count} seeds from {test.Spec.Seed} on")}.

            """ + RecipeWriter.ToYaml(applied)));
        var read = RecipeReader.ReadFile(path);
        if (read.Hash != applied.Hash || Math.Abs(PeakOf(read) / rate - 1) > 1e-9)
            throw new IOException($"{path}: reads back as a recipe whose largest rate is {PeakOf(read):R} instead of {rate:R}; was it written to at the same time?");
        return read;
    }

    /// <summary>The largest rate of a recipe.</summary>
    /// <param name="spec">The recipe.</param>
    public static double PeakOf(RunSpec spec) => spec.LearningRate.ValueAt(PeakStepOf(spec));

    /// <summary>The first update that has it.</summary>
    internal static long PeakStepOf(RunSpec spec)
    {
        long peak = 0;
        for (long step = 1; step < spec.TotalSteps; step++)
            if (spec.LearningRate.ValueAt(step) > spec.LearningRate.ValueAt(peak)) peak = step;
        return peak;
    }
}
