using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>What silos and clients on one developer's machine have in common.</summary>
internal static class DevelopmentClustering
{
    /// <summary>Names the cluster. The default names give way to whatever the host's own configuration says.</summary>
    public static void NameCluster(IServiceCollection services, string serviceId, string clusterId)
    {
        if (serviceId != ClusterOptions.DevelopmentServiceId || clusterId != ClusterOptions.DevelopmentClusterId)
        {
            services.Configure<ClusterOptions>(options =>
            {
                options.ServiceId = serviceId;
                options.ClusterId = clusterId;
            });
            return;
        }

        services.PostConfigure<ClusterOptions>(options =>
        {
            if (string.IsNullOrWhiteSpace(options.ServiceId))
                options.ServiceId = serviceId;
            if (string.IsNullOrWhiteSpace(options.ClusterId))
                options.ClusterId = clusterId;
        });
    }
}
