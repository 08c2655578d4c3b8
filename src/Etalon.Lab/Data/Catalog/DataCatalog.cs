namespace Etalon.Lab.Data;

/// <summary>The data sets that recipes can name.</summary>
public static class DataCatalog
{
    /// <summary>The data set that is generated.</summary>
    internal const string PatternSetName = "ps10";

    private static readonly string[] DigitNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    private static readonly Uri CifarAddress = new("https://www.cs.toronto.edu/~kriz/");

    /// <summary>All data sets, the one that needs nothing first.</summary>
    public static IReadOnlyList<CatalogEntry> All { get; } =
    [
        new()
        {
            Name = "digits", Title = "UCI handwritten digits", ClassNames = DigitNames,
            Citation =
                "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998 (CC BY 4.0)",
            Image = EmbeddedDigits.Image, TrainingCount = EmbeddedDigits.TrainingCount, TestCount = EmbeddedDigits.TestCount,
            ByClass = (EmbeddedDigits.TrainingByClass, EmbeddedDigits.TestByClass),
            Make = () => EmbeddedDigits.Load("digits", DigitNames),
        },
        new()
        {
            Name = "mnist", Title = "MNIST", ClassNames = DigitNames,
            Citation = "Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, 1998",
            Image = new(28, 28, 1), TrainingCount = 60_000, TestCount = 10_000,
            ByClass =
                ([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
            Address = new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
            Files = IdxFiles(
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        },
        new()
        {
            Name = "fashion-mnist", Title = "Fashion-MNIST",
            ClassNames = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
            Citation = "H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, arXiv:1708.07747, 2017 (MIT)",
            Image = new(28, 28, 1), TrainingCount = 60_000, TestCount = 10_000,
            Address = new("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
            Files = IdxFiles(
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
        },
        new()
        {
            Name = "cifar10", Title = "CIFAR-10",
            ClassNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
            Citation = "A. Krizhevsky, Learning multiple layers of features from tiny images, 2009",
            Image = new(32, 32, 3), TrainingCount = 50_000, TestCount = 10_000, Address = CifarAddress,
            Archive = new("cifar-10-binary.tar.gz", "cifar-10-batches-bin", 170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
            Files =
            [
                CifarBatch("data_batch_1.bin", first: 0, "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
                CifarBatch("data_batch_2.bin", first: 10_000, "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
                CifarBatch("data_batch_3.bin", first: 20_000, "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
                CifarBatch("data_batch_4.bin", first: 30_000, "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
                CifarBatch("data_batch_5.bin", first: 40_000, "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
                CifarBatch("test_batch.bin", first: 0,
                    "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b") with { Tests = true },
            ],
        },
        new()
        {
            Name = "cifar100", Title = "CIFAR-100", ClassNames = Cifar100Classes.Names,
            Citation = "A. Krizhevsky, Learning multiple layers of features from tiny images, 2009",
            Image = new(32, 32, 3), TrainingCount = 50_000, TestCount = 10_000, Address = CifarAddress,
            Archive = new("cifar-100-binary.tar.gz", "cifar-100-binary", 168_513_733,
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"),
            Files =
            [
                new("train.bin", FileContent.CifarWithCoarseLabel, 50_000 * 3074, Tests: false, First: 0, 50_000, Sha256: null),
                new("test.bin", FileContent.CifarWithCoarseLabel, 10_000 * 3074, Tests: true, First: 0, 10_000, Sha256: null),
            ],
        },
        new()
        {
            Name = PatternSetName, Title = "PS10", ClassNames = PatternSet.ClassNames,
            Citation =
                "generated, after the data set PS10 of K. You, M. Long, J. Wang and M. I. Jordan, How Does Learning Rate Decay Help "
                + "Modern Neural Networks?, arXiv:1908.01878, 2019",
            Image = new PatternSpec().Image, TrainingCount = PatternSpec.DefaultTrainCount, TestCount = PatternSpec.DefaultTestCount,
            Make = () => PatternSet.Generate(new PatternSpec(), PatternSpec.DefaultTrainCount, PatternSpec.DefaultTestCount, seed: 1),
        },
        new()
        {
            Name = TextSet.Name, Title = "A text, character by character", ClassNames = TextSymbols.Names,
            Citation = "made by etalon with a small grammar, or read from a file that the recipe names",
            Image = new TextSpec().Image, TrainingCount = TextSpec.DefaultTrainCount, TestCount = TextSpec.DefaultTestCount,
            Make = () => TextSet.Load(new TextSpec(), TextSpec.DefaultTrainCount, TextSpec.DefaultTestCount),
        },
    ];

    /// <summary>The data set of a name.</summary>
    /// <exception cref="InputException">There is none; the message lists those there are.</exception>
    public static CatalogEntry Find(string name) => All.FirstOrDefault(entry => entry.Name == name) ?? throw new InputException(
        $"\"{name}\" is not a data set; there are {string.Join(", ", All.Select(entry => entry.Name))}.");

    /// <summary>Finds and reads a data set.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="folder">The folder that holds its files; null to look in this machine's places.</param>
    /// <exception cref="InputException">There is no such data set, or its files are missing or not the published ones.</exception>
    public static DataSet Load(string name, string? folder = null)
    {
        var entry = Find(name);
        return entry.Load(folder is null ? DataPlaces.OfThisMachine.Find(entry) : DataPlaces.InFolder(entry, folder));
    }

    private static PublishedFile[] IdxFiles(string trainingImages, string trainingLabels, string testImages, string testLabels) =>
    [
        new("train-images-idx3-ubyte", FileContent.IdxImages, 16 + 60_000 * 784, Tests: false, First: 0, 60_000, trainingImages),
        new("train-labels-idx1-ubyte", FileContent.IdxLabels, 8 + 60_000, Tests: false, First: 0, 60_000, trainingLabels),
        new("t10k-images-idx3-ubyte", FileContent.IdxImages, 16 + 10_000 * 784, Tests: true, First: 0, 10_000, testImages),
        new("t10k-labels-idx1-ubyte", FileContent.IdxLabels, 8 + 10_000, Tests: true, First: 0, 10_000, testLabels),
    ];

    private static PublishedFile CifarBatch(string name, int first, string sha256) =>
        new(name, FileContent.Cifar, 10_000 * 3073, Tests: false, first, 10_000, sha256);
}
