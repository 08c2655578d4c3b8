using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Etalon.Engine.Tests.Golden;

public sealed class GoldenFileTests
{
    private static readonly GoldenFile Golden = GoldenFile.Load();

    [Fact]
    public void Every_initial_weight_has_a_gradient_of_its_shape_in_all_five_networks()
    {
        foreach (var network in new[] { "batch4", "batch8", "group4", "layer4", "instance4" })
        {
            var initial = Golden.Under(network == "batch8" ? "batch8.initial." : "batch4.initial.").ToList();
            var gradients = Golden.Under($"{network}.gradient.").ToDictionary(pair => pair.Name, pair => pair.Tensor);
            Assert.Equal(25, initial.Count);
            Assert.Equal(25, gradients.Count);
            Assert.All(initial, pair => Assert.Equal(pair.Tensor.Shape, gradients[pair.Name].Shape));
        }
        Assert.Equal([3, 3, 8, 16], Golden["batch8.initial.stage2.block1.conv1.weight"].Shape);
        Assert.Equal([16, 10], Golden["batch4.initial.head.weight"].Shape);
    }

    [Fact]
    public void Weights_and_running_statistics_are_there_after_three_steps_of_each_optimizer()
    {
        foreach (var optimizer in new[] { "heavy_ball", "dampened", "nesterov", "decoupled" })
        {
            foreach (var (name, tensor) in Golden.Under("batch4.initial."))
                Assert.True(tensor.RelativeErrorOf<double>(Spread(Golden[$"batch4.{optimizer}.{name}"])) is > 1e-6 and < 10,
                    $"{optimizer} left {name} as it was");
            Assert.Equal(14, Golden.Under($"batch4.{optimizer}.").Count(pair => pair.Name.Contains(".running_", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("batch4")]
    [InlineData("batch8")]
    [InlineData("group4")]
    [InlineData("layer4")]
    [InlineData("instance4")]
    public void The_loss_and_the_gradient_of_the_head_bias_follow_from_the_logits_and_labels(string network)
    {
        var logits = Golden[$"{network}.logits"];
        var labels = Golden["data1.labels"].Values;
        double loss = 0;
        var gradient = new double[10];
        for (var row = 0; row < 5; row++)
        {
            var scores = logits.Values.AsSpan(10 * row, 10).ToArray();
            var sum = scores.Sum(Math.Exp);
            loss += (Math.Log(sum) - scores[(int)labels[row]]) / 5;
            for (var column = 0; column < 10; column++)
                gradient[column] += (Math.Exp(scores[column]) / sum - (column == (int)labels[row] ? 1 : 0)) / 5;
        }
        Assert.Equal(loss, Golden[$"{network}.loss"].Values[0], 1e-14);
        Assert.InRange(Golden[$"{network}.gradient.head.bias"].RelativeErrorOf<double>(gradient), 0, 1e-14);
    }

    [Fact]
    public void What_a_computation_starts_from_is_exact_in_float32()
        => Assert.All(
            Golden.Names.Where(
                name => name.Contains(".initial.", StringComparison.Ordinal) || name.EndsWith(".images", StringComparison.Ordinal)),
            name => Assert.Equal(Golden[name].Values, Array.ConvertAll(Golden[name].As<float>(), x => (double)x)));

    [Fact]
    public void A_comparison_is_relative_to_the_largest_entry_and_sees_a_number_that_is_not_finite()
    {
        var tensor = new GoldenTensor("x", [4], 3, [1, -4]);
        Assert.Equal(0.5, tensor.RelativeErrorOf<double>([1, 9, 9, -2]));
        Assert.Equal(double.PositiveInfinity, tensor.RelativeErrorOf<double>([double.NaN, 0, 0, -4]));
        Assert.Throws<ArgumentException>(() => tensor.RelativeErrorOf<double>([1, -4]));
    }

    [Theory]
    [InlineData("ETALGOLX", 1, 0, "does not begin with ETALGOLD")]
    [InlineData("ETALGOLD", 2, 0, "has version 2")]
    [InlineData("ETALGOLD", 1, 99, "ends before its index")]
    public void A_file_of_another_kind_is_refused_with_the_command_that_makes_it(string magic, int version, int indexLength,
    string complaint)
    {
        var file = new byte[24];
        Encoding.ASCII.GetBytes(magic, file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), version);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(12), indexLength);
        var error = Assert.Throws<InvalidDataException>(() => GoldenFile.Read(file));
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
        Assert.Contains("make_golden.py", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_short_is_refused_with_the_name_of_the_tensor()
    {
        var index = Encoding.UTF8.GetBytes("""{"tensors":{"a.b":{"type":"float64","shape":[2],"stride":1,"offset":0}}}""");
        byte[] file = [.. "ETALGOLD"u8, 1, 0, 0, 0, (byte)index.Length, 0, 0, 0, .. index, .. new byte[8]];
        Assert.Contains("'a.b'", Assert.Throws<InvalidDataException>(() => GoldenFile.Read(file)).Message, StringComparison.Ordinal);
        Assert.Equal([0, 0], GoldenFile.Read([.. file, .. new byte[8]])["a.b"].Values);
    }

    [Fact]
    [Trait("speed", "slow")]
    public void PyTorch_computes_the_same_numbers_again()
    {
        Assert.SkipUnless(Python("-c", "import torch, numpy").ExitCode == 0,
            "needs /usr/bin/python3 with torch and numpy (Debian: python3-torch, python3-numpy)");
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Etalon.slnx")))
            folder = folder.Parent;
        Assert.SkipWhen(folder is null, "needs the source tree around the test assembly");
        var (exitCode, output) = Python("-B", Path.Combine(folder.FullName, "tests/Etalon.Engine.Tests/Golden/make_golden.py"), "--check");
        Assert.True(exitCode == 0, output);
    }

    private static (int ExitCode, string Output) Python(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (Win32Exception missing)
        {
            return (127, missing.Message);
        }
    }

    /// <summary>The stored numbers put back to their places, zeros between: a comparison reads only those places.</summary>
    private static double[] Spread(GoldenTensor tensor)
    {
        var whole = new double[tensor.Length];
        for (var i = 0; i < tensor.Values.Length; i++)
            whole[i * tensor.Stride] = tensor.Values[i];
        return whole;
    }
}
