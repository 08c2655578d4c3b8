using System.Numerics;
using System.Text.Json.Nodes;
using Etalon.Engine;
using Etalon.Lab.Models;

namespace Etalon.Lab.Benchmarks;

/// <summary>
/// Measurements by name, one at a time, so that another program can take turns with it: "step", "evaluate" (the forward pass of an
/// evaluation), "conv forward|data|weight 16|32|64" (a pass of the 3x3 convolution of a ResNet's stage: 16 channels at 32x32, 32 at 16x16,
/// 64 at 8x8), "describe". Between them its threads sleep.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SpeedServer<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ModelSpec _model;
    private readonly int _batch;
    private readonly Workers _workers;
    private readonly Dictionary<string, Func<double>> _made = [];
    private readonly List<IDisposable> _held = [];

    /// <summary>A server that has made nothing yet: what is not asked for takes no memory.</summary>
    /// <param name="model">The model of "step".</param>
    /// <param name="batch">Images in a batch.</param>
    /// <param name="threads">Threads that compute.</param>
    public SpeedServer(ModelSpec model, int batch, int threads) => (_model, _batch, _workers) = (model, batch, new Workers(threads));

    /// <summary>
    /// The answer to a name: {"name", "seconds", "repetitions"}, for "step" and "evaluate" with "images_per_second"; {"error"} for what it
    /// cannot measure.
    /// </summary>
    public JsonObject Answer(string name)
    {
        string[] words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        name = string.Join(' ', words);
        if (name == "describe") return Describe();
        if (!_made.TryGetValue(name, out var run))
        {
            if (Make(words) is not { } made)
                return new JsonObject
                {
                    ["error"] =
                    $"no measurement '{name}': expected step, evaluate, conv forward|data|weight 16|32|64, or describe"
                };
            _made[name] = run = made;
        }
        var (seconds, repetitions) = RepeatedTime.Settled(run);
        var answer = new JsonObject { ["name"] = name, ["seconds"] = seconds, ["repetitions"] = repetitions };
        if (name is "step" or "evaluate") answer["images_per_second"] = _batch / seconds;
        return answer;
    }

    private Func<double>? Make(string[] words) => words switch
    {
        ["step"] => Timed(Hold(new TrainingSpeed<T>(_model, _batch, _workers)).Step),
        ["evaluate"] => Timed(Hold(new TrainingSpeed<T>(_model, _batch, _workers)).Evaluate),
        ["conv", "forward", var channels] => Make(ConvolutionPass.Forward, channels),
        ["conv", "data", var channels] => Make(ConvolutionPass.DataGradient, channels),
        ["conv", "weight", var channels] => Make(ConvolutionPass.WeightGradient, channels),
        _ => null,
    };

    private Func<double>? Make(ConvolutionPass pass, string channels) => channels switch
    {
        "16" => Make(pass, 32, 16),
        "32" => Make(pass, 16, 32),
        "64" => Make(pass, 8, 64),
        _ => null,
    };

    private static Func<double> Timed(Action work) => () => RepeatedTime.Once(work);

    private Func<double> Make(ConvolutionPass pass, int size, int channels) => Hold(new ConvolutionSpeed<T>(
        new ConvolutionShape(size, size, channels, channels, 3, 3, 1, 1), pass, _batch, _workers,
        _model.Convolution == ConvolutionMode.Direct)).Run;

    private TOwner Hold<TOwner>(TOwner owner) where TOwner : IDisposable
    {
        _held.Add(owner);
        return owner;
    }

    private JsonObject Describe() => new()
    {
        ["etalon"] = typeof(SpeedReport).Assembly.GetName().Version!.ToString(3),
        ["dotnet"] = Environment.Version.ToString(),
        ["model"] = _model.Name,
        ["norm"] = _model.Norm.ToString().ToLowerInvariant(),
        ["vector_bits"] = VectorWidth.Bits,
        ["batch"] = _batch,
        ["threads"] = _workers.Count,
        ["precision"] = typeof(T) == typeof(float) ? "float32" : "float64",
        ["convolution"] = _model.Convolution == ConvolutionMode.Direct ? "direct" : "auto",
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owner in _held) owner.Dispose();
        _workers.Dispose();
    }
}
