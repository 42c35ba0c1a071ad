using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Serialization;

/// <summary>Configures serialization. There is nothing to configure here yet beyond the container itself.</summary>
public interface ISerializerBuilder
{
    IServiceCollection Services { get; }
}
