using AspirePaxos.Simulation;
using AspirePaxos.Simulation.Linearizability;

if (args is ["verify", .. var options]) return new VerifyCommand(Console.In, Console.Out, Console.Error).Run(options);

CommandLine line;
try
{
    line = CommandLine.Parse(args);
}
catch (FormatException wrong)
{
    Console.Error.WriteLine($"{wrong.Message} See --help.");
    return 2;
}

if (line.WantsHelp)
{
    Console.WriteLine(CommandLine.WholeHelp);
    return 0;
}

return line.IsSingle ? SingleRun.Execute(line) : LongRun.Execute(line);
