namespace Orleans.Runtime;

/// <summary>The context of the code that is running now.</summary>
public interface IGrainContextAccessor
{
    IGrainContext GrainContext { get; }
}
