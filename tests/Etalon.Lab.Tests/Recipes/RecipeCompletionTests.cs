using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Recipes;

/// <summary>What could stand at a place of a recipe that is being written. The place is the bar.</summary>
public class RecipeCompletionTests
{
    private const string Rest = "\nlearning_rate: 0.1\nweight_decay: 5e-4\n";

    [Theory]
    [InlineData("|", CandidateKind.Key, "name duration learning_rate optimizer")]
    [InlineData("duration: 10ep\nsteps_per_epoch: 100\nwei|", CandidateKind.Key, "weight_decay momentum data")]
    [InlineData("duration: 10ep\n|" + Rest, CandidateKind.Key, "momentum model steps_per_epoch")]
    [InlineData("duration: 10ep\noptimizer:\n  na|" + Rest, CandidateKind.Key, "name nesterov dampening decay groups")]
    [InlineData("duration: 10ep\noptimizer: {name: a|}" + Rest, CandidateKind.Value, "sgd adamw lion muon")]
    [InlineData("duration: 10ep\noptimizer: {name: |" + Rest, CandidateKind.Value, "sgd adamw lion muon")]
    [InlineData("duration: 10ep\noptimizer: {name: adamw, b|}" + Rest, CandidateKind.Key, "beta1 beta2 epsilon")]
    [InlineData("duration: 10ep\noptimizer: {nesterov: t|}" + Rest, CandidateKind.Value, "true false")]
    [InlineData("duration: 10ep\ndata: {set: |}" + Rest, CandidateKind.Value, "digits cifar10")]
    [InlineData("duration: 10ep\ndata: {set: digits, |}" + Rest, CandidateKind.Key, "batch augment label_noise")]
    [InlineData("duration: 10ep\nmodel: {name: res|}" + Rest, CandidateKind.Value, "mlp resnet-20 transformer")]
    [InlineData("duration: 10ep\nequivalent: {form: |}" + Rest, CandidateKind.Value, "texp++ exponential")]
    [InlineData("duration: 10ep\nlearning_rate: |", CandidateKind.Piece, "constant cosine steps wsd")]
    [InlineData("duration: 10ep\nlearning_rate:\n  cos|", CandidateKind.Piece, "constant cosine steps wsd")]
    [InlineData("duration: 10ep\nlearning_rate:\n  - linear: {from: 0, to: 1, for: 1ep}\n  - |", CandidateKind.Piece, "cosine steps")]
    [InlineData("duration: 10ep\nlearning_rate: {|", CandidateKind.Piece, "cosine steps")]
    [InlineData("duration: 10ep\nlearning_rate: {cosine: {fr|\nmomentum: 0.9\n", CandidateKind.Key, "from to inclusive for")]
    [InlineData("duration: 10ep\nlearning_rate: {cosine: {from: 1, |}}\n", CandidateKind.Key, "to inclusive for")]
    [InlineData("duration: 10ep\nlearning_rate: {one_cycle: {peak: 1, shape: |}}\n", CandidateKind.Value, "cosine linear")]
    [InlineData("duration: 10ep\nmomen|: 0.9" + Rest, CandidateKind.Key, "momentum")]
    internal void What_the_reader_would_take_is_offered(string text, CandidateKind kind, string words)
    {
        var found = At(text);
        Assert.NotNull(found);
        Assert.Equal(kind, found.Candidates.Kind);
        Assert.Subset(found.Candidates.Words.ToHashSet(), words.Split(' ').ToHashSet());
    }

    [Theory]
    [InlineData("duration: 10ep\noptimizer: {name: adamw, |}" + Rest, "nesterov decay groups_of name")]
    [InlineData("duration: 10ep\ndata: {set: digits, |}" + Rest, "context file set")]
    [InlineData("duration: 10ep\n|" + Rest, "duration learning_rate weight_decay")]
    [InlineData("duration: 10ep\nlearning_rate: {cosine: {from: 1, |}}\n", "from peak")]
    public void What_stands_there_already_or_belongs_elsewhere_is_not_offered(string text, string words) =>
        Assert.DoesNotContain(At(text)!.Candidates.Words, words.Split(' ').Contains);

    [Theory]
    [InlineData("# a com|ment")]
    [InlineData("name: \"quo|ted\"")]
    [InlineData("duration: 1|0ep" + Rest)]
    [InlineData("duration: 10ep\n\tlearning_rate: |")]
    [InlineData("duration: 10ep\nlearning_rate: {table: {file: /etc/passwd, |}}")]
    [InlineData("]}|")]
    public void Where_nothing_can_be_listed_nothing_is_offered(string text) => Assert.Null(At(text));

    [Fact]
    public void The_word_at_the_place_is_what_is_replaced()
    {
        var found = At("duration: 10ep\noptimizer: {name: ad|amw}" + Rest)!;
        Assert.Equal((33, 38), (found.Begin, found.End));
    }

    // Every piece and every key of every piece, so that a new one is offered too.
    [Fact]
    public void Every_key_of_every_piece_is_offered_in_it()
    {
        foreach (var (name, piece) in PieceTable.ByName)
            Assert.Superset(piece.Parameters.Select(parameter => parameter.Key).ToHashSet(),
                At($"duration: 10ep\nlearning_rate: {{{name}: {{|}}}}")!.Candidates.Words.ToHashSet());
    }

    private static RecipeCompletion? At(string marked)
    {
        int place = marked.IndexOf('|', StringComparison.Ordinal);
        return RecipeCompletion.At(marked.Remove(place, 1), place);
    }
}
