using System.Globalization;

namespace Orleans.Kv.Api.Hosting;

/// <summary>Says in the cluster's directory which process is the API host, for as long as it runs; a killed process leaves its file.</summary>
internal sealed class PidFile : IDisposable
{
    private static readonly string Own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private readonly string _path;

    private PidFile(string path) => _path = path;

    public static PidFile Create(ApiOptions options)
    {
        Directory.CreateDirectory(options.Directory);
        var path = Path.Combine(options.Directory, "api.pid");
        // Written beside and renamed: who reads the file never sees half a number.
        var temporary = path + "." + Own;
        File.WriteAllText(temporary, Own + "\n");
        File.Move(temporary, path, overwrite: true);
        return new PidFile(path);
    }

    public void Dispose()
    {
        try
        {
            // A successor may have put its own number there already.
            if (File.ReadAllText(_path).Trim() == Own) File.Delete(_path);
        }
        catch (IOException)
        {
            // The file is a hint for people and scripts; a directory that is gone by now takes the hint with it.
        }
    }
}
