using System.Diagnostics.CodeAnalysis;

namespace Orleans.Serialization;

/// <summary>
/// Copies values as a call within the process does: what can change is copied, what cannot is shared (see
/// <see cref="ImmutableAttribute"/>), and what was one object twice stays one object twice.
/// </summary>
public sealed class DeepCopier
{
    internal DeepCopier()
    {
    }

    [SuppressMessage("Performance", "CA1822", Justification = "Orleans declares it so.")]
    [return: MaybeNull]
    public T Copy<T>([AllowNull] T value) => BodyOperations.Copy(value!);
}
