namespace Etalon.Engine.Tests.Optimizers;

/// <summary>The rules once more, over plain arrays: a few lines each, one number after another, as the papers write them.</summary>
internal static class ReferenceRules
{
    /// <summary>Changes w by g with the numbers of each of its elements.</summary>
    public delegate void Rule(double[] w, double[] g, Hyperparameters[] numbers);

    public static readonly string[] Names =
    [
        "sgd", "sgd nesterov", "sgd decoupled", "adam", "adamw", "lion", "signum", "muon", "muon plain",
        "wngrad", "wngrad decoupled", "wngrad tensor", "wngrad channel", "wngrad kernel", "wngrad look-ahead",
        "wngrad channel look-ahead decoupled",
        "wngrad lagged", "wngrad kernel lagged", "wngrad norm", "wngrad channel norm", "wngrad length", "wngrad tensor restarts look-ahead",
        "wngrad channel restarts lagged", "wngrad kernel restarts",
        "wn-adam", "wn-adam channel", "wn-adam kernel", "wn-adam tensor decoupled", "adagrad-norm", "adagrad-norm kernel",
        "adagrad-norm tensor decoupled",
        "dog", "d-adaptation", "prodigy", "prodigy decoupled", "schedule-free",
    ];

    public static Rule Of(string name)
    {
        var words = name.Split(' ');
        return words[0] switch
        {
            "sgd" => Sgd(words.Contains("nesterov"), words.Contains("decoupled")),
            "adam" => Adam(0.9, 0.999, 1e-8, isDecoupled: false),
            "adamw" => Adam(0.8, 0.95, 1e-3, isDecoupled: true),
            "lion" => Sign(0.9, 0.99),
            "signum" => Sign(null, null),
            "muon" => Muon(isNesterov: !words.Contains("plain")),
            "wn-adam" => WnAdam(CellsOf(words), words.Contains("decoupled")),
            "adagrad-norm" => AdaGradNorm(CellsOf(words), words.Contains("decoupled")),
            "dog" => Dog(),
            "d-adaptation" => DAdaptation(),
            "prodigy" => Prodigy(words.Contains("decoupled")),
            "schedule-free" => ScheduleFree(),
            _ => WnGrad(CellsOf(words), words),
        };
    }

    private static Rule Sgd(bool isNesterov, bool isDecoupled)
    {
        double[]? v = null;
        return (w, g, numbers) =>
        {
            for (int i = 0; i < w.Length; i++)
            {
                var (rate, decay, momentum, _) = numbers[i];
                if (isDecoupled) w[i] *= 1 - rate * decay;
                double d = isDecoupled ? g[i] : g[i] + decay * w[i];
                double velocity = v is null ? d : momentum * v[i] + d;
                g[i] = velocity;
                w[i] -= rate * (isNesterov ? d + momentum * velocity : velocity);
            }
            v = [.. g];
        };
    }

    private static Rule Adam(double beta1, double beta2, double epsilon, bool isDecoupled)
    {
        double[] m = new double[Cells.Length], u = new double[Cells.Length];
        int t = 0;
        return (w, g, numbers) =>
        {
            t++;
            double correction1 = 1 - Math.Pow(beta1, t), correction2 = 1 - Math.Pow(beta2, t);
            for (int i = 0; i < w.Length; i++)
            {
                var (rate, decay, _, _) = numbers[i];
                if (isDecoupled) w[i] *= 1 - rate * decay;
                double d = isDecoupled ? g[i] : g[i] + decay * w[i];
                m[i] = beta1 * m[i] + (1 - beta1) * d;
                u[i] = beta2 * u[i] + (1 - beta2) * d * d;
                w[i] -= rate * (m[i] / correction1) / (Math.Sqrt(u[i] / correction2) + epsilon);
            }
        };
    }

    private static Rule Sign(double? beta1, double? beta2)
    {
        double[] m = new double[Cells.Length];
        return (w, g, numbers) =>
        {
            for (int i = 0; i < w.Length; i++)
            {
                double mixed = beta1 ?? numbers[i].Momentum, kept = beta2 ?? numbers[i].Momentum;
                double sign = Math.Sign(mixed * m[i] + (1 - mixed) * g[i]);
                m[i] = kept * m[i] + (1 - kept) * g[i];
                w[i] = (1 - numbers[i].Rate * numbers[i].WeightDecay) * w[i] - numbers[i].Rate * sign;
            }
        };
    }

    // Matrices as they stand in memory, inputs x outputs; what has one size follows AdamW.
    private static Rule Muon(bool isNesterov)
    {
        double[] m = new double[Cells.Length];
        var adam = Adam(0.9, 0.95, 1e-8, isDecoupled: true);
        return (w, g, numbers) =>
        {
            double[] before = [.. w];
            adam(w, [.. g], numbers);
            int at = 0;
            foreach (var (_, shape) in FlatProblem<double>.Tensors)
            {
                int length = shape.Aggregate((a, b) => a * b), columns = shape[^1], rows = length / columns;
                if (shape.Length > 1)
                {
                    double mu = numbers[at].Momentum;
                    var direction = new double[rows, columns];
                    for (int i = 0; i < length; i++)
                    {
                        m[at + i] = mu * m[at + i] + (1 - mu) * g[at + i];
                        direction[i / columns, i % columns] = isNesterov ? (1 - mu) * g[at + i] + mu * m[at + i] : m[at + i];
                    }
                    double scale = Math.Sqrt(Math.Max(1, columns / (double)rows));
                    var step = NewtonSchulz(direction);
                    for (int i = 0; i < length; i++)
                        w[at + i] = (1 - numbers[at].Rate * numbers[at].WeightDecay) * before[at + i]
                            - numbers[at].Rate * scale * step[i / columns, i % columns];
                }
                at += length;
            }
        };
    }

    // As the authors write it: with the matrix turned where it is tall.
    private static double[,] NewtonSchulz(double[,] g)
    {
        bool isTall = g.GetLength(0) > g.GetLength(1);
        var x = isTall ? Turned(g) : g;
        double norm = 0;
        foreach (double number in x) norm += number * number;
        x = Sum(1 / (Math.Sqrt(norm) + 1e-7), x, 0, x);
        for (int step = 0; step < 5; step++)
        {
            var a = Times(x, Turned(x));
            x = Sum(3.4445, x, 1, Times(Sum(-4.7750, a, 2.0315, Times(a, a)), x));
        }
        return isTall ? Turned(x) : x;
    }

    private static double[,] Turned(double[,] x)
    {
        var turned = new double[x.GetLength(1), x.GetLength(0)];
        for (int i = 0; i < x.GetLength(0); i++)
            for (int j = 0; j < x.GetLength(1); j++) turned[j, i] = x[i, j];
        return turned;
    }

    private static double[,] Times(double[,] x, double[,] y)
    {
        var product = new double[x.GetLength(0), y.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
            for (int k = 0; k < x.GetLength(1); k++)
                for (int j = 0; j < y.GetLength(1); j++) product[i, j] += x[i, k] * y[k, j];
        return product;
    }

    private static double[,] Sum(double a, double[,] x, double b, double[,] y)
    {
        var sum = new double[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
            for (int j = 0; j < x.GetLength(1); j++) sum[i, j] = a * x[i, j] + b * y[i, j];
        return sum;
    }

    private static Rule WnGrad(int[] cells, string[] words)
    {
        int count = cells.Max() + 1;
        double[] b = new double[count], first = new double[count], reference = new double[count], row = new double[count],
            v = new double[cells.Length];
        double r = words.Contains("length") ? 2.5 : 1;
        return (w, g, numbers) =>
        {
            var (squares, scaled) = Norms(cells, w, g, numbers, words.Contains("decoupled"));
            double[] divisor = new double[count];
            for (int c = 0; c < count; c++)
            {
                // A cell begins with its first gradient that is not 0.
                bool begins = b[c] == 0;
                divisor[c] = 1;
                if (begins && squares[c] == 0) continue;
                if (begins)
                {
                    b[c] = first[c] = 0.3 * (words.Contains("norm") ? Math.Sqrt(squares[c]) : 1);
                    reference[c] = Math.Sqrt(squares[c]);
                }
                divisor[c] = b[c];
                if (begins && words.Contains("look-ahead")) continue;
                row[c] = !begins && Math.Sqrt(squares[c]) <= 0.98 * reference[c] ? row[c] + 1 : 0;
                if (words.Contains("restarts") && row[c] == 2)
                    (b[c], reference[c], row[c]) = (Math.Min(first[c], Math.Max(0.2, b[c] / 6)), Math.Sqrt(squares[c]), 0);
                else
                    b[c] += scaled[c] / (r * r * b[c]);
                if (!words.Contains("lagged")) divisor[c] = b[c];
            }
            Descend(cells, divisor, v, w, g, numbers, words.Contains("decoupled"));
        };
    }

    private static Rule AdaGradNorm(int[] cells, bool isDecoupled)
    {
        double[] sum = [.. Enumerable.Repeat(0.25, cells.Max() + 1)], v = new double[cells.Length];
        return (w, g, numbers) =>
        {
            var (squares, _) = Norms(cells, w, g, numbers, isDecoupled);
            for (int c = 0; c < sum.Length; c++) sum[c] += squares[c];
            Descend(cells, [.. sum.Select(Math.Sqrt)], v, w, g, numbers, isDecoupled);
        };
    }

    private static Rule WnAdam(int[] cells, bool isDecoupled)
    {
        double[] b = [.. Enumerable.Repeat(2.0, cells.Max() + 1)], m = new double[cells.Length];
        int t = 0;
        return (w, g, numbers) =>
        {
            t++;
            var (_, scaled) = Norms(cells, w, g, numbers, isDecoupled);
            for (int c = 0; c < b.Length; c++) b[c] += scaled[c] / b[c];
            double correction = 1 - Math.Pow(0.8, t);
            for (int i = 0; i < w.Length; i++)
            {
                double d = Direction(w[i], g[i], numbers[i], isDecoupled);
                m[i] = 0.8 * m[i] + 0.2 * d;
                if (isDecoupled) w[i] *= 1 - numbers[i].Rate * numbers[i].WeightDecay;
                w[i] -= numbers[i].Rate / b[cells[i]] * m[i] / correction;
            }
        };
    }

    private static Rule Dog()
    {
        double[]? start = null;
        double largest = 0, sum = 1e-8;
        return (w, g, numbers) =>
        {
            start ??= [.. w];
            largest = largest == 0 ? 1e-3 * (1 + Norm(w)) : Math.Max(largest, Norm([.. w.Zip(start, (a, b) => a - b)]));
            double[] d = [.. w.Select((x, i) => Direction(x, g[i], numbers[i], isDecoupled: false))];
            sum += d.Sum(x => x * x);
            for (int i = 0; i < w.Length; i++) w[i] -= numbers[i].Rate * largest / Math.Sqrt(sum) * d[i];
        };
    }

    private static Rule DAdaptation()
    {
        double[]? start = null;
        double[] s = new double[Cells.Length];
        double distance = 1e-2, first = 0, numerator = 0;
        return (w, g, numbers) =>
        {
            start ??= [.. w];
            double[] d = [.. w.Select((x, i) => Direction(x, g[i], numbers[i], isDecoupled: false))];
            if (first == 0) first = Norm(d);
            double[] q = [.. numbers.Select(n => n.Rate * distance / first)];
            for (int i = 0; i < w.Length; i++) numerator += q[i] * d[i] * s[i];
            for (int i = 0; i < w.Length; i++) s[i] += q[i] * d[i];
            distance = Math.Max(distance, 2 * numerator / Norm(s));
            for (int i = 0; i < w.Length; i++) w[i] = numbers[i].Momentum * w[i] + (1 - numbers[i].Momentum) * (start[i] - s[i]);
        };
    }

    private static Rule Prodigy(bool isDecoupled)
    {
        double[]? start = null;
        double[] m = new double[Cells.Length], u = new double[Cells.Length], s = new double[Cells.Length];
        double distance = 1e-3, numerator = 0, beta3 = Math.Sqrt(0.98);
        return (w, g, numbers) =>
        {
            start ??= [.. w];
            double before = distance;
            numerator *= beta3;
            for (int i = 0; i < w.Length; i++)
            {
                double d = Direction(w[i], g[i], numbers[i], isDecoupled), weight = before / 1e-3 * numbers[i].Rate * before;
                numerator += weight * d * (start[i] - w[i]);
                m[i] = 0.9 * m[i] + 0.1 * before * d;
                u[i] = 0.98 * u[i] + 0.02 * before * d * before * d;
                s[i] = beta3 * s[i] + weight * d;
            }
            distance = Math.Max(distance, numerator / s.Sum(Math.Abs));
            for (int i = 0; i < w.Length; i++)
            {
                if (isDecoupled) w[i] -= before * numbers[i].Rate * numbers[i].WeightDecay * w[i];
                w[i] -= before * numbers[i].Rate * m[i] / (Math.Sqrt(u[i]) + before * 1e-8);
            }
        };
    }

    private static Rule ScheduleFree()
    {
        double[]? x = null, z = null;
        double[] largest = new double[2], sums = new double[2];
        return (y, g, numbers) =>
        {
            x ??= [.. y];
            z ??= [.. y];
            for (int group = 0; group < 2; group++)
            {
                largest[group] = Math.Max(largest[group], numbers[Array.FindIndex(Cells, element => element.Group == group)].Rate);
                sums[group] += largest[group] * largest[group];
            }
            for (int i = 0; i < y.Length; i++)
            {
                int group = Cells[i].Group;
                double c = largest[group] * largest[group] / sums[group];
                z[i] -= numbers[i].Rate * (g[i] + numbers[i].WeightDecay * y[i]);
                x[i] = (1 - c) * x[i] + c * z[i];
                y[i] = 0.8 * x[i] + (1 - 0.8) * z[i];
            }
        };
    }

    private static double Norm(double[] x) => Math.Sqrt(x.Sum(number => number * number));

    private static (double[] Squares, double[] Scaled) Norms(int[] cells, double[] w, double[] g, Hyperparameters[] numbers,
        bool isDecoupled)
    {
        double[] squares = new double[cells.Max() + 1], scaled = new double[squares.Length];
        for (int i = 0; i < w.Length; i++)
        {
            double d = Direction(w[i], g[i], numbers[i], isDecoupled);
            squares[cells[i]] += d * d;
            scaled[cells[i]] += numbers[i].Rate * numbers[i].Rate * d * d;
        }
        return (squares, scaled);
    }

    private static void Descend(int[] cells, double[] b, double[] v, double[] w, double[] g, Hyperparameters[] numbers, bool isDecoupled)
    {
        for (int i = 0; i < w.Length; i++)
        {
            v[i] = numbers[i].Momentum * v[i] + Direction(w[i], g[i], numbers[i], isDecoupled) / b[cells[i]];
            if (isDecoupled) w[i] *= 1 - numbers[i].Rate * numbers[i].WeightDecay;
            w[i] -= numbers[i].Rate * v[i];
        }
    }

    private static double Direction(double w, double g, Hyperparameters numbers, bool isDecoupled) =>
        isDecoupled ? g : g + numbers.WeightDecay * w;

    /// <summary>The tensor of each element, its group, and where it lies in the tensor.</summary>
    private static readonly (int Tensor, int Group, int Index)[] Cells =
    [
        .. FlatProblem<double>.Tensors.SelectMany((tensor, t) => Enumerable.Range(0, tensor.Shape.Aggregate((a, b) => a * b))
            .Select(i => (t, FlatProblem<double>.GroupOf(tensor.Name), i))),
    ];

    /// <summary>The numbers of each element on a step.</summary>
    public static Hyperparameters[] NumbersAt(int step) => [.. Cells.Select(element => FlatProblem<double>.NumbersAt(step)[element.Group])];

    private static int[] CellsOf(string[] words)
    {
        var keys = Cells.Select(element =>
        {
            int[] shape = FlatProblem<double>.Tensors[element.Tensor].Shape;
            int channel = element.Index % shape[^1], input = shape.Length == 4 ? element.Index / shape[^1] % shape[2] : 0;
            bool isVector = shape.Length == 1;
            return words.Contains("kernel") ? (element.Tensor, isVector ? 0 : input, isVector ? 0 : channel)
                : words.Contains("channel") ? (element.Tensor, 0, isVector ? 0 : channel)
                : words.Contains("tensor") ? (element.Tensor, 0, 0)
                : (0, 0, 0);
        }).ToList();
        var order = keys.Distinct().Select((key, i) => (key, i)).ToDictionary(pair => pair.key, pair => pair.i);
        return [.. keys.Select(key => order[key])];
    }
}
