using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Etalon.Lab.Models;

namespace Etalon.Lab.Recipes;

/// <summary>Reads <c>model:</c>.</summary>
internal static partial class ModelReader
{
    private static readonly string[] Names =
    [
        "mlp", "cnn", "transformer", "resnet-8", "resnet-20", "resnet-32", "resnet-56", "preresnet-8", "preresnet-20", "preresnet-32",
        "preresnet-56",
    ];

    private const int TransformerWidth = 128;

    private const string Remedy = "write one of mlp, cnn, resnet-20, preresnet-20, transformer";

    /// <summary>The network; a part that breaks a rule keeps its default.</summary>
    public static ModelSpec Read(SectionReader section)
    {
        var spec = section.Need("name", new ModelSpec { Kind = ModelKind.Mlp }, Remedy, Named);
        spec = section.Set(spec, "width", ScalarReader.Integer, (s, v) => s with { Width = v });
        spec = section.Set(spec, "norm", ScalarReader.Choice<NormKind>, (s, v) => s with { Norm = Norm(s, v) });
        spec = section.Set(spec, "groups", ScalarReader.Integer, (s, v) => s with { Groups = Groups(s, v) });
        spec = section.Set(spec, "affine", ScalarReader.Boolean, (s, v) => s with { Affine = v });
        spec = section.Set(spec, "head", ScalarReader.Choice<HeadMode>, (s, v) => s with { Head = Head(s, v) });
        spec = section.Set(spec, "epsilon", ScalarReader.Number, (s, v) => s with { Epsilon = v });
        spec = section.Set(spec, "convolution", ScalarReader.Choice<ConvolutionMode>, (s, v) => s with { Convolution = v });
        spec = section.Set(spec, "momentum", ScalarReader.Number, (s, v) => s with { StatisticsMomentum = v });
        spec = section.Set(spec, "hidden", node => ScalarReader.List(node, ScalarReader.Integer),
            (s, v) => s with { Hidden = Hidden(s, [.. v]) });
        spec = ReadTransformer(section, spec);
        section.Close();
        return spec;
    }

    private static ModelSpec ReadTransformer(SectionReader section, ModelSpec spec)
    {
        if (spec.Transformer is not { } form)
        {
            foreach (string key in (string[])["layers", "heads", "qk_norm", "activation", "positions"])
                if (section.TakeMisplaced(key) is { } node)
                    section.Problems.Add(
                        node, section.PathOf(key), "only a transformer has it; remove the key, or write name: transformer");
            return spec;
        }
        form = section.Set(form, "layers", ScalarReader.Integer, (s, v) => s with { Layers = v });
        form = section.Set(form, "heads", ScalarReader.Integer, (s, v) => s with { Heads = v });
        form = section.Set(form, "qk_norm", ScalarReader.Boolean, (s, v) => s with { HasQkNorm = v });
        form = section.Set(form, "activation", ScalarReader.Choice<Activation>, (s, v) => s with { Activation = v });
        form = section.Set(form, "positions", ScalarReader.Choice<PositionKind>, (s, v) => s with { Positions = v });
        if (HeadFault(spec.Width, form) is { } fault) section.Problems.Add(section.Map.Place, $"{section.Path}: {fault}");
        return spec with { Transformer = form };
    }

    private static string? HeadFault(int width, TransformerSpec form)
    {
        int size = width / form.Heads;
        if (width % form.Heads != 0) return $"{form.Heads} heads do not divide a width of {width}; choose a divisor";
        if (form.Positions == PositionKind.Rotary && size % 2 != 0)
            return $"heads of {size} numbers cannot be turned in pairs; choose another width or heads, or positions: learned";
        return form.HasQkNorm && size == 1 ? "heads of one number leave nothing to normalize; choose fewer heads, or qk_norm: false" : null;
    }

    private static NormKind Norm(ModelSpec spec, NormKind norm) => (spec.Transformer is null, norm) switch
    {
        (true, NormKind.Rms) =>
            throw new ArgumentException("only a transformer has it; write batch, group, layer, instance or none", nameof(norm)),
        (false, not (NormKind.Rms or NormKind.Layer)) => throw new ArgumentException("a transformer has rms or layer", nameof(norm)),
        _ => norm,
    };

    private static HeadMode Head(ModelSpec spec, HeadMode head) => head == HeadMode.Tied && spec.Transformer is null
        ? throw new ArgumentException("only a transformer has an embedding to tie it to; write trained or frozen", nameof(head))
        : head;

    private static ModelSpec Named(RecipeNode node)
    {
        var text = ScalarReader.Text(node);
        if (text is "mlp") return new ModelSpec { Kind = ModelKind.Mlp };
        if (text is "cnn") return new ModelSpec { Kind = ModelKind.Cnn };
        if (text is "transformer")
            return new ModelSpec { Kind = ModelKind.Transformer, Width = TransformerWidth, Norm = NormKind.Rms, Transformer = new() };
        var match = ResidualName().Match(text);
        if (!match.Success)
            throw new ValueException(node,
                $"no such model; {(Suggestion.To(text, Names) is { } near
                    ? $"did you mean {near}?" : Remedy)}")
            { Candidates = new(CandidateKind.Value, Names) };
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
