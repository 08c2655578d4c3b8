using System.Security.Cryptography;
using System.Text;
using Etalon.Schedules.Equivalence;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>
/// The numbers of a run, group by group: what a plan shows, an export writes and a trainer follows. One group for an ordinary schedule;
/// several where classes of parameters have schedules of their own, or where the scale-invariant weights follow an equivalent of the
/// schedule.
/// </summary>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule { LearningRate = 0.1, WeightDecay = 5e-4, Momentum = 0.9, TotalSteps = 100 };
/// var equivalent = GroupedSchedule.Of(schedule, Converter.Convert(schedule, EquivalentForm.TexpPlusPlus));
/// Console.WriteLine(string.Join(", ", equivalent.Groups.Select(group => group.Name))); // covered, rest
/// </code>
/// </example>
public sealed record GroupedSchedule
{
    /// <summary>An update schedule, and the groups of parameters that have schedules of their own.</summary>
    /// <param name="schedule">The schedule: the numbers of the rest, the update rule, the number of updates.</param>
    /// <param name="groups">The other groups, one for each kind of parameter at most.</param>
    /// <exception cref="ArgumentException">Two groups hold the same parameters, or one holds the rest.</exception>
    public GroupedSchedule(UpdateSchedule schedule, IEnumerable<ScheduleGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(groups);
        Schedule = schedule;
        Rest = new ScheduleGroup(ParameterKind.Rest, schedule.LearningRate, schedule.WeightDecay, schedule.Momentum);
        Groups = [.. groups.OrderBy(group => group.Parameters), Rest];
        if (Groups.GroupBy(group => group.Parameters).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw Require.Refuse(nameof(groups), twice.First().Name,
                "stands twice; each kind of parameter has one group, and the rest follows the recipe", "leave one out");
    }

    /// <summary>The schedule itself: the numbers of the rest, and the rule that all numbers enter.</summary>
    public UpdateSchedule Schedule { get; }

    /// <summary>All groups; the last is <see cref="Rest"/>.</summary>
    public IReadOnlyList<ScheduleGroup> Groups { get; }

    /// <summary>Everything that no other group holds; it follows the schedule itself.</summary>
    public ScheduleGroup Rest { get; }

    /// <summary>The group whose numbers an equivalent gives; null where there is none.</summary>
    public ScheduleGroup? Covered => Groups.FirstOrDefault(group => group.Conversion is not null);

    /// <summary>Whether there is more than one group.</summary>
    public bool HasGroups => Groups.Count > 1;

    /// <summary>The optimizer. Default: SGD with the schedule's dampening, Nesterov momentum and decay.</summary>
    public OptimizerRule Optimizer { get; init; } = OptimizerRule.Sgd;

    /// <summary>
    /// The hash of the recipe that these are the numbers of, which exports state: 64 hexadecimal digits. Default:
    /// <see cref="ContentHash"/>, where there is no recipe.
    /// </summary>
    public string RecipeHash { get => field ?? ContentHash(); init; }

    /// <summary>One group for all parameters.</summary>
    public static GroupedSchedule Of(UpdateSchedule schedule) => new(schedule, []);

    /// <summary>Two groups: the scale-invariant weights follow an equivalent of the schedule, the rest the schedule itself.</summary>
    public static GroupedSchedule Of(UpdateSchedule schedule, Conversion conversion) => new(schedule, [new ScheduleGroup(conversion)]);

    /// <summary>SHA-256 of what the groups say, 64 hexadecimal digits; for one group of SGD that of the schedule.</summary>
    public string ContentHash() => !HasGroups && Optimizer == OptimizerRule.Sgd
        ? Schedule.ContentHash()
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonExporter.Content(this).ToJsonString())));
}
