namespace Etalon.Lab.Models;

/// <summary>Why a class of parameters that a recipe names is empty, said before its network is built.</summary>
internal static class MissingParameters
{
    /// <summary>
    /// The reason, in the recipe's words; null where the model has trained parameters of the class, or fits no images, which training says.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="parameters">The class.</param>
    /// <param name="before">The classes named before it, which take what several cover.</param>
    public static string? Why(ModelSpec model, ParameterClass parameters, IReadOnlyList<ParameterClass> before)
    {
        try
        {
            return ParameterClasses.Of(model).HasAny(parameters, before) ? null : Reason(model, parameters);
        }
        catch (InputException)
        {
            return null;
        }
    }

    private static string Reason(ModelSpec model, ParameterClass parameters) => parameters switch
    {
        ParameterClass.Head when model.Head == HeadMode.Tied => "the head is the embedding's weights",
        ParameterClass.Head => "the head is frozen",
        ParameterClass.Bias when model.Kind == ModelKind.Transformer => "a transformer has no biases here",
        ParameterClass.Bias => "another class has the only bias, or it is not trained",
        ParameterClass.Norm when model.Norm == NormKind.None => "model.norm is none",
        ParameterClass.Norm when !model.Affine => "model.affine is false",
        ParameterClass.ScaleInvariant when model.Norm == NormKind.None => "model.norm is none",
        _ => "the model has no hidden layer",
    };
}
