using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>
/// How a kind of piece stands in a recipe: its name, which is that of its JSON, and its parameters in the order in which they are written.
/// </summary>
/// <param name="Kind">The type of the piece.</param>
/// <param name="Parameters">One for each parameter of its constructor.</param>
internal sealed record RecipePiece(Type Kind, params IReadOnlyList<PieceParameter> Parameters)
{
    private readonly ConstructorInfo _constructor = Kind.GetConstructors().Single();

    /// <summary>The name, such as inverse_sqrt.</summary>
    public string Name { get; } = typeof(Schedule).GetCustomAttributes<JsonDerivedTypeAttribute>()
        .Single(each => each.DerivedType == Kind).TypeDiscriminator!.ToString()!;

    /// <summary>Reads what is no parameter of the piece; what it returns is done once the piece was made. Default: nothing.</summary>
    public Func<PieceSection, Action<Schedule>>? Also { get; init; }

    /// <summary>The piece with the parameters of a section; null after a problem was noted.</summary>
    public Schedule? Read(PieceSection section)
    {
        var given = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in Parameters.OrderBy(parameter => parameter.Turn))
            given[parameter.Property] = parameter.Read(section, given);
        var also = Also?.Invoke(section);
        var piece = section.Build(() => Make(given));
        if (piece is not null) also?.Invoke(piece);
        return piece;
    }

    /// <summary>The piece as a recipe has it: <c>{"linear": {"from": 0, "to": 0.1, "inclusive": false, "for": "500ba"}}</c>.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="begin">The step of the run at which it begins.</param>
    public JsonObject Write(Schedule piece, long begin)
    {
        var json = new JsonObject();
        foreach (var parameter in Parameters)
            if (Kind.GetProperty(parameter.Property)!.GetValue(piece) is { } value) json[parameter.Key] = parameter.Write(value, begin);
        return new() { [Name] = json };
    }

    private Schedule Make(Dictionary<string, object?> given)
    {
        var arguments = Array.ConvertAll(_constructor.GetParameters(), parameter => given[parameter.Name!]);
        return (Schedule)_constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
