namespace Orleans.Kv.Tests.Runtime.Host.Grains;

public interface INoteObserver : IGrainObserver
{
    [ResponseTimeout("00:00:01")]
    Task Note(string note);
}
