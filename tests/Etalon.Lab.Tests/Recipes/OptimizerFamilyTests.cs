using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Recipes;

public class OptimizerFamilyTests
{
    public static TheoryData<string> Names => [.. OptimizerFamily.All.Select(family => family.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_rule_remembers_as_many_numbers_for_each_parameter_as_its_memory_is_counted_for(string name)
    {
        var spec = OptimizerFamily.All.Single(family => family.Name == name).Default;
        using var workers = new Workers(1);
        using var network = Network(workers);
        using var optimizer = spec.Create(network, _ => 0, () => 1);
        Assert.Equal(optimizer.Slots.Count, spec.Slots);
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_option_of_the_engine_has_a_key_that_reads_and_writes_it(string name)
    {
        var family = OptimizerFamily.All.Single(family => family.Name == name);
        foreach (var option in family.Options)
        {
            string other = Other(option.Key, $"{option.Write(family.Default)}");
            var read = Read($"{{name: {name}, {option.Key}: {other}}}");
            Assert.Equal(other, $"{option.Write(read)}");
            Assert.NotEqual(family.Default, read);
            // What is written is read as the same.
            var written = family.Options.Select(every => $"{every.Key}: {every.Write(read)}");
            Assert.Equal(read, Read($"{{name: {name}, {string.Join(", ", written)}}}"));
        }
        Assert.Equal(NumbersOf(OptionsOf(family.Default)) - Unread(family.Default), family.Options.Count);
    }

    [Fact]
    public void A_recipe_may_name_every_optimizer_of_the_engine()
    {
        using var workers = new Workers(1);
        using var network = Network(workers);
        var named = new HashSet<Type>();
        foreach (var family in OptimizerFamily.All)
        {
            using var optimizer = family.Default.Create(network, _ => 0, () => 1);
            named.Add(optimizer.GetType().GetGenericTypeDefinition());
        }
        var all = typeof(Optimizer<>).Assembly.GetTypes().Where(type => !type.IsAbstract && Bases(type).Contains(typeof(Optimizer<>)));
        Assert.Empty(all.Except(named));
    }

    private static IEnumerable<Type> Bases(Type type)
    {
        for (var above = type.BaseType; above is not null; above = above.BaseType)
            if (above.IsGenericType) yield return above.GetGenericTypeDefinition();
    }

    private static Network<float> Network(Workers workers) =>
        Model.Build<float>(new ModelSpec { Kind = ModelKind.Mlp }, new ImageSize(4, 4, 1), 10, new SoftmaxCrossEntropy(), 4, workers);

    // Another value that the option may have.
    private static string Other(string key, string value) => value switch
    {
        "true" => "false",
        "false" => "true",
        "coupled" => "decoupled",
        "global" => "tensor",
        "update-first" => "lagged",
        "constant" => "gradient-norm",
        _ => key == "restart_after" ? "4" : "0.25",
    };

    private static OptimizerSpec Read(string optimizer) =>
        RecipeReader.Read("duration: 10ba\nsteps_per_epoch: 10\nlearning_rate: 0.1\n", "recipe",
            [$"optimizer={optimizer}"]).Recipe.Optimizer;

    // A rule without options has no record of them.
    private static object? OptionsOf(OptimizerSpec spec) => spec.GetType().GetProperty("Options")?.GetValue(spec);

    private static int NumbersOf(object? options) => options is null ? 0 :
        options.GetType().GetProperties().Sum(property => property.GetValue(options) is WnGradRestarts restarts ? NumbersOf(restarts) : 1);

    // Whether Adam's decay is decoupled its name says, and whether its beta1 is scheduled its momentum.
    private static int Unread(OptimizerSpec spec) => spec is AdamSpec ? 2 : 0;
}
