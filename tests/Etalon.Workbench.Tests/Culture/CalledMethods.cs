using System.Reflection;
using System.Reflection.Emit;

namespace Etalon.Workbench.Tests.Culture;

/// <summary>A call in compiled code.</summary>
/// <param name="Caller">Where it stands.</param>
/// <param name="Callee">What is called.</param>
/// <param name="On">The type that it is called on: that of a constrained call, as <c>x.ToString()</c> of a double is.</param>
public sealed record CalledMethod(MethodBase Caller, MethodBase Callee, Type? On);

/// <summary>Reads the calls out of an assembly's code.</summary>
public static class CalledMethods
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The calls of every method.</summary>
    public static IEnumerable<CalledMethod> Of(Assembly assembly) =>
        assembly.GetTypes().SelectMany(type => type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All))).SelectMany(Of);

    /// <summary>The calls of one method.</summary>
    public static IEnumerable<CalledMethod> Of(MethodBase caller)
    {
        if (caller.GetMethodBody()?.GetILAsByteArray() is not { } code) yield break;
        Type[] typeArguments = caller.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : [];
        Type[] methodArguments = caller.IsGenericMethod ? caller.GetGenericArguments() : [];
        Type? constrained = null;
        for (int i = 0; i < code.Length;)
        {
            var operation = code[i] == 0xfe ? OpCodesByValue[(short)(0xfe00 | code[i + 1])] : OpCodesByValue[code[i]];
            i += operation.Size;
            if (operation == OpCodes.Constrained)
                constrained = caller.Module.ResolveType(BitConverter.ToInt32(code, i), typeArguments, methodArguments);
            else if (operation.OperandType == OperandType.InlineMethod
                && caller.Module.ResolveMethod(BitConverter.ToInt32(code, i), typeArguments, methodArguments) is { } callee)
            {
                yield return new(caller, callee, constrained ?? callee.DeclaringType);
                constrained = null;
            }
            i += OperandSize(operation, code, i);
        }
    }

    private static int OperandSize(OpCode operation, byte[] code, int at) => operation.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };
}
