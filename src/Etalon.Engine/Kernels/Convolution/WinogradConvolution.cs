using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// A 3x3 convolution of stride 1 by F(4x4, 3x3): 36 products where the definition takes 144 (Lavin and Gray 2016; see
/// <see cref="WinogradTransform{T, TVector}"/> for the formulas).
/// </summary>
/// <remarks>
/// For a block of tiles: V[36][tile][ci] = B^T d B; for each of the 36 points M = V U, by <see cref="PointProducts{T, TVector}"/>;
/// Y = A^T M A. The data gradient is the same with the weights turned and transposed and padding 2 - padding. The weight gradient
/// accumulates dU[36] += V^T (A dY A^T) over tiles and returns G^T dU G.
/// </remarks>
internal sealed unsafe class WinogradConvolution<T, TVector> : ConvolutionKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    private const int Points = 36;

    // Transforms of a block of tiles, V and M together, stay in the second-level cache: 64 tiles (an image) at 16 channels, 32 (two 16x16
    // images) at 32, 16 (four 8x8 images) at 64. Of 320, 480 and 640 kB, 320 made a step of PreResNet-20 2 % faster than 480 and 7 % faster
    // than 640 with 1 MB of cache; 100 kB loses a third. From 128 channels on a block also grows with the channels (see the constructor),
    // since every block reads all 36 ci co weights from beyond that cache: at 512 channels 6 tiles a block are no faster than direct, 96
    // are 3 times as fast.
    private const int BlockBytes = 320 * 1024;

    private readonly TileGrid _forward;
    private readonly TileGrid _dataGradient;
    private readonly int _tilesPerBlock;
    private readonly PixelOffsets[] _forwardTiles;
    private readonly PixelOffsets[] _dataGradientTiles;
    private readonly int[] _rows;

    public WinogradConvolution(ConvolutionShape shape) : base(shape)
    {
        int height = shape.InputHeight, width = shape.InputWidth, padding = shape.Padding, turned = 2 - padding;
        int rows = TileGrid.Edge * TileGrid.Across(shape.OutputHeight), columns = TileGrid.Edge * TileGrid.Across(shape.OutputWidth);
        int turnedRows = TileGrid.Edge * TileGrid.Across(height), turnedColumns = TileGrid.Edge * TileGrid.Across(width);
        InputFrame = new Frame(
            height, width, shape.InputChannels,
            padding, padding, rows + 2 - padding - height, columns + 2 - padding - width,
            InputLanes);
        // The data gradient reads 6x6 tiles from the frame's corner on, the weight gradient 4x4 tiles from its origin on.
        GradientFrame = new Frame(
            shape.OutputHeight, shape.OutputWidth, shape.OutputChannels,
            turned, turned,
            Math.Max(turnedRows + 2 - turned, rows) - shape.OutputHeight,
            Math.Max(turnedColumns + 2 - turned, columns) - shape.OutputWidth,
            OutputLanes);
        _forward = new TileGrid(InputFrame, shape.OutputHeight, shape.OutputWidth, shape.OutputChannels);
        _dataGradient = new TileGrid(GradientFrame, height, width, shape.InputChannels);
        int tileBytes = Points * (InputLanes + OutputLanes) * sizeof(T);
        int most = Math.Max(BlockBytes / tileBytes, (shape.InputChannels + shape.OutputChannels) / 8);
        ImagesPerCall = Math.Max(1, most / _forward.PerImage);
        _tilesPerBlock = most >= _forward.PerImage
            ? ImagesPerCall * _forward.PerImage
            : Cut(_forward.PerImage, Cut(_forward.PerImage, most));
        _forwardTiles = ListTiles(InputLanes, OutputLanes);
        _dataGradientTiles = ListTiles(OutputLanes, InputLanes);
        _rows = [.. Enumerable.Range(0, shape.InputChannels)];
    }

    public override string Name => "winograd";

    public override Frame InputFrame { get; }

    public override Frame GradientFrame { get; }

    public override int ImagesPerCall { get; }

    public override int PackedForwardLength => PackedLength(Shape.InputChannels, Shape.OutputChannels);

    public override int PackedDataGradientLength => PackedLength(Shape.OutputChannels, Shape.InputChannels);

    public override int ScratchLength =>
        WinogradTiles<T, TVector>.BufferLength + PointsLength(InputLanes) + PointsLength(OutputLanes);

    public override int AccumulatorLength => PackedForwardLength;

    // Channels rounded up to whole vectors, in frames and scratch.
    private int InputLanes => TVector.RoundUp(Shape.InputChannels);

    private int OutputLanes => TVector.RoundUp(Shape.OutputChannels);

    /// <summary>Whether the kernel can compute <paramref name="shape"/>: 3x3, stride 1, padding 0 to 2.</summary>
    public static bool Supports(ConvolutionShape shape) => shape is { KernelHeight: 3, KernelWidth: 3, Stride: 1, Padding: <= 2 };

    public override void PackForward(T* weights, T* packed) =>
        WinogradWeights<T, TVector>.PackForward(weights, packed, Shape.InputChannels, Shape.OutputChannels);

    public override void PackDataGradient(T* weights, T* packed) =>
        WinogradWeights<T, TVector>.PackDataGradient(weights, packed, Shape.InputChannels, Shape.OutputChannels);

    public override void Forward(T* framedInput, T* packed, T* output, T* scratch, int images, in Prefetch<T> upcoming) =>
        Convolve(_forward, _forwardTiles, framedInput, packed, output, scratch, images, upcoming);

    public override void DataGradient(T* framedGradient, T* packed, T* inputGradient, T* scratch, int images, in Prefetch<T> upcoming) =>
        Convolve(_dataGradient, _dataGradientTiles, framedGradient, packed, inputGradient, scratch, images, upcoming);

    /// <summary>The accumulator is dU [36][block of output channels][input channel][lanes of a block].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public override void WeightGradient(T* framedInput, T* framedGradient, T* accumulator, T* scratch, int images, in Prefetch<T> upcoming)
    {
        int lanes = InnerProduct<T, TVector>.LanesOf(Shape.OutputChannels);
        T* v = scratch + WinogradTiles<T, TVector>.BufferLength, m = v + PointsLength(InputLanes);
        var inputs = new WinogradTiles<T, TVector>(scratch, v, InputLanes, PointStep(InputLanes));
        var gradients = new WinogradTiles<T, TVector>(scratch, m, OutputLanes, PointStep(OutputLanes));
        int tiles = images * _forward.PerImage,
            pointStep = WinogradWeights<T, TVector>.PointStep(Shape.InputChannels, Shape.OutputChannels);
        PixelOffsets start = default;
        fixed (int* rows = _rows)
            for (int first = 0; first < tiles; first += _tilesPerBlock)
            {
                int count = Math.Min(_tilesPerBlock, tiles - first);
                inputs.FromInput(_forward, framedInput, first, count);
                gradients.FromGradient(_forward, GradientFrame, framedGradient, first, count);
                var lines = new PixelLines(&start, 1, count, InputLanes, OutputLanes);
                for (int point = 0; point < Points; point++)
                {
                    int done = first * Points + point * count;
                    upcoming.Fetch(done, done + count, tiles * Points);
                    T* sums = accumulator + point * pointStep;
                    for (int o = 0; o < OutputLanes; o += lanes, sums += Shape.InputChannels * lanes)
                        OuterProduct<T, TVector>.Add(
                            v + point * PointStep(InputLanes), m + point * PointStep(OutputLanes) + o,
                            lines, rows, Shape.InputChannels, sums, lanes, Shape.OutputChannels - o);
                }
            }
    }

    public override void FinishWeightGradient(T* accumulator, T* weightGradient) =>
        WinogradWeights<T, TVector>.FinishGradient(accumulator, weightGradient, Shape.InputChannels, Shape.OutputChannels);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Convolve(
        TileGrid grid, PixelOffsets[] tilePairs, T* framed, T* packed, T* output, T* scratch, int images, in Prefetch<T> upcoming)
    {
        int depth = grid.Frame.Channels, inputLanes = TVector.RoundUp(depth), outputLanes = TVector.RoundUp(grid.OutputChannels);
        T* v = scratch + WinogradTiles<T, TVector>.BufferLength, m = v + PointsLength(inputLanes);
        var inputs = new WinogradTiles<T, TVector>(scratch, v, inputLanes, PointStep(inputLanes));
        var outputs = new WinogradTiles<T, TVector>(scratch, m, outputLanes, PointStep(outputLanes));
        int tiles = images * grid.PerImage, pointStep = WinogradWeights<T, TVector>.PointStep(depth, grid.OutputChannels);
        var fetched = upcoming;
        fetched.Add(output, (long)images * grid.OutputLength);
        fixed (PixelOffsets* pairs = tilePairs)
            for (int first = 0; first < tiles; first += _tilesPerBlock)
            {
                int count = Math.Min(_tilesPerBlock, tiles - first);
                inputs.FromInput(grid, framed, first, count);
                for (int point = 0; point < Points; point++)
                {
                    int done = first * Points + point * count;
                    fetched.Fetch(done, done + count, tiles * Points);
                    T* weights = packed + point * pointStep;
                    PointProducts<T, TVector>.Multiply(
                        v + point * PointStep(inputLanes), pairs, WholeBlocks(count), inputLanes, depth, weights, outputLanes,
                        m + point * PointStep(outputLanes));
                }
                outputs.ToOutput(grid, output, first, count);
            }
    }

    private static int PackedLength(int depth, int outputs) =>
        Points * WinogradWeights<T, TVector>.PointStep(depth, outputs);

    private static int Cut(int count, int parts) => (count + parts - 1) / parts;

    // Tiles rounded up to whole register blocks: the products behind the last tile come from whatever lies there, and nobody reads them.
    private int WholeBlocks(int tiles)
    {
        int forward = PointProducts<T, TVector>.TilesPerBlock(Shape.OutputChannels);
        int backward = PointProducts<T, TVector>.TilesPerBlock(Shape.InputChannels);
        int block = forward == backward ? forward : forward * backward;
        return Cut(tiles, block) * block;
    }

    // A cache line more than the tiles need, lest the 36 points of a tile fall into the same cache set.
    private int PointStep(int lanes) => WholeBlocks(_tilesPerBlock) * lanes + 64 / sizeof(T);

    private int PointsLength(int lanes) => Points * PointStep(lanes);

    private PixelOffsets[] ListTiles(int readStep, int writeStep) => PixelOffsets.List(
        1, 1, WholeBlocks(_tilesPerBlock), new PixelWalk(0, 0, 0, readStep), new PixelWalk(0, 0, 0, writeStep));
}
