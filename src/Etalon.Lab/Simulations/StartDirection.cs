namespace Etalon.Lab.Simulations;

/// <summary>Where on the sphere the replicas begin.</summary>
public enum StartDirection
{
    /// <summary>Each somewhere, every direction as likely as any other.</summary>
    Anywhere,

    /// <summary>All at the first axis, e.</summary>
    Axis,

    /// <summary>All at -e.</summary>
    OppositeAxis,

    /// <summary>Each at e or -e, with a chance of one half.</summary>
    EitherAxis,
}
