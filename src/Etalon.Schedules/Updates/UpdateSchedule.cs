using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Etalon.Schedules.Equivalence;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>
/// How a run updates its weights: rate η, weight decay λ and momentum μ at each step, and the rule they enter. It is what an
/// equivalence maps and an export writes.
/// </summary>
/// <remarks>
/// The rule is PyTorch's SGD, with the rate outside the buffer: <c>v ← μ v + (1 - dampening)(g + λ w)</c>, <c>w ← w - η v</c>; with
/// Nesterov <c>w ← w - η (g + λ w + μ v)</c>. With decay decoupled, λ leaves the gradient and w is multiplied by <c>1 - η λ</c> first.
/// </remarks>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = new Cosine(0.1, 0, length: 10_000),
///     WeightDecay = 5e-4,
///     Momentum = 0.9,
///     TotalSteps = 10_000,
/// };
/// Console.WriteLine(schedule.LearningRate.ValueAt(5000)); // 0.05
/// Console.WriteLine(UpdateSchedule.FromJson(schedule.ToJson()) == schedule); // True
/// Console.WriteLine(schedule.ContentHash()[..8]); // b81510c6
/// </code>
/// </example>
public sealed record UpdateSchedule
{
    private const long MostStepsChecked = 1_000_000;

    /// <summary>The number of updates T; steps are 0 to T - 1.</summary>
    /// <exception cref="ArgumentException">It is negative, or a schedule leaves its range at some step of the run.</exception>
    public required long TotalSteps
    {
        get;
        init
        {
            field = Require.Length(value, "totalSteps");
            // Properties are set in the order in which they are written: what was set before is checked now.
            if (LearningRate is not null) RequireNotNegative(LearningRate, "learning rate");
            if (WeightDecay is not null) RequireNotNegative(WeightDecay, "weight decay");
            if (Momentum is not null) RequireWithin(Momentum, "momentum", 1);
        }
    }

    /// <summary>The rate η of each step; at least 0.</summary>
    /// <exception cref="ArgumentException">It is negative at some step of the run.</exception>
    public required Schedule LearningRate { get; init => field = RequireNotNegative(value, "learning rate"); }

    /// <summary>The weight decay λ of each step; at least 0.</summary>
    /// <exception cref="ArgumentException">It is negative at some step of the run.</exception>
    public required Schedule WeightDecay { get; init => field = RequireNotNegative(value, "weight decay"); }

    /// <summary>The momentum μ of each step; at least 0 and less than 1.</summary>
    /// <exception cref="ArgumentException">It is outside [0, 1) at some step of the run.</exception>
    public required Schedule Momentum { get; init => field = RequireWithin(value, "momentum", 1); }

    /// <summary>Updates in an epoch; at least 1. Null, the default, where epochs do not matter.</summary>
    public long? StepsPerEpoch { get; init => field = value is { } steps ? Require.PositiveLength(steps, nameof(StepsPerEpoch)) : null; }

    /// <summary>The formula that the numbers enter. Default: heavy ball without dampening, decay in the gradient.</summary>
    [JsonIgnore]
    public UpdateRule Rule { get; init => field = value ?? throw new ArgumentNullException(nameof(Rule)); } = new();

    // In JSON the parts of the rule stand beside the schedules.
    [JsonInclude]
    internal double Dampening { get => Rule.Dampening; init => Rule = Rule with { Dampening = value }; }

    [JsonInclude]
    internal bool Nesterov { get => Rule.Nesterov; init => Rule = Rule with { Nesterov = value }; }

    [JsonInclude]
    internal DecayForm Decay { get => Rule.Decay; init => Rule = Rule with { Decay = value }; }

    /// <summary>This schedule as JSON; equal schedules give the same text.</summary>
    public string ToJson() => ScheduleJson.Write(this);

    /// <summary>Reads what <see cref="ToJson"/> writes; properties may come in any order.</summary>
    /// <exception cref="System.Text.Json.JsonException">The text is no JSON, or names an unknown piece or property, or lacks
    /// one.</exception>
    /// <exception cref="ArgumentException">A parameter is out of its range.</exception>
    public static UpdateSchedule FromJson(string json) => ScheduleJson.Read<UpdateSchedule>(json);

    /// <summary>
    /// SHA-256 of <see cref="ToJson"/> in 64 hexadecimal digits: the same for schedules that are equal, however they were written down.
    /// </summary>
    public string ContentHash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson())));

    /// <summary>
    /// An equivalent schedule of its scale-invariant group in another form; as <see cref="Converter.Convert(UpdateSchedule, EquivalentForm,
    /// Schedule?)"/>.
    /// </summary>
    /// <param name="form">The form wanted.</param>
    /// <exception cref="EquivalenceException">There is no such equivalent; the message says at which step, why, and what to
    /// change.</exception>
    public Conversion ConvertTo(EquivalentForm form) => Converter.Convert(this, form);

    /// <summary>The text of a Python module that computes these numbers for PyTorch; as <see cref="PyTorchExporter"/> writes it.</summary>
    /// <param name="name">The recipe's name, which the module states.</param>
    public string ToPyTorch(string name)
    {
        using var module = new StringWriter(CultureInfo.InvariantCulture);
        PyTorchExporter.Write(this, name, module);
        return module.ToString();
    }

    private Schedule RequireNotNegative(Schedule schedule, string name) => RequireWithin(schedule, name, double.PositiveInfinity);

    private Schedule RequireWithin(Schedule schedule, string name, double below)
    {
        ArgumentNullException.ThrowIfNull(schedule, name);
        foreach (var step in StepsToCheck(schedule))
        {
            var value = schedule.ValueAt(step);
            if (!(value >= 0 && value < below))
                throw Require.Refuse(name, $"{value:R} at step {step}",
                    below == 1 ? "must be at least 0 and less than 1" : "must be at least 0", "change the piece that owns this step");
        }
        return schedule;
    }

    /// <summary>
    /// Every step of a run of up to a million; of a longer one a million spread evenly, the last, and where pieces begin and end.
    /// </summary>
    private IEnumerable<long> StepsToCheck(Schedule schedule)
    {
        var stride = TotalSteps / MostStepsChecked + 1;
        for (long step = 0; step < TotalSteps; step += stride) yield return step;
        if (stride == 1) yield break;
        yield return TotalSteps - 1;
        if (schedule is not Sequence sequence) yield break;
        foreach (var begin in sequence.Begins.Where(begin => begin > 0 && begin < TotalSteps))
        {
            yield return begin - 1;
            yield return begin;
        }
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(UpdateSchedule), PrintMembers);
}
