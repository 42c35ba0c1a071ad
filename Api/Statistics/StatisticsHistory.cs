using Orleans.Kv.Interfaces.Monitoring;

namespace Orleans.Kv.Api.Statistics;

/// <summary>
/// The measurements of the last minutes, in memory. Silos tell counters that only rise; rates and quantiles are made here, of the difference between two reports of the same life of a silo. So a
/// silo that comes back counts from its second report on, and one that misses a report is made up for by its next. Any thread.
/// </summary>
internal sealed class StatisticsHistory
{
    /// <summary>Five minutes, a report every two seconds: what somebody looks back at who has just noticed something. Longer is for whoever reads <c>/metrics</c>.</summary>
    public const int MaxPoints = 150;

    /// <summary>Grain classes are shown over a minute: some of them are called only now and then.</summary>
    private const int MaxReports = 30;

    private readonly Lock _gate = new();
    private readonly Queue<StatisticsPoint> _points = new();
    private readonly Queue<MonitoringReport> _reports = new();
    private Dictionary<string, SiloReport> _last = new(StringComparer.Ordinal);
    private Dictionary<string, SiloReport> _former = new(StringComparer.Ordinal);

    /// <summary>Takes in what the silos said at that time; null where none answered.</summary>
    public void Add(MonitoringReport? report, DateTimeOffset at)
    {
        lock (_gate)
        {
            _points.Enqueue(new StatisticsPoint(at.ToUnixTimeMilliseconds(), report is null ? null : Between(_last, report, static silo => silo.Operations)));
            if (_points.Count > MaxPoints) _points.Dequeue();
            if (report is null) return;
            _reports.Enqueue(report);
            if (_reports.Count > MaxReports) _reports.Dequeue();
            _former = _last;
            _last = new Dictionary<string, SiloReport>(_last, StringComparer.Ordinal);
            foreach (var silo in report.Silos) _last[silo.Name] = silo;
        }
    }

    /// <summary>What is known now, or null before any silo has answered and where none has for a while.</summary>
    public StatisticsView? View(DateTimeOffset now, TimeSpan freshness)
    {
        lock (_gate)
        {
            if (_reports.Count == 0 || _points.LastOrDefault(static point => point.Operations is not null) is not { } newest) return null;
            if (now.ToUnixTimeMilliseconds() - newest.At > freshness.TotalMilliseconds) return null;
            var report = _reports.Last();
            return new StatisticsView(report, [.. _points], _former, Between(Oldest(), report, static silo => silo.Grains));
        }
    }

    /// <summary>The first report of each silo's present life that is still here.</summary>
    private Dictionary<string, SiloReport> Oldest()
    {
        var oldest = new Dictionary<string, SiloReport>(StringComparer.Ordinal);
        foreach (var silo in _reports.SelectMany(static report => report.Silos))
        {
            if (!oldest.TryGetValue(silo.Name, out var known) || known.Incarnation != silo.Incarnation) oldest[silo.Name] = silo;
        }

        return oldest;
    }

    private static Dictionary<string, CallInterval> Between(Dictionary<string, SiloReport> before, MonitoringReport now, Func<SiloReport, CallCounts[]> countsOf)
    {
        var intervals = new Dictionary<string, CallInterval>(StringComparer.Ordinal);
        foreach (var silo in now.Silos)
        {
            if (!before.TryGetValue(silo.Name, out var former) || former.Incarnation != silo.Incarnation || silo.Uptime <= former.Uptime) continue;
            var known = countsOf(former).ToDictionary(static counts => counts.Name, StringComparer.Ordinal);
            foreach (var counts in countsOf(silo))
            {
                if (!intervals.TryGetValue(counts.Name, out var interval)) intervals.Add(counts.Name, interval = new CallInterval());
                interval.Add(known.GetValueOrDefault(counts.Name), counts, silo.Uptime - former.Uptime);
            }
        }

        return intervals;
    }
}
