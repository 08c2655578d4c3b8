namespace Etalon.Engine.Tests.Losses;

public class LossTests
{
    [Fact]
    public void Cross_entropy_is_minus_the_log_of_the_labels_softmax()
    {
        double[] z = [1, 2, 4], gradient = new double[3];
        double sum = z.Sum(Math.Exp);
        Assert.Equal(-Math.Log(Math.Exp(2) / sum), new SoftmaxCrossEntropy().Evaluate(z, 1, gradient), 1e-14);
        Assert.Equal(Math.Exp(2) / sum - 1, gradient[1], 1e-14);
        Assert.Equal(0, gradient.Sum(), 1e-14);
    }

    [Fact]
    public void Label_smoothing_mixes_the_label_with_all_classes()
    {
        double[] z = [1, 2, 4], unused = new double[3];
        double LossOf(int label) => new SoftmaxCrossEntropy().Evaluate(z, label, unused);
        Assert.Equal(0.7 * LossOf(1) + 0.3 * (LossOf(0) + LossOf(1) + LossOf(2)) / 3, new SoftmaxCrossEntropy(0.3).Evaluate(z, 1, unused),
            1e-14);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SoftmaxCrossEntropy(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SoftmaxCrossEntropy(double.NaN));
    }

    [Fact]
    public void Large_outputs_do_not_overflow()
    {
        double[] gradient = new double[2];
        Assert.Equal(2000, new SoftmaxCrossEntropy().Evaluate([1000, -1000], 1, gradient));
        Assert.Equal([1.0, -1], gradient);
        Assert.Equal(1000, new Logistic().Evaluate([-1000], 1, gradient.AsSpan(0, 1)));
        Assert.Equal(-1, gradient[0]);
    }

    [Fact]
    public void Squared_error_is_half_the_squared_distance_to_the_labels_unit_vector()
    {
        double[] gradient = new double[3];
        Assert.Equal((1 + 1 + 16) / 2.0, new SquaredError().Evaluate([1, 2, 4], 1, gradient));
        Assert.Equal([1.0, 1, 4], gradient);
    }

    [Fact]
    public void The_logistic_loss_is_the_cross_entropy_of_two_classes_with_the_outputs_0_and_z()
    {
        double[] gradient = new double[1], two = new double[2];
        foreach (double z in (double[])[-3, -0.1, 0, 2, 30])
            foreach (int label in (int[])[0, 1])
            {
                Assert.Equal(new SoftmaxCrossEntropy().Evaluate([0, z], label, two), new Logistic().Evaluate([z], label, gradient), 1e-14);
                Assert.Equal(two[1], gradient[0], 1e-14);
            }
        Assert.Throws<ArgumentOutOfRangeException>(() => new Logistic().OutputsFor(3));
    }

    [Fact]
    public void The_prediction_is_the_first_largest_output()
    {
        Assert.Equal(1, new SoftmaxCrossEntropy().Predict([1, 3, 3]));
        Assert.Equal(1, new Logistic().Predict([0.1]));
        Assert.Equal(0, new Logistic().Predict([-0.1]));
    }
}
