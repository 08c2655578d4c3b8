namespace Etalon.Engine.Ranks;

/// <summary>
/// A sum over the images of a batch that is taken in their order, wherever they lie: the gradient of a layer's parameters.
/// </summary>
internal unsafe interface IOrderedSum
{
    /// <summary>Where the sum lies.</summary>
    byte* Data { get; }

    /// <summary>Its length.</summary>
    long Bytes { get; }

    /// <summary>Adds this rank's own images, in their order, to what the sum is so far; on the first rank, sets it to them.</summary>
    void AddOwn();

    /// <summary>Called when the sum is that of the whole batch, on every rank.</summary>
    void Complete();
}

/// <summary>
/// Sums of a backward pass on their way through the ranks: each goes up from the first rank to the last, each one adds its own images,
/// and the whole comes down again, while the next layers compute.
/// </summary>
/// <remarks>
/// So the order of a sum is that of the batch, as in one process, and its bits are the same for any number of ranks. A link carries each
/// sum once up and once down, about as much as an allreduce by a ring, whose order of summation depends on the number of ranks.
/// </remarks>
internal sealed unsafe class OrderedSums
{
    private enum Stage
    {
        Done,
        // The sum of the ranks below is expected; own images are not there yet, or are.
        Expected,
        // It has come, and waits for own images, or for a moment in which they may be added.
        Come,
        GoingUp,
        ComingDown,
        GoingDown,
    }

    private struct Journey
    {
        public IOrderedSum Sum;
        public Stage Stage;
        public bool HasOwn;
        public int Transfer;
    }

    private readonly Communicator _ranks;
    private readonly Journey[] _journeys;

    /// <summary>Sums that are on their way at the same time.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="sums">In the order in which a backward pass comes to them.</param>
    public OrderedSums(Communicator ranks, IEnumerable<IOrderedSum> sums)
    {
        _ranks = ranks;
        _journeys = [.. sums.Select(sum => new Journey { Sum = sum })];
    }

    private int Last => _ranks.Size - 1;

    /// <summary>At the start of a backward pass: what comes from below may come from now on.</summary>
    public void Open()
    {
        for (int i = 0; i < _journeys.Length; i++)
        {
            ref var journey = ref _journeys[i];
            journey.HasOwn = false;
            journey.Stage = _ranks.Rank == 0 ? Stage.Come : Stage.Expected;
            if (_ranks.Rank > 0) Receive(ref journey, i, _ranks.Rank - 1, isUp: true);
        }
    }

    /// <summary>This rank's own images are there to be added.</summary>
    public void Contribute(IOrderedSum sum)
    {
        _journeys[IndexOf(sum)].HasOwn = true;
        Advance(mayAdd: true);
    }

    /// <summary>Waits until this rank's own images have been added, so that where they lay is free.</summary>
    public void AwaitAdded(IOrderedSum sum)
    {
        int index = IndexOf(sum);
        var waiting = new Waiting(_ranks);
        while (_journeys[index].Stage is Stage.Expected or Stage.Come)
            Wait(ref waiting);
    }

    /// <summary>At the end of a backward pass: waits until every sum is complete on this rank, and gone from it.</summary>
    public void Finish()
    {
        var waiting = new Waiting(_ranks);
        while (!Array.TrueForAll(_journeys, journey => journey.Stage == Stage.Done)) Wait(ref waiting);
    }

    private void Wait(ref Waiting waiting)
    {
        if (Advance(mayAdd: true)) waiting.Restart();
        else if (waiting.IsTooLong()) throw waiting.Ended(Awaited());
    }

    // The rank whose turn it is in the first journey that is not done.
    private int Awaited()
    {
        var journey = Array.Find(_journeys, journey => journey.Stage != Stage.Done);
        return journey.Stage is Stage.Expected or Stage.GoingDown ? _ranks.Rank - 1 : _ranks.Rank + 1;
    }

    /// <summary>Moves on what can be moved, without waiting.</summary>
    /// <param name="mayAdd">Whether own images may be added, which takes all workers.</param>
    /// <returns>Whether anything moved.</returns>
    public bool Advance(bool mayAdd)
    {
        bool hasMoved = false;
        // One travels behind the other: where the first of a stage does not move, those behind it in that stage are not looked at.
        int standing = 0;
        for (int i = 0; i < _journeys.Length; i++)
        {
            ref var journey = ref _journeys[i];
            while ((standing & 1 << (int)journey.Stage) == 0 && Step(ref journey, i, mayAdd)) hasMoved = true;
            standing |= 1 << (int)journey.Stage;
        }
        return hasMoved;
    }

    private bool Step(ref Journey journey, int index, bool mayAdd)
    {
        switch (journey.Stage)
        {
            case Stage.Expected when _ranks.IsDone(journey.Transfer):
                journey.Stage = Stage.Come;
                return true;
            case Stage.Come when journey.HasOwn && mayAdd:
                journey.Sum.AddOwn();
                if (_ranks.Rank == Last) GoDown(ref journey, index);
                else
                {
                    journey.Stage = Stage.GoingUp;
                    Send(ref journey, index, _ranks.Rank + 1, isUp: true);
                }
                return true;
            case Stage.GoingUp when _ranks.IsDone(journey.Transfer):
                journey.Stage = Stage.ComingDown;
                Receive(ref journey, index, _ranks.Rank + 1, isUp: false);
                return true;
            case Stage.ComingDown when _ranks.IsDone(journey.Transfer):
                GoDown(ref journey, index);
                return true;
            case Stage.GoingDown when _ranks.IsDone(journey.Transfer):
                Complete(ref journey);
                return true;
            default:
                return false;
        }
    }

    private void GoDown(ref Journey journey, int index)
    {
        if (_ranks.Rank == 0)
        {
            Complete(ref journey);
            return;
        }
        journey.Stage = Stage.GoingDown;
        Send(ref journey, index, _ranks.Rank - 1, isUp: false);
    }

    private static void Complete(ref Journey journey)
    {
        journey.Sum.Complete();
        journey.Stage = Stage.Done;
    }

    private void Send(ref Journey journey, int index, int to, bool isUp) =>
        journey.Transfer = _ranks.StartSend(to, TagOf(index, isUp), journey.Sum.Data, journey.Sum.Bytes);

    private void Receive(ref Journey journey, int index, int from, bool isUp) =>
        journey.Transfer = _ranks.StartReceive(from, TagOf(index, isUp), journey.Sum.Data, journey.Sum.Bytes);

    private static int TagOf(int index, bool isUp) => RowGather.FreeTag + 2 * index + (isUp ? 0 : 1);

    private int IndexOf(IOrderedSum sum)
    {
        int index = 0;
        while (_journeys[index].Sum != sum) index++;
        return index;
    }
}
