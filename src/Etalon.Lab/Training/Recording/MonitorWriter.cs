using System.Globalization;
using System.Text.Json;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>Writes a reading of the monitors into a line of metrics; see <see cref="MonitorKeys"/>.</summary>
internal sealed class MonitorWriter
{
    private static readonly (string Key, Func<GroupReading, double?> Value)[] Quantities =
    [
        (MonitorKeys.Norm, reading => reading.Norm),
        (MonitorKeys.GradientSquare, reading => reading.GradientSquare),
        (MonitorKeys.Dot, reading => reading.Dot),
        (MonitorKeys.Angle, reading => reading.Angle),
        (MonitorKeys.BufferDot, reading => reading.BufferDot),
        (MonitorKeys.BufferWeight, reading => reading.BufferWeight),
        (MonitorKeys.UpdateSquare, reading => reading.UpdateSquare),
        (MonitorKeys.UpdateDot, reading => reading.UpdateDot),
        (MonitorKeys.EffectiveRate, reading => reading.EffectiveRate),
        (MonitorKeys.Residual, reading => reading.Residual),
        (MonitorKeys.Noise, reading => reading.Noise),
        (MonitorKeys.Signal, reading => reading.Signal),
    ];

    private readonly JsonEncodedText[][] _names;

    /// <param name="groups">The groups of the readings.</param>
    public MonitorWriter(IReadOnlyList<string> groups) =>
        _names = [.. Quantities.Select(quantity => groups.Select(group => JsonEncodedText.Encode(quantity.Key + group)).ToArray())];

    /// <summary>Writes names and values, where there is one, into the object at hand.</summary>
    public void Write(MonitorReading reading, Utf8JsonWriter json)
    {
        for (int quantity = 0; quantity < Quantities.Length; quantity++)
            for (int group = 0; group < reading.Groups.Count; group++)
                if (Quantities[quantity].Value(reading[group]) is { } value) Write(_names[quantity][group], value, json);
    }

    // The digits of a float32 are as many as a float32 run measures, and half the bytes.
    private static void Write(JsonEncodedText name, double value, Utf8JsonWriter json)
    {
        if (!double.IsFinite(value)) json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
        else if (value == 0 || Math.Abs(value) is > 1e-37 and < 1e38) json.WriteNumber(name, (float)value);
        else json.WriteNumber(name, value);
    }
}
