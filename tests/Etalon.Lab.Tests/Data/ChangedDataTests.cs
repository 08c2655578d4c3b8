using Etalon.Lab.Data;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Data;

/// <summary>Labels made wrong and patches put on, on purpose.</summary>
public class ChangedDataTests
{
    private static readonly DataSet Digits = DataCatalog.Load("digits");

    [Fact]
    public void Symmetric_noise_redraws_the_share_and_leaves_a_tenth_of_it_right()
    {
        var changed = With("label_noise: {fraction: 0.4}");
        var (training, was) = (changed.Training, Digits.Training);
        Assert.Equal(was.Labels.ToArray(), training.TrueLabels);
        int wrong = Enumerable.Range(0, training.Count).Count(i => training.Labels[i] != was.Labels[i]);
        // 575 redrawn, each wrong with probability 0.9: a deviation of 7.2 around 517.5; four of them.
        Assert.InRange(wrong, 517 - 29, 518 + 29);
        Assert.Equal((wrong, training.Count - wrong), (training.Group("corrupted").Count, training.Group("clean").Count));
        Assert.All(training.Group("corrupted").Members, i => Assert.NotEqual(was.Labels[i], training.Labels[i]));
        Assert.True(training.Group("corrupted").Members.Select(i => (was.Labels[i], training.Labels[i])).Distinct().Count() > 80);
        Assert.True(was.Pixels.SequenceEqual(training.Pixels));
        Assert.True(Digits.Test.Labels.SequenceEqual(changed.Test.Labels));
        Assert.Empty(changed.Test.Groups);
    }

    [Fact]
    public void Pair_flip_takes_the_next_class_for_exactly_the_share()
    {
        var training = With("label_noise: {kind: pair-flip, fraction: 0.25}").Training;
        Assert.Equal(359, training.Group("corrupted").Count);
        Assert.All(training.Group("corrupted").Members, i => Assert.Equal((training.TrueLabels![i] + 1) % 10, training.Labels[i]));
        Assert.All(training.Group("clean").Members, i => Assert.Equal(training.TrueLabels![i], training.Labels[i]));
    }

    [Fact]
    public void Wrong_labels_depend_on_the_seed_of_the_data_alone()
    {
        var one = With("label_noise: {fraction: 0.3}");
        Assert.Equal(one.ContentHash, With("label_noise: {fraction: 0.3}").ContentHash);
        Assert.NotEqual(one.ContentHash, With("seed: 2, label_noise: {fraction: 0.3}").ContentHash);
        Assert.Equal(Digits.ContentHash, With("label_noise: {fraction: 0}").ContentHash);
    }

    [Fact]
    public void A_patch_is_the_same_for_all_images_of_a_true_class_and_others_are_as_they_were()
    {
        var changed = With("patches: {fraction: 0.5, size: 4}, label_noise: {fraction: 0.5}");
        foreach (var (split, was) in new[] { (changed.Training, Digits.Training), (changed.Test, Digits.Test) })
        {
            Assert.Equal((int)Math.Round(0.5 * split.Count), split.Group("patched").Count);
            Assert.All(split.Group("plain").Members, i => Assert.True(Image(was, i).SequenceEqual(Image(split, i))));
        }
        var patches = changed.Training.Group("patched").Members.Concat([])
            .Select(i => (Class: changed.Training.TrueLabels![i],
            Patch: Convert.ToHexString([.. Enumerable.Range(0, 16).Select(k => Image(changed.Training, i)[(2 + k / 4) * 8 + 2 + k % 4])])))
            .Distinct().ToList();
        Assert.Equal(10, patches.Count);
        Assert.Equal(10, patches.Select(patch => patch.Class).Distinct().Count());
        Assert.All(changed.Training.Group("patched").Members.Take(50),
            i => Assert.All(Enumerable.Range(0, 16),
                pixel => Assert.Equal(Image(Digits.Training, i)[pixel], Image(changed.Training, i)[pixel])));
    }

    [Fact]
    public void Generated_sets_are_not_read_from_a_folder_and_of_one_class_no_label_can_be_wrong()
    {
        var spec = Spec("set: ps10, folder: somewhere");
        Assert.Contains("ps10 is generated", Assert.Throws<InputException>(() => RecipeData.Load(spec)).Message);
        var flat = new DataSet("flat", new(1, 1, 1), 255, ["one"], new([1, 2], [0, 0]), new([1], [0]));
        Assert.Contains("of 1 class",
            Assert.Throws<InputException>(() => RecipeData.Prepare(Spec("set: digits, label_noise: {fraction: 0.5}"), flat)).Message);
    }

    private static DataSet With(string changes) => RecipeData.Prepare(Spec($"set: digits, {changes}"), Digits);

    private static DataSpec Spec(string data) => RecipeReader.Read($"duration: 1ba\nlearning_rate: 0\ndata: {{{data}}}").Recipe.Data!;

    private static byte[] Image(Split split, int image) => split.Pixels.Slice(image * 64, 64).ToArray();
}
