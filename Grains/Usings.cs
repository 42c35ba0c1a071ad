// The engine has a type of this name as well.
global using Request = Orleans.Kv.Consensus.Request;
