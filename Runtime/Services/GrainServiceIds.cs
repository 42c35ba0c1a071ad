using System.Globalization;

namespace Orleans.Runtime;

/// <summary>Ids of grain services: their type comes from the service's interface, their key is the silo.</summary>
internal static class GrainServiceIds
{
    public static GrainType TypeOf(Type serviceInterface)
    {
        var name = serviceInterface.FullName ?? serviceInterface.Name;
        return GrainType.Create(string.Create(
            CultureInfo.InvariantCulture, $"{GrainTypePrefix.GrainServicePrefix}{StableHash.ComputeHash(name):X8}{serviceInterface.Name}"));
    }

    public static GrainId IdOf(GrainType type, SiloAddress silo) => SystemTargetGrainId.Create(type, silo).GrainId;
}
