using System.Globalization;
using System.Text.Json;
using Etalon.Lab;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// Reads lines of metrics.jsonl as fast as they come from the disk. Lines with the same names in the same order, written as a run writes
/// them, are read by comparing bytes; any other line goes through the JSON reader, which says what is wrong with it.
/// </summary>
internal sealed class MetricsScan
{
    // Runs write three kinds of lines: training, monitors, evaluations.
    private const int MostShapes = 16;

    // 10^22 is the largest power of ten that float64 holds exactly.
    private static readonly double[] Powers =
        [.. Enumerable.Range(0, 23).Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture))];

    private readonly Dictionary<string, int> _places = [];
    private readonly List<string> _names = [];
    private readonly List<Shape> _shapes = [];
    private Shape? _last;

    /// <summary>All names so far; a name's place among them stays.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The values of the line at hand, by their place in <see cref="Places"/>.</summary>
    public double[] Values { get; private set; } = new double[16];

    /// <summary>For each value of the line at hand the place of its name; <c>step</c> and <c>epoch</c> are left out.</summary>
    public int[] Places { get; private set; } = [];

    /// <summary>How many values the line at hand has.</summary>
    public int Count { get; private set; }

    /// <summary>The update of the line at hand, 0-based; negative where it names none.</summary>
    public long Step { get; private set; }

    /// <summary>The place of a name, which is made where it is new.</summary>
    public int PlaceOf(string name)
    {
        if (_places.TryGetValue(name, out int place)) return place;
        _places.Add(name, place = _names.Count);
        _names.Add(name);
        return place;
    }

    /// <summary>Reads a line without its newline.</summary>
    /// <exception cref="InputException">It is not a JSON object of metrics.</exception>
    public void Read(ReadOnlySpan<byte> line, string path, long number)
    {
        // Lines of two kinds alternate: the shape that came after this one the last time comes first.
        if (_last?.Next is { } next && TryRead(next, line)) return;
        foreach (var shape in _shapes)
            if (TryRead(shape, line)) return;
        ReadAny(line, path, number);
    }

    private bool TryRead(Shape shape, ReadOnlySpan<byte> line)
    {
        if (Values.Length < shape.Places.Length) Values = new double[shape.Places.Length * 2];
        int at = 0, value = 0;
        long step = -1;
        for (int i = 0; i < shape.Prefixes.Length; i++)
        {
            var prefix = shape.Prefixes[i];
            if (!line[at..].StartsWith(prefix)) return false;
            at += prefix.Length;
            if (!TryNumber(line, ref at, out double number)) return false;
            switch (shape.Roles[i])
            {
                case Role.Step: step = StepOf(number); break;
                case Role.Value: Values[value++] = number; break;
                default: break;
            }
        }
        if (at != line.Length - 1 || line[at] != (byte)'}' || step == -2) return false;
        (Places, Count, Step) = (shape.Places, value, step);
        if (_last is not null) _last.Next = shape;
        _last = shape;
        return true;
    }

    // As strict as the reader of a run's metrics: what that one refuses is refused here.
    private void ReadAny(ReadOnlySpan<byte> line, string path, long number)
    {
        var (names, raw) = (new List<string>(), new List<byte[]>());
        var values = new List<double>();
        bool isPlain = true;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("an object is expected");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                names.Add(reader.GetString()!);
                raw.Add(reader.ValueSpan.ToArray());
                reader.Read();
                isPlain &= reader.TokenType == JsonTokenType.Number;
                values.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double value) ? value : double.NaN);
                reader.Skip();
            }
            reader.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InputException($"{path}: line {number} is not a JSON object of metrics; was the file edited?");
        }
        Keep(names, values, path, number);
        if (isPlain && _shapes.Count < MostShapes && names.Distinct().Count() == names.Count) _shapes.Add(Shape.Of(names, raw, this));
    }

    private void Keep(List<string> names, List<double> values, string path, long number)
    {
        (Count, Step) = (0, -1);
        var places = new List<int>(names.Count);
        if (Values.Length < names.Count) Values = new double[names.Count * 2];
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == "step") Step = StepOf(values[i]);
            if (RoleOf(names[i]) != Role.Value) continue;
            places.Add(PlaceOf(names[i]));
            Values[Count++] = values[i];
        }
        if (Step == -2)
            throw new InputException($"{path}: line {number} has a step that is no whole number from 0 on; was the file edited?");
        Places = [.. places];
    }

    private static Role RoleOf(string name) => name switch { "step" => Role.Step, "epoch" => Role.Epoch, _ => Role.Value };

    private static long StepOf(double step) => step >= 0 && step <= 1L << 53 && step == Math.Floor(step) ? (long)step : -2;

    /// <summary>A JSON number to within one unit in the last place of float64, far below what float32 tells.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> line, ref int at, out double value)
    {
        value = 0;
        int i = at;
        bool isNegative = i < line.Length && line[i] == (byte)'-';
        if (isNegative) i++;
        ulong digits = 0;
        int count = 0, exponent = 0, begin = i;
        while (i < line.Length && line[i] is >= (byte)'0' and <= (byte)'9') Take(line[i++], ref digits, ref count, ref exponent, 0);
        if (i == begin || (line[begin] == (byte)'0' && i > begin + 1)) return false;
        if (i < line.Length && line[i] == (byte)'.')
        {
            int first = ++i;
            while (i < line.Length && line[i] is >= (byte)'0' and <= (byte)'9') Take(line[i++], ref digits, ref count, ref exponent, -1);
            if (i == first) return false;
        }
        if (i < line.Length && (line[i] | 0x20) == (byte)'e' && !TryExponent(line, ref i, ref exponent)) return false;
        value = Scaled(digits, exponent);
        if (isNegative) value = -value;
        at = i;
        return true;
    }

    private static void Take(byte digit, ref ulong digits, ref int count, ref int exponent, int shift)
    {
        // 18 digits fit; what follows is below the precision.
        if (count >= 18)
        {
            exponent += shift + 1;
            return;
        }
        digits = digits * 10 + (ulong)(digit - '0');
        if (digits > 0) count++;
        exponent += shift;
    }

    private static bool TryExponent(ReadOnlySpan<byte> line, ref int at, ref int exponent)
    {
        int i = at + 1;
        bool isNegative = i < line.Length && line[i] == (byte)'-';
        if (i < line.Length && line[i] is (byte)'-' or (byte)'+') i++;
        int power = 0, begin = i;
        while (i < line.Length && line[i] is >= (byte)'0' and <= (byte)'9' && power < 10_000) power = power * 10 + (line[i++] - '0');
        if (i == begin) return false;
        exponent += isNegative ? -power : power;
        at = i;
        return true;
    }

    private static double Scaled(ulong digits, int exponent) => exponent switch
    {
        _ when digits == 0 => 0,
        0 => digits,
        > 0 and <= 22 => digits * Powers[exponent],
        < 0 and >= -22 => digits / Powers[-exponent],
        _ => digits * Math.Pow(10, exponent),
    };

    private enum Role
    {
        Value,
        Step,
        Epoch,
    }

    // The names of a line in their order, with the bytes before each number.
    private sealed class Shape
    {
        public required byte[][] Prefixes { get; init; }

        public required Role[] Roles { get; init; }

        public required int[] Places { get; init; }

        public Shape? Next { get; set; }

        public static Shape Of(List<string> names, List<byte[]> raw, MetricsScan scan) => new()
        {
            Prefixes = [.. raw.Select((name, i) => (byte[])[(byte)(i == 0 ? '{' : ','), (byte)'"', .. name, (byte)'"', (byte)':'])],
            Roles = [.. names.Select(RoleOf)],
            Places = [.. names.Where(name => RoleOf(name) == Role.Value).Select(scan.PlaceOf)],
        };
    }
}
