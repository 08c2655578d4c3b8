using System.Reflection;
using System.Text.Json.Serialization;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Tests.Recipes;

/// <summary>What a recipe can say is what there is.</summary>
public class PieceTableTests
{
    [Fact]
    public void Every_kind_of_schedule_but_a_list_has_a_line_under_the_name_of_its_json() => Assert.Equal(
        typeof(Schedule).GetCustomAttributes<JsonDerivedTypeAttribute>().Where(each => each.DerivedType != typeof(Sequence))
            .Select(each => (each.TypeDiscriminator, each.DerivedType)).OrderBy(each => $"{each.TypeDiscriminator}"),
        PieceTable.ByName.Select(row => ((object?)row.Key, row.Value.Kind)).OrderBy(each => $"{each.Item1}"));

    [Fact]
    public void A_line_has_each_parameter_of_the_piece() => Assert.All(PieceTable.ByName.Values, row => Assert.Equal(
        row.Kind.GetConstructors().Single().GetParameters().Select(parameter => parameter.Name!.ToLowerInvariant()).Order(),
        row.Parameters.Select(parameter => parameter.Property.ToLowerInvariant()).Order()));

    [Fact]
    public void A_parameter_is_a_property_of_the_piece() => Assert.All(PieceTable.ByName.Values, row =>
        Assert.All(row.Parameters, parameter => Assert.NotNull(row.Kind.GetProperty(parameter.Property))));
}
