namespace Orleans.Runtime;

/// <summary>Says that a silo runs a grain service of this class.</summary>
internal sealed record GrainServiceRegistration(Type ServiceType);
