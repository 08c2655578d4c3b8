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
    /// <summary>The calls of every method.</summary>
    public static IEnumerable<CalledMethod> Of(Assembly assembly) => assembly.GetTypes().SelectMany(CompiledCode.MethodsOf).SelectMany(Of);

    /// <summary>The calls of one method.</summary>
    public static IEnumerable<CalledMethod> Of(MethodBase caller)
    {
        Type? constrained = null;
        foreach (var (operation, member) in CompiledCode.MembersIn(caller))
        {
            if (operation == OpCodes.Constrained) constrained = (Type)member;
            else if (member is MethodBase callee)
            {
                yield return new(caller, callee, constrained ?? callee.DeclaringType);
                constrained = null;
            }
        }
    }
}
