using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Hosting;

public class ClientBuilder : IClientBuilder
{
    public ClientBuilder(IServiceCollection services, IConfiguration configuration)
    {
        Services = services;
        Configuration = configuration;
        ClientServices.AddTo(services);
    }

    public IServiceCollection Services { get; }

    public IConfiguration Configuration { get; }
}
