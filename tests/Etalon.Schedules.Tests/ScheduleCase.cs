namespace Etalon.Schedules.Tests;

/// <summary>One schedule with what it must be at its edges, computed by hand from its documentation.</summary>
/// <param name="Schedule">The schedule, 10 steps long where it ends at all.</param>
/// <param name="First">The value at step 0.</param>
/// <param name="Last">The value at step 9.</param>
/// <param name="Past">The value at step 10, the first one past the end.</param>
public sealed record ScheduleCase(Schedule Schedule, double First, double Last, double Past)
{
    /// <summary>Every kind of schedule at least once; a new kind costs one line here.</summary>
    public static IReadOnlyList<ScheduleCase> All { get; } =
    [
        new(new Constant(0.1), 0.1, 0.1, 0.1),
        new(new Constant(0.1, 10), 0.1, 0.1, 0.1),
        new(new Linear(1, 2, 10), 1, 1.9, 2),
        new(new Linear(1, 2, 10, inclusive: true), 1, 2, 2),
        new(new Cosine(1, 0, 10), 1, 0.024471741852423234, 0),
        new(new Cosine(1, 0, 10, inclusive: true), 1, 0, 0),
        new(new Polynomial(1, 0, 10, power: 2), 1, 0.01, 0),
        new(new Polynomial(1, 0, 10, power: 2, inclusive: true), 1, 0, 0),
        new(new Exponential(1, 2), 1, 512, 1024),
        new(new Exponential(1, 4, every: 2, length: 10), 1, 512, 1024),
        new(new Steps(1, [5, 9], 0.1), 1, 0.01, 0.01),
        new(new Steps(1, [5, 10], 0.1, length: 10), 1, 0.1, 0.1),
        new(new InverseSqrt(1, 3), 1, 0.5, 0.48038446141526137),
        new(new InverseSqrt(1, 3, length: 10), 1, 0.5, 0.48038446141526137),
        new(new Restarts(1, 0, 5), 1, 0.09549150281252627, 1),
        new(new Restarts(1, 0, 2, growth: 2, peakDecay: 0.5, length: 10), 1, 0.25 * 0.6913417161825449, 0.25 * 0.6913417161825449),
        new(new Triangular(0, 1, 10), 0, 0.2, 0),
        new(new Triangular(0, 1, 4, decay: 0.5, length: 10), 0, 0.125, 0.25),
        new(OneCycle.OfPeak(1, 10), 0.04, 4e-6, 4e-6),
        new(new OneCycle(0, 1, 0.5, 10, rise: 0.4, RampShape.Linear, threePhase: true), 0, 0.5, 0.5),
        new(new WarmupStableDecay(1, 3, 3, 4), 0.25, 0.25, 0),
        new(new WarmupStableDecay(1, 3, 3, 4, to: 0.1, RampShape.Sqrt, WarmupConvention.EndAtPeak), 1.0 / 3, 1 - 0.9 * 0.8660254037844386,
            0.1),
        new(new Table([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 1, 10, 10),
        new(new Table([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], logarithmic: true), 1, Math.E, Math.E),
        new(new Warmup(1, 10), 1.0 / 11, 10.0 / 11, 1),
        new(new Warmup(1, 10, WarmupConvention.EndAtPeak), 0.1, 1, 1),
        new(new Warmup(1, 10, WarmupConvention.StartAtZero), 0, 0.9, 1),
        new(new Sequence(new Linear(0, 1, 5), new Cosine(1, 0, 5)), 0, 0.09549150281252627, 0),
        new(new Sequence(new Linear(0, 1, 0), new Steps(1, [5], 0.5)), 1, 0.5, 0.5),
        new(new Scaled(new Linear(1, 2, 10), 3), 3, 5.7, 6),
        new(new Scaled(new Constant(1), 0.5, logFactor: 1), 0.5 * Math.E, 0.5 * Math.E, 0.5 * Math.E),
        new(new Repeated(new Linear(0, 1, 5)), 0, 0.8, 0),
        new(new Repeated(new Linear(0, 1, 5), times: 2), 0, 0.8, 1),
        new(new Stretched(new Linear(1, 2, 5), 2), 1, 1.9, 2),
        new(new Stretched(new Linear(1, 2, 20), 0.5), 1, 1.9, 2),
    ];
}
