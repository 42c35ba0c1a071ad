// Stand-ins for the engine's reference types, so that this builds before they are there. Whoever adds the real ones deletes this file.
namespace Orleans.Runtime;

public interface IAddressable;

public readonly struct IdSpan(byte[] value)
{
    public ReadOnlyMemory<byte> Value => value;

    public static IdSpan Create(string id) => new(System.Text.Encoding.UTF8.GetBytes(id));
}

public readonly struct GrainType(IdSpan id)
{
    public IdSpan Value => id;
}

public readonly struct GrainInterfaceType(IdSpan value)
{
    public IdSpan Value => value;
}

public readonly struct GrainId(GrainType type, IdSpan key)
{
    public GrainType Type => type;

    public IdSpan Key => key;
}

public class GrainReferenceShared;

public class GrainReference(GrainReferenceShared shared, IdSpan key) : IAddressable
{
    public GrainId GrainId { get; } = new(default, key);

    public GrainInterfaceType InterfaceType { get; } = new(key);

    protected void Invoke(IRequest methodDescription) => throw new NotSupportedException(shared.ToString() + methodDescription);

    protected ValueTask InvokeAsync(IRequest methodDescription) => throw new NotSupportedException(methodDescription.ToString());

    protected ValueTask<T?> InvokeAsync<T>(IRequest methodDescription) => throw new NotSupportedException(methodDescription.ToString());
}
