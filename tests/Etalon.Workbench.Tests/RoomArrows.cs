using System.Reflection;

namespace Etalon.Workbench.Tests;

/// <summary>
/// The arrows between the namespaces of an assembly: which sees which, in base types, fields, signatures and code. The compiler puts
/// constants in place of their names, so an arrow by a constant alone is not seen.
/// </summary>
internal sealed class RoomArrows
{
    private readonly Dictionary<string, Dictionary<string, string>> _seen = [];

    /// <summary>Reads an assembly.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="prefix">How the namespaces that count begin.</param>
    public RoomArrows(Assembly assembly, string prefix)
    {
        foreach (var type in assembly.GetTypes().Where(type => RoomOf(type, prefix) is not null))
            foreach (var used in TypesIn(type).SelectMany(Parts))
                Add(RoomOf(type, prefix)!, RoomOf(used, prefix), $"{type.FullName} -> {used.FullName}");
    }

    /// <summary>The namespaces.</summary>
    public IReadOnlyCollection<string> Rooms => _seen.Keys;

    /// <summary>The arrows from a namespace to any of some, each with an example.</summary>
    public IEnumerable<string> ArrowsTo(IEnumerable<string> rooms, string from) =>
        _seen[from].Where(arrow => rooms.Contains(arrow.Key)).Select(arrow => $"{from} sees {arrow.Key}: {arrow.Value}");

    /// <summary>The arrows on cycles, each with an example.</summary>
    public IEnumerable<string> OnCycles => Rooms.SelectMany(room => ArrowsTo(_seen[room].Keys.Where(seen => Reaches(seen, room)), room));

    private bool Reaches(string from, string to)
    {
        HashSet<string> visited = [from];
        var left = new Queue<string>(visited);
        while (left.TryDequeue(out string? room))
        {
            if (room == to) return true;
            foreach (string next in _seen[room].Keys.Where(visited.Add)) left.Enqueue(next);
        }
        return false;
    }

    private void Add(string room, string? seen, string example)
    {
        if (!_seen.TryGetValue(room, out var arrows)) _seen[room] = arrows = [];
        if (seen is null || seen == room) return;
        arrows.TryAdd(seen, example);
        _seen.TryAdd(seen, []);
    }

    private static string? RoomOf(Type type, string prefix) =>
        type.Namespace is { } room && (room == prefix || room.StartsWith(prefix + ".", StringComparison.Ordinal)) ? room : null;

    private static IEnumerable<Type> TypesIn(Type type) =>
    [
        type,
        .. type.BaseType is { } parent ? (Type[])[parent] : [],
        .. type.GetInterfaces(),
        .. CompiledCode.FieldsOf(type).Select(field => field.FieldType),
        .. CompiledCode.MethodsOf(type).SelectMany(TypesIn),
    ];

    private static IEnumerable<Type> TypesIn(MethodBase method) =>
    [
        .. method.GetParameters().Select(parameter => parameter.ParameterType),
        .. method is MethodInfo { ReturnType: var returned } ? (Type[])[returned] : [],
        .. (method.GetMethodBody()?.LocalVariables ?? []).Select(local => local.LocalType),
        .. CompiledCode.MembersIn(method).SelectMany(named => TypesIn(named.Member)),
    ];

    private static IEnumerable<Type> TypesIn(MemberInfo member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType!, field.FieldType],
        MethodInfo method =>
            [method.DeclaringType!, method.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType),
                .. method.GetGenericArguments()],
        ConstructorInfo constructor =>
            [constructor.DeclaringType!, .. constructor.GetParameters().Select(parameter => parameter.ParameterType)],
        _ => [],
    };

    // List<A[]> is List, A[] and A.
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType) return Parts(type.GetElementType()!);
        return type.IsGenericType && !type.IsGenericTypeDefinition
            ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Parts)] : [type];
    }
}
