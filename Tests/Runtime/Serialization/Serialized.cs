using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Orleans.Kv.Tests.Runtime.Serialization;

/// <summary>The serializer and the copier as an application gets them, without a silo.</summary>
internal static class Serialized
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public static Serializer Serializer { get; } = Services.GetRequiredService<Serializer>();

    private static readonly DeepCopier Copier = Services.GetRequiredService<DeepCopier>();

    public static T RoundTrip<T>(T value) => Serializer.Deserialize<T>(Serializer.SerializeToArray(value))!;

    public static T Copy<T>(T value) => Copier.Copy(value)!;

    /// <summary>What a reader of another build makes of it.</summary>
    public static TReader ReadAs<TWriter, TReader>(TWriter value) => Serializer.Deserialize<TReader>(Serializer.SerializeToArray(value))!;
}
