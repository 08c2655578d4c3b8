using System.Text.RegularExpressions;

namespace Etalon.Engine.Tests.Documentation;

/// <summary>The package's README shows what these tests compile and run.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void The_ten_lines_of_the_readme_train_save_and_predict()
    {
        var batch = new CounterStream(seed: 3, "readme");
        float[] images = new float[32 * 64], logits = new float[32 * 10];
        foreach (ref float pixel in images.AsSpan()) pixel = (float)batch.NextNormal();
        string folder = Directory.CreateTempSubdirectory("etalon-readme-").FullName, before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = folder;
            double loss = ReadmeExample.Run(images, [.. Enumerable.Range(0, 32).Select(i => i % 10)], logits);
            Assert.InRange(loss, 1, 5);
            Assert.Contains(logits, logit => logit != 0);
            Assert.True(File.Exists("digits.safetensors"));
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_readme_shows_the_lines_that_are_compiled()
    {
        string source = Text("Documentation/ReadmeExample.cs"), readme = Text("Pages/README.md");
        string[] shown =
        [
            .. Block().Match(readme).Groups["code"].Value.Split('\n')
                .Where(line => line.Length > 0 && !line.StartsWith("using Etalon", StringComparison.Ordinal)),
        ];
        Assert.Equal(10, shown.Length);
        Assert.Contains(string.Join('\n', shown.Select(line => "        " + line)), source, StringComparison.Ordinal);
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)).ReplaceLineEndings("\n");

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
