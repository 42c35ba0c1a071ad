using System.Globalization;

namespace Orleans.Kv.Interfaces.Hosting;

/// <summary>Says in the cluster's directory which process runs this host, for as long as it runs; a killed process leaves its file.</summary>
public sealed class PidFile : IDisposable
{
    private static readonly string Own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private readonly string _path;

    private PidFile(string path) => _path = path;

    /// <param name="directory">The cluster's; made if it is not there.</param>
    /// <param name="host">By its name the others of the directory are told apart.</param>
    public static PidFile Create(string directory, string host)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, host + ".pid");
        // Written beside and renamed: who reads the file never sees half a number.
        var temporary = path + "." + Own;
        File.WriteAllLines(temporary, [Own]);
        File.Move(temporary, path, overwrite: true);
        return new PidFile(path);
    }

    public void Dispose()
    {
        try
        {
            // A successor under the same name may have put its own number there already.
            if (File.ReadAllText(_path).Trim() == Own) File.Delete(_path);
        }
        catch (IOException)
        {
            // The file is a hint for people and scripts; a directory that is gone by now takes the hint with it.
        }
    }
}
