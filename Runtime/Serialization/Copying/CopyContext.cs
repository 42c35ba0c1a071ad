using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Copying;

/// <summary>
/// One deep copy: which object became which, so that what was shared stays shared and what was a cycle stays one.
/// </summary>
/// <remarks>
/// A call within the process copies its arguments and its result as if they had travelled, since caller and callee run at the same
/// time. What cannot change is passed on as it is: numbers, strings and the like, exceptions, structs of nothing but such members,
/// and whatever says of itself that it is <see cref="ImmutableAttribute">immutable</see>.
/// </remarks>
internal sealed class CopyContext
{
    private readonly Dictionary<object, object> _copies = new(ReferenceEqualityComparer.Instance);
    private int _depth;

    public object? Find(object original) => _copies.TryGetValue(original, out var copy) ? copy : null;

    public void Register(object original, object copy) => _copies[original] = copy;

    public void Enter()
    {
        if (++_depth > BodyLimits.MaxDepth) BodyFault.TooDeep();
    }

    public void Leave() => _depth--;
}
