using Orleans.Serialization;

namespace Orleans.Kv.Api.Routing;

/// <summary>What a call to a silo may end with instead of an answer, when nothing is wrong in this host.</summary>
internal static class SiloFaults
{
    public static bool IsOne(Exception fault) =>
        fault is TimeoutException or OrleansException or InvalidOperationException or ArgumentException || IsOfAnotherBuild(fault);

    /// <summary>The silo does answer: its build does not know what it is asked. During an upgrade another silo's may.</summary>
    public static bool IsOfAnotherBuild(Exception fault) => fault is SerializerException;
}
