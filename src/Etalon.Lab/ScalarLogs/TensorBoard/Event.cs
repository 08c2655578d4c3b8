using System.Buffers.Binary;
using System.Text;

namespace Etalon.Lab.ScalarLogs;

/// <summary>A record of TensorBoard: the scalars of a step, or the start of a session. What is no scalar is left out.</summary>
/// <param name="Step">The step.</param>
/// <param name="IsStart">Whether a session starts at this step, which takes back what was logged from there on.</param>
/// <param name="Scalars">The scalars.</param>
internal sealed record Event(long Step, bool IsStart, IReadOnlyList<(string Tag, double Value)> Scalars)
{
    // Event: 1 wall_time, 2 step, 5 summary, 7 session_log; Summary: 1 value; Value: 1 tag, 2 simple_value, 8 tensor;
    // SessionLog: 1 status, START = 1; TensorProto: 1 dtype, 4 tensor_content, 5 float_val, 6 double_val.
    private const int StepField = 2, SummaryField = 5, SessionField = 7, Start = 1, Float = 1, Double = 2;

    /// <summary>Reads a record.</summary>
    /// <exception cref="FormatException">The bytes are no event.</exception>
    public static Event Read(ReadOnlySpan<byte> record)
    {
        var reader = new ProtobufReader(record);
        long step = 0;
        bool isStart = false;
        var scalars = new List<(string, double)>();
        while (reader.Next())
        {
            switch (reader.Field, reader.Type)
            {
                case (StepField, WireType.Varint):
                    step = (long)reader.Number;
                    break;
                case (SummaryField, WireType.Bytes):
                    ReadSummary(reader.Bytes, scalars);
                    break;
                case (SessionField, WireType.Bytes):
                    isStart |= IsStartOf(reader.Bytes);
                    break;
            }
        }
        return new(step, isStart, scalars);
    }

    private static bool IsStartOf(ReadOnlySpan<byte> session)
    {
        var reader = new ProtobufReader(session);
        while (reader.Next())
            if (reader is { Field: 1, Type: WireType.Varint, Number: Start }) return true;
        return false;
    }

    private static void ReadSummary(ReadOnlySpan<byte> summary, List<(string, double)> scalars)
    {
        var reader = new ProtobufReader(summary);
        while (reader.Next())
            if (reader is { Field: 1, Type: WireType.Bytes } && ReadValue(reader.Bytes) is { } scalar) scalars.Add(scalar);
    }

    private static (string, double)? ReadValue(ReadOnlySpan<byte> value)
    {
        var reader = new ProtobufReader(value);
        string? tag = null;
        double? number = null;
        while (reader.Next())
        {
            if (reader is { Field: 1, Type: WireType.Bytes }) tag = Encoding.UTF8.GetString(reader.Bytes);
            else if (reader is { Field: 2, Type: WireType.Fixed32 }) number = reader.Single;
            else if (reader is { Field: 8, Type: WireType.Bytes }) number = ReadTensor(reader.Bytes);
        }
        return tag is not null && number is { } known ? (tag, known) : null;
    }

    // A tensor of one number; one of text, or of several numbers, is no scalar.
    private static double? ReadTensor(ReadOnlySpan<byte> tensor)
    {
        var reader = new ProtobufReader(tensor);
        ulong kind = 0;
        double? number = null;
        int count = 0;
        while (reader.Next())
        {
            switch (reader.Field, reader.Type)
            {
                case (1, WireType.Varint):
                    kind = reader.Number;
                    break;
                case (4, WireType.Bytes) when kind == Float && reader.Bytes.Length == sizeof(float):
                    (number, count) = (BinaryPrimitives.ReadSingleLittleEndian(reader.Bytes), count + 1);
                    break;
                case (4, WireType.Bytes) when kind == Double && reader.Bytes.Length == sizeof(double):
                    (number, count) = (BinaryPrimitives.ReadDoubleLittleEndian(reader.Bytes), count + 1);
                    break;
                case (5, WireType.Bytes) when reader.Bytes.Length == sizeof(float):
                    (number, count) = (BinaryPrimitives.ReadSingleLittleEndian(reader.Bytes), count + 1);
                    break;
                case (5, WireType.Fixed32):
                    (number, count) = (reader.Single, count + 1);
                    break;
                case (6, WireType.Bytes) when reader.Bytes.Length == sizeof(double):
                    (number, count) = (BinaryPrimitives.ReadDoubleLittleEndian(reader.Bytes), count + 1);
                    break;
                case (6, WireType.Fixed64):
                    (number, count) = (reader.Double, count + 1);
                    break;
                case (4 or 5 or 6, WireType.Bytes) when reader.Bytes.Length > 0:
                    count += 2;
                    break;
            }
        }
        return count == 1 ? number : null;
    }
}
