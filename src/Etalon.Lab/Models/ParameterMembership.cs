namespace Etalon.Lab.Models;

/// <summary>Which classes of parameters a model has any of, known before its network is built.</summary>
internal static class ParameterMembership
{
    /// <summary>Whether any trained parameter of the model belongs to a class, once the classes named before it have taken theirs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parameters">The class.</param>
    /// <param name="before">The classes named before it, which take what several cover.</param>
    public static bool Any(ModelSpec model, ParameterClass parameters, IReadOnlyList<ParameterClass> before)
    {
        bool hasHidden = model.Kind != ModelKind.Mlp || model.Hidden.Length > 0, isNormalized = model.Norm != NormKind.None && hasHidden;
        bool trainsHead = model.Head == HeadMode.Trained;
        return parameters switch
        {
            ParameterClass.Head => trainsHead,
            // Residual networks have no bias but the head's.
            ParameterClass.Bias => (trainsHead && !before.Contains(ParameterClass.Head)) || (model.Norm == NormKind.None && hasHidden && model.Depth is null),
            ParameterClass.Norm => isNormalized && model.Affine,
            _ => hasHidden,
        };
    }

    /// <summary>Why the class has none.</summary>
    public static string WhyNone(ModelSpec model, ParameterClass parameters) => parameters switch
    {
        ParameterClass.Head => "the head is frozen",
        ParameterClass.Bias => "another class has the only bias, or it is not trained",
        ParameterClass.Norm when model.Norm == NormKind.None => "model.norm is none",
        ParameterClass.Norm when !model.Affine => "model.affine is false",
        _ => "the model has no hidden layer",
    };
}
