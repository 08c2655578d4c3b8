using Etalon.Lab.Data;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Training;

public class DisposalListTests
{
    [Fact]
    public void What_was_taken_is_freed_once_last_first_and_what_was_released_only_by_its_new_owner()
    {
        List<int> freed = [];
        using (var failed = new DisposalList())
        {
            for (int i = 0; i < 3; i++) failed.Add(new Item(i, freed));
        }
        Assert.Equal([2, 1, 0], freed);

        freed.Clear();
        DisposalList owner;
        using (var taken = new DisposalList())
        {
            for (int i = 0; i < 3; i++) taken.Add(new Item(i, freed));
            owner = taken.Release();
        }
        Assert.Empty(freed);
        owner.Dispose();
        owner.Dispose();
        Assert.Equal([2, 1, 0], freed);
    }

    // The optimizer is refused when the network is laid out. Workers are taken first and freed last, so that they are gone says that the
    // network is. The number of threads is one that no other test has: the last of them is known by its name, for a moment after it has
    // ended too.
    [Fact]
    public void A_trainer_that_is_refused_late_frees_network_and_workers()
    {
        const int Threads = 61;
        Assert.SkipUnless(Directory.Exists(Tasks), "threads are named in /proc on Linux alone");
        var recipe = SmallRun.Spec("model.width=8", "optimizer={name: wngrad, initial: 1e30, initial_unit: curvature}");
        using (new Trainer<float>(SmallRun.Spec(), DataCatalog.Load("digits"), Threads)) Assert.True(HasThread(Threads - 1));
        Assert.True(SpinWait.SpinUntil(() => !HasThread(Threads - 1), TimeSpan.FromMinutes(1)));
        Assert.Throws<InputException>(() => new Trainer<float>(recipe, DataCatalog.Load("digits"), Threads));
        Assert.True(SpinWait.SpinUntil(() => !HasThread(Threads - 1), TimeSpan.FromMinutes(1)));
    }

    private const string Tasks = "/proc/self/task";

    private static bool HasThread(int worker) => Directory.GetDirectories(Tasks).Any(task => NameOf(task) == $"worker {worker}");

    // A thread may end while its name is read.
    private static string NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private sealed class Item(int number, List<int> freed) : IDisposable
    {
        public void Dispose() => freed.Add(number);
    }
}
