using System.Globalization;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>Says in the cluster's directory which process runs this silo, for as long as it runs; a killed process leaves its file.</summary>
internal sealed class PidFile : IDisposable
{
    private readonly string _path;

    private PidFile(string path) => _path = path;

    public static PidFile Create(SiloHostOptions options)
    {
        System.IO.Directory.CreateDirectory(options.Directory);
        var path = Path.Combine(options.Directory, options.Name + ".pid");
        // Written beside and renamed: who reads the file never sees half a number.
        var temporary = path + "." + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(temporary, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        File.Move(temporary, path, overwrite: true);
        return new PidFile(path);
    }

    public void Dispose()
    {
        try
        {
            // A successor under the same name may have put its own number there already.
            var written = File.ReadAllText(_path).Trim();
            if (written == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) File.Delete(_path);
        }
        catch (IOException)
        {
            // The file is a hint for people and scripts; a directory that is gone by now takes the hint with it.
        }
    }
}
