using Microsoft.AspNetCore.Builder;
using Orleans.Dashboard;

namespace Orleans.Kv.Tests.Runtime.Dashboard;

public sealed class DashboardTests
{
    [Fact]
    public async Task ThePage_IsServedUnderItsPrefix_AndNowhereElse()
    {
        await using var host = await DashboardHost.Start();
        using var page = await host.Http.GetAsync("/orleans/");
        Assert.Equal((200, "text/html"), ((int)page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Contains("<html", await page.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        using var elsewhere = await host.Http.GetAsync("/");
        Assert.Equal(404, (int)elsewhere.StatusCode);
    }

    [Fact]
    public async Task WithoutItsServices_MappingItFails_AndNamesTheCall()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        var fault = Assert.Throws<InvalidOperationException>(() => app.MapOrleansDashboard());
        Assert.Contains(nameof(ServiceCollectionExtensions.AddDashboard), fault.Message, StringComparison.Ordinal);
    }
}
