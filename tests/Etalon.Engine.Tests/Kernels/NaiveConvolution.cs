namespace Etalon.Engine.Tests.Kernels;

/// <summary>The convolution and its gradients by their definition: one loop over every (image, output, tap), in float64.</summary>
internal static class NaiveConvolution
{
    public static double[] Forward(ConvolutionShape shape, int images, double[] x, double[] w)
    {
        var y = new double[images * shape.OutputLength];
        ForEachProduct(shape, images, (xAt, wAt, yAt) => y[yAt] += x[xAt] * w[wAt]);
        return y;
    }

    public static double[] DataGradient(ConvolutionShape shape, int images, double[] w, double[] dy)
    {
        var dx = new double[images * shape.InputLength];
        ForEachProduct(shape, images, (xAt, wAt, yAt) => dx[xAt] += dy[yAt] * w[wAt]);
        return dx;
    }

    public static double[] WeightGradient(ConvolutionShape shape, int images, double[] x, double[] dy)
    {
        var dw = new double[shape.WeightCount];
        ForEachProduct(shape, images, (xAt, wAt, yAt) => dw[wAt] += dy[yAt] * x[xAt]);
        return dw;
    }

    private static void ForEachProduct(ConvolutionShape s, int images, Action<int, int, int> product)
    {
        for (int image = 0; image < images; image++)
            for (int oy = 0; oy < s.OutputHeight; oy++)
                for (int ox = 0; ox < s.OutputWidth; ox++)
                    for (int ky = 0; ky < s.KernelHeight; ky++)
                        for (int kx = 0; kx < s.KernelWidth; kx++)
                        {
                            int iy = oy * s.Stride + ky - s.Padding, ix = ox * s.Stride + kx - s.Padding;
                            if (iy < 0 || iy >= s.InputHeight || ix < 0 || ix >= s.InputWidth)
                                continue;
                            int x = image * s.InputLength + (iy * s.InputWidth + ix) * s.InputChannels;
                            int y = image * s.OutputLength + (oy * s.OutputWidth + ox) * s.OutputChannels;
                            int w = (ky * s.KernelWidth + kx) * s.InputChannels * s.OutputChannels;
                            for (int ci = 0; ci < s.InputChannels; ci++)
                                for (int co = 0; co < s.OutputChannels; co++)
                                    product(x + ci, w + ci * s.OutputChannels + co, y + co);
                        }
    }
}
