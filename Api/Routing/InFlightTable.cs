namespace Orleans.Kv.Api.Routing;

/// <summary>
/// The operations that nobody has answered yet, and this host's identity as their origin: it numbers them and knows, for each key, below
/// which number all of them are answered (the mark that lets replicas forget outcomes).
/// </summary>
/// <remarks>
/// <para>
/// Numbering and enlisting happen under one lock per stripe of keys. Otherwise a later operation on the key could compute its mark between
/// the two, above an earlier operation that is still on its way, and replicas would take that one for a ghost.
/// </para>
/// <para>
/// A stripe keeps its operations in the order of their numbers, so a key's mark is the number of the first one with that key: the
/// operation's own where no other is in flight. Nothing is kept for a key without operations, which bounds the memory.
/// </para>
/// </remarks>
internal sealed class InFlightTable
{
    // Enough that a scan for the first operation of a key sees about one, with thousands in flight; a power of two.
    private const int StripeCount = 256;

    private readonly Stripe[] _stripes = new Stripe[StripeCount];
    private long _number;
    private int _count;

    public InFlightTable(Guid origin)
    {
        Origin = origin;
        for (var i = 0; i < _stripes.Length; i++) _stripes[i] = new Stripe();
    }

    /// <summary>This process as an origin. Random, so that no other process, earlier or later, has it.</summary>
    public Guid Origin { get; }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Gives the operation its number and mark and enlists it. An operation with its caller's own origin has neither.</summary>
    public void Enlist(PendingOperation operation)
    {
        Interlocked.Increment(ref _count);
        var stripe = StripeOf(operation);
        lock (stripe)
        {
            stripe.Append(operation);
            if (operation.Input.RequestOrigin is not null) return;
            operation.Number = Interlocked.Increment(ref _number);
            operation.Mark = stripe.FirstNumber(operation);
        }
    }

    /// <summary>Gives an operation that is certainly not done a new number: to the replicas it is another operation.</summary>
    public void Renumber(PendingOperation operation)
    {
        var stripe = StripeOf(operation);
        lock (stripe)
        {
            stripe.Remove(operation);
            stripe.Append(operation);
            operation.Number = Interlocked.Increment(ref _number);
            operation.Mark = stripe.FirstNumber(operation);
        }
    }

    public void Remove(PendingOperation operation)
    {
        var stripe = StripeOf(operation);
        lock (stripe) stripe.Remove(operation);
        Interlocked.Decrement(ref _count);
    }

    /// <summary>Collects the operations for which something is due at <paramref name="now"/>.</summary>
    public void CollectDue(long now, List<PendingOperation> due)
    {
        foreach (var stripe in _stripes)
        {
            // A stripe that looks empty gets its operation seen by the next sweep.
            if (stripe.First is null) continue;
            lock (stripe)
            {
                for (var operation = stripe.First; operation is not null; operation = operation.Next)
                {
                    if (operation.NextDue <= now) due.Add(operation);
                }
            }
        }
    }

    private Stripe StripeOf(PendingOperation operation) => _stripes[operation.Stripe & (StripeCount - 1)];

    private sealed class Stripe
    {
        private PendingOperation? _last;

        public PendingOperation? First { get; private set; }

        public void Append(PendingOperation operation)
        {
            operation.Previous = _last;
            operation.Next = null;
            if (_last is null) First = operation;
            else _last.Next = operation;
            _last = operation;
        }

        public void Remove(PendingOperation operation)
        {
            if (operation.Previous is null) First = operation.Next;
            else operation.Previous.Next = operation.Next;
            if (operation.Next is null) _last = operation.Previous;
            else operation.Next.Previous = operation.Previous;
            operation.Previous = null;
            operation.Next = null;
        }

        public long FirstNumber(PendingOperation operation)
        {
            for (var other = First; other is not null; other = other.Next)
            {
                if (other.Input.RequestOrigin is null && other.IsSameKey(operation)) return other.Number;
            }

            return operation.Number;
        }
    }
}
