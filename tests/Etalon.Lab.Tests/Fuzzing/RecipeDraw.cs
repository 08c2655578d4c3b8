using System.Globalization;

namespace Etalon.Lab.Tests.Fuzzing;

/// <summary>
/// Draws recipes that are valid: every section and key, each optimizer, model, normalization, form and piece; tiny, so that one trains in
/// milliseconds.
/// </summary>
internal sealed class RecipeDraw(Random random)
{
    private const string Digits = "digits";

    /// <summary>The updates of the last recipe drawn.</summary>
    public int Updates { get; private set; }

    /// <summary>A recipe.</summary>
    public string Next()
    {
        Updates = random.Next(2, 6);
        string optimizer = Pick("sgd", "sgd", "sgd", "sgd", "wngrad", "wn-adam", "adagrad-norm", "adam", "adamw", "dog", "d-adaptation",
            "prodigy", "schedule-free");
        bool isSgd = optimizer == "sgd", isConverted = isSgd && Maybe(0.25);
        string loss = Pick("cross-entropy", "cross-entropy", "squared-error", "logistic");
        bool isText = Maybe(0.12);
        if (isText)
        {
            // Of decoupled rules too, whose equivalents cover other weights in a transformer than in the other families.
            optimizer = Pick("sgd", "adamw", "adamw", "adam", "lion", "signum", "muon");
            (isSgd, loss) = (optimizer == "sgd", "cross-entropy");
            isConverted = optimizer is not ("adam") && Maybe(0.4);
        }
        var lines = new List<string>
        {
            "name: drawn",
            $"seed: {random.Next(5)}",
            $"duration: {Updates}ba",
            $"data: {(isText ? Text() : Data(loss == "logistic"))}",
            $"model: {(isText ? Transformer() : Model(isConverted))}",
            $"learning_rate: {Schedule(0.5)}",
            $"loss: {{name: {loss}{(loss == "cross-entropy" ? Maybe(0.3, ", label_smoothing: 0.1") : "")}}}",
            $"precision: {Pick("float32", "float64")}",
            $"log: {{every: {random.Next(1, 4)}ba, monitors: {Pick("never", "1ba", "2ba")}, noise: {Pick("never", "2ba")}, evaluate: "
            + $"{random.Next(1, 4)}ba}}",
            $"checkpoint: {{every: {random.Next(1, 4)}ba, keep: {Pick("last", "stages")}}}",
        };
        if (isConverted || Maybe(0.6)) lines.Add($"weight_decay: {(isConverted && Maybe(0.7) ? "0.01" : Schedule(0.05))}");
        if ((isSgd && Maybe(0.7)) || optimizer is "signum" or "muon")
            lines.Add($"momentum: {(isConverted || Maybe(0.7) ? "0.9" : Schedule(0.9))}");
        lines.Add($"optimizer: {Optimizer(optimizer, isSgd, isConverted)}");
        if (isConverted)
            lines.Add(
                $"equivalent: {{form: {(isSgd ? Pick("texp++", "texp++", "texp", "exponential", "weight-decay")
                    : optimizer == "adamw" ? Pick("adam", "scaled-gradient", "adam-rate-only") : "scaled-gradient")}}}");
        else if (Maybe(0.1))
            lines.Add(
                $"auto_decay: {{window: 3, shortest: 1, patience: 1, tolerance: {Number(0, 0.9)}, stages: {random.Next(1, 4)}, factor: "
                + $"{Number(0.1, 0.9)}}}");
        return string.Join('\n', lines);
    }

    /// <summary>What a fork may change.</summary>
    public string[] Change() =>
    [
        "name=fork", $"duration={Updates + random.Next(1, 3)}ba",
        Pick("seed=9", $"learning_rate={Number(0, 0.3)}", $"weight_decay={Number(0, 0.1)}", "log.monitors=1ba", "precision=float64",
            "equivalent=null", "equivalent={form: texp++}", "data.drop_last=true", "optimizer.groups={head: {learning_rate: 0.1}}",
            "auto_decay=null"),
    ];

    private string Data(bool isBinary)
    {
        int train = random.Next(12, 50), batch = random.Next(2, Math.Min(train, 20) + 1);
        string set = Maybe(0.03) ? "ps10" : Digits;
        var keys = new List<string> { $"set: {set}", $"train: {train}", $"batch: {batch}", $"test: {random.Next(3, 12)}",
            $"seed: {random.Next(3)}" };
        if (isBinary) keys.Add("classes: [3, 7]");
        else if (set == Digits && Maybe(0.2)) keys.Add("classes: [4, 1, 9]");
        if (Maybe(0.3)) keys.Add($"augment: {Pick("none", "crop-flip", "crop", "flip")}");
        if (Maybe(0.3)) keys.Add($"drop_last: {Pick("true", "false")}");
        if (set == Digits && Maybe(0.1)) keys.Add($"image: {Pick("8x8x3", "10x12x1", "9x9x2")}");
        if (Maybe(0.1)) keys.Add($"label_noise: {{fraction: {Number(0, 0.9)}, kind: {Pick("symmetric", "pair-flip")}}}");
        if (Maybe(0.1)) keys.Add($"patches: {{fraction: {Number(0, 1)}, size: {random.Next(1, 6)}}}");
        if (set != Digits) keys.Add($"patterns: {{kind: {Pick("iid", "tiled")}, simple: 2, complex: 3, noise: {Number(0, 0.9)}}}");
        return $"{{{string.Join(", ", keys)}}}";
    }

    private string Text() => $"{{set: text, context: {random.Next(2, 9)}, train: {random.Next(6, 20)}, batch: {random.Next(1, 6)}, "
        + $"test: {random.Next(2, 8)}}}";

    private string Transformer()
    {
        int heads = random.Next(1, 3);
        var keys = new List<string>
        {
            "name: transformer", $"layers: {random.Next(1, 3)}", $"heads: {heads}", $"width: {heads * 2 * random.Next(1, 4)}",
        };
        if (Maybe(0.4)) keys.Add($"norm: {Pick("rms", "layer")}");
        if (Maybe(0.5)) keys.Add($"qk_norm: {Pick("true", "false")}");
        if (Maybe(0.5)) keys.Add($"activation: {Pick("gelu", "swiglu")}");
        if (Maybe(0.5)) keys.Add($"positions: {Pick("rotary", "learned")}");
        if (Maybe(0.3)) keys.Add($"head: {Pick("trained", "tied")}");
        if (Maybe(0.5)) keys.Add($"epsilon: {Pick("0", "1e-5")}");
        return $"{{{string.Join(", ", keys)}}}";
    }

    private string Model(bool isConverted)
    {
        string name = Pick("mlp", "mlp", "mlp", "cnn", "resnet-8", "preresnet-8"),
            norm = isConverted ? Pick("batch", "layer", "group") : Pick("batch", "group", "layer", "instance", "none");
        bool isMlp = name == "mlp";
        var keys = new List<string> { $"name: {name}", $"norm: {norm}" };
        if (isMlp)
            keys.Add(
                $"hidden: [{string.Join(", ",
                    Enumerable.Range(0, Maybe(0.1) ? 0 : random.Next(1, 3)).Select(_ => 2 * random.Next(2, 5)))}]");
        else keys.Add($"width: {Pick("2", "4")}");
        if (norm == "group") keys.Insert(1, isMlp ? "width: 2" : "width: 4");
        if (norm == "group") keys.Add("groups: 2");
        if (!isMlp && norm == "group") keys.RemoveAll(key => key is "width: 2");
        if (!isMlp && norm == "group") keys = [.. keys.Distinct()];
        if (Maybe(0.3)) keys.Add($"affine: {Pick("true", "false")}");
        if (Maybe(0.2)) keys.Add($"head: {Pick("trained", "frozen")}");
        if (Maybe(0.3)) keys.Add($"epsilon: {Pick("0", "1e-5", "0.1")}");
        if (Maybe(0.1)) keys.Add($"momentum: {Number(0, 1)}");
        if (Maybe(0.1)) keys.Add("convolution: direct");
        return $"{{{string.Join(", ", keys)}}}";
    }

    private string Optimizer(string name, bool isSgd, bool isConverted)
    {
        var keys = new List<string> { $"name: {name}" };
        void Add(string key, double probability, string value)
        {
            if (Maybe(probability)) keys.Add($"{key}: {value}");
        }
        if (isSgd) Add(Maybe(0.5) ? "nesterov" : "dampening", 0.3, keys.Count == 0 ? "" : "0");
        keys.RemoveAll(key => key == "nesterov: 0");
        if (isSgd && !keys.Exists(key => key.StartsWith("dampening", StringComparison.Ordinal))) Add("nesterov", 0.2, "true");
        else if (isSgd && !isConverted && Maybe(0.5)) keys[^1] = $"dampening: {Number(0, 0.9)}";
        bool hasCells = name is "wngrad" or "wn-adam" or "adagrad-norm", isAdam = name is "adam" or "adamw";
        if (isSgd || hasCells || name == "prodigy") Add("decay", 0.3, Pick("coupled", "decoupled"));
        if (hasCells) Add("scope", 0.7, Pick("global", "tensor", "channel", "kernel"));
        if (hasCells) Add("initial", 0.3, Number(0.1, 2));
        if (name == "wngrad")
        {
            Add("order", 0.4, Pick("update-first", "look-ahead", "lagged"));
            Add("initial_unit", 0.4, Pick("constant", "gradient-norm", "curvature"));
            Add("length", 0.2, Number(0.5, 2));
            if (Maybe(0.2))
                keys.AddRange(
                    [$"restart_after: {random.Next(1, 3)}", $"restart_ratio: {Number(0.1, 0.9)}", $"restart_least: {Number(0.1, 0.9)}"]);
        }
        if (isAdam || name is "wn-adam" or "prodigy" or "schedule-free") Add("beta1", 0.3, Number(0.1, 0.95));
        if (isAdam || name == "prodigy") Add("beta2", 0.3, Number(0.5, 0.999));
        if (isAdam || name == "prodigy") Add("epsilon", 0.2, "1e-8");
        if (name is "dog" or "d-adaptation" or "prodigy") Add("initial_distance", 0.3, "1e-4");
        if (Maybe(0.35))
        {
            var groups = new List<string>();
            foreach (string parameters in (string[])["head", "bias", "norm", "scale-invariant"])
            {
                if (!Maybe(0.4)) continue;
                groups.Add(
                    $"{parameters}: {{{Pick($"learning_rate: {Schedule(0.3)}", $"weight_decay: {Schedule(0.01)}",
                        isSgd ? "momentum: 0.5" : "weight_decay: 0", "weight_decay: 0")}}}");
            }
            keys.Add($"groups: {{{string.Join(", ", groups)}}}");
        }
        return $"{{{string.Join(", ", keys)}}}";
    }

    // Values in [0, most].
    private string Schedule(double most)
    {
        string V() => Number(0, most);
        int half = Math.Max(1, Updates / 2);
        if (Maybe(0.3)) return V();
        if (Maybe(0.2)) return $"[{{warmup: {{peak: {V()}, for: {half}ba}}}}, {Piece(V, most)}]";
        return Piece(V, most);
    }

    private string Piece(Func<string> v, double most) => random.Next(13) switch
    {
        0 => $"{{constant: {{value: {v()}}}}}",
        1 => $"{{linear: {{from: {v()}, to: {v()}, inclusive: {Pick("true", "false")}}}}}",
        2 => $"{{cosine: {{from: {v()}, to: {v()}}}}}",
        3 => $"{{polynomial: {{from: {v()}, to: {v()}, power: {Number(0.5, 3)}}}}}",
        4 => $"{{exponential: {{from: {v()}, factor: {Number(0.1, 1)}, every: {random.Next(1, 4)}ba}}}}",
        5 => $"{{steps: {{start: {v()}, at: [{Updates - 1}ba], factor: {Number(0.1, 1)}}}}}",
        6 => $"{{inverse_sqrt: {{peak: {v()}, shift: 2ba}}}}",
        7 => $"{{restarts: {{from: {v()}, to: {v()}, period: {random.Next(1, 4)}ba}}}}",
        8 => $"{{triangular: {{low: 0, high: {v()}, period: 2ba}}}}",
        9 => $"{{one_cycle: {{peak: {v()}, rise: {Number(0, 1)}}}}}",
        10 => $"{{wsd: {{peak: {v()}, decay: 1ba, shape: {Pick("linear", "cosine", "sqrt")}}}}}",
        11 => $"{{table: {{values: [{v()}, {v()}]}}}}",
        _ => $"{{repeated: {{of: {{linear: {{from: {v()}, to: {v()}, for: 2ba}}}}}}}}",
    };

    private string Number(double least, double most) =>
        (least + (most - least) * Math.Round(random.NextDouble(), 3)).ToString("R", CultureInfo.InvariantCulture);

    private string Pick(params string[] words) => words[random.Next(words.Length)];

    private bool Maybe(double probability) => random.NextDouble() < probability;

    private string Maybe(double probability, string text) => Maybe(probability) ? text : "";
}
