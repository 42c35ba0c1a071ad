using System.Globalization;
using System.Text;
using Orleans.Kv.Cli.Http;

namespace Orleans.Kv.Cli.Commands;

/// <summary>What a command made of a silo.</summary>
/// <param name="Name">The silo.</param>
/// <param name="State"><c>killed</c>, <c>stopped</c>, <c>started</c>, or <c>drained</c> where its process runs on.</param>
/// <param name="Pid">Its process, where that is known.</param>
/// <param name="Text">The same as a sentence.</param>
internal sealed record SiloChange(string Name, string State, int? Pid, string Text)
{
    public static SiloChange Of(string name, string state, int pid) =>
        new(name, state, pid, string.Create(CultureInfo.InvariantCulture, $"{name} (process {pid}) is {state}"));

    public void Print(bool isJson) => Console.WriteLine(isJson ? ToJson() : Text);

    private string ToJson() => Encoding.UTF8.GetString(Bodies.Write(writer =>
    {
        writer.WriteString("name", Name);
        writer.WriteString("state", State);
        if (Pid is { } pid) writer.WriteNumber("process", pid);
    }).Span);
}
