using Etalon.Benchmarks;

if (args is ["kernels"])
{
    KernelSpeed.Print<float>();
    KernelSpeed.Print<double>();
    return;
}
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
