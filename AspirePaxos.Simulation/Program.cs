using AspirePaxos.Simulation;

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
