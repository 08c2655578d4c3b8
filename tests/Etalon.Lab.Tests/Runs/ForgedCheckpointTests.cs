using Etalon.Engine;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Runs;

/// <summary>Checkpoints whose texts were changed and whose checksums were made anew: what they say is input like any other.</summary>
public sealed class ForgedCheckpointTests : IDisposable
{
    private static readonly string[] Values = ["", "-1", "0.5", "NaN", "1e400", "1e300", "2147483648", "9223372036854775808", "1 2", "dog"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("equivalent={form: texp++}")]
    [InlineData("auto_decay={factor: 0.5, stages: 3}")]
    [InlineData("optimizer={name: adam}", "momentum=0", "learning_rate=1e-3")]
    public void A_text_that_was_changed_is_refused_by_its_name_or_trained_with(params string[] overrides)
    {
        string run = SmallRun.Stopped(_folder.Path, 4,
            ["duration=6ba", "data={set: digits, batch: 8, train: 16, test: 8}", "model={name: mlp, hidden: [4], norm: layer}",
                "learning_rate=0.1", .. overrides]);
        string path = new CheckpointFolder(run).PathOf(4);
        using var trainer = RestoredTrainer.Open<float>(run, 4, 1);
        SafetensorsEntry[] entries;
        Dictionary<string, string> texts;
        using (var good = CheckpointTensors.Open(path)) (entries, texts) = ([.. good.Entries], good.Metadata.ToDictionary());
        byte[] tensors = File.ReadAllBytes(path)[^(int)entries[^1].End..];
        int refused = 0;
        foreach (string key in texts.Keys.Where(key => !key.EndsWith("_sha256", StringComparison.Ordinal)))
            foreach (string value in Values)
            {
                File.WriteAllBytes(path,
                    [.. CheckpointSeal.Seal(new Dictionary<string, string>(texts) { [key] = value }, entries, tensors), .. tensors]);
                try
                {
                    using var checkpoint = Checkpoint.Open(path);
                    (_, _, _) = (RunProgress.Of(checkpoint), MetricsPosition.Of(checkpoint), RunIdentity.Of(checkpoint));
                    trainer.State.Restore(checkpoint);
                }
                catch (InputException problem)
                {
                    refused++;
                    Assert.Contains(path, problem.Message, StringComparison.Ordinal);
                }
            }
        Assert.InRange(refused, 20, int.MaxValue);
    }

    [Theory]
    [InlineData("{", "{\"version\": \"1\", \"version\": \"1\",")]
    [InlineData("{", "{\"note\": {\"a\": 1, \"a\": 2},")]
    [InlineData("{", "{\"note\": [\"\\ud800\"],")]
    [InlineData("{", "{\"\\udfff\": 1,")]
    public void A_key_twice_or_half_a_character_is_refused_by_whoever_reads_the_run(string was, string now)
    {
        string run = SmallRun.Stopped(_folder.Path, 2, "duration=3ba", "data={set: digits, batch: 8, train: 16, test: 8}",
            "model={name: mlp, hidden: [4], norm: layer}"), path = Path.Combine(run, "resolved.json");
        string text = File.ReadAllText(path);
        File.WriteAllText(path, now + text[(text.IndexOf(was, StringComparison.Ordinal) + 1)..]);
        foreach (Action read in (Action[])[() => RunSummary.Read(run), () => ResolvedRecipe.Read(run), () => SmallRun.Resume(run)])
            Assert.Contains(path, Assert.Throws<InputException>(read).Message, StringComparison.Ordinal);
        Assert.NotEmpty(RunInputs.Of(run));
    }
}
