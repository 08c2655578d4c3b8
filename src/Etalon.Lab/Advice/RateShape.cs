namespace Etalon.Lab.Advice;

/// <summary>How the rate moves over a run: what of it counts for the mixing units, and how a recipe writes it.</summary>
internal abstract record RateShape
{
    private RateShape() { }

    /// <summary>The updates at the peak rate that give as many mixing units as the part of the run that must forget the start: n.</summary>
    /// <param name="total">Updates of the run: T.</param>
    /// <param name="warmup">Those of them in which the rate rises in a line: they count half, and what falls after them is as much
    /// shorter.</param>
    public abstract double UpdatesAtPeak(long total, long warmup);

    /// <summary>The same for each phase, of which the first must forget the start.</summary>
    public virtual IReadOnlyList<double> UpdatesOfPhases(long total, long warmup) => [UpdatesAtPeak(total, warmup)];

    /// <summary>The update by which a warm-up must be over: the rate falls from there on, however far it has risen.</summary>
    public virtual long FirstFall(long total) => total;

    /// <summary>The rate at the end over its peak.</summary>
    public abstract double AtEnd { get; }

    /// <summary>In words.</summary>
    public abstract string Words { get; }

    /// <summary>The piece, as a recipe has it after a warm-up.</summary>
    /// <param name="rate">The peak rate.</param>
    /// <param name="perEpoch">Updates of an epoch; null where nobody said.</param>
    public abstract string Piece(string rate, double? perEpoch);

    /// <summary>The same rate at every update.</summary>
    public sealed record Flat : RateShape
    {
        /// <inheritdoc/>
        public override double UpdatesAtPeak(long total, long warmup) => total - warmup / 2.0;

        /// <inheritdoc/>
        public override double AtEnd => 1;

        /// <inheritdoc/>
        public override string Words => "constant";

        /// <inheritdoc/>
        public override string Piece(string rate, double? perEpoch) => $"constant: {{value: {rate}}}";
    }

    /// <summary>Half a cosine down.</summary>
    /// <param name="Low">Where it ends, over the peak.</param>
    public sealed record Cosine(double Low = 0) : RateShape
    {
        /// <inheritdoc/>
        public override double UpdatesAtPeak(long total, long warmup) => warmup / 2.0 + (total - warmup) * (1 + Low) / 2;

        /// <inheritdoc/>
        public override double AtEnd => Low;

        /// <inheritdoc/>
        public override string Words => Low == 0 ? "cosine to 0" : $"cosine to {Low:G3} of the peak";

        /// <inheritdoc/>
        public override string Piece(string rate, double? perEpoch) => $"cosine: {{from: {rate}, to: {Share(rate, Low)}}}";
    }

    /// <summary>A straight way down.</summary>
    /// <param name="Low">Where it ends, over the peak.</param>
    public sealed record Linear(double Low = 0) : RateShape
    {
        /// <inheritdoc/>
        public override double UpdatesAtPeak(long total, long warmup) => warmup / 2.0 + (total - warmup) * (1 + Low) / 2;

        /// <inheritdoc/>
        public override double AtEnd => Low;

        /// <inheritdoc/>
        public override string Words => Low == 0 ? "linear to 0" : $"linear to {Low:G3} of the peak";

        /// <inheritdoc/>
        public override string Piece(string rate, double? perEpoch) => $"linear: {{from: {rate}, to: {Share(rate, Low)}}}";
    }

    /// <summary>A plateau and a decay at the end as 1 - √x.</summary>
    /// <param name="Decay">The share of the run that the decay takes.</param>
    public sealed record Plateau(double Decay = 0.2) : RateShape
    {
        // The mean of 1 - √x over the decay is a third.
        /// <inheritdoc/>
        public override double UpdatesAtPeak(long total, long warmup) => total * (1 - 2 * Decay / 3) - warmup / 2.0;

        /// <inheritdoc/>
        public override long FirstFall(long total) => (long)(total * (1 - Decay));

        /// <inheritdoc/>
        public override double AtEnd => 0;

        /// <inheritdoc/>
        public override string Words => $"plateau, then a decay as 1 - √x over the last {Decay:P0}";

        /// <inheritdoc/>
        public override string Piece(string rate, double? perEpoch) => $"wsd: {{peak: {rate}, decay: {Decay:R}dur, shape: sqrt}}";
    }

    /// <summary>Drops by a factor of ten.</summary>
    /// <param name="At">The updates of the drops.</param>
    public sealed record Drops(IReadOnlyList<long> At) : RateShape
    {
        private const double Factor = 0.1;

        // Only what comes before the first drop can forget the start: the phases after it are a tenth as fast.
        /// <inheritdoc/>
        public override double UpdatesAtPeak(long total, long warmup) => At[0] - warmup / 2.0;

        /// <inheritdoc/>
        public override IReadOnlyList<double> UpdatesOfPhases(long total, long warmup)
        {
            var updates = new List<double> { UpdatesAtPeak(total, warmup) };
            double factor = 1;
            for (int i = 0; i < At.Count; i++)
            {
                factor *= Factor;
                updates.Add(factor * ((i + 1 < At.Count ? At[i + 1] : total) - At[i]));
            }
            return updates;
        }

        /// <inheritdoc/>
        public override long FirstFall(long total) => At[0];

        /// <inheritdoc/>
        public override double AtEnd => At.Aggregate(1.0, (rate, _) => rate * Factor);

        /// <inheritdoc/>
        public override string Words => $"divided by 10 at {string.Join(" and ", At.Select(step => $"{step:#,0}"))}";

        /// <inheritdoc/>
        public override string Piece(string rate, double? perEpoch) =>
            $"steps: {{start: {rate}, at: [{string.Join(", ", At.Select(step => Time(step, perEpoch)))}], factor: {Factor}}}";

        private static string Time(long step, double? perEpoch) => step % perEpoch == 0 ? $"{step / perEpoch}ep" : $"{step}ba";

        /// <summary>Two drops: half-way, and half-way of the rest.</summary>
        public static Drops Usual(long total) => new([Math.Max(1, total / 2), Math.Max(2, total / 2 + (total - total / 2) / 2)]);
    }

    private static string Share(string rate, double low) =>
        low == 0 ? "0" : $"{double.Parse(rate, System.Globalization.CultureInfo.InvariantCulture) * low:G4}";
}
