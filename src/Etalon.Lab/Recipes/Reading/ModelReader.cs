using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Etalon.Lab.Models;

namespace Etalon.Lab.Recipes;

/// <summary>Reads <c>model:</c>.</summary>
internal static partial class ModelReader
{
    private static readonly string[] Names =
        ["mlp", "cnn", "resnet-8", "resnet-20", "resnet-32", "resnet-56", "preresnet-8", "preresnet-20", "preresnet-32", "preresnet-56"];

    /// <summary>The network; a part that breaks a rule keeps its default.</summary>
    public static ModelSpec Read(SectionReader section)
    {
        var spec = section.Need("name", new ModelSpec { Kind = ModelKind.Mlp }, "write one of mlp, cnn, resnet-20, preresnet-20", Named);
        spec = section.Set(spec, "width", ScalarReader.Integer, (s, v) => s with { Width = v });
        spec = section.Set(spec, "norm", ScalarReader.Choice<NormKind>, (s, v) => s with { Norm = v });
        spec = section.Set(spec, "groups", ScalarReader.Integer, (s, v) => s with { Groups = Groups(s, v) });
        spec = section.Set(spec, "affine", ScalarReader.Boolean, (s, v) => s with { Affine = v });
        spec = section.Set(spec, "head", ScalarReader.Choice<HeadMode>, (s, v) => s with { Head = v });
        spec = section.Set(spec, "epsilon", ScalarReader.Number, (s, v) => s with { Epsilon = v });
        spec = section.Set(spec, "convolution", ScalarReader.Choice<ConvolutionMode>, (s, v) => s with { Convolution = v });
        spec = section.Set(spec, "momentum", ScalarReader.Number, (s, v) => s with { StatisticsMomentum = v });
        spec = section.Set(spec, "hidden", node => ScalarReader.List(node, ScalarReader.Integer),
            (s, v) => s with { Hidden = Hidden(s, [.. v]) });
        section.Close();
        return spec;
    }

    private static ModelSpec Named(RecipeNode node)
    {
        var text = ScalarReader.Text(node);
        if (text is "mlp") return new ModelSpec { Kind = ModelKind.Mlp };
        if (text is "cnn") return new ModelSpec { Kind = ModelKind.Cnn };
        var match = ResidualName().Match(text);
        if (!match.Success)
            throw new ValueException(node,
                $"no such model; {(Suggestion.To(text, Names) is { } near
                    ? $"did you mean {near}?" : "write one of mlp, cnn, resnet-20, preresnet-20")}");
        return new ModelSpec
        {
            Kind = match.Groups["pre"].Length > 0 ? ModelKind.PreResNet : ModelKind.ResNet,
            Depth = int.Parse(match.Groups["depth"].ValueSpan, CultureInfo.InvariantCulture),
        };
    }

    private static int Groups(ModelSpec spec, int groups)
    {
        if (spec.Norm != NormKind.Group)
            throw new ArgumentException("only group normalization has groups; write norm: group, or remove the key", nameof(groups));
        if (groups > 0 && spec.Width % groups != 0)
            throw new ArgumentException($"must divide the width, {spec.Width}", nameof(groups));
        return groups;
    }

    private static ImmutableArray<int> Hidden(ModelSpec spec, ImmutableArray<int> hidden) => spec.Kind == ModelKind.Mlp
        ? hidden
        : throw new ArgumentException("only an mlp has hidden layers; for the others write width", nameof(hidden));

    [GeneratedRegex("^(?<pre>pre)?resnet-?(?<depth>[0-9]{1,4})$", RegexOptions.CultureInvariant)]
    private static partial Regex ResidualName();
}
