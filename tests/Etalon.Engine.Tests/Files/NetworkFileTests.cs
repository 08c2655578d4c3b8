using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Etalon.Schedules.Tests.Export;

namespace Etalon.Engine.Tests.Files;

public sealed class NetworkFileTests : IDisposable
{
    private const int Images = 5, Height = 6, Width = 8, Channels = 2, Classes = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-network-").FullName;
    private readonly Workers _workers = new(1);
    private readonly double[] _images = new double[Images * Height * Width * Channels];
    private readonly int[] _labels = [0, 1, 2, 0, 1];

    public NetworkFileTests()
    {
        var numbers = new CounterStream(seed: 5, "images");
        foreach (ref double pixel in _images.AsSpan()) pixel = numbers.NextNormal();
    }

    public void Dispose()
    {
        _workers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string File => Path.Combine(_folder, "network.safetensors");

    private Network<double> Build(ulong seed, int outputs = Classes)
    {
        var build = new NetworkBuilder<double>(Height, Width, Channels);
        var x = build.BatchNormalization("norm", build.Convolution("conv", build.Input, 5, kernel: 3, stride: 2));
        x = build.Bias("head.bias", build.Linear("head", build.Rectify(x), outputs));
        var network = build.Build(x, new SoftmaxCrossEntropy(), maxBatch: Images, _workers);
        network.Initialize(seed);
        return network;
    }

    // With running statistics, scales, shifts and biases that are not where they begin.
    private Network<double> Trained()
    {
        var network = Build(seed: 1);
        using var sgd = new Sgd<double>(network.Parameters, network.Gradients, new SgdOptions());
        for (int step = 0; step < 3; step++) network.Train(_images, _labels, sgd, new Hyperparameters(0.1, 1e-3, 0.9));
        return network;
    }

    private double[] Outputs(Network<double> network)
    {
        double[] outputs = new double[Images * Classes];
        network.Predict(_images, outputs);
        return outputs;
    }

    [Theory]
    [InlineData(TensorLayout.Etalon)]
    [InlineData(TensorLayout.PyTorch)]
    public void A_network_reads_back_to_the_bit_what_another_wrote_in_either_layout(TensorLayout layout)
    {
        using var written = Trained();
        written.Save(File, layout);
        using var read = Build(seed: 2);
        Assert.NotEqual(Outputs(written), Outputs(read));
        read.Load(File);
        Assert.Equal(Outputs(written), Outputs(read));
        Assert.Equal(written.Parameters.Span.ToArray(), read.Parameters.Span.ToArray());
        Assert.Equal(written.State.Span.ToArray(), read.State.Span.ToArray());
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Weights_for_PyTorch_are_out_in_y_x_and_those_of_a_linear_layer_count_the_channels_first()
    {
        using var network = Trained();
        network.Save(File, TensorLayout.PyTorch);
        using var stream = System.IO.File.OpenRead(File);
        using var file = new SafetensorsFile(stream, File);
        double[] Numbers(string name, params long[] shape)
        {
            var entry = file.Entries.Single(each => each.Name == name);
            Assert.Equal(shape, entry.Shape);
            double[] numbers = new double[(entry.End - entry.Begin) / sizeof(double)];
            file.Read(entry, MemoryMarshal.AsBytes(numbers.AsSpan()));
            return numbers;
        }

        double[] conv = Numbers("conv.weight", 5, 2, 3, 3), head = Numbers("head.weight", Classes, 5 * 3 * 4);
        var ownConv = network.Parameters["conv.weight"].Span;
        for (int o = 0; o < 5; o++)
            for (int i = 0; i < 2; i++)
                for (int y = 0; y < 3; y++)
                    for (int x = 0; x < 3; x++)
                        Assert.Equal(ownConv[((y * 3 + x) * 2 + i) * 5 + o], conv[((o * 2 + i) * 3 + y) * 3 + x]);
        var ownHead = network.Parameters["head.weight"].Span;
        for (int o = 0; o < Classes; o++)
            for (int c = 0; c < 5; c++)
                for (int pixel = 0; pixel < 12; pixel++)
                    Assert.Equal(ownHead[(pixel * 5 + c) * Classes + o], head[o * 60 + c * 12 + pixel]);
        Assert.Equal(network.Parameters["norm.scale"].Span.ToArray(), Numbers("norm.weight", 5));
        Assert.Equal(network.State["norm.running_variance"].Span.ToArray(), Numbers("norm.running_var", 5));
        Assert.Contains("[out][in][ky][kx]", file.Metadata["layout"], StringComparison.Ordinal);
    }

    [Fact, Trait("speed", "slow")]
    public void PyTorchs_own_modules_compute_the_same_outputs_from_the_file()
    {
        Python.Need("torch");
        using var network = Trained();
        network.Save(File, TensorLayout.PyTorch);
        System.IO.File.WriteAllBytes(Path.Combine(_folder, "images.bin"), MemoryMarshal.AsBytes(_images.AsSpan()));
        string printed = Python.Run(Path.Combine(AppContext.BaseDirectory, "Files", "pytorch_network.py"), _folder);
        double[] theirs = [.. printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
        double[] ours = Outputs(network);
        Assert.Equal(ours.Length, theirs.Length);
        for (int i = 0; i < ours.Length; i++) Assert.Equal(theirs[i], ours[i], 1e-12);
    }

    [Fact]
    public void A_file_of_float32_widens_and_one_of_float64_is_not_rounded()
    {
        var build = new NetworkBuilder<float>(Height, Width, Channels);
        var x = build.BatchNormalization("norm", build.Convolution("conv", build.Input, 5, kernel: 3, stride: 2));
        x = build.Bias("head.bias", build.Linear("head", build.Rectify(x), Classes));
        using var narrow = build.Build(x, new SoftmaxCrossEntropy(), maxBatch: Images, _workers);
        narrow.Initialize(seed: 1);
        narrow.Save(File);
        using var wide = Build(seed: 2);
        wide.Load(File);
        var weights = narrow.Parameters["conv.weight"].Span.ToArray().Select(value => (double)value);
        Assert.Equal(weights, wide.Parameters["conv.weight"].Span.ToArray());
        wide.Save(File);
        string message = Assert.Throws<InvalidDataException>(() => narrow.Load(File)).Message;
        Assert.Contains("float32 would round", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_network_is_refused_with_every_difference_and_changes_nothing()
    {
        using var network = Trained();
        network.Save(File);
        using var other = Build(seed: 2, outputs: 4);
        double[] before = other.Parameters.Span.ToArray();
        string message = Assert.Throws<InvalidDataException>(() => other.Load(File)).Message;
        Assert.Contains("tensor \"head.weight\" is F64 [60, 3], and F64 [60, 4] in the network", message, StringComparison.Ordinal);
        Assert.Contains("tensor \"head.bias\" is F64 [3], and F64 [4] in the network", message, StringComparison.Ordinal);
        Assert.Equal(before, other.Parameters.Span.ToArray());
    }

    [Fact]
    public void A_file_that_was_cut_off_or_states_no_layout_is_refused_with_the_place()
    {
        using var network = Trained();
        using var whole = new MemoryStream();
        network.Save(whole);
        byte[] bytes = whole.ToArray();
        string Refusal(byte[] file) =>
            Assert.Throws<InvalidDataException>(() => network.Load(new MemoryStream(file), "net.safetensors")).Message;

        Assert.StartsWith("net.safetensors: has 3 bytes", Refusal(bytes[..3]), StringComparison.Ordinal);
        Assert.Contains("it was cut off", Refusal(bytes[..100]), StringComparison.Ordinal);
        Assert.Contains("but the file has", Refusal(bytes[..^1]), StringComparison.Ordinal);
        byte[] unstated = Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(bytes[..400]).Replace("etalon-network 1", "etalon-network 2", StringComparison.Ordinal));
        Assert.Contains("states no layout", Refusal([.. unstated, .. bytes[400..]]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_PyTorch_counts_its_batches_in_is_passed_over()
    {
        using var network = Trained();
        network.Save(File, TensorLayout.PyTorch);
        using var stream = System.IO.File.OpenRead(File);
        using var file = new SafetensorsFile(stream, File);
        long end = file.Entries[^1].End;
        byte[] header = SafetensorsHeader.Write(
            file.Metadata, [.. file.Entries, new SafetensorsEntry("norm.num_batches_tracked", SafetensorsType.I64, [], end, end + 8)]);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        using var read = Build(seed: 2);
        read.Load(new MemoryStream([.. header, .. bytes[file.HeaderBytes.Length..], .. new byte[8]]));
        Assert.Equal(Outputs(network), Outputs(read));
    }
}
