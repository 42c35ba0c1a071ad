using Orleans.Kv.Tests.Checking.Models;

namespace Orleans.Kv.Tests.Checking.Linearizability;

/// <summary>One way to explain the events so far.</summary>
/// <param name="State">The state the register is in then.</param>
/// <param name="Applied">Which of the running operations have taken effect, one bit per slot.</param>
internal readonly record struct Configuration(RegisterState State, UInt128 Applied);
