namespace Orleans.Serialization.Invocation;

/// <summary>Holds the object a call is for, such as a grain's activation.</summary>
public interface ITargetHolder
{
    object? GetTarget();

    /// <summary>A part of the target addressed by its type, such as a grain extension.</summary>
    object? GetComponent(Type componentType);
}
