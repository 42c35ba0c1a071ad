using Xunit.Abstractions;
using Xunit.Sdk;

namespace Orleans.Kv.Tests.Browser;

/// <summary>Not a test but the way to make the documents' pictures: it is there only where it is asked for, and else not even skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Orleans.Kv.Tests.Browser.ScreenshotDiscoverer", "Orleans.Kv.Tests.Browser")]
public sealed class ScreenshotFactAttribute : FactAttribute
{
    public const string Variable = "KV_SCREENSHOTS";
}

/// <summary>Finds the method only where the variable is set.</summary>
public sealed class ScreenshotDiscoverer(IMessageSink sink) : FactDiscoverer(sink)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(ScreenshotFactAttribute.Variable)) ? [] : base.Discover(discoveryOptions, testMethod, factAttribute);
}
