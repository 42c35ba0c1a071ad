using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>A call as the runtime routes it.</summary>
public interface IRequest : IInvokable
{
    InvokeMethodOptions Options { get; }

    void AddInvokeMethodOptions(InvokeMethodOptions options);
}
