using System.Buffers.Binary;
using System.Text;
using Etalon.Engine;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Tests.Runs;

public sealed class SafetensorsTests : IDisposable
{
    private const string Good =
        """{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"F64","shape":[],"data_offsets":[24,32]}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_written_by_hand_from_the_formats_description_is_read()
    {
        using var file = CheckpointTensors.Open(
            Write("""{"__metadata__":{"k":"v \u00e4"},"b":{"data_offsets":[8,16],"dtype":"F64","shape":[1]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   """, [.. Enumerable.Range(0, 16).Select(i => (byte)i)]));
        Assert.Equal(["a", "b"], file.Entries.Select(entry => entry.Name));
        Assert.Equal("v ä", file.Metadata["k"]);
        byte[] bytes = new byte[8];
        file.Read(file.Entries[1], bytes);
        Assert.Equal([8, 9, 10, 11, 12, 13, 14, 15], bytes);
    }

    [Fact]
    public void A_written_header_reads_back_and_its_tensors_begin_at_a_multiple_of_8()
    {
        SafetensorsEntry[] entries = [new("stem.weight", SafetensorsType.F32, [2, 3], 0, 24), new("é\"", SafetensorsType.F64, [1], 24, 32)];
        byte[] header = SafetensorsHeader.Write([KeyValuePair.Create("recipe", "{\"a\": 1}\n")], entries);
        Assert.Equal(0, header.Length % 8);
        string path = Path.Combine(_folder.Path, "file");
        File.WriteAllBytes(path, [.. header, .. new byte[32]]);
        using var file = CheckpointTensors.Open(path);
        Assert.Equal(entries.Select(entry => (entry.Name, entry.Form, entry.Begin, entry.End)),
            file.Entries.Select(entry => (entry.Name, entry.Form, entry.Begin, entry.End)));
        Assert.Equal("{\"a\": 1}\n", file.Metadata["recipe"]);
    }

    [Theory]
    [InlineData("[0,24]", "[0,28]", "takes 24")]
    [InlineData("[24,32]", "[20,28]", "overlap")]
    [InlineData("[24,32]", "[28,36]", "but the file has 32")]
    [InlineData("[0,24]", "[-24,0]", "but the file has 32")]
    [InlineData("[0,24]", "[24,0]", "but the file has 32")]
    [InlineData("[24,32]", "[24,99999999999999999999]", "header")]
    [InlineData("[2,3]", "[9223372036854775807,9223372036854775807]", "more than any file has")]
    [InlineData("[2,3]", "[-2,-3]", "more than any file has")]
    [InlineData("[2,3]", "[2,3,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "more than 16")]
    [InlineData("F64", "BF16", "etalon reads F32 and F64")]
    [InlineData("\"b\"", "\"a\"", "two tensors are named")]
    [InlineData("\"shape\":[],", "", "does not have")]
    [InlineData("\"shape\":[],", "\"shape\":[],\"shape\":[],", "twice")]
    [InlineData("\"shape\":[]", "\"shape\":[],\"size\":1", "unknown")]
    [InlineData("}}", "}}{}", "header")]
    [InlineData("}}", "}", "header")]
    [InlineData("{\"a\"", "[{\"a\"", "StartObject")]
    public void A_header_that_lies_is_refused_with_file_and_cause(string part, string other, string cause)
    {
        string path = Write(Good.Replace(part, other, StringComparison.Ordinal), new byte[32]);
        Refuses(path, cause);
    }

    [Theory]
    [InlineData(24, 8, "gap")]
    [InlineData(24, 16, "tensors end at byte")]
    public void Bytes_that_belong_to_no_tensor_are_refused(int end, int more, string cause)
    {
        string header = end == 24 && more == 8
            ? """{"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},"b":{"dtype":"F32","shape":[0],"data_offsets":[32,32]}}"""
            : """{"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}}""";
        Refuses(Write(header, new byte[end + more]), cause);
    }

    [Theory]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 40)]
    public void A_header_length_that_is_a_bomb_is_refused_before_memory_is_taken(ulong length)
    {
        string path = Path.Combine(_folder.Path, "bomb");
        byte[] bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refuses(path, "header");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(20)]
    public void A_file_cut_in_its_header_is_refused(int length)
    {
        string path = Write(Good, new byte[32]);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        Refuses(path, "bytes");
    }

    private static void Refuses(string path, string cause)
    {
        var problem = Assert.Throws<InputException>(() => CheckpointTensors.Open(path).Dispose());
        Assert.StartsWith($"{path}: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(cause, problem.Message, StringComparison.Ordinal);
    }

    private string Write(string header, byte[] data)
    {
        string path = Path.Combine(_folder.Path, "tensors");
        byte[] json = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        File.WriteAllBytes(path, [.. length, .. json, .. data]);
        return path;
    }
}
