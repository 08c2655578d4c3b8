using Etalon.Lab.Tests;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Data;

public sealed class DataShowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Show_counts_the_groups_computes_the_complexity_and_writes_a_picture()
    {
        string png = Path.Combine(_folder.Path, "ps10.png");
        var (code, output, error) = await Cli.Run("data", "show", "ps10", "patterns.noise=0.3", "train=2000", "test=100", "--png", png);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("PS10: 2,000 training and 100 test images of 16x16x1, 10 classes", output, StringComparison.Ordinal);
        Assert.Contains("training    simple 700  complex 700  noisy 600", output, StringComparison.Ordinal);
        Assert.Matches("complexity  simple 3\\.[23][0-9] bits  complex [56]\\.[0-9]+ bits  together [45]\\.[0-9]+ bits", output);
        Assert.Equal($"wrote {png}\n", error);
        Assert.Equal("89504E470D0A1A0A", Convert.ToHexString(File.ReadAllBytes(png)[..8]));
    }

    [Theory]
    [InlineData("\"ps11\" is not a data set", "ps11")]
    [InlineData("data.patterns.noise = 1: must be at least 0 and below 1", "ps10", "patterns.noise=1")]
    [InlineData("data.patterns.noise = -0.1: must be at least 0 and below 1", "ps10", "patterns.noise=-0.1", "patterns.sigma=0.5")]
    [InlineData("data.label_noise.fraction = 1: must be at least 0 and below 1", "digits", "label_noise.fraction=1")]
    [InlineData("--png", "digits", "--png", "/dev/null/x.png")]
    public async Task Bad_input_is_said(string message, params string[] words)
    {
        var (code, _, error) = await Cli.Run(["data", "show", .. words]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }
}
