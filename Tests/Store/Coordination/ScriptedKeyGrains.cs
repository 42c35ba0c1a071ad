using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Kv.Interfaces.Keys;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Store.Coordination;

/// <summary>A factory of key grains whose answers a test gives.</summary>
public class ScriptedKeyGrains : DispatchProxy
{
    private Func<string, OperationRequest, ValueTask<OperationReply>> _script = null!;

    /// <summary>Every operation that a grain was asked for, by key.</summary>
    public ConcurrentQueue<(string Key, OperationRequest Request)> Asked { get; } = new();

    public static (IGrainFactory Factory, ScriptedKeyGrains Grains) Create(Func<string, OperationRequest, ValueTask<OperationReply>> script)
    {
        var factory = Create<IGrainFactory, ScriptedKeyGrains>();
        var grains = (ScriptedKeyGrains)(object)factory;
        grains._script = script;
        return (factory, grains);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.ReturnType == typeof(IKeyGrain)
            ? new Grain((string)args![0]!, this)
            : throw new NotSupportedException($"a batch asks key grains only, not {targetMethod}");

    private sealed class Grain(string key, ScriptedKeyGrains owner) : IKeyGrain
    {
        public ValueTask<OperationReply> Execute(OperationRequest request)
        {
            owner.Asked.Enqueue((key, request));
            return owner._script(key, request);
        }
    }
}
