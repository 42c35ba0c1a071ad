using Orleans.Services;

namespace Orleans.Dashboard;

/// <summary>Gathers the page's content, on whichever silo it is asked.</summary>
internal interface IDashboardGrain : IGrainWithIntegerKey
{
    Task<DashboardReport> Gather();
}

/// <summary>Tells what one silo has measured.</summary>
internal interface IDashboardService : IGrainService
{
    Task<SiloProfile> Profile();
}
