using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Architecture;

/// <summary>The core decides nothing by clocks, chance, threads or I/O of its own; read off its metadata, so that no trick of source hides it.</summary>
public sealed class PurityTests
{
    private static readonly string[] AllowedAssemblies =
    [
        "System.Runtime", "System.Collections", "System.Collections.Immutable", "System.Linq", "System.Memory", "System.Runtime.InteropServices",
        "System.Text.Json", "System.Text.Encoding.Extensions", "System.Runtime.Extensions", "System.Numerics.Vectors",
    ];

    private static readonly string[] ForbiddenNamespaces = ["System.Threading", "System.Threading.Tasks", "System.IO", "System.Net", "System.Diagnostics.Tracing", "System.Timers"];

    private static readonly string[] ForbiddenTypes =
        ["System.DateTime", "System.DateTimeOffset", "System.TimeProvider", "System.Random", "System.Environment", "System.Diagnostics.Stopwatch", "System.Console", "System.Security.Cryptography.RandomNumberGenerator"];

    private static readonly string[] ForbiddenMembers = ["System.Guid.NewGuid", "System.Guid.CreateVersion7"];

    [Fact]
    public void Consensus_ReferencesNoPackageAndNoProject()
    {
        using var image = Open(out var metadata);
        var references = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToArray();
        Assert.NotEmpty(references);
        Assert.Empty(references.Except(AllowedAssemblies));
    }

    [Fact]
    public void Consensus_UsesNoClockChanceThreadOrIo()
    {
        using var image = Open(out var metadata);
        var used = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Select(type => (Namespace: metadata.GetString(type.Namespace), Name: metadata.GetString(type.Name)))
            .ToArray();
        Assert.Contains(used, static type => type is { Namespace: "System", Name: "Guid" });
        Assert.DoesNotContain(used, static type => ForbiddenNamespaces.Contains(type.Namespace));
        Assert.DoesNotContain(used, static type => ForbiddenTypes.Contains($"{type.Namespace}.{type.Name}"));
    }

    [Fact]
    public void Consensus_MakesNoRandomIds()
    {
        using var image = Open(out var metadata);
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(static member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member =>
            {
                var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
                return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}";
            })
            .ToArray();
        Assert.NotEmpty(members);
        Assert.Empty(members.Intersect(ForbiddenMembers));
    }

    private static PEReader Open(out MetadataReader metadata)
    {
        var reader = new PEReader(File.OpenRead(typeof(Acceptor).Assembly.Location));
        metadata = reader.GetMetadataReader();
        return reader;
    }
}
